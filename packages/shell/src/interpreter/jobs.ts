/** Forks of the shell: subshells, pipelines, background jobs, command and process substitution. */
import type {
  Command,
  CommandNode,
  Coproc,
  ParsedScript,
  Pipeline,
  Redirection,
  Statement,
  Subshell,
} from "unbash";
import { SHELL_LIMITS } from "../kernel/limits.ts";
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
import { shownNode } from "./external.ts";
import { keep, redirect, type Saved } from "./redirect.ts";
import { reportDeath, waitFor, waitInForeground } from "./wait-for.ts";

/** The process group of a child: its parent's, or one of its own, or else that of the process with this pid. */
const SAME_GROUP = -1;
const OWN_GROUP = 0;
/** The group of a pipeline's next stage, when each pipeline has one. */
const groupAfter = (shell: Shell, stages: readonly Process[]): number =>
  shell.jobControl ? (stages[0]?.pid ?? OWN_GROUP) : SAME_GROUP;

/** Starts a copy of the shell that runs `body`. */
function* fork(
  shell: Shell,
  descriptors: Descriptors,
  text: string,
  body: (copy: Shell) => Run,
  group: number = SAME_GROUP,
): Generator<Wait, Process, void> {
  const origin = { command: text.slice(0, 200), file: shell.source.file, line: shell.line };
  const child = spawnShell(shell, descriptors, origin, body, group);
  if (child !== null) return child;
  yield* shell.complain("fork: Resource temporarily unavailable");
  throw new Exit(254);
}

const spawnShell = (
  shell: Shell,
  descriptors: Descriptors,
  origin: { readonly command: string; readonly file: string; readonly line: number },
  body: (copy: Shell) => Run,
  group: number,
): Process | null => {
  let copy: Shell | null = null;
  return shell.kernel.spawn(
    {
      parent: shell.process,
      argv: shell.process.argv,
      origin,
      descriptors,
      newGroup: group === OWN_GROUP,
      ...(group > OWN_GROUP ? { group } : {}),
    },
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
function* runListAlone(shell: Shell, statements: readonly Statement[]): Run {
  const [only] = statements;
  if (statements.length === 1 && only !== undefined && only.background !== true) {
    shell.line = shell.source.lineAt(only.pos);
    return yield* shell.executor.alone(shell, only.command);
  }
  return yield* shell.executor.list(shell, statements);
}

/** `( … )` with its redirections, which are the child's. */
export function* runSubshell(shell: Shell, node: Subshell, redirects: readonly Redirection[]): Run {
  const text = shell.source.text.slice(node.pos, node.end);
  const child = yield* fork(
    shell,
    shell.process.descriptors.copy(),
    text,
    (copy) => runRedirectedList(copy, node.body.commands, redirects),
    groupAfter(shell, []),
  );
  const shown = (): string => {
    const { pos, end } = node;
    return shownNode(
      shell,
      redirects.length === 0 ? node : { type: "Redirected", pos, end, command: node, redirects },
    );
  };
  const [status = 0] = yield* waitInForeground(shell, [child], () => [shown()]);
  if (child.endedBy !== 0) yield* reportDeath(shell, child, shown());
  return status;
}

function* runRedirectedList(
  copy: Shell,
  statements: readonly Statement[],
  redirects: readonly Redirection[],
): Run {
  const saved: Saved = [];
  yield* redirect(copy, redirects, saved);
  keep(saved);
  return yield* runListAlone(copy, statements);
}

/** Starts every stage of a pipeline; the processes in order. `begin` comes before all else in each. */
function* startStages(
  shell: Shell,
  { commands, operators }: Pipeline,
  first: Descriptors,
  begin: (copy: Shell) => void = () => {},
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
    const reads = i > 0;
    stages.push(
      yield* fork(
        shell,
        descriptors,
        text,
        (copy) => {
          begin(copy);
          copy.inputIsPipe ||= reads;
          if (node.type === "Command") copy.seenJobs = shell.jobs;
          return copy.executor.alone(copy, node);
        },
        groupAfter(shell, stages),
      ),
    );
  }
  return stages;
}

export function* runPipeline(shell: Shell, pipeline: Pipeline): Run {
  shell.line = shell.source.lineAt(pipeline.pos);
  if (shell.options.shopt("lastpipe") && !shell.interactive)
    return yield* runLastHere(shell, pipeline);
  const stages = yield* startStages(shell, pipeline, shell.process.descriptors);
  const statuses = yield* waitInForeground(shell, stages, () => stageTexts(shell, pipeline));
  const last = stages[stages.length - 1];
  if (last !== undefined && last.endedBy !== 0)
    yield* reportDeath(shell, last, shownNode(shell, pipeline));
  return pipelineStatus(shell, statuses);
}

const stageTexts = (shell: Shell, { commands }: Pipeline): readonly string[] =>
  commands.map((command) => shownNode(shell, command));

function pipelineStatus(shell: Shell, statuses: readonly number[]): number {
  shell.pipeStatus = statuses;
  const failed = statuses.filter((status) => status !== 0);
  const status = statuses[statuses.length - 1] ?? 0;
  return shell.options.has("pipefail") ? (failed[failed.length - 1] ?? 0) : status;
}

/** `shopt -s lastpipe`: the last stage runs in the shell itself. */
function* runLastHere(shell: Shell, pipeline: Pipeline): Run {
  const { descriptors } = shell.process;
  const { reader, writer } = createPipe();
  const first = descriptors.copy();
  first.set(1, writer);
  const before = { ...pipeline, commands: pipeline.commands.slice(0, -1) };
  const stages = yield* startStages(shell, before, first);
  first.closeAll();
  const input = descriptors.get(0)?.retain();
  descriptors.set(0, reader);
  const status = yield* shell.executor.node(
    shell,
    pipeline.commands[pipeline.commands.length - 1] as CommandNode,
  );
  if (input === undefined) descriptors.close(0);
  else descriptors.set(0, input);
  const statuses: number[] = [];
  for (const stage of stages) statuses.push(yield* waitFor(stage));
  return pipelineStatus(shell, [...statuses, status]);
}

/** `command &`. Without job control its input is empty and it ignores Ctrl-C. */
export function* startBackground(shell: Shell, { command, pos, end }: Statement): Run {
  shell.line = shell.source.lineAt(pos);
  const input = shell.process.descriptors.copy();
  if (!shell.jobControl && !shell.inputIsPipe) input.set(0, new Feed("", true));
  const begin = (copy: Shell): void => {
    if (shell.jobControl) return;
    for (const signal of [Signal.INT, Signal.QUIT]) copy.process.ignored.add(signal);
  };
  const isPipeline =
    command.type === "Pipeline" && command.commands.length > 1 && command.prefixes.length === 0;
  const members: Process[] = [];
  if (isPipeline) {
    members.push(...(yield* startStages(shell, command, input, begin)));
    input.closeAll();
  } else {
    const text = shell.source.text.slice(pos, end).replace(/\s*&\s*$/, "");
    const body = (copy: Shell): Run => {
      begin(copy);
      return copy.executor.alone(copy, command);
    };
    members.push(yield* fork(shell, input, text, body, groupAfter(shell, [])));
  }
  const texts = isPipeline ? stageTexts(shell, command) : [shownNode(shell, command)];
  const fails = isPipeline && shell.options.has("pipefail");
  const job = shell.jobs.add(members, texts, shell.jobControl, fails);
  shell.lastBackground = job.process.pid;
  if (shell.interactive) yield* shell.err(`[${job.number}] ${job.process.pid}\n`);
  return 0;
}

/** `$( … )`: what the list writes, without newlines at its end. */
export function* capture(
  shell: Shell,
  script: ParsedScript,
  source: Source,
): Generator<Wait, string, void> {
  const input = soleInput(script);
  if (input && shell.dialect === "bash") return yield* captureFile(shell, script, source);
  const { reader, writer } = createPipe();
  const descriptors = shell.process.descriptors.copy();
  descriptors.set(1, writer);
  const text = source.text.slice(script.pos, script.end);
  const child = yield* fork(shell, descriptors, text, (copy) => {
    copy.source = source;
    copy.seenJobs = shell.jobs;
    copy.substitutionDepth++;
    if (!copy.options.shopt("inherit_errexit") && copy.dialect === "bash")
      copy.options.set("errexit", false);
    return runListAlone(copy, script.commands);
  });
  const output = yield* readAll(reader, SHELL_LIMITS.textCharactersMax);
  reader.release();
  if (output.length > SHELL_LIMITS.textCharactersMax) {
    throw new ExpansionError(`xrealloc: cannot allocate ${output.length} bytes`, true, 2);
  }
  shell.lastSubstitutionStatus = yield* waitFor(child);
  shell.status = shell.lastSubstitutionStatus;
  if (!output.includes("\0")) return trimmed(output);
  if (shell.dialect === "bash")
    yield* shell.complain("warning: command substitution: ignored null byte in input");
  return trimmed(output.replaceAll("\0", ""));
}

/** Without the newlines at its end. */
function trimmed(text: string): string {
  let end = text.length;
  while (text[end - 1] === "\n") end--;
  return text.slice(0, end);
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
    shell.status = shell.lastSubstitutionStatus;
    return trimmed(text ?? "");
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
    SAME_GROUP,
  );
  if (started === null) throw new ExpansionError("fork: Resource temporarily unavailable", false);
  shell.lastBackground = started.pid;
  shell.waited.set(started.pid, started);
  let number = 63;
  while (shell.process.descriptors.get(number) !== undefined) number--;
  shell.process.descriptors.set(number, operator === "<" ? reader : writer);
  shell.substitutions.push(number);
  return `/dev/fd/${number}`;
}

/** `coproc`: a job with a pipe to its input and one from its output, whose ends are in an array. */
export function* startCoproc(shell: Shell, node: Coproc): Run {
  const name = node.name?.text ?? "COPROC";
  const { coprocess } = shell;
  if (coprocess?.process.alive === true)
    yield* shell.complain(
      `warning: execute_coproc: coproc [${coprocess.process.pid}:${coprocess.name}] still exists`,
    );
  const from = createPipe();
  const to = createPipe();
  const descriptors = shell.process.descriptors.copy();
  descriptors.set(0, to.reader);
  descriptors.set(1, from.writer);
  const text = shell.source.text.slice(node.pos, node.end);
  const process = yield* fork(shell, descriptors, text, (copy) => {
    const { body } = node;
    return body.type === "CompoundList"
      ? copy.executor.list(copy, body.commands)
      : copy.executor.alone(copy, body as Command);
  });
  const own = shell.process.descriptors;
  const reading = own.lowestFree(60);
  own.set(reading, from.reader);
  const writing = own.lowestFree(60);
  own.set(writing, to.writer);
  const variable = shell.variables.target(name);
  variable.kind = "indexed";
  variable.value = new Map([
    [0, String(reading)],
    [1, String(writing)],
  ]);
  shell.coprocess = { name, process };
  shell.variables.set(`${name}_PID`, String(process.pid));
  shell.lastBackground = process.pid;
  shell.jobs.add([process], [shownNode(shell, node)], shell.jobControl);
  return 0;
}
