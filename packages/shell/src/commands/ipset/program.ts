/** The program `ipset` as a function of a command line and a kernel. Left out: interactive mode. */
import { type CommandLine, readCommandLine } from "./command-line.ts";
import { readType } from "./create-options.ts";
import type { IpsetKernel } from "./kernel.ts";
import type { Names } from "./names.ts";
import { misused, Refusal, UsageProblem } from "./problem.ts";
import { LineRefusal, refuseInRestore, Session } from "./session.ts";
import { USAGE, VERSION } from "./texts.ts";

export interface IpsetFiles {
  readStdin(): string;
  /** Undefined for a file that is not there. */
  read(path: string): string | undefined;
  write(path: string, text: string): void;
}

export interface IpsetOutcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

const STATUS = { other: 1, usage: 2 } as const;

/** The words of a line; double quotes hold blanks together, and what begins one that is not closed is lost. */
function splitLine(line: string): readonly string[] {
  const words: string[] = [];
  const isClosed = line.split('"').length % 2 === 1;
  const whole = isClosed ? line : line.slice(0, line.lastIndexOf('"'));
  for (const [, quoted, plain] of whole.matchAll(/"([^"]*)"|([^\s"]+)/g))
    words.push(quoted ?? plain ?? "");
  return words;
}

class Program {
  private readonly session: Session;
  private readonly files: IpsetFiles;
  private line = 0;
  private quiet = false;
  private help = "";

  constructor(kernel: IpsetKernel, names: Names, files: IpsetFiles, restores: boolean) {
    this.session = new Session(kernel, names, restores);
    this.files = files;
  }

  run(argv: readonly string[]): IpsetOutcome {
    let status = 0;
    try {
      status = this.carryOut(argv);
    } catch (thrown) {
      const outcome = this.outcomeOf(thrown);
      const stderr = this.quiet ? "" : this.session.stderr + outcome.stderr;
      return { status: outcome.status, stdout: this.help + this.session.stdout, stderr };
    }
    return { status, stdout: this.help + this.session.stdout, stderr: this.session.stderr };
  }

  private carryOut(argv: readonly string[]): number {
    this.quiet = argv.includes("-q") || argv.includes("-quiet");
    const command = readCommandLine(argv);
    switch (command.command) {
      case "version":
        this.help = `ipset ${VERSION}, protocol version: 7\n`;
        return 0;
      case "help":
        return this.showHelp(command);
      case "quit":
        return 0;
      case "restore":
        return this.restore(command);
      default: {
        const status = this.session.run(command, 0);
        this.writeFile(command);
        return status;
      }
    }
  }

  private showHelp({ words }: CommandLine): number {
    this.help = USAGE;
    const [type] = words;
    if (type === undefined) return 0;
    try {
      readType(type);
    } catch {
      misused(`Unknown settype: \`${type}'`);
    }
    return 0;
  }

  /** -f of list and save. */
  private writeFile({ command, file }: CommandLine): void {
    if (file === null || (command !== "list" && command !== "save")) return;
    this.files.write(file, this.session.stdout);
    this.session.stdout = "";
  }

  private restore({ file, exist }: CommandLine): number {
    const text = file === null ? this.files.readStdin() : this.files.read(file);
    if (text === undefined)
      throw new Refusal(`Cannot open ${file} for reading: No such file or directory`);
    for (const line of text.split("\n")) {
      this.line++;
      const trimmed = line.trim();
      if (trimmed === "" || trimmed.startsWith("#")) continue;
      if (trimmed === "COMMIT") {
        this.session.flushWaiting();
        continue;
      }
      const command = readCommandLine(splitLine(trimmed));
      const { command: name } = command;
      if (name === "quit") break;
      if (name === "restore" || name === "help" || name === "version") refuseInRestore(name);
      this.session.run({ ...command, exist: command.exist || exist }, this.line);
    }
    this.session.flushWaiting();
    return 0;
  }

  private outcomeOf(thrown: unknown): { readonly status: number; readonly stderr: string } {
    if (thrown instanceof UsageProblem) {
      const stderr = `ipset ${VERSION}: ${thrown.text}\nTry \`ipset help' for more information.\n`;
      return { status: STATUS.usage, stderr };
    }
    if (!(thrown instanceof Refusal)) throw thrown;
    const line = thrown instanceof LineRefusal && thrown.line !== 0 ? thrown.line : this.line;
    const where = line === 0 ? "" : `Error in line ${line}: `;
    return { status: STATUS.other, stderr: `ipset ${VERSION}: ${where}${thrown.text}\n` };
  }
}

/** Whether the command line restores, and from a file that it names. */
export function restoreSource(argv: readonly string[]): "stdin" | "file" | null {
  try {
    const { command, file } = readCommandLine(argv.slice(1));
    if (command !== "restore") return null;
    return file === null ? "stdin" : "file";
  } catch {
    return null;
  }
}

/** `argv` begins with the program's name. */
export function runIpset(
  argv: readonly string[],
  kernel: IpsetKernel,
  names: Names,
  files: IpsetFiles,
): IpsetOutcome {
  const restores = restoreSource(argv) !== null;
  return new Program(kernel, names, files, restores).run(argv.slice(1));
}
