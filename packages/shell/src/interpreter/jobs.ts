/** Forks of the shell: subshells, pipelines, background jobs, command and process substitution. */
import type { CommandNode, ParsedScript, Pipeline, Statement } from "unbash";
import { Feed } from "../process/capture.ts";
import type { Descriptors } from "../process/descriptors.ts";
import { createPipe } from "../process/pipe.ts";
import type { Process } from "../process/process.ts";
import { Signal } from "../process/signal.ts";
import { readAll } from "../process/transfer.ts";
import type { Wait } from "../process/wait.ts";
import { Exit, ExpansionError } from "../shell/control.ts";
import type { AnyNode, Run, Shell } from "../shell/shell.ts";
import type { Source } from "../shell/source.ts";
import { reportDeath, waitFor } from "./wait-for.ts";

/** Starts a copy of the shell that runs `body`. */
function* fork(
  shell: Shell,
  descriptors: Descriptors,
  text: string,
  body: (copy: Shell) => Run,
  newGroup = false,
): Generator<Wait, Process, void> {
  const origin = { command: text.slice(0, 200), file: shell.source.file, line: shell.line };
  const child = spawnShell(shell, descriptors, origin, body, newGroup);
  if (child !== null) return child;
  yield* shell.complain("fork: Resource temporarily unavailable");
  throw new Exit(254);
}

const spawnShell = (
  shell: Shell,
  descriptors: Descriptors,
  origin: { readonly command: string; readonly file: string; readonly line: number },
  body: (copy: Shell) => Run,
  newGroup: boolean,
): Process | null => {
  let copy: Shell | null = null;
  return shell.kernel.spawn(
    { parent: shell.process, argv: shell.process.argv, origin, descriptors, newGroup },
    (process) => {
      // copied at once: the parent goes on and may change its variables before the child runs
      copy = shell.fork(process);
      return shell.executor.main(copy, body(copy));
    },
  );
};

/** Runs one node as all that a process does: a program takes the process's place. */
export function* runAlone(shell: Shell, node: AnyNode): Run {
  if (node.type === "Command") return yield* shell.executor.simple(shell, node, true);
  if (node.type === "Subshell") return yield* shell.executor.list(shell, node.body.commands);
  return yield* shell.executor.node(shell, node);
}

/** A list as all that a process does. */
export function* runListAlone(shell: Shell, statements: readonly Statement[]): Run {
  const [only] = statements;
  if (statements.length === 1 && only !== undefined && only.background !== true) {
    shell.line = shell.source.lineAt(only.pos);
    return yield* shell.executor.alone(shell, only.command);
  }
  return yield* shell.executor.list(shell, statements);
}

export function* runSubshell(shell: Shell, statements: readonly Statement[], text: string): Run {
  const child = yield* fork(shell, shell.process.descriptors.copy(), text, (copy) =>
    runListAlone(copy, statements),
  );
  const status = yield* waitFor(child);
  yield* reportDeath(shell, child, text);
  return status;
}

/** Starts every stage of a pipeline; the processes in order. */
export function* startStages(
  shell: Shell,
  { commands, operators }: Pipeline,
  first: Descriptors,
): Generator<Wait, Process[], void> {
  const stages: Process[] = [];
  let input = first.get(0)?.retain();
  for (let i = 0; i < commands.length; i++) {
    const node = commands[i] as CommandNode;
    const descriptors = first.copy();
    if (input !== undefined) descriptors.set(0, input);
    else descriptors.close(0);
    const isLast = i === commands.length - 1;
    if (!isLast) {
      const { reader, writer } = createPipe();
      descriptors.set(1, writer);
      if (operators[i] === "|&") descriptors.set(2, writer.retain());
      input = reader;
    }
    const text = shell.source.text.slice(node.pos, node.end);
    stages.push(yield* fork(shell, descriptors, text, (copy) => copy.executor.alone(copy, node)));
  }
  return stages;
}

export function* runPipeline(shell: Shell, pipeline: Pipeline): Run {
  shell.line = shell.source.lineAt(pipeline.pos);
  const stages = yield* startStages(shell, pipeline, shell.process.descriptors);
  const statuses: number[] = [];
  for (const stage of stages) statuses.push(yield* waitFor(stage));
  const last = stages[stages.length - 1];
  if (last !== undefined)
    yield* reportDeath(shell, last, shell.source.text.slice(pipeline.pos, pipeline.end));
  shell.pipeStatus = statuses;
  const failed = statuses.filter((status) => status !== 0);
  const status = statuses[statuses.length - 1] ?? 0;
  return shell.options.has("pipefail") ? (failed[failed.length - 1] ?? 0) : status;
}

/** `command &`. Without job control its input is empty and it ignores Ctrl-C. */
export function* startBackground(shell: Shell, { command, pos, end }: Statement): Run {
  shell.line = shell.source.lineAt(pos);
  const text = shell.source.text.slice(pos, end).replace(/\s*&\s*$/, "");
  const descriptors = shell.process.descriptors.copy();
  if (!shell.interactive) descriptors.set(0, new Feed("", true));
  const process = yield* fork(
    shell,
    descriptors,
    text,
    (copy) => {
      if (!shell.interactive)
        for (const signal of [Signal.INT, Signal.QUIT]) copy.process.ignored.add(signal);
      return copy.executor.alone(copy, command);
    },
    shell.interactive,
  );
  const number = shell.jobs.reduce((most, job) => Math.max(most, job.number), 0) + 1;
  shell.jobs.push({ number, process, members: [process], text });
  shell.lastBackground = process.pid;
  if (shell.interactive) yield* shell.err(`[${number}] ${process.pid}\n`);
  return 0;
}

/** `$( … )`: what the list writes, without newlines at its end. */
export function* capture(
  shell: Shell,
  script: ParsedScript,
  source: Source,
): Generator<Wait, string, void> {
  const input = soleInput(script);
  if (input) return yield* captureFile(shell, script, source);
  const { reader, writer } = createPipe();
  const descriptors = shell.process.descriptors.copy();
  descriptors.set(1, writer);
  const text = source.text.slice(script.pos, script.end);
  const child = yield* fork(shell, descriptors, text, (copy) => {
    copy.source = source;
    copy.substitutionDepth++;
    if (!copy.options.shopt("inherit_errexit") && copy.dialect === "bash")
      copy.options.set("errexit", false);
    return runListAlone(copy, script.commands);
  });
  const output = yield* readAll(reader);
  reader.release();
  shell.lastSubstitutionStatus = yield* waitFor(child);
  shell.status = shell.lastSubstitutionStatus;
  return output.replace(/\n+$/, "").replace(/\0/g, "");
}

/** Whether a list is only `< file`. */
function soleInput(script: ParsedScript): boolean {
  const command = script.commands.length === 1 ? script.commands[0]?.command : undefined;
  if (command?.type !== "Command" || command.name !== undefined || command.redirects.length !== 1)
    return false;
  const [redirect] = command.redirects;
  return command.prefix.length === 1 && redirect?.type === "Redirect" && redirect.operator === "<";
}

/** `$(< file)`. */
function* captureFile(
  shell: Shell,
  script: ParsedScript,
  source: Source,
): Generator<Wait, string, void> {
  const command = script.commands[0]?.command;
  const before = shell.source;
  shell.source = source;
  try {
    const text =
      command?.type === "Command" ? yield* shell.executor.readInput(shell, command) : undefined;
    shell.lastSubstitutionStatus = text === undefined ? 1 : 0;
    return (text ?? "").replace(/\n+$/, "");
  } finally {
    shell.source = before;
  }
}

/** `<( … )` and `>( … )`: the path of a descriptor that leads to the list. */
export function substituteProcess(
  shell: Shell,
  operator: "<" | ">",
  script: ParsedScript,
  source: Source,
): string {
  const { reader, writer } = createPipe();
  const descriptors = shell.process.descriptors.copy();
  descriptors.set(operator === "<" ? 1 : 0, operator === "<" ? writer : reader);
  const origin = {
    command: source.text.slice(script.pos, script.end),
    file: source.file,
    line: shell.line,
  };
  const started = spawnShell(
    shell,
    descriptors,
    origin,
    (copy) => {
      copy.source = source;
      return runListAlone(copy, script.commands);
    },
    false,
  );
  if (started === null) throw new ExpansionError("fork: Resource temporarily unavailable", false);
  shell.lastBackground = started.pid;
  let number = 63;
  while (shell.process.descriptors.get(number) !== undefined) number--;
  shell.process.descriptors.set(number, operator === "<" ? reader : writer);
  return `/dev/fd/${number}`;
}
