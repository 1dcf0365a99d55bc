/** `set`, `shopt`, `umask`, `ulimit`, `times`, `let` and `getopts`. */
import { evaluate } from "../expansions/arithmetic.ts";
import type { Wait } from "../process/wait.ts";
import { Exit, ExpansionError } from "../shell/control.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { isName, type Variable } from "../shell/variable.ts";
import { plainLine } from "./declare.ts";
import { badOption, usage } from "./usage.ts";

export const set: Builtin = function* (shell, argv) {
  if (argv.length === 1) {
    for (const name of shell.variables.names())
      yield* shell.out(plainLine(name, shell.variables.lookup(name) as Variable), "set");
    return 0;
  }
  let at = 1;
  for (; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === "-") {
      shell.options.set("xtrace", false);
      shell.options.set("verbose", false);
      if (at + 1 < argv.length) shell.positional = argv.slice(at + 1);
      return 0;
    }
    if (word === "--") {
      shell.positional = argv.slice(at + 1);
      return 0;
    }
    if (!/^[-+]./.test(word)) break;
    const value = word.startsWith("-");
    for (const letter of word.slice(1)) {
      if (letter === "o") {
        const name = argv[++at];
        if (name === undefined) return yield* listOptions(shell, value);
        const isDash = shell.dialect === "dash";
        if (name === "posix" && value) shell.variables.set("POSIXLY_CORRECT", "y");
        if ((isDash && name === "pipefail") || !setOption(shell, name, value)) {
          yield* shell.complain(
            isDash ? `set: Illegal option -o ${name}` : `set: ${name}: invalid option name`,
          );
          if (isDash) throw new Exit(2);
          return 2;
        }
      } else if (letter === "m") setOption(shell, "monitor", value);
      else if (!shell.options.setLetter(letter, value))
        return yield* badOption(shell, "set", `${word.charAt(0)}${letter}`);
    }
  }
  if (at < argv.length) shell.positional = argv.slice(at);
  return 0;
};

/** False when there is no such option. */
function setOption(shell: Shell, name: string, value: boolean): boolean {
  if (name === "monitor") shell.jobControl = value;
  return shell.options.set(name, value);
}

function* listOptions(shell: Shell, readable: boolean): Run {
  for (const [name, isOn] of shell.options.list()) {
    const line = readable
      ? `${name.padEnd(15)}\t${isOn ? "on" : "off"}\n`
      : `set ${isOn ? "-" : "+"}o ${name}\n`;
    yield* shell.out(line, "set");
  }
  return 0;
}

export const shopt: Builtin = function* (shell, argv) {
  let at = 1;
  let letters = "";
  for (; /^-[pqsuo]+$/.test(argv[at] ?? ""); at++) letters += (argv[at] as string).slice(1);
  if (/^-./.test(argv[at] ?? "")) return yield* badOption(shell, "shopt", argv[at] as string);
  if (letters.includes("s") && letters.includes("u")) {
    yield* shell.complain("shopt: cannot set and unset shell options simultaneously");
    return 1;
  }
  const names = argv.slice(at);
  const isSet = letters.includes("o");
  const listed = isSet ? shell.options.list() : shell.options.listShopts();
  let status = 0;
  for (const name of names) {
    const known = listed.find(([candidate]) => candidate === name);
    if (known === undefined) {
      yield* shell.complain(`shopt: ${name}: invalid shell option name`);
      status = 1;
    } else if (letters.includes("s") || letters.includes("u")) {
      const value = letters.includes("s");
      if (isSet) shell.options.set(name, value);
      else shell.options.setShopt(name, value);
    } else {
      if (!letters.includes("q"))
        yield* shell.out(shoptLine(known, letters.includes("p")), "shopt");
      if (!known[1]) status = 1;
    }
  }
  if (names.length > 0) return status;
  const wanted = listed.filter(([, isOn]) =>
    letters.includes("s") ? isOn : letters.includes("u") ? !isOn : true,
  );
  for (const option of wanted) yield* shell.out(shoptLine(option, letters.includes("p")), "shopt");
  return 0;
};

const shoptLine = ([name, isOn]: readonly [string, boolean], reusable: boolean): string =>
  reusable
    ? `shopt -${isOn ? "s" : "u"} ${name}\n`
    : `${name.padEnd(15)}\t${isOn ? "on" : "off"}\n`;

export const umask: Builtin = function* (shell, argv) {
  const { process } = shell;
  const word = argv.slice(1).find((candidate) => !candidate.startsWith("-"));
  if (word === undefined) {
    const bits = (shift: number): string => {
      const allowed = ~(process.umask >> shift) & 7;
      return `${allowed & 4 ? "r" : ""}${allowed & 2 ? "w" : ""}${allowed & 1 ? "x" : ""}`;
    };
    const prefix = argv.includes("-p") ? `umask ${argv.includes("-S") ? "-S " : ""}` : "";
    const octal = process.umask.toString(8).padStart(4, "0");
    yield* shell.out(
      `${prefix}${argv.includes("-S") ? `u=${bits(6)},g=${bits(3)},o=${bits(0)}` : octal}\n`,
      "umask",
    );
    return 0;
  }
  if (/^[0-7]+$/.test(word)) {
    process.umask = Number.parseInt(word, 8) & 0o777;
    return 0;
  }
  const symbolic = symbolicMask(word, process.umask);
  if (symbolic !== undefined) {
    process.umask = symbolic;
    return 0;
  }
  const isDash = shell.dialect === "dash";
  const isNumber = /^\d/.test(word);
  const why = isNumber
    ? `${word}: octal number out of range`
    : `\`${word.charAt(0)}': invalid symbolic mode operator`;
  yield* shell.complain(
    isDash ? `umask: Illegal ${isNumber ? "number" : "mode"}: ${word}` : `umask: ${why}`,
  );
  return isDash ? 2 : 1;
};

/** `u=rwx,g-w`: the mask that allows what is named; undefined when it is no mode. */
function symbolicMask(text: string, mask: number): number | undefined {
  let allowed = ~mask & 0o777;
  for (const clause of text.split(",")) {
    const found = /^([ugoa]*)([-+=])([rwxX]*)$/.exec(clause);
    if (found === null) return undefined;
    const [, who, operator, letters] = found as unknown as [string, string, string, string];
    const bits =
      (letters.includes("r") ? 4 : 0) |
      (letters.includes("w") ? 2 : 0) |
      (/[xX]/.test(letters) ? 1 : 0);
    const everybody = who === "" || who.includes("a");
    for (const [name, shift] of [
      ["u", 6],
      ["g", 3],
      ["o", 0],
    ] as const) {
      if (!everybody && !who.includes(name)) continue;
      if (operator === "=") allowed &= ~(7 << shift);
      if (operator === "-") allowed &= ~(bits << shift);
      else allowed |= bits << shift;
    }
  }
  return ~allowed & 0o777;
}

export const ulimit: Builtin = function* (shell, argv) {
  const letter = argv[1]?.startsWith("-") === true ? argv[1].replace(/[-SH]/g, "") : "f";
  if (letter !== "a" && !/^[bcdefiklmnpqrstuvxPRT]?$/.test(letter))
    return yield* badOption(shell, "ulimit", `-${letter.charAt(0)}`);
  const limits: Readonly<Record<string, string>> = { n: "1024", u: "512", c: "0" };
  const value = argv.slice(1).find((word) => !word.startsWith("-"));
  if (value !== undefined && !/^(\d+|unlimited|soft|hard)$/.test(value)) {
    yield* shell.complain(`ulimit: ${value}: invalid number`);
    return 1;
  }
  if (value !== undefined) return 0;
  yield* shell.out(`${limits[letter] ?? "unlimited"}\n`, "ulimit");
  return 0;
};

/** Processor time is not modelled. */
export const times: Builtin = function* (shell) {
  const line = shell.dialect === "dash" ? "0m0.000000s 0m0.000000s\n" : "0m0.000s 0m0.000s\n";
  yield* shell.out(line + line, "times");
  return 0;
};

export const evaluateExpressions: Builtin = function* (shell, argv) {
  if (argv.length === 1) {
    yield* shell.complain("let: expression expected");
    return 1;
  }
  let value = 0n;
  for (const text of argv.slice(1)) {
    try {
      value = evaluate(shell, text, "let: ");
    } catch (thrown) {
      if (!(thrown instanceof ExpansionError) || thrown.fatal) throw thrown;
      yield* shell.complain(thrown.message);
      return 1;
    }
  }
  return value === 0n ? 1 : 0;
};

export const getopts: Builtin = function* (shell, argv) {
  const [, spec, name, ...own] = argv;
  if (spec === undefined || name === undefined) {
    if (shell.dialect === "bash") return yield* usage(shell, "getopts");
    yield* shell.complain("getopts: Usage: getopts optstring var [arg]");
    return 2;
  }
  if (!isName(name)) {
    yield* shell.complain(`getopts: \`${name}': not a valid identifier`);
    return 1;
  }
  return yield* nextOption(shell, spec, name, own.length > 0 ? own : shell.positional);
};

function* nextOption(
  shell: Shell,
  spec: string,
  name: string,
  words: readonly string[],
): Generator<Wait, number, void> {
  const { variables } = shell;
  const silent = spec.startsWith(":");
  let index = Number(variables.get("OPTIND") ?? 1);
  if (index < 1 || shell.getoptsIndex !== index) shell.getoptsAt = 0;
  const word = words[index - 1];
  const finish = (status: number): number => {
    variables.set("OPTIND", String(index));
    shell.getoptsIndex = index;
    return status;
  };
  if (shell.getoptsAt === 0 && (word === undefined || !/^-./.test(word) || word === "--")) {
    if (word === "--") index++;
    variables.set(name, "?");
    variables.unset("OPTARG");
    return finish(1);
  }
  const letter = (word as string).charAt(shell.getoptsAt + 1);
  shell.getoptsAt++;
  const rest = (word as string).slice(shell.getoptsAt + 1);
  const place = letter === ":" ? -1 : spec.indexOf(letter, silent ? 1 : 0);
  if (rest === "") {
    index++;
    shell.getoptsAt = 0;
  }
  variables.unset("OPTARG");
  if (place < 0) {
    variables.set(name, "?");
    if (silent) variables.set("OPTARG", letter);
    else yield* complainOption(shell, `illegal option -- ${letter}`);
    return finish(0);
  }
  if (spec[place + 1] === ":") {
    const value = rest !== "" ? rest : words[index - 1];
    if (rest !== "") shell.getoptsAt = 0;
    index++;
    if (value === undefined) {
      index--;
      variables.set(name, silent ? ":" : "?");
      if (silent) variables.set("OPTARG", letter);
      else yield* complainOption(shell, `option requires an argument -- ${letter}`);
      return finish(0);
    }
    variables.set("OPTARG", value);
  }
  variables.set(name, letter);
  return finish(0);
}

function* complainOption(shell: Shell, text: string): Generator<Wait, void, void> {
  if (shell.variables.get("OPTERR") === "0") return;
  if (shell.dialect === "dash") {
    const said = text.startsWith("illegal")
      ? `Illegal option -${text.slice(-1)}`
      : `No arg for -${text.slice(-1)} option`;
    yield* shell.err(`${said}\n`);
  } else yield* shell.err(`${shell.name}: ${text}\n`);
}
