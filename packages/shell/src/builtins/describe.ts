/** What a name means to the shell: `type`, `command -v` and `command -V`. */
import { printFunction } from "../expansions/print-node.ts";
import { executableAt, pathsOf } from "../interpreter/find-command.ts";
import type { Wait } from "../process/wait.ts";
import type { Builtin, Shell, ShellFunction } from "../shell/shell.ts";
import { badOption, simpleOptions } from "./usage.ts";

const KEYWORDS = new Set(
  "if then else elif fi case esac for select while until do done in function time { } ! [[ ]] coproc".split(
    " ",
  ),
);

/** Function text as `type` and `declare -f` print it. */
export const functionText = ({ name, body, source }: ShellFunction): string =>
  `${printFunction(name, body, source.text)}\n`;

/** Prints what `name` is; false after a message, or after nothing with `path`, when it is unknown. */
export function* describe(
  shell: Shell,
  name: string,
  form: "long" | "path" | "word",
  who: string,
  all = false,
): Generator<Wait, boolean, void> {
  const found = meanings(shell, name);
  const shown = all ? found : found.slice(0, 1);
  for (const meaning of shown) yield* shell.out(`${meaning[form]}\n`, who);
  if (shown.length > 0) return true;
  if (form === "long") {
    if (shell.dialect === "dash") yield* shell.out(`${name}: not found\n`, who);
    else yield* shell.complain(`${who}: ${name}: not found`);
  }
  return false;
}

interface Meaning {
  readonly long: string;
  /** `command -v`. */
  readonly path: string;
  /** `type -t`. */
  readonly word: string;
}

function meanings(shell: Shell, name: string): Meaning[] {
  const found: Meaning[] = [];
  const alias = shell.aliases.get(name);
  if (alias !== undefined) {
    found.push({
      long: `${name} is aliased to \`${alias}'`,
      path: `alias ${name}='${alias}'`,
      word: "alias",
    });
  }
  if (KEYWORDS.has(name))
    found.push({ long: `${name} is a shell keyword`, path: name, word: "keyword" });
  const body = shell.functions.get(name);
  if (body !== undefined) {
    const isDash = shell.dialect === "dash";
    const long = isDash
      ? `${name} is a shell function`
      : `${name} is a function\n${functionText(body).trimEnd()}`;
    found.push({ long, path: name, word: "function" });
  }
  if (shell.builtins.has(name) && !shell.disabled.has(name)) {
    const special = shell.dialect === "dash" && DASH_SPECIAL.has(name) ? "special " : "";
    found.push({ long: `${name} is a ${special}shell builtin`, path: name, word: "builtin" });
  }
  if (name.includes("/")) {
    if (typeof executableAt(shell, name) !== "number")
      found.push({ long: `${name} is ${name}`, path: name, word: "file" });
  } else {
    for (const path of pathsOf(shell, name)) {
      const isHashed =
        shell.hashed.get(name) === path && shell.dialect === "bash" && found.length === 0;
      found.push({
        long: isHashed ? `${name} is hashed (${path})` : `${name} is ${path}`,
        path,
        word: "file",
      });
    }
  }
  return found;
}

const DASH_SPECIAL = new Set(
  ". : break continue eval exec exit export readonly return set shift times trap unset".split(" "),
);

export const type: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "afptP");
  if (bad !== null) return yield* badOption(shell, "type", bad);
  const form = letters.has("t") ? "word" : letters.has("p") || letters.has("P") ? "path" : "long";
  let status = 0;
  for (const name of operands) {
    if (letters.has("P") || letters.has("p")) {
      const [path] = pathsOf(shell, name);
      const isFile = letters.has("P") || !(shell.builtins.has(name) || shell.functions.has(name));
      if (path !== undefined && isFile) yield* shell.out(`${path}\n`, "type");
      else if (path === undefined) status = 1;
    } else if (!(yield* describe(shell, name, form, "type", letters.has("a"))))
      status = shell.dialect === "dash" ? 127 : 1;
  }
  return status;
};

export const hash: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "lrptd");
  if (bad !== null) return yield* badOption(shell, "hash", bad);
  if (letters.has("t")) {
    const path = shell.hashed.get(operands[0] ?? "");
    if (path !== undefined) yield* shell.out(`${path}\n`, "hash");
    else yield* shell.complain(`hash: ${operands[0] ?? ""}: not found`);
    return path === undefined ? 1 : 0;
  }
  if (letters.has("r") || operands.length > 0) {
    if (letters.has("r")) shell.hashed.clear();
    for (const name of operands) {
      const [path] = pathsOf(shell, name);
      if (path !== undefined) shell.hashed.set(name, path);
      if (path !== undefined || shell.builtins.has(name)) continue;
      yield* shell.complain(`hash: ${name}: not found`);
      return 1;
    }
    return 0;
  }
  if (shell.dialect === "dash") return 0;
  if (shell.hashed.size === 0) yield* shell.out("hash: hash table empty\n", "hash");
  else
    yield* shell.out(
      `hits\tcommand\n${Array.from(shell.hashed.values(), (path) => `   1\t${path}\n`).join("")}`,
      "hash",
    );
  return 0;
};

export const alias: Builtin = function* (shell, argv) {
  const shown = (name: string): string =>
    `${shell.dialect === "dash" ? "" : "alias "}${name}='${shell.aliases.get(name)}'\n`;
  let status = 0;
  if (argv.length === 1) {
    for (const name of Array.from(shell.aliases.keys()).sort())
      yield* shell.out(shown(name), "alias");
  }
  for (const word of argv.slice(1)) {
    const equals = word.indexOf("=");
    if (equals > 0 && /[\s/$`'"\\|&;()<>]/.test(word.slice(0, equals))) {
      yield* shell.complain(`alias: \`${word.slice(0, equals)}': invalid alias name`);
      status = 1;
    } else if (equals > 0) shell.aliases.set(word.slice(0, equals), word.slice(equals + 1));
    else if (shell.aliases.has(word)) yield* shell.out(shown(word), "alias");
    else {
      if (shell.dialect === "dash") yield* shell.out(`alias: ${word} not found\n`, "alias");
      else yield* shell.complain(`alias: ${word}: not found`);
      status = 1;
    }
  }
  return status;
};

export const unalias: Builtin = function* (shell, argv) {
  let status = 0;
  for (const name of argv.slice(1)) {
    if (name === "-a") shell.aliases.clear();
    else if (!shell.aliases.delete(name)) {
      yield* shell.complain(`unalias: ${name}: not found`);
      status = 1;
    }
  }
  return status;
};
