/** `pushd`, `popd` and `dirs`: the stack of directories, whose top is where the shell is. */
import { fileErrorText } from "../process/errno.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { changeDirectory } from "./directories.ts";
import { badOption, usage } from "./usage.ts";

const shown = (shell: Shell, path: string): string => {
  const home = shell.variables.get("HOME") ?? "";
  return home !== "" && (path === home || path.startsWith(`${home}/`))
    ? `~${path.slice(home.length)}`
    : path;
};

/** From the top down. */
const stackOf = (shell: Shell): readonly string[] => [shell.process.cwd, ...shell.directoryStack];

/** `+N` from the top or `-N` from the bottom, as a place from the top; null for another word. */
function placeOf(word: string, size: number): number | null {
  const found = /^([+-])(\d+)$/.exec(word);
  if (found === null) return null;
  const count = Number(found[2]);
  return found[1] === "+" ? count : size - 1 - count;
}

function* list(shell: Shell): Run {
  const paths = stackOf(shell).map((path) => shown(shell, path));
  yield* shell.out(`${paths.join(" ")}\n`, "dirs");
  return 0;
}

export const dirs: Builtin = function* (shell, argv) {
  const letters = new Set<string>();
  let place: number | null = null;
  for (const word of argv.slice(1)) {
    const stack = stackOf(shell);
    const at = placeOf(word, stack.length);
    if (at !== null) {
      if (at < 0 || at >= stack.length) {
        const empty = stack.length === 1 ? "directory stack empty" : null;
        const why = `${word.slice(1)}: directory stack index out of range`;
        yield* shell.complain(`dirs: ${empty ?? why}`);
        return 1;
      }
      place = at;
    } else if (/^-[clpv]+$/.test(word)) for (const letter of word.slice(1)) letters.add(letter);
    else {
      const why = word.startsWith("-") ? "invalid number" : "invalid option";
      yield* shell.complain(`dirs: ${word}: ${why}`);
      return yield* usage(shell, "dirs");
    }
  }
  if (letters.has("c")) {
    shell.directoryStack = [];
    return 0;
  }
  const paths = stackOf(shell).map((path) => (letters.has("l") ? path : shown(shell, path)));
  const lines = paths.map((path, i) =>
    letters.has("v") ? `${String(i).padStart(2)}  ${path}` : path,
  );
  const text =
    place !== null
      ? `${lines[place]}\n`
      : `${lines.join(letters.has("v") || letters.has("p") ? "\n" : " ")}\n`;
  yield* shell.out(text, "dirs");
  return 0;
};

/** Options and the word of `pushd` and `popd`: -n leaves the shell where it is. */
function readWords(argv: readonly string[]): { stays: boolean; words: readonly string[] } {
  let at = 1;
  let stays = false;
  for (; argv[at] === "-n"; at++) stays = true;
  if (argv[at] === "--") at++;
  return { stays, words: argv.slice(at) };
}

export const pushd: Builtin = function* (shell, argv) {
  const { stays, words } = readWords(argv);
  const [word] = words;
  const stack = stackOf(shell);
  if (words.length > 1) {
    yield* shell.complain("pushd: too many arguments");
    return 1;
  }
  if (word === undefined && stack.length === 1) {
    yield* shell.complain("pushd: no other directory");
    return 1;
  }
  const place = word === undefined ? null : placeOf(word, stack.length);
  if (word === undefined || place !== null) return yield* rotate(shell, word, place ?? 1, stays);
  if (/^-./.test(word)) {
    yield* shell.complain(`pushd: ${word}: invalid number`);
    return yield* usage(shell, "pushd");
  }
  if (stays) {
    shell.directoryStack = [word, ...shell.directoryStack];
    return yield* list(shell);
  }
  const errno = changeDirectory(shell, word);
  if (errno !== 0) {
    yield* shell.complain(`pushd: ${word}: ${fileErrorText(errno)}`);
    return 1;
  }
  shell.directoryStack = [...stack];
  return yield* list(shell);
};

/** Brings the directory at `place` to the top; without a word the first two change places. */
function* rotate(shell: Shell, word: string | undefined, place: number, stays: boolean): Run {
  const stack = stackOf(shell);
  if (place < 0 || place >= stack.length) {
    const empty = stack.length === 1 ? "directory stack empty" : null;
    yield* shell.complain(`pushd: ${empty ?? `${word}: directory stack index out of range`}`);
    return 1;
  }
  const turned =
    word === undefined
      ? [stack[1] as string, stack[0] as string, ...stack.slice(2)]
      : [...stack.slice(place), ...stack.slice(0, place)];
  const [top = ""] = turned;
  const errno = stays ? 0 : changeDirectory(shell, top);
  if (errno !== 0) {
    yield* shell.complain(`pushd: ${top}: ${fileErrorText(errno)}`);
    return 1;
  }
  shell.directoryStack = turned.slice(1);
  return yield* list(shell);
}

export const popd: Builtin = function* (shell, argv) {
  const { stays, words } = readWords(argv);
  const [word] = words;
  const stack = stackOf(shell);
  const place = word === undefined ? 0 : placeOf(word, stack.length);
  if (place === null) {
    if (/^-./.test(word ?? "")) return yield* badOption(shell, "popd", word as string);
    yield* shell.complain(`popd: ${word}: invalid argument`);
    return yield* usage(shell, "popd");
  }
  if (stack.length === 1) {
    yield* shell.complain("popd: directory stack empty");
    return 1;
  }
  if (place < 0 || place >= stack.length) {
    yield* shell.complain(`popd: ${word}: directory stack index out of range`);
    return 1;
  }
  if (place > 0 || stays) {
    const at = Math.max(1, place);
    shell.directoryStack = stack.filter((_, i) => i !== at).slice(1);
    return yield* list(shell);
  }
  const [, top = ""] = stack;
  const errno = changeDirectory(shell, top);
  if (errno !== 0) {
    yield* shell.complain(`popd: ${top}: ${fileErrorText(errno)}`);
    return 1;
  }
  shell.directoryStack = stack.slice(2);
  return yield* list(shell);
};
