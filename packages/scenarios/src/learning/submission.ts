/**
 * What people hand in, as scripts by machine. Three forms: a file for each machine (`rs1.sh`); one text with a heading for each
 * (`# machine: rs1`); or what a terminal showed, with prompts (`[root@rs1 ~]# …`, `root@rs1:~# …`, `rs1# …`), of which
 * only what stands behind a prompt counts. Windows line ends and byte order marks are taken off.
 */

/** What one machine is to be told. */
export interface Script {
  readonly machine: string;
  readonly text: string;
  /** The file that it comes from. */
  readonly file: string;
  /** Line of the file before its first. */
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
}

/** Thrown where a submission cannot be read: one line for whoever handed it in. */
export class SubmissionError extends Error {
  override readonly name = "SubmissionError";
}

const HEADING = /^#+\s*machine:\s*([\w.-]+)\s*$/i;
const PROMPTS = [
  /^\s*\[\w+@([\w.-]+)\s[^\]]*\]\s?[#$](?:\s+(.*))?$/,
  /^\s*\w+@([\w.-]+):[^#$\s]*[#$](?:\s+(.*))?$/,
  /^\s*([a-z][\w.-]*)[#$]\s+(.*)$/,
];
/** What bash shows where a command goes on. */
const CONTINUED = /^>\s?(.*)$/;

const withoutMarks = (text: string): string => text.replace(/^\uFEFF/, "").replaceAll("\r\n", "\n");

/** The scripts of a submission, in the order in which they are to be typed. Throws `SubmissionError`. */
export function readSubmission(
  files: readonly SubmittedFile[],
  machines: readonly NamedMachine[],
): Script[] {
  const [only] = files;
  if (only === undefined)
    throw new SubmissionError("there is no script in it: one file NAME.sh for each machine");
  const scripts = files.flatMap(({ name, text }) => {
    if (text.includes("\0")) throw new SubmissionError(`${name} holds binary data`);
    return scriptsOf(name, withoutMarks(text), machines, files.length === 1);
  });
  const order = machines.map(({ name }) => name);
  // what stands in one text keeps its order
  return files.length === 1
    ? scripts
    : scripts.sort((a, b) => order.indexOf(a.machine) - order.indexOf(b.machine));
}

function scriptsOf(
  file: string,
  text: string,
  machines: readonly NamedMachine[],
  isAlone: boolean,
): Script[] {
  const own = machines.find(({ name }) => `${name}.sh` === file);
  if (own !== undefined) return [{ machine: own.name, text, file, offset: 0 }];
  const known = machines.map(({ name }) => name).join(", ");
  if (!isAlone)
    throw new SubmissionError(`${file}: there is no machine of that name; known: ${known}`);
  const lines = text.split("\n");
  const parts = lines.some((line) => HEADING.test(line))
    ? byHeadings(lines, file, machines)
    : byPrompts(lines, file, machines);
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
    machine = machineNamed(name, machines, `${file}:${i + 1}`);
    begin = i + 1;
  });
  flush(lines.length);
  return scripts;
}

/** Neighbouring commands of one machine are one script; lines keep their distance, so that complaints name them well. */
function byPrompts(
  lines: readonly string[],
  file: string,
  machines: readonly NamedMachine[],
): Script[] {
  const scripts: { machine: string; lines: string[]; offset: number }[] = [];
  let isOpen = false;
  lines.forEach((line, i) => {
    const prompt = promptOf(line);
    const last = scripts.at(-1);
    const goesOn = isOpen ? CONTINUED.exec(line)?.[1] : undefined;
    if (prompt === null) {
      isOpen = goesOn !== undefined;
      last?.lines.push(goesOn ?? "");
      return;
    }
    isOpen = true;
    const machine = machineNamed(prompt.host, machines, `${file}:${i + 1}`);
    if (last?.machine === machine) last.lines.push(prompt.command);
    else scripts.push({ machine, lines: [prompt.command], offset: i });
  });
  return scripts.map(({ machine, lines: own, offset }) => ({
    machine,
    text: own.join("\n"),
    file,
    offset,
  }));
}

function promptOf(line: string): { host: string; command: string } | null {
  for (const form of PROMPTS) {
    const [, host, command = ""] = form.exec(line) ?? [];
    if (host !== undefined) return { host, command };
  }
  return null;
}

function machineNamed(name: string, machines: readonly NamedMachine[], place: string): string {
  const [label] = name.split(".");
  const found =
    machines.find((one) => one.name === name) ??
    machines.find(({ hostname }) => hostname === name || hostname.split(".")[0] === label);
  if (found !== undefined) return found.name;
  const known = machines.map((one) => one.name).join(", ");
  throw new SubmissionError(`${place}: there is no machine "${name}"; known: ${known}`);
}
