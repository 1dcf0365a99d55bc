/** bash and dash as programs of a machine: `bash FILE`, `bash -c TEXT`, `bash -s`, and options as `-e -u -x`. */

import { BASH_BUILTINS, DASH_BUILTINS } from "../builtins/index.ts";
import type { Command, CommandContext } from "../command.ts";
import { DEFAULT_PATH } from "../kernel/executable.ts";
import { FileError, fileErrorText } from "../process/errno.ts";
import { Terminal } from "../process/terminal.ts";
import { readAll, readSome } from "../process/transfer.ts";
import type { Wait } from "../process/wait.ts";
import { type Dialect, type Run, Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import { isName } from "../shell/variable.ts";
import { EXECUTOR } from "./executor.ts";
import { pathsOf } from "./find-command.ts";
import { runInteractive } from "./interactive.ts";
import { syntaxFault } from "./syntax-error.ts";

/** A shell in its process, with the variables that it inherits and makes. */
function createShell(context: CommandContext, dialect: Dialect, name: string): Shell {
  const { machine, process } = context;
  const builtins = dialect === "bash" ? BASH_BUILTINS : DASH_BUILTINS;
  const shell = new Shell(machine, process, dialect, builtins, EXECUTOR, name, new Source("", ""));
  const { variables } = shell;
  for (const [variable, value] of context.env) {
    if (dialect === "bash") importFunction(shell, variable, value);
    if (!isName(variable)) continue;
    variables.set(variable, value);
    variables.export(variable);
  }
  const set = (variable: string, value: string, isExported = false): void => {
    if (isExported || variables.lookup(variable) === undefined) variables.set(variable, value);
    if (isExported) variables.export(variable);
  };
  set("PATH", DEFAULT_PATH);
  set("PWD", process.cwd, true);
  variables.set("IFS", " \t\n");
  variables.set("PPID", String(process.parent?.pid ?? 1));
  variables.set("OPTIND", "1");
  set("PS4", "+ ");
  if (dialect === "bash") setBashVariables(shell);
  for (const signal of process.ignored) process.trapped.delete(signal);
  return shell;
}

/** A function that another bash exported. */
function importFunction(shell: Shell, variable: string, value: string): void {
  const name = /^BASH_FUNC_(.*)%%$/.exec(variable)?.[1];
  if (name === undefined) return;
  const source = new Source(`${name} ${value}`, "");
  const node = source.script.commands[0]?.command;
  if (source.script.errors !== undefined || node?.type !== "Function") return;
  shell.functions.set(name, { name, body: node.body, source, line: 0 });
  shell.exportedFunctions.add(name);
}

function setBashVariables({ variables, kernel }: Shell): void {
  const version = kernel.system.bashVersion;
  variables.set("BASH", "/bin/bash");
  variables.set("BASH_VERSION", version);
  const parts = /^(\d+)\.(\d+)\.(\d+)\((\d+)\)-(\w+)/.exec(version)?.slice(1) ?? [
    "5",
    "2",
    "15",
    "1",
    "release",
  ];
  const info = variables.target("BASH_VERSINFO");
  info.kind = "indexed";
  info.value = new Map([...parts, "x86_64-pc-linux-gnu"].map((part, i) => [i, part]));
  variables.set("HOSTNAME", kernel.hostname);
  variables.set("HOSTTYPE", "x86_64");
  variables.set("MACHTYPE", "x86_64-pc-linux-gnu");
  variables.set("OSTYPE", "linux-gnu");
  variables.set("UID", "0");
  variables.set("EUID", "0");
  variables.set("OPTERR", "1");
  const level = Number(variables.get("SHLVL") ?? 0);
  variables.set("SHLVL", String((Number.isFinite(level) ? level : 0) + 1));
  variables.export("SHLVL");
}

interface Invocation {
  readonly words: readonly string[];
  readonly takesText: boolean;
  readonly readsInput: boolean;
  readonly bad: string | null;
  readonly version: boolean;
}

/** Options before the script; they set the shell's own. */
function readOptions(shell: Shell, argv: readonly string[]): Invocation {
  let at = 1;
  let takesText = false;
  let readsInput = false;
  for (; /^[-+]./.test(argv[at] ?? ""); at++) {
    const word = argv[at] as string;
    if (word === "--" || word === "-") {
      at++;
      break;
    }
    if (word === "--version" && shell.dialect === "bash") {
      return { words: [], takesText, readsInput, bad: null, version: true };
    }
    if (word.startsWith("--")) {
      if (LONG_OPTIONS.has(word) && shell.dialect === "bash") continue;
      return { words: [], takesText, readsInput, bad: word, version: false };
    }
    const value = word.startsWith("-");
    for (const letter of word.slice(1)) {
      if (letter === "c") takesText = true;
      else if (letter === "s") readsInput = true;
      else if (letter === "o") shell.options.set(argv[++at] ?? "", value);
      else if (letter === "O") shell.options.setShopt(argv[++at] ?? "", value);
      else if (letter === "i" || letter === "l") continue;
      else if (!shell.options.setLetter(letter, value)) {
        return {
          words: [],
          takesText,
          readsInput,
          bad: `${word.charAt(0)}${letter}`,
          version: false,
        };
      }
    }
  }
  return { words: argv.slice(at), takesText, readsInput, bad: null, version: false };
}

const LONG_OPTIONS = new Set([
  "--login",
  "--noprofile",
  "--norc",
  "--posix",
  "--noediting",
  "--verbose",
  "--restricted",
]);

const shellProgram = (path: string, dialect: Dialect): Command => ({
  path,
  *run(context) {
    const shell = createShell(context, dialect, context.argv[0] ?? dialect);
    const invocation = readOptions(shell, context.argv);
    shell.jobControl = shell.options.has("monitor");
    if (invocation.version) {
      yield* shell.out(
        `GNU bash, version ${context.machine.system.bashVersion} (x86_64-pc-linux-gnu)\n`,
        "bash",
      );
      return 0;
    }
    if (invocation.bad !== null) return yield* refuse(shell, invocation.bad);
    if (invocation.takesText) return yield* runText(shell, invocation.words);
    const [file, ...operands] = invocation.words;
    if (file === undefined || invocation.readsInput)
      return yield* runInput(shell, invocation.words);
    return yield* runFile(shell, file, operands);
  },
});

/** What bash says after an option that it does not have. */
const BASH_USAGE = [
  "Usage:\tbash [GNU long option] [option] ...",
  "\tbash [GNU long option] [option] script-file ...",
  "GNU long options:",
  ...(
    "debug debugger dump-po-strings dump-strings help init-file login noediting noprofile norc posix pretty-print " +
    "rcfile restricted verbose version"
  )
    .split(" ")
    .map((name) => `\t--${name}`),
  "Shell options:",
  "\t-ilrsD or -c command or -O shopt_option\t\t(invocation only)",
  "\t-abefhkmnptuvxBCEHPT or -o option",
  "",
].join("\n");

function* refuse(shell: Shell, option: string): Run {
  if (shell.dialect === "dash") yield* shell.err(`${shell.name}: 0: Illegal option ${option}\n`);
  else {
    yield* shell.err(`${shell.name}: ${option}: invalid option\n`);
    yield* shell.err(BASH_USAGE);
  }
  return 2;
}

function* runText(shell: Shell, words: readonly string[]): Run {
  const [text, name, ...operands] = words;
  if (text === undefined) {
    const isDash = shell.dialect === "dash";
    yield* shell.err(
      isDash
        ? `${shell.name}: 0: -c requires an argument\n`
        : `${shell.name}: -c: option requires an argument\n`,
    );
    return 2;
  }
  if (name !== undefined) shell.name = name;
  shell.positional = operands;
  shell.fromCommandLine = true;
  const who = shell.dialect === "bash" ? "-c: " : "";
  return yield* shell.executor.main(shell, shell.executor.run(shell, new Source(text, ""), who));
}

function* runInput(shell: Shell, operands: readonly string[]): Run {
  shell.positional = operands;
  shell.fromInput = true;
  const terminal = shell.process.descriptors.get(0);
  const body =
    terminal instanceof Terminal
      ? runInteractive(shell, terminal, (source) => isUnfinished(shell, source))
      : runLines(shell);
  return yield* shell.executor.main(shell, body);
}

/** Commands from standard input: line by line, so that what they read themselves comes after them. */
function* runLines(shell: Shell): Run {
  let text = "";
  let firstLine = 1;
  let status = 0;
  for (;;) {
    const line = yield* readLine(shell);
    text += line;
    const source = new Source(text, "", firstLine);
    const isOver = line === "";
    if (!isOver && (isUnfinished(shell, source) || text.trim() === "")) continue;
    if (text !== "") status = yield* shell.executor.run(shell, source, "");
    if (isOver) return status;
    firstLine += text.split("\n").length - 1;
    text = "";
  }
}

/** Whether more lines belong to a text: an open quote or compound command, or a here-document without its end. */
function isUnfinished(shell: Shell, source: Source): boolean {
  if (/\\\n$/.test(source.text)) return true;
  if (source.text.includes("<<") && source.openHereDocument() !== undefined) return true;
  return syntaxFault(shell, source, "")?.isIncomplete === true;
}

/** A line with its newline; "" at the end. */
function* readLine(shell: Shell): Generator<Wait, string, void> {
  const file = shell.process.descriptors.get(0);
  if (file === undefined) return "";
  let line = "";
  for (;;) {
    const piece = yield* readSome(file, file.unread("") ? 4096 : 1);
    if (typeof piece === "number" || piece === "") return line;
    const end = piece.indexOf("\n") + 1;
    if (end === 0) line += piece;
    else {
      file.unread(piece.slice(end));
      return line + piece.slice(0, end);
    }
  }
}

function* runFile(shell: Shell, file: string, operands: readonly string[]): Run {
  const script = yield* readScript(shell, file);
  if (typeof script === "number") return script;
  shell.name = file;
  shell.scriptFile = file;
  shell.positional = operands;
  return yield* shell.executor.main(shell, shell.executor.run(shell, new Source(script, file), ""));
}

function* readScript(shell: Shell, file: string): Generator<Wait, string | number, void> {
  const { files } = shell.kernel;
  const isHere = typeof files.resolve(file, shell.process.cwd) !== "number";
  const path = isHere || file.includes("/") ? file : (pathsOf(shell, file)[0] ?? file);
  const node = files.resolve(path, shell.process.cwd, true, shell.process);
  if (typeof node !== "number" && node.kind === "file" && node.program !== null) {
    yield* shell.err(`${path}: ${path}: cannot execute binary file\n`);
    return 126;
  }
  const isDirectory = typeof node !== "number" && node.kind === "directory";
  const opened = isDirectory
    ? FileError.EISDIR
    : files.open(shell.process, path, { read: true, write: false });
  if (typeof opened !== "number") {
    const text = yield* readAll(opened);
    opened.release();
    return text;
  }
  if (shell.dialect === "dash") {
    yield* shell.err(
      `${shell.name}: 0: cannot open ${file}: ${opened === FileError.ENOENT ? "No such file" : fileErrorText(opened)}\n`,
    );
    return 2;
  }
  yield* shell.err(
    isDirectory
      ? `${file}: ${file}: ${fileErrorText(opened)}\n`
      : `${shell.name}: ${file}: ${fileErrorText(opened)}\n`,
  );
  return opened === FileError.ENOENT ? 127 : 126;
}

/** The shells of every machine; `sh` is a link to one of them. */
export const SHELL_COMMANDS: readonly Command[] = [
  shellProgram("/usr/bin/bash", "bash"),
  shellProgram("/usr/bin/dash", "dash"),
];
