/** `read`, `mapfile` and `readarray`. */
import { type Duration, type Instant, later, seconds } from "@lvsim/core";
import { quoteBackslash } from "../expansions/transform.ts";
import { SHELL_LIMITS } from "../kernel/limits.ts";
import type { OpenFile } from "../process/open-file.ts";
import { on, type Wait } from "../process/wait.ts";
import type { Builtin, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import { isName } from "../shell/variable.ts";
import { badOption } from "./usage.ts";

interface ReadOptions {
  raw: boolean;
  array: string | null;
  delimiter: string;
  /** -n, or -N which takes delimiters too. */
  count: number | null;
  exact: boolean;
  prompt: string;
  deadline: Instant | null;
  /** `-t 0`: nothing is read, only whether something could be. */
  onlyAsks: boolean;
  descriptor: number;
  names: readonly string[];
}

export const read: Builtin = function* (shell, argv) {
  const options = yield* readOptions(shell, argv);
  if (typeof options === "number") return options;
  const bad = options.names.find((name) => !isName(name.replace(/\[.*\]$/s, "")));
  if (bad !== undefined) {
    const isDash = shell.dialect === "dash";
    yield* shell.complain(
      isDash ? `read: ${bad}: bad variable name` : `read: \`${bad}': not a valid identifier`,
    );
    return isDash ? 2 : 1;
  }
  const file = shell.process.descriptors.get(options.descriptor);
  if (file === undefined) {
    const why =
      options.descriptor === 0 ? "read error: 0" : `${options.descriptor}: invalid file descriptor`;
    yield* shell.complain(`read: ${why}: Bad file descriptor`);
    return 1;
  }
  if (options.prompt !== "" && file.isTerminal) yield* shell.err(options.prompt);
  if (options.onlyAsks) return file.read(0) === null ? 1 : 0;
  const line = yield* readUntil(shell, file, options);
  store(shell, line.text, options);
  return line.timedOut ? 142 : line.ended ? 1 : 0;
};

function* readOptions(
  shell: Shell,
  argv: readonly string[],
): Generator<Wait, ReadOptions | number, void> {
  const options: ReadOptions = {
    raw: false,
    array: null,
    delimiter: "\n",
    count: null,
    exact: false,
    prompt: "",
    deadline: null,
    onlyAsks: false,
    descriptor: 0,
    names: [],
  };
  let at = 1;
  for (; /^-./.test(argv[at] ?? ""); at++) {
    const word = argv[at] as string;
    if (word === "--") {
      at++;
      break;
    }
    for (let i = 1; i < word.length; i++) {
      const letter = word.charAt(i);
      if (letter === "r") options.raw = true;
      else if (letter === "s" || letter === "e") continue;
      else if (!"adinNptu".includes(letter)) return yield* badOption(shell, "read", `-${letter}`);
      else {
        const value = i + 1 < word.length ? word.slice(i + 1) : argv[++at];
        if (value === undefined) {
          yield* shell.complain(`read: -${letter}: option requires an argument`);
          return 2;
        }
        if ((letter === "n" || letter === "N") && !/^\d+$/.test(value)) {
          yield* shell.complain(`read: ${value}: invalid number`);
          return 1;
        }
        if (letter === "u" && !/^\d+$/.test(value)) {
          yield* shell.complain(`read: ${value}: invalid file descriptor specification`);
          return 1;
        }
        if (letter === "t" && !/^\d*\.?\d*$/.test(value)) {
          yield* shell.complain(`read: ${value}: invalid timeout specification`);
          return 1;
        }
        setOption(shell, options, letter, value);
        break;
      }
    }
  }
  options.names = argv.slice(at);
  if (shell.dialect === "dash" && options.names.length === 0) {
    yield* shell.complain("read: arg count");
    return 2;
  }
  return options;
}

function setOption(shell: Shell, options: ReadOptions, letter: string, value: string): void {
  if (letter === "a") options.array = value;
  else if (letter === "d") options.delimiter = value === "" ? "\0" : value.charAt(0);
  else if (letter === "p") options.prompt = value;
  else if (letter === "u") options.descriptor = Number(value) || 0;
  else if (letter === "t") {
    options.deadline = later(shell.kernel.now, seconds(Number(value) || 0));
    options.onlyAsks = Number(value) === 0;
  } else if (letter === "n" || letter === "N") {
    options.count = Number(value) || 0;
    options.exact = letter === "N";
  }
}

/** Pieces that are read at once; what is too much goes back where a file allows it. */
const PIECE = 4096;
/** Reading is free in simulated time, but a file without an end must not read for ever. */
const NOTHING = 0 as Duration;
/** So many characters count as a step. */
const STRETCH = 64;

function* readUntil(
  shell: Shell,
  file: OpenFile,
  { delimiter, raw, count, exact, deadline }: ReadOptions,
): Generator<Wait, { text: string; ended: boolean; timedOut: boolean }, void> {
  // a mark before a character says that a backslash quoted it
  let text = "";
  let taken = 0;
  let escaped = false;
  for (;;) {
    if (count !== null && taken >= count) return { text, ended: false, timedOut: false };
    const piece = file.read(file.unread("") ? PIECE : 1);
    if (piece === null) {
      if (deadline !== null && shell.kernel.now >= deadline)
        return { text, ended: true, timedOut: true };
      yield on(file.readable, deadline);
      continue;
    }
    if (typeof piece === "number" || piece === "") return { text, ended: true, timedOut: false };
    const pause = taken % STRETCH === 0 ? shell.kernel.step(shell.process, NOTHING) : null;
    if (pause !== null) yield pause;
    for (let i = 0; i < piece.length; i++) {
      const character = piece.charAt(i);
      if (escaped) {
        escaped = false;
        if (character !== "\n") text += `\x01${character}`;
      } else if (character === "\\" && !raw) escaped = true;
      else if (character === delimiter && !exact) {
        file.unread(piece.slice(i + 1));
        return { text, ended: false, timedOut: false };
      } else if (character !== "\0") text += character;
      taken++;
      if (count !== null && taken >= count && !escaped) {
        file.unread(piece.slice(i + 1));
        return { text, ended: false, timedOut: false };
      }
    }
  }
}

function store(shell: Shell, text: string, { names, array, exact }: ReadOptions): void {
  const separators = shell.variables.get("IFS") ?? " \t\n";
  if (array !== null) {
    const variable = shell.variables.target(array);
    variable.kind = "indexed";
    variable.value = new Map(
      splitFields(text, separators, Number.POSITIVE_INFINITY).map((field, i) => [i, field]),
    );
    return;
  }
  if (names.length === 0) {
    shell.variables.set("REPLY", plain(text));
    return;
  }
  const fields = exact ? [plain(text)] : splitFields(text, separators, names.length);
  names.forEach((name, i) => {
    shell.variables.set(name, fields[i] ?? "");
  });
}

const plain = (text: string): string => text.replaceAll("\x01", "");

/** Splits as word splitting does; the last of `most` fields takes the rest. */
function splitFields(text: string, separators: string, most: number): string[] {
  const spaces = separators.replace(/[^ \t\n]/g, "");
  const isSpace = (at: number): boolean =>
    spaces.includes(text[at] ?? "\0") && text[at - 1] !== "\x01";
  const isSeparator = (at: number): boolean =>
    separators.includes(text[at] ?? "\0") && text[at - 1] !== "\x01" && at < text.length;
  const fields: string[] = [];
  let at = 0;
  while (at < text.length && isSpace(at)) at++;
  while (at < text.length) {
    if (fields.length === most - 1) {
      fields.push(lastField(text.slice(at), separators, spaces));
      return fields;
    }
    const start = at;
    while (at < text.length && !isSeparator(at)) at++;
    fields.push(plain(text.slice(start, at)));
    while (at < text.length && isSpace(at)) at++;
    if (isSeparator(at) && !isSpace(at) && !isSpace(at - 1)) at++;
    else if (isSeparator(at) && !isSpace(at)) at++;
    while (at < text.length && isSpace(at)) at++;
  }
  return fields;
}

/** The rest without white space at its end, and without one separator that only ends the last field. */
function lastField(rest: string, separators: string, spaces: string): string {
  let end = rest.length;
  while (end > 0 && spaces.includes(rest.charAt(end - 1)) && rest[end - 2] !== "\x01") end--;
  const trimmed = rest.slice(0, end);
  const last = trimmed.charAt(trimmed.length - 1);
  const body = trimmed.slice(0, -1);
  const isOnlyEnd =
    last !== "" &&
    separators.includes(last) &&
    !spaces.includes(last) &&
    !Array.from(separators).some((one) => body.includes(one));
  return plain(isOnlyEnd ? body : trimmed);
}

/** Options of `mapfile` that take a number, and what bash calls it. */
const COUNTS = [
  ["n", "line count"],
  ["O", "array origin"],
  ["s", "line count"],
  ["c", "callback quantum"],
  ["u", "file descriptor specification"],
] as const;

export const mapfile: Builtin = function* (shell, argv) {
  const who = argv[0] ?? "mapfile";
  const values = new Map<string, string>();
  let name = "MAPFILE";
  let trims = false;
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] as string;
    if (word === "-t") trims = true;
    else if (/^-[dnOsuCc]/.test(word))
      values.set(word.charAt(1), word.length > 2 ? word.slice(2) : (argv[++at] ?? ""));
    else if (word.startsWith("-")) return yield* badOption(shell, who, word);
    else name = word;
  }
  const number = (letter: string): number => Number(values.get(letter) ?? 0) || 0;
  for (const [letter, what] of COUNTS) {
    const value = values.get(letter);
    if (value === undefined || /^\d+$/.test(value)) continue;
    yield* shell.complain(`${who}: ${value}: invalid ${what}`);
    return 1;
  }
  const file = shell.process.descriptors.get(number("u"));
  if (file === undefined) {
    yield* shell.complain(`${who}: ${number("u")}: invalid file descriptor: Bad file descriptor`);
    return 1;
  }
  if (!isName(name)) {
    yield* shell.complain(`${who}: \`${name}': not a valid identifier`);
    return 1;
  }
  const delimiter = values.has("d") ? values.get("d")?.charAt(0) || "\0" : "\n";
  const all = yield* allLines(shell, file, delimiter, trims);
  const lines = all.slice(number("s"), number("n") > 0 ? number("s") + number("n") : undefined);
  const callback = values.get("C");
  const quantum = values.has("c") ? number("c") : 5000;
  for (
    let i = quantum - 1;
    callback !== undefined && quantum > 0 && i < lines.length;
    i += quantum
  ) {
    const words = `${callback} ${i + number("O")} ${quoteBackslash(lines[i] as string)}`;
    yield* shell.executor.run(shell, new Source(words, shell.source.file, shell.line), "");
  }
  const variable = shell.variables.target(name);
  shell.variables.mayChange(variable, name);
  variable.kind = "indexed";
  const before =
    values.has("O") && variable.value instanceof Map ? (variable.value as Map<number, string>) : [];
  variable.value = new Map([
    ...before,
    ...lines.map((line, i) => [i + number("O"), line] as const),
  ]);
  return 0;
};

function* allLines(
  shell: Shell,
  file: OpenFile,
  delimiter: string,
  trims: boolean,
): Generator<Wait, string[], void> {
  let text = "";
  for (;;) {
    const got = file.read(65_536);
    if (got === null) yield on(file.readable);
    else if (typeof got === "number" || got === "") break;
    else text += got;
    if (text.length > SHELL_LIMITS.textCharactersMax) {
      yield* shell.complain(`mapfile: xrealloc: cannot allocate ${text.length} bytes`);
      return [];
    }
  }
  if (text === "") return [];
  const lines = text.split(delimiter);
  const last = lines.pop() as string;
  const done = trims ? lines : lines.map((line) => line + delimiter);
  return last === "" ? done : [...done, last];
}
