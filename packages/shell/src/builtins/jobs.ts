/** `jobs`, `wait`, `fg`, `bg`, `suspend` and `disown`. */
import {
  jobLine,
  markOf,
  reportDeath,
  stateOf,
  waitInForeground,
} from "../interpreter/wait-for.ts";
import type { Process } from "../process/process.ts";
import { Signal } from "../process/signal.ts";
import { onAny, type Wait } from "../process/wait.ts";
import type { Job, JobTable } from "../shell/jobs.ts";
import type { Builtin, Run, Shell } from "../shell/shell.ts";
import { badOption, simpleOptions } from "./usage.ts";

/** Children whose status can be asked for a second time. */
const WAITED_MAX = 64;

/** The job that a word names, `%n` or a pid; undefined after a message unless the caller says it. */
function* jobNamed(
  shell: Shell,
  who: string,
  word: string,
): Generator<Wait, Job | undefined, void> {
  if (!word.startsWith("%")) return shell.jobs.ofPid(Number(word));
  const [job, other] = shell.jobs.named(word);
  if (other !== undefined) {
    yield* shell.complain(`${who}: ${word.slice(1)}: ambiguous job spec`);
    return undefined;
  }
  return job;
}

/** `jobNamed`, with a message when there is none. */
export function* jobOrComplaint(
  shell: Shell,
  who: string,
  word: string,
): Generator<Wait, Job | undefined, void> {
  const job = yield* jobNamed(shell, who, word);
  if (job === undefined) yield* shell.complain(`${who}: ${word}: no such job`);
  return job;
}

/** A job in the form of `jobs -l`: a line for each of its processes. */
function longLines(table: JobTable, job: Job): string {
  const tail = job.alive && !job.stopped ? " &" : "";
  const [first = "", ...rest] = job.texts;
  const pid = (at: number): string => String(job.members[at]?.pid ?? "").padStart(5);
  const head = `[${job.number}]${markOf(table, job)} ${pid(0)} ${stateOf(job).padEnd(24)}${first}`;
  const lines = rest.map((text, i) => `     ${pid(i + 1)} ${"".padEnd(22)}| ${text}`);
  return `${[head, ...lines].join("\n")}${tail}\n`;
}

export const jobs: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "lnprs");
  if (bad !== null) return yield* badOption(shell, "jobs", bad);
  const shown: Job[] = [];
  let status = 0;
  for (const word of operands) {
    const job = yield* jobOrComplaint(shell, "jobs", word);
    if (job === undefined) status = 1;
    else shown.push(job);
  }
  const table = shell.jobs.all.length > 0 ? shell.jobs : (shell.seenJobs ?? shell.jobs);
  if (operands.length === 0) shown.push(...table.all);
  for (const job of shown) {
    if (letters.has("r") && (!job.alive || job.stopped)) continue;
    if (letters.has("s") && !job.stopped) continue;
    const line = letters.has("p")
      ? `${job.members[0]?.pid}\n`
      : letters.has("l")
        ? longLines(table, job)
        : jobLine(table, job);
    yield* shell.out(line, "jobs");
  }
  for (const job of shown) if (!job.alive) shell.jobs.remove(job);
  return status;
};

export const wait: Builtin = function* (shell, argv) {
  let words = argv.slice(1);
  let variable: string | null = null;
  const at = words.indexOf("-p");
  if (at >= 0 && shell.dialect === "bash") {
    variable = words[at + 1] ?? "";
    words = [...words.slice(0, at), ...words.slice(at + 2)];
    shell.variables.unset(variable);
  }
  const { letters, operands, bad } = simpleOptions(["wait", ...words], "fn");
  if (bad !== null) return yield* badOption(shell, "wait", bad);
  if (letters.has("n")) return yield* waitAny(shell, operands, variable);
  if (operands.length === 0) return yield* waitAll(shell);
  let status = 0;
  for (const word of operands) status = yield* waitOne(shell, word, variable);
  return status;
};

function* waitAll(shell: Shell): Run {
  for (const job of shell.jobs.all) {
    if (job.stopped) continue;
    const interrupted = yield* waitInterruptibly(shell, job.members);
    if (interrupted !== 0) return interrupted;
    if (job.alive) continue;
    if (shell.jobControl && job.process.endedBy !== 0) yield* reportJob(shell, job);
    else shell.jobs.remove(job);
  }
  for (const job of shell.jobs.all) if (!job.alive) shell.jobs.remove(job);
  return 0;
}

function* waitOne(shell: Shell, word: string, variable: string | null): Run {
  const isJob = word.startsWith("%");
  if (!isJob && !/^\d+$/.test(word)) {
    yield* shell.complain(
      shell.dialect === "dash"
        ? `wait: Illegal number: ${word}`
        : `wait: \`${word}': not a pid or valid job spec`,
    );
    return shell.dialect === "dash" ? 2 : 1;
  }
  const job = yield* jobNamed(shell, "wait", word);
  const process = isJob
    ? job?.process
    : (job?.members.find(({ pid }) => pid === Number(word)) ?? shell.waited.get(Number(word)));
  if (process === undefined) {
    if (shell.dialect === "bash") {
      yield* shell.complain(
        isJob ? `wait: ${word}: no such job` : `wait: pid ${word} is not a child of this shell`,
      );
    }
    return 127;
  }
  const interrupted = yield* waitInterruptibly(shell, [process]);
  if (interrupted !== 0) return interrupted;
  if (process.alive) return 128 + process.stoppedBy;
  if (variable !== null) shell.variables.set(variable, String(process.pid));
  if (!shell.waited.has(process.pid) && job !== undefined) yield* reportJob(shell, job);
  shell.waited.set(process.pid, process);
  const [oldest] = shell.waited.keys();
  if (shell.waited.size > WAITED_MAX && oldest !== undefined) shell.waited.delete(oldest);
  if (job !== undefined && !job.alive) shell.jobs.remove(job);
  return job !== undefined && job.process === process ? job.status : (process.status ?? 0);
}

/**
 * A job that a signal ended is told of when it is waited for. With job control SIGTERM and SIGINT are told of as well, in the
 * form of `jobs`.
 */
function* reportJob(shell: Shell, job: Job): Generator<Wait, void, void> {
  const { process } = job;
  const { endedBy } = process;
  if (endedBy === 0 || shell.dialect !== "bash") return;
  const isQuiet =
    endedBy === Signal.TERM || endedBy === Signal.INT || shell.process.trapped.has(endedBy);
  if (!isQuiet) yield* reportDeath(shell, process, job.text);
  else if (shell.jobControl) yield* shell.err(jobLine(shell.jobs, job));
}

/** The first signal that interrupts a `wait`: one with a trap, but for SIGCHLD. */
const interruption = (shell: Shell): number | undefined =>
  shell.process.pending.find((signal) => signal !== Signal.CHLD);

/** Waits until nobody of `members` runs; 128 + n when a trapped signal came first. */
function* waitInterruptibly(shell: Shell, members: readonly Process[]): Run {
  for (;;) {
    const running = members.find(({ alive, stopped }) => alive && !(shell.jobControl && stopped));
    if (running === undefined) return 0;
    const pending = interruption(shell);
    if (pending !== undefined) return 128 + pending;
    yield onAny([running.ended]);
  }
}

/** `wait -n`: the first job to end, of all or of those that are named. */
function* waitAny(shell: Shell, words: readonly string[], variable: string | null): Run {
  const named: Job[] = [];
  for (const word of words) {
    const job = yield* jobNamed(shell, "wait", word);
    if (job !== undefined) named.push(job);
  }
  for (;;) {
    const all = words.length > 0 ? named : shell.jobs.all;
    const done = all.find(({ alive }) => !alive);
    if (done !== undefined) {
      shell.jobs.remove(done);
      if (variable !== null) shell.variables.set(variable, String(done.process.pid));
      return done.status;
    }
    if (all.length === 0) return 127;
    const pending = interruption(shell);
    if (pending !== undefined) return 128 + pending;
    yield onAny(all.flatMap(({ members }) => members.map(({ ended }) => ended)));
  }
}

/** Whether there is job control, after a message when there is none. */
function* isControlled(shell: Shell, who: string): Generator<Wait, boolean, void> {
  if (!shell.jobControl) yield* shell.complain(`${who}: no job control`);
  return shell.jobControl;
}

/** The job that `fg` and `bg` mean. */
function* meantJob(
  shell: Shell,
  who: string,
  word: string | undefined,
): Generator<Wait, Job | undefined, void> {
  if (word === undefined && shell.jobs.current === undefined) {
    yield* shell.complain(`${who}: current: no such job`);
    return undefined;
  }
  const spec = word === undefined || word.startsWith("%") ? (word ?? "%") : `%${word}`;
  const job = yield* jobNamed(shell, who, spec);
  if (job === undefined) yield* shell.complain(`${who}: ${word}: no such job`);
  return job;
}

export const fg: Builtin = function* (shell, argv) {
  if (!(yield* isControlled(shell, "fg"))) return 1;
  const job = yield* meantJob(shell, "fg", argv[1]);
  if (job === undefined) return 1;
  yield* shell.out(`${job.text}\n`, "fg");
  shell.jobs.remove(job);
  job.signal(Signal.CONT);
  const statuses = yield* waitInForeground(shell, job.members, () => job.texts);
  if (!job.alive) yield* reportDeath(shell, job.process, job.text);
  return statuses[statuses.length - 1] ?? 0;
};

export const bg: Builtin = function* (shell, argv) {
  if (!(yield* isControlled(shell, "bg"))) return 1;
  let status = 0;
  for (const word of argv.length > 1 ? argv.slice(1) : [undefined]) {
    const job = yield* meantJob(shell, "bg", word);
    if (job === undefined) {
      status = 1;
    } else if (!job.stopped) {
      yield* shell.complain(`bg: job ${job.number} already in background`);
    } else {
      shell.jobs.touch(job);
      yield* shell.out(`[${job.number}]${markOf(shell.jobs, job)} ${job.text} &\n`, "bg");
      job.signal(Signal.CONT);
    }
  }
  return status;
};

export const suspend: Builtin = function* (shell, argv) {
  const { letters, bad } = simpleOptions(argv, "f");
  if (bad !== null) return yield* badOption(shell, "suspend", bad);
  if (!shell.jobControl && !letters.has("f")) {
    yield* shell.complain("suspend: cannot suspend: no job control");
    return 1;
  }
  shell.process.signal(Signal.STOP);
  yield onAny([], shell.kernel.now);
  return 0;
};

export const disown: Builtin = function* (shell, argv) {
  const { letters, operands, bad } = simpleOptions(argv, "har");
  if (bad !== null) return yield* badOption(shell, "disown", bad);
  const meant: Job[] = [];
  let status = 0;
  for (const word of operands) {
    const job = yield* jobOrComplaint(shell, "disown", word);
    if (job === undefined) status = 1;
    else meant.push(job);
  }
  if (operands.length === 0) {
    const { current } = shell.jobs;
    if (letters.has("a")) meant.push(...shell.jobs.all);
    else if (letters.has("r"))
      meant.push(...shell.jobs.all.filter((job) => job.alive && !job.stopped));
    else if (current !== undefined) meant.push(current);
    else {
      yield* shell.complain("disown: current: no such job");
      return 1;
    }
  }
  // -h only keeps SIGHUP from them, which a shell without a terminal does not send
  if (!letters.has("h")) for (const job of meant) shell.jobs.remove(job);
  return status;
};
