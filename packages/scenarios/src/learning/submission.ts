/**
 * What people hand in, as scripts by machine. Three forms: a file for each machine (`rs1.sh`); one text with a heading for each
 * (`# machine: rs1`); or what a terminal showed, with prompts (`[root@rs1 ~]# …`, `root@rs1:~# …`, `rs1# …`), or a
 * session as `lvsim lab` records it (`1.000000000 rs1 $ …`), of which only commands count. Windows line ends and byte
 * order marks are taken off.
 */
import { isSetting } from "../run/start-commands.ts";

/** What one machine is to be told. */
export interface Script {
  readonly machine: string;
  readonly text: string;
  /** The file that it comes from. */
  readonly file: string;
  /** Lines of the file before its first. */
  readonly offset: number;
}

export interface SubmittedFile {
  readonly name: string;
  readonly text: string;
}

/** A machine that people may name, by its name or by that of its prompt. */
export interface NamedMachine {
  readonly name: string;
  readonly hostname: string;
  /** Whether the lesson is about it: of the others only what a terminal showed may tell, and it is passed over. */
  readonly isOpen: boolean;
}

/** Thrown where a submission cannot be read: one line for whoever handed it in. */
export class SubmissionError extends Error {
  override readonly name = "SubmissionError";
}

/** Scripts, or commands of a terminal. */
const SCRIPTS_MAX = 1000;
const HEADING = /^#+\s*machine:\s*([\w.-]+)\s*$/i;
const PROMPTS = [
  /^\s*\[\w+@([\w.-]+)\s[^\]]*\]\s?[#$](?:\s+(.*))?$/,
  /^\s*\w+@([\w.-]+):[^#$\s]*[#$](?:\s+(.*))?$/,
  /^\s*([a-z][\w.-]*)[#$]\s+(.*)$/,
  /^\d+\.\d{9} ([a-z][\w-]*) \$(?: (.*))?$/,
];
/** A command to lvsim itself, as its terminal takes them. */
const COLON = /^:[a-z]/;
/** What bash shows where a command goes on. */
const CONTINUED = /^>\s?(.*)$/;

const withoutMarks = (text: string): string => text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");

/** The scripts of a submission, in the order in which they are to be typed. Throws `SubmissionError`. */
export function readSubmission(
  files: readonly SubmittedFile[],
  all: readonly NamedMachine[],
): Script[] {
  const machines = all.filter(({ isOpen }) => isOpen);
  const [only] = files;
  if (only === undefined)
    throw new SubmissionError("there is no script in it: one file NAME.sh for each machine");
  const scripts = files.flatMap(({ name, text }) => {
    if (text.includes("\0")) throw new SubmissionError(`${name} holds binary data`);
    return scriptsOf(name, withoutMarks(text), all, files.length === 1);
  });
  if (scripts.length > SCRIPTS_MAX)
    throw new SubmissionError(
      `it has ${scripts.length} commands, at most ${SCRIPTS_MAX} are played`,
    );
  const order = machines.map(({ name }) => name);
  // what stands in one text keeps its order
  return files.length === 1
    ? scripts
    : scripts.sort((a, b) => order.indexOf(a.machine) - order.indexOf(b.machine));
}

function scriptsOf(
  file: string,
  text: string,
  all: readonly NamedMachine[],
  isAlone: boolean,
): Script[] {
  const machines = all.filter(({ isOpen }) => isOpen);
  const own = machines.find(({ name }) => `${name}.sh` === file);
  if (own !== undefined) return [{ machine: own.name, text, file, offset: 0 }];
  const known = machines.map(({ name }) => name).join(", ");
  if (!isAlone)
    throw new SubmissionError(`${file}: there is no machine of that name; known: ${known}`);
  const lines = text.split("\n");
  const parts = lines.some((line) => HEADING.test(line))
    ? byHeadings(lines, file, machines)
    : byPrompts(lines, file, all);
  if (parts.length > 0) return parts;
  const [single, ...others] = machines;
  if (single !== undefined && others.length === 0)
    return [{ machine: single.name, text, file, offset: 0 }];
  throw new SubmissionError(
    `${file} says nowhere which machine it is for: "# machine: NAME" before its lines; known: ${known}`,
  );
}

function byHeadings(
  lines: readonly string[],
  file: string,
  machines: readonly NamedMachine[],
): Script[] {
  const scripts: Script[] = [];
  let begin = -1;
  let machine = "";
  const flush = (end: number): void => {
    if (begin >= 0)
      scripts.push({ machine, text: lines.slice(begin, end).join("\n"), file, offset: begin });
  };
  lines.forEach((line, i) => {
    const name = HEADING.exec(line)?.[1];
    if (name === undefined) return;
    flush(i);
    machine = machineNamed(name, machines, `${file}:${i + 1}`).name;
    begin = i + 1;
  });
  flush(lines.length);
  return scripts;
}

/**
 * Each command by itself, so that one that never ends holds up no other; what a machine's shell remembers (`isSetting`) is
 * said again before it.
 */
function byPrompts(
  lines: readonly string[],
  file: string,
  machines: readonly NamedMachine[],
): Script[] {
  const commands: { machine: NamedMachine; lines: string[]; offset: number }[] = [];
  let isTyping = false;
  lines.forEach((line, i) => {
    const prompt = promptOf(line);
    if (prompt !== null) {
      const machine = machineNamed(prompt.host, machines, `${file}:${i + 1}`);
      isTyping = !COLON.test(prompt.command);
      if (isTyping) commands.push({ machine, lines: [prompt.command], offset: i });
      return;
    }
    const more = isTyping ? CONTINUED.exec(line)?.[1] : undefined;
    isTyping = more !== undefined;
    if (more !== undefined) commands.at(-1)?.lines.push(more);
  });
  const settings = new Map<string, string[]>();
  return commands.flatMap(({ machine: { name, isOpen }, lines: own, offset }) => {
    const text = own.join("\n");
    if (!isOpen || text.trim() === "") return [];
    const known = settings.get(name) ?? [];
    if (isSetting(text)) settings.set(name, [...known, text]);
    const before = known.join("\n").split("\n").length;
    // they stood further up, so there is room for them
    return known.length === 0
      ? [{ machine: name, text, file, offset }]
      : [{ machine: name, text: [...known, text].join("\n"), file, offset: offset - before }];
  });
}

function promptOf(line: string): { host: string; command: string } | null {
  for (const form of PROMPTS) {
    const [, host, command = ""] = form.exec(line) ?? [];
    if (host !== undefined) return { host, command };
  }
  return null;
}

function machineNamed(
  name: string,
  machines: readonly NamedMachine[],
  place: string,
): NamedMachine {
  const [label] = name.split(".");
  const found =
    machines.find((one) => one.name === name) ??
    machines.find(({ hostname }) => hostname === name || hostname.split(".")[0] === label);
  if (found !== undefined) return found;
  const known = machines.flatMap((one) => (one.isOpen ? one.name : [])).join(", ");
  throw new SubmissionError(`${place}: there is no machine "${name}"; known: ${known}`);
}
