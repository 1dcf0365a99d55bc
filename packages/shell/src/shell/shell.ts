/** The state of one shell process, and what its parts (expansions, builtins, executor) ask of one another. */
import { nanoseconds } from "@lvsim/core";
import type {
  AndOr,
  Command,
  CompoundCommand,
  CompoundList,
  ParsedScript,
  PipelineNode,
  Redirected,
  Statement,
  Word,
} from "unbash";
import type { Kernel } from "../kernel/kernel.ts";
import { fileErrorText } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import type { Terminal } from "../process/terminal.ts";
import { writeAll } from "../process/transfer.ts";
import type { Wait } from "../process/wait.ts";
import { JobTable } from "./jobs.ts";
import { Options } from "./options.ts";
import type { Source } from "./source.ts";
import { Variables } from "./variables.ts";

const NO_TIME = nanoseconds(0);

export type Run = Generator<Wait, number, void>;

/** `bash` (5.2 or 4.2) or `dash`: which words it speaks and which syntax it refuses. */
export type Dialect = "bash" | "dash";

export interface ShellFunction {
  readonly name: string;
  readonly body: CompoundCommand | Redirected | CompoundList;
  readonly source: Source;
  readonly line: number;
}

export type AnyNode = PipelineNode | AndOr;

/** The elements of `name=( … )` as a declaration gets them. */
export interface ArrayArgument {
  readonly name: string;
  readonly append: boolean;
  readonly elements: readonly Word[];
}

export type Builtin = (shell: Shell, argv: readonly string[]) => Run;

/** One level of function call or sourced file. */
export interface Frame {
  readonly name: string;
  readonly source: Source;
  /** The line from which it was called. */
  readonly callLine: number;
  readonly isFunction: boolean;
}

/** What the executor does for the parts below it. */
export interface Executor {
  /** Gives a new shell's variables what they cannot know: arithmetic, and the state behind RANDOM and its like. */
  attach(shell: Shell): void;
  /**
   * Runs every statement of a source in the current shell, as far as it is free of syntax errors. `who` stands before
   * a syntax error: `-c: `, `eval: `, or nothing.
   */
  run(shell: Shell, source: Source, who: string): Run;
  /** A shell process from its first command to its EXIT trap: gives the status that the process ends with. */
  main(shell: Shell, body: Run): Run;
  /** Runs a simple command; `inPlace` when the process does nothing after it. */
  simple(shell: Shell, node: Command, inPlace: boolean): Run;
  /** Runs a node as all that a process does. */
  alone(shell: Shell, node: AnyNode): Run;
  /** What the one redirection of a command without a name reads; undefined after a message. */
  readInput(shell: Shell, node: Command): Generator<Wait, string | undefined, void>;
  /** Runs statements one after the other. */
  list(shell: Shell, statements: readonly Statement[]): Run;
  /** Runs a command of any kind. */
  node(shell: Shell, node: AnyNode): Run;
  /** Runs a list in a copy of the shell and gives what it wrote; sets `lastSubstitutionStatus`. */
  capture(shell: Shell, script: ParsedScript, source: Source): Generator<Wait, string, void>;
  /** `<( )` and `>( )`: starts the list and gives the path that stands for its pipe. */
  substituteProcess(
    shell: Shell,
    operator: "<" | ">",
    script: ParsedScript,
    source: Source,
  ): string;
  /** Runs a command by its words as `command` or `builtin` do: no function is looked for. */
  runWords(shell: Shell, argv: readonly string[], which: "any" | "no-function" | "builtin"): Run;
  /** Replaces the shell by a program, which sees `shown` as its name; ends the shell also when that fails. */
  replace(shell: Shell, argv: readonly string[], shown: string | null): Run;
}

export class Shell {
  readonly kernel: Kernel;
  readonly process: Process;
  readonly dialect: Dialect;
  readonly builtins: ReadonlyMap<string, Builtin>;
  readonly executor: Executor;
  variables: Variables = new Variables();
  readonly functions: Map<string, ShellFunction> = new Map();
  readonly aliases: Map<string, string> = new Map();
  /** Aliases as they were when the line that runs was read. */
  readAliases: ReadonlyMap<string, string> = new Map();
  /** The aliases whose own text runs: they are not replaced in there. */
  aliasesInUse: ReadonlySet<string> = new Set();
  options: Options = new Options();
  /** $0. */
  name: string;
  /** The script that the shell was started with; "" when there is none. */
  scriptFile = "";
  /** Given its text by `-c`: errors in functions then name `environment`, and some end it with 127. */
  fromCommandLine = false;
  /** Reads its commands from standard input. */
  fromInput = false;
  /** A pipe is its input: jobs in the background keep it. */
  inputIsPipe = false;
  /** Messages of an expansion that goes on nevertheless; printed as soon as something can be written. */
  notes: string[] = [];
  /** BASH_COMMAND: the simple command that runs. */
  command = "";
  /** Descriptors that process substitutions of the command that runs hold open. */
  readonly substitutions: number[] = [];
  readonly exportedFunctions: Set<string> = new Set();
  /** Builtins that `enable -n` hid. */
  readonly disabled: Set<string> = new Set();
  positional: readonly string[] = [];
  /** $?. */
  status = 0;
  pipeStatus: readonly number[] = [0];
  /** $!. */
  lastBackground = 0;
  /** $_. */
  lastArgument = "";
  readonly jobs: JobTable = new JobTable();
  /** What `coproc` started last. */
  coprocess: { readonly name: string; readonly process: Process } | null = null;
  /** The jobs of the shell that started this one for a `jobs` in a pipeline or `$( )`: to be seen, not to be waited for. */
  seenJobs: JobTable | null = null;
  /** `set -m`: jobs have process groups of their own, and can be stopped. A subshell has none until it says so itself. */
  jobControl = false;
  /** Children that were waited for already; their status can be asked for again. */
  readonly waited: Map<number, Process> = new Map();
  /** The source that runs, and the line it is at. */
  source: Source;
  line = 1;
  frames: Frame[] = [];
  loopDepth = 0;
  /** Above 0, a failure does not end the shell: conditions of if, while, && and ||, and after `!`. */
  conditionDepth = 0;
  evalDepth = 0;
  subshellDepth = 0;
  /** How many command substitutions it is inside of; `set -x` shows it. */
  substitutionDepth = 0;
  interactive = false;
  /** What an interactive shell reads from; null for the others. */
  terminal: Terminal | null = null;
  /** By signal name without SIG, or EXIT, ERR, DEBUG, RETURN. An empty text ignores the signal. */
  readonly traps: Map<string, string> = new Map();
  /** Set while a trap runs, so that it does not run inside itself. */
  inTrap: string | null = null;
  /** Status of the last command substitution of the command that runs; null when it had none. */
  lastSubstitutionStatus: number | null = null;
  /** $$: the pid of the first shell, also in its subshells. */
  shellPid: number;
  directoryStack: string[] = [];
  readonly hashed: Map<string, string> = new Map();
  /** Arrays among the arguments of a declaration that runs, by their place in argv. */
  arrayArguments: ReadonlyMap<number, ArrayArgument> = new Map();
  /** Where getopts stands inside a bundle. */
  getoptsAt = 0;
  /** The OPTIND that getopts left; another one starts afresh. */
  getoptsIndex = 0;

  constructor(
    kernel: Kernel,
    process: Process,
    dialect: Dialect,
    builtins: ReadonlyMap<string, Builtin>,
    executor: Executor,
    name: string,
    source: Source,
  ) {
    this.kernel = kernel;
    this.process = process;
    this.dialect = dialect;
    this.builtins = builtins;
    this.executor = executor;
    this.name = name;
    this.source = source;
    this.shellPid = process.pid;
    executor.attach(this);
  }

  /** The copy that a forked process runs; traps are not taken over, ignored signals are. */
  fork(process: Process): Shell {
    const copy = new Shell(
      this.kernel,
      process,
      this.dialect,
      this.builtins,
      this.executor,
      this.name,
      this.source,
    );
    copy.variables = this.variables.copy();
    copy.executor.attach(copy);
    copy.scriptFile = this.scriptFile;
    copy.fromCommandLine = this.fromCommandLine;
    copy.inputIsPipe = this.inputIsPipe;
    copy.command = this.command;
    for (const name of this.exportedFunctions) copy.exportedFunctions.add(name);
    for (const name of this.disabled) copy.disabled.add(name);
    for (const [name, body] of this.functions) copy.functions.set(name, body);
    for (const [name, text] of this.aliases) copy.aliases.set(name, text);
    for (const [name, text] of this.traps) if (text === "") copy.traps.set(name, text);
    copy.options = this.options.copy();
    copy.positional = this.positional;
    copy.status = this.status;
    copy.pipeStatus = this.pipeStatus;
    copy.lastBackground = this.lastBackground;
    copy.lastArgument = this.lastArgument;
    copy.line = this.line;
    copy.frames = this.frames.slice();
    copy.loopDepth = this.loopDepth;
    copy.conditionDepth = this.conditionDepth;
    copy.evalDepth = this.evalDepth;
    copy.substitutionDepth = this.substitutionDepth;
    copy.subshellDepth = this.subshellDepth + 1;
    copy.shellPid = this.shellPid;
    copy.directoryStack = this.directoryStack.slice();
    return copy;
  }

  /** Whether characters beyond ASCII cannot be shown. */
  isAsciiLocale(): boolean {
    const name =
      this.variables.get("LC_ALL") || this.variables.get("LC_CTYPE") || this.variables.get("LANG");
    return name === undefined || name === "" || name === "C" || name === "POSIX";
  }

  /** Writes to standard output; false when that failed, after a message. */
  *out(text: string, who: string): Generator<Wait, boolean, void> {
    const file = this.process.descriptors.get(1);
    if (text === "") return true;
    const wait = this.kernel.step(this.process, NO_TIME, text.length);
    if (wait !== null) yield wait;
    const errno = file === undefined ? 9 : yield* writeAll(this.process, file, text);
    if (errno === 0) return true;
    yield* this.complain(
      `${who}: ${this.dialect === "dash" ? "I/O error" : `write error: ${fileErrorText(errno)}`}`,
    );
    return false;
  }

  *err(text: string): Generator<Wait, void, void> {
    const file = this.process.descriptors.get(2);
    if (file !== undefined) yield* writeAll(this.process, file, text);
  }

  /** `bash: line 4: MESSAGE`, or `sh: 4: MESSAGE`. */
  *complain(message: string): Generator<Wait, void, void> {
    yield* this.err(`${this.prefix()}${message}\n`);
  }

  /** What stands before a message of this shell. */
  prefix(): string {
    const name = this.errorName();
    if (this.dialect === "dash") return `${name}: ${this.line}: `;
    return this.interactive ? `${name}: ` : `${name}: line ${this.line}: `;
  }

  /** The file that runs, else $0. */
  private errorName(): string {
    if (this.source.file !== "") return this.source.file;
    const inFunction = this.fromCommandLine && this.frames.some((frame) => frame.isFunction);
    return inFunction && this.dialect === "bash" ? "environment" : this.name;
  }
}
