/** What a parameter holds: positional and special ones, variables, arrays, and the arrays that bash makes up. */
import { ExpansionError } from "../shell/control.ts";
import type { Shell } from "../shell/shell.ts";
import { evaluateIndex } from "./arithmetic.ts";

export type ParameterValue =
  | { readonly many: false; readonly text: string | undefined }
  /** `$@`, `$*`, `${a[@]}`, `${a[*]}`; `star` joins when quoted. */
  | { readonly many: true; readonly items: readonly string[]; readonly star: boolean };

const one = (text: string | undefined): ParameterValue => ({ many: false, text });

/** The value of `name`, or of its element `index`: an expanded subscript, "@" or "*". */
export function parameterValue(shell: Shell, name: string, index: string | null): ParameterValue {
  if (name === "@" || name === "*")
    return { many: true, items: shell.positional, star: name === "*" };
  const special = index === null ? specialParameter(shell, name) : undefined;
  if (special !== undefined) return one(special === "" && name === "!" ? undefined : special);
  if (/^\d+$/.test(name))
    return one(name === "0" ? shell.name : shell.positional[Number(name) - 1]);
  const made = madeArray(shell, name);
  if (made !== undefined) return elementOf(shell, made, index);
  if (index === null) return one(shell.variables.get(name));
  const variable = shell.variables.find(name);
  if (index === "@" || index === "*") {
    const dynamic = variable === undefined ? shell.variables.get(name) : undefined;
    const items = variable?.values() ?? (dynamic === undefined ? [] : [dynamic]);
    return { many: true, items, star: index === "*" };
  }
  if (variable === undefined) return one(undefined);
  try {
    return one(variable.element(keyOf(shell, name, index, variable.kind === "associative")));
  } catch (thrown) {
    if (!(thrown instanceof ExpansionError) || !thrown.message.endsWith("bad array subscript"))
      throw thrown;
    // reading before the beginning is only told of
    shell.notes.push(`${name}: bad array subscript`);
    return one(undefined);
  }
}

/** The key that a subscript means; negative numbers count from the end. */
export function keyOf(
  shell: Shell,
  name: string,
  index: string,
  isAssociative: boolean,
): number | string {
  if (isAssociative) return index;
  const key = evaluateIndex(shell, index);
  if (key >= 0) return key;
  const counted = (shell.variables.find(name)?.highestIndex() ?? -1) + 1 + key;
  if (counted < 0) throw new ExpansionError(`${name}[${index}]: bad array subscript`, false);
  return counted;
}

function elementOf(shell: Shell, items: readonly string[], index: string | null): ParameterValue {
  if (index === "@" || index === "*") return { many: true, items, star: index === "*" };
  return one(items[index === null ? 0 : evaluateIndex(shell, index)]);
}

/** Keys of an array, as `${!name[@]}` lists them. */
export function parameterKeys(shell: Shell, name: string): string[] {
  const made = madeArray(shell, name);
  if (made !== undefined) return made.map((_, i) => String(i));
  return shell.variables.find(name)?.keys().map(String) ?? [];
}

function specialParameter(shell: Shell, name: string): string | undefined {
  switch (name) {
    case "?":
      return String(shell.status);
    case "$":
      return String(shell.shellPid);
    case "!":
      return shell.lastBackground === 0 ? "" : String(shell.lastBackground);
    case "#":
      return String(shell.positional.length);
    case "-":
      return optionLetters(shell);
    case "_":
      return shell.lastArgument;
    default:
      return undefined;
  }
}

function optionLetters(shell: Shell): string {
  const letters = shell.options.letters();
  if (shell.dialect === "dash") return letters.replace(/[BhH]/g, "");
  return (
    letters +
    (shell.interactive ? "i" : "") +
    (shell.fromCommandLine ? "c" : "") +
    (shell.fromInput ? "s" : "")
  );
}

/** Arrays of bash that hold the state of the shell. */
function madeArray(shell: Shell, name: string): readonly string[] | undefined {
  if (shell.dialect === "dash") return undefined;
  const frames = () => shell.frames.slice().reverse();
  switch (name) {
    case "PIPESTATUS":
      return shell.pipeStatus.map(String);
    case "FUNCNAME":
      return frames().some((frame) => frame.isFunction)
        ? [...frames().map((frame) => frame.name), "main"]
        : [];
    case "BASH_SOURCE":
      return [
        ...frames().map((frame) => frame.source.file || "environment"),
        ...bottomSource(shell),
      ];
    case "BASH_LINENO":
      return [...frames().map((frame) => String(frame.callLine)), "0"];
    case "DIRSTACK":
      return [shell.process.cwd, ...shell.directoryStack];
    case "GROUPS":
      return ["0"];
    default:
      return undefined;
  }
}

/** The script that runs, below all functions. */
const bottomSource = (shell: Shell): string[] =>
  shell.scriptFile === "" ? [] : [shell.scriptFile];

/** What `set -u` says of a parameter without a value. */
export function unboundText(shell: Shell, name: string): string {
  if (shell.dialect === "dash") return `${name}: parameter not set`;
  return /^\d+$/.test(name) ? `$${name}: unbound variable` : `${name}: unbound variable`;
}
