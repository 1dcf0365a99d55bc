/**
 * A failing case again, by one line. A failed property prints `LVSIM_REPLAY='…' npx vitest run FILE -t TEST`; with that in the
 * environment the property tries that one case and nothing else, already shrunk.
 */
import fc from "fast-check";

/** Which case of a property. */
export interface Replay {
  readonly seed: number;
  /** Where fast-check's values begin again. */
  readonly path: string;
  /** The same of `fc.commands`, whose choices are not in the path; left out where there are none. */
  readonly commands?: string;
}

/** The test that runs now, as far as the test runner tells. */
export interface RunningTest {
  readonly file?: string | undefined;
  readonly name?: string | undefined;
}

const VARIABLE = "LVSIM_REPLAY";
const NUMBER_PATH = /^\d+(?::\d+)*$/;
const COMMANDS = /replayPath="([^"]*)"/;

/** What the variable asks for; null when it asks for nothing. Throws when nobody can have printed it so. */
export function readReplay(text: string | undefined): Replay | null {
  if (text === undefined || text === "") return null;
  const [seed = "", path = "", ...commands] = text.split(" ");
  if (!/^-?\d+$/.test(seed) || !NUMBER_PATH.test(path))
    throw new Error(`${VARIABLE}='${text}' is none of the lines that failed properties print`);
  const replay = { seed: Number(seed), path };
  return commands.length === 0 ? replay : { ...replay, commands: commands.join(" ") };
}

/** The line to paste. */
export function replayLine({ seed, path, commands }: Replay, test: RunningTest): string {
  const value = [String(seed), path, ...(commands === undefined ? [] : [commands])].join(" ");
  const file = test.file === undefined ? "" : ` ${quoted(fromHere(test.file))}`;
  const name = test.name === undefined ? "" : ` -t ${quoted(namePattern(test.name))}`;
  return `${VARIABLE}=${quoted(value)} npx vitest run${file}${name}`;
}

/** A path as somebody would type it who stands where the tests were started. */
const fromHere = (path: string): string => {
  const here = typeof process === "undefined" ? "" : `${process.cwd()}/`;
  return path.startsWith(here) ? path.slice(here.length) : path;
};

/** vitest takes a regular expression and puts one blank between a test and what it stands in. */
const namePattern = (name: string): string =>
  name
    .replace(/ \(with seed=-?\d+\)$/, "")
    .replaceAll(" > ", " ")
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

const quoted = (text: string): string =>
  /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;

/** Makes every property of this process end its failures with the line, and try only the case that the variable names. */
export function installReplay(
  test: () => RunningTest = () => ({}),
  variable: string | undefined = readEnvironment(),
): void {
  const replay = readReplay(variable);
  const config = {
    ...fc.readConfigureGlobal(),
    reporter: (details: fc.RunDetails<unknown>) => report(details, test()),
    // fast-check reads a global path, though its types keep it to single properties
    ...(replay === null ? {} : { seed: replay.seed, path: replay.path, endOnFailure: true }),
  };
  fc.configureGlobal(config);
}

/** What `serviceEdits` begins again with; undefined unless the variable names it. */
export const replayedCommands = (): string | undefined => readReplay(readEnvironment())?.commands;

const readEnvironment = (): string | undefined =>
  typeof process === "undefined" ? undefined : process.env[VARIABLE];

function report(details: fc.RunDetails<unknown>, test: RunningTest): void {
  if (!details.failed) return;
  const text = fc.defaultReportMessage(details).replace(/\n\nHint: .*$/s, "");
  const { seed, counterexamplePath: path, counterexample } = details;
  const commands = COMMANDS.exec(fc.stringify(counterexample))?.[1];
  const again =
    path === null
      ? ""
      : `\n\nAgain: ${replayLine({ seed, path, ...(commands === undefined ? {} : { commands }) }, test)}`;
  throw new Error(`${text}${again}`, { cause: details.errorInstance });
}
