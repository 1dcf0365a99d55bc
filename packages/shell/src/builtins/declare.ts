/** `declare`, `typeset`, `local`, `export`, `readonly` and `unset`. */

import { quoteDouble, quoteSingle, quoteTrace } from "../expansions/transform.ts";
import { assignArray, assignElement, assignText } from "../interpreter/assign.ts";
import { traceLine } from "../interpreter/trace.ts";
import type { Wait } from "../process/wait.ts";
import { Exit } from "../shell/control.ts";
import type { ArrayArgument, Builtin, Run, Shell } from "../shell/shell.ts";
import { isName, type Variable } from "../shell/variable.ts";
import { functionText } from "./describe.ts";
import { badOption } from "./usage.ts";

/** Options before the names: letters set with `-` and cleared with `+`. */
interface Given {
  readonly on: Set<string>;
  readonly off: Set<string>;
  readonly first: number;
  readonly bad: string | null;
}

function given(argv: readonly string[], allowed: string): Given {
  const on = new Set<string>();
  const off = new Set<string>();
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === "--") return { on, off, first: at + 1, bad: null };
    if (!/^[-+]./.test(word)) break;
    for (const letter of word.slice(1)) {
      if (!allowed.includes(letter))
        return { on, off, first: at, bad: `${word.charAt(0)}${letter}` };
      (word.startsWith("-") ? on : off).add(letter);
    }
  }
  return { on, off, first: at, bad: null };
}

export const declare: Builtin = function* (shell, argv) {
  const name = argv[0] ?? "declare";
  const options = given(argv, "aAfFgiIlnprtux");
  if (options.bad !== null) return yield* badOption(shell, name, options.bad);
  if (options.on.has("f") || options.on.has("F"))
    return yield* listFunctions(shell, options, argv.slice(options.first));
  if (options.on.has("p") || argv.length === options.first)
    return yield* listVariables(shell, name, options, argv.slice(options.first));
  const inFunction = shell.variables.depth > 1 && !options.on.has("g");
  return yield* declareAll(shell, argv, options, inFunction ? "local" : "visible");
};

export const local: Builtin = function* (shell, argv) {
  if (shell.variables.depth === 1) {
    yield* shell.complain(
      shell.dialect === "dash"
        ? "local: not in a function"
        : "local: can only be used in a function",
    );
    return shell.dialect === "dash" ? 2 : 1;
  }
  const options = given(argv, "aAgiIlnrtuxp");
  if (options.bad !== null) return yield* badOption(shell, "local", options.bad);
  if (argv.length === options.first) {
    const names = shell.variables
      .names()
      .filter((name) => shell.variables.local(name) !== undefined);
    for (const name of names)
      yield* shell.out(`${declaration(name, shell.variables.lookup(name) as Variable)}\n`, "local");
    return 0;
  }
  return yield* declareAll(shell, argv, options, "local");
};

export const exportNames: Builtin = function* (shell, argv) {
  const options = given(argv, "fnp");
  if (options.bad !== null) return yield* badOption(shell, "export", options.bad);
  if (options.on.has("f"))
    return yield* exportFunctions(shell, argv.slice(options.first), !options.on.has("n"));
  if (options.on.has("p") || argv.length === options.first)
    return yield* listAttributed(shell, "export", "exported");
  const on = new Set(options.on.has("n") ? [] : ["x"]);
  const off = new Set(options.on.has("n") ? ["x"] : []);
  return yield* declareAll(shell, argv, { ...options, on, off }, "visible");
};

function* exportFunctions(shell: Shell, names: readonly string[], value: boolean): Run {
  let status = 0;
  for (const name of names) {
    if (!shell.functions.has(name)) {
      yield* shell.complain(`export: ${name}: not a function`);
      status = 1;
    } else if (value) shell.exportedFunctions.add(name);
    else shell.exportedFunctions.delete(name);
  }
  return status;
}

export const readonly: Builtin = function* (shell, argv) {
  const options = given(argv, "aAfp");
  if (options.bad !== null) return yield* badOption(shell, "readonly", options.bad);
  if (options.on.has("p") || argv.length === options.first)
    return yield* listAttributed(shell, "readonly", "readonly");
  return yield* declareAll(
    shell,
    argv,
    { ...options, on: new Set([...options.on, "r"]) },
    "visible",
  );
};

function* declareAll(
  shell: Shell,
  argv: readonly string[],
  options: Given,
  where: "local" | "visible",
): Run {
  const arrays = shell.arrayArguments;
  let status = 0;
  for (let at = options.first; at < argv.length; at++) {
    const word = argv[at] as string;
    const found = /^([^=+[]*)(?:\[(.*?)\])?(?:(\+?)=(.*))?$/s.exec(word);
    const name = found?.[1] ?? word;
    if (!isName(name)) {
      const isDash = shell.dialect === "dash";
      if (isDash) {
        yield* shell.complain(`${argv[0]}: ${name}: bad variable name`);
        throw new Exit(2);
      }
      yield* shell.complain(
        isDash
          ? `${argv[0]}: ${name}: bad variable name`
          : `${argv[0]}: \`${word}': not a valid identifier`,
      );
      status = isDash ? 2 : 1;
      continue;
    }
    const outer = shell.variables.lookup(name);
    const assigns = found?.[4] !== undefined || arrays.has(at);
    if (
      outer?.attributes.readonly === true &&
      (assigns || where === "local") &&
      shell.dialect === "bash"
    ) {
      const who = argv[0] === "export" ? "" : `${argv[0]}: `;
      yield* shell.complain(`${who}${name}: readonly variable`);
      status = 1;
      continue;
    }
    const variable = targetOf(shell, name, where);
    if (!applyKind(variable, options)) {
      yield* shell.complain(
        `${argv[0]}: ${name}: cannot convert ${variable.kind} to ${options.on.has("A") ? "associative" : "indexed"} array`,
      );
      status = 1;
      continue;
    }
    applyShape(variable, options);
    yield* assignDeclared(shell, variable, name, found, arrays.get(at));
    if (shell.options.xtrace && TRACED.has(argv[0] ?? "") && found?.[4] !== undefined) {
      yield* traceLine(shell, `${name}=${quoteTrace(found[4])}`);
    }
    applyFlags(variable, options);
  }
  return status;
}

/** `set -x` shows their assignments a second time. */
const TRACED = new Set(["export", "readonly"]);

/** `local x` makes a variable without a value; the others keep what is there. */
function targetOf(shell: Shell, name: string, where: "local" | "visible"): Variable {
  if (where === "visible") return shell.variables.target(name);
  const existing = shell.variables.local(name);
  if (existing !== undefined) return existing;
  const outer = shell.variables.lookup(name);
  const variable = shell.variables.declareLocal(name);
  // dash's locals begin with the outer value
  if (shell.dialect === "dash" && outer !== undefined) variable.value = outer.text ?? null;
  if (outer?.attributes.exported === true) variable.attributes.exported = true;
  return variable;
}

function applyKind(variable: Variable, { on }: Given): boolean {
  if (on.has("A")) {
    if (variable.kind === "indexed" && variable.value !== null) return false;
    if (variable.kind !== "associative") variable.value = null;
    variable.kind = "associative";
  } else if (on.has("a")) {
    if (variable.kind === "associative") return false;
    if (typeof variable.value === "string") variable.value = new Map([[0, variable.value]]);
    variable.kind = "indexed";
  }
  return true;
}

function applyShape({ attributes }: Variable, { on, off }: Given): void {
  if (on.has("i")) attributes.integer = true;
  if (off.has("i")) attributes.integer = false;
  if (on.has("l")) Object.assign(attributes, { lower: true, upper: false });
  if (on.has("u")) Object.assign(attributes, { upper: true, lower: false });
  if (off.has("l")) attributes.lower = false;
  if (off.has("u")) attributes.upper = false;
}

function applyFlags({ attributes }: Variable, { on, off }: Given): void {
  if (on.has("x")) attributes.exported = true;
  if (off.has("x")) attributes.exported = false;
  if (on.has("r")) attributes.readonly = true;
  if (on.has("n")) attributes.reference = true;
  if (off.has("n")) attributes.reference = false;
}

function* assignDeclared(
  shell: Shell,
  variable: Variable,
  name: string,
  found: RegExpExecArray | null,
  array: ArrayArgument | undefined,
): Generator<Wait, void, void> {
  if (array !== undefined) {
    yield* assignArray(shell, variable, name, array.elements, array.append);
    return;
  }
  const [, , index, plus, text] = found ?? [];
  if (text === undefined) return;
  if (index !== undefined) assignElement(shell, variable, name, index, text, plus === "+");
  else assignText(shell, variable, name, text, plus === "+");
}

/** A variable as `declare -p` prints it. */
function declaration(name: string, variable: Variable): string {
  const { attributes, kind } = variable;
  const letters =
    (kind === "indexed" ? "a" : kind === "associative" ? "A" : "") +
    (attributes.integer ? "i" : "") +
    (attributes.lower ? "l" : "") +
    (attributes.reference ? "n" : "") +
    (attributes.readonly ? "r" : "") +
    (attributes.upper ? "u" : "") +
    (attributes.exported ? "x" : "");
  const head = `declare -${letters === "" ? "-" : letters} ${name}`;
  if (variable.value === null) return head;
  if (kind === "scalar") return `${head}=${quoteDouble(variable.text ?? "")}`;
  const keys = variable.keys();
  const elements = keys.map(
    (key) =>
      `[${kind === "associative" ? quoteKey(String(key)) : key}]=${quoteDouble(variable.element(key) ?? "")}`,
  );
  if (kind === "indexed") return `${head}=(${elements.join(" ")})`;
  return `${head}=(${elements.map((element) => `${element} `).join("")})`;
}

const quoteKey = (key: string): string => (/^\w+$/.test(key) ? key : quoteDouble(key));

function* listVariables(shell: Shell, who: string, options: Given, names: readonly string[]): Run {
  let status = 0;
  if (names.length === 0) {
    const isMeant = ({ attributes, kind }: Variable): boolean =>
      (!options.on.has("x") || attributes.exported) &&
      (!options.on.has("r") || attributes.readonly) &&
      (!options.on.has("i") || attributes.integer) &&
      (!options.on.has("a") || kind === "indexed") &&
      (!options.on.has("A") || kind === "associative");
    const isPlain = options.on.size === 0 && options.off.size === 0;
    for (const name of shell.variables.names()) {
      const variable = shell.variables.lookup(name) as Variable;
      if (!isMeant(variable)) continue;
      yield* shell.out(
        isPlain ? plainLine(name, variable) : `${declaration(name, variable)}\n`,
        who,
      );
    }
    return 0;
  }
  for (const name of names) {
    const variable = shell.variables.lookup(name);
    if (variable !== undefined) yield* shell.out(`${declaration(name, variable)}\n`, who);
    else {
      yield* shell.complain(`${who}: ${name}: not found`);
      status = 1;
    }
  }
  return status;
}

/** `name=value` as `set` lists it. */
export function plainLine(name: string, variable: Variable): string {
  if (variable.value === null) return "";
  if (variable.kind !== "scalar")
    return `${declaration(name, variable).replace(/^declare -\S+ /, "")}\n`;
  const text = variable.text ?? "";
  return `${name}=${/^[\w@%+:./\-,]*$/.test(text) ? text : quoteSingle(text)}\n`;
}

function* listAttributed(shell: Shell, who: string, attribute: "exported" | "readonly"): Run {
  for (const name of shell.variables.names()) {
    const variable = shell.variables.lookup(name) as Variable;
    if (!variable.attributes[attribute]) continue;
    const isDash = shell.dialect === "dash";
    const line = isDash
      ? `${who} ${name}${variable.value === null ? "" : `=${quoteSingle(variable.text ?? "")}`}`
      : declaration(name, variable);
    yield* shell.out(`${line}\n`, who);
  }
  return 0;
}

function* listFunctions(shell: Shell, { on }: Given, names: readonly string[]): Run {
  const wanted = names.length > 0 ? names : Array.from(shell.functions.keys()).sort();
  let status = 0;
  for (const name of wanted) {
    const body = shell.functions.get(name);
    if (body === undefined) status = 1;
    else if (on.has("F"))
      yield* shell.out(names.length > 0 ? `${name}\n` : `declare -f ${name}\n`, "declare");
    else yield* shell.out(functionText(body), "declare");
  }
  return status;
}

export const unset: Builtin = function* (shell, argv) {
  const options = given(argv, "fvn");
  if (options.bad !== null) return yield* badOption(shell, "unset", options.bad);
  let status = 0;
  for (const word of argv.slice(options.first)) {
    const element = /^(\w+)\[(.*)\]$/s.exec(word);
    const name = element?.[1] ?? word;
    const variable = shell.variables.lookup(name);
    if (shell.dialect === "dash" && !isName(name)) {
      yield* shell.complain(`unset: ${name}: bad variable name`);
      throw new Exit(2);
    }
    if (!options.on.has("f") && variable?.attributes.readonly === true) {
      const isDash = shell.dialect === "dash";
      yield* shell.complain(
        `unset: ${name}: ${isDash ? "is read only" : "cannot unset: readonly variable"}`,
      );
      if (isDash) throw new Exit(2);
      status = 1;
    } else if (element !== null) unsetElement(shell, name, element[2] as string);
    else if (
      options.on.has("f") ||
      (variable === undefined && !options.on.has("v") && shell.functions.has(name))
    )
      shell.functions.delete(name);
    else if (options.on.has("n")) shell.variables.unset(name);
    else shell.variables.unset(referenced(shell, name));
  }
  return status;
};

function referenced(shell: Shell, name: string): string {
  const variable = shell.variables.lookup(name);
  return variable?.attributes.reference === true && typeof variable.value === "string"
    ? variable.value
    : name;
}

function unsetElement(shell: Shell, name: string, index: string): void {
  const variable = shell.variables.find(name);
  if (!(variable?.value instanceof Map)) return;
  if (index === "@" || index === "*") shell.variables.unset(name);
  else if (variable.kind === "associative")
    (variable.value as Map<string, string>).delete(index.replace(/^(["'])(.*)\1$/s, "$2"));
  else {
    const keys = variable.keys() as number[];
    const number = Number(shell.variables.evaluate(index));
    variable.removed();
    (variable.value as Map<number, string>).delete(
      number < 0 ? (keys[keys.length - 1] ?? -1) + 1 + number : number,
    );
  }
}
