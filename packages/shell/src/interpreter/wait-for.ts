/** Waiting for children, and what a shell says about those that a signal ended. */
import type { Process } from "../process/process.ts";
import { Signal, signalText } from "../process/signal.ts";
import { on, type Wait } from "../process/wait.ts";
import { Interrupted } from "../shell/control.ts";
import type { Job, JobTable } from "../shell/jobs.ts";
import type { Run, Shell } from "../shell/shell.ts";

/** What a shell says of itself that waits for a job: 128 + the signal that stopped it. */
const STOPPED = 128;

/** Parks until `child` has ended; its status. Trapped signals wait meanwhile. */
export function* waitFor(child: Process): Run {
  while (child.alive) yield on(child.ended);
  return child.status ?? 0;
}

/**
 * Waits for what runs in the foreground, the stages of a pipeline or one process, and gives the statuses. With job control
 * it may stop instead, and then is a job with the status 128 + signal; it is told of where somebody sits before it.
 */
export function* waitInForeground(
  shell: Shell,
  members: readonly Process[],
  texts: () => readonly string[],
): Generator<Wait, readonly number[], void> {
  const { terminal } = shell;
  const [leader] = members;
  if (terminal !== null && leader !== undefined) terminal.foreground = leader.group;
  for (const member of members) {
    while (member.alive && !(shell.jobControl && member.stopped)) yield on(member.ended);
  }
  if (terminal !== null) terminal.foreground = shell.process.group;
  // who presses Ctrl-C at a terminal means the whole command line, not this process of it alone
  const isInterrupted = members.some(({ endedBy }) => endedBy === Signal.INT);
  if (terminal !== null && isInterrupted) throw new Interrupted();
  const stopped = members.find(({ alive }) => alive);
  if (stopped !== undefined) {
    const job = shell.jobs.add(members, texts(), true);
    if (shell.interactive) yield* shell.err(`\n${jobLine(shell.jobs, job)}`);
  }
  return members.map((member) => member.status ?? STOPPED + member.stoppedBy);
}

/** A job as `jobs` shows it, on one line. */
export function jobLine(jobs: JobTable, job: Job): string {
  const tail = job.alive && !job.stopped ? " &" : "";
  return `[${job.number}]${markOf(jobs, job)}  ${stateOf(job).padEnd(24)}${job.text}${tail}\n`;
}

/** `+` for the current job, `-` for the one before. */
export const markOf = (jobs: JobTable, job: Job): string =>
  job === jobs.current ? "+" : job === jobs.previous ? "-" : " ";

export function stateOf(job: Job): string {
  const { process } = job;
  if (job.stopped) return "Stopped";
  if (job.alive) return "Running";
  if (process.endedBy !== 0) return signalText(process.endedBy);
  return process.status === 0 ? "Done" : `Exit ${process.status}`;
}

/**
 * Tells of a child that died of a signal, as a shell without job control does. The long form is left out for SIGTERM and
 * for signals that the shell itself handles.
 */
export function* reportDeath(
  shell: Shell,
  child: Process,
  text: string,
): Generator<Wait, void, void> {
  const { endedBy } = child;
  if (endedBy === 0 || endedBy === Signal.INT || endedBy === Signal.PIPE) return;
  if (shell.dialect === "dash" || endedBy === Signal.TERM || shell.process.trapped.has(endedBy))
    yield* shell.err(`${signalText(endedBy)}\n`);
  else
    yield* shell.complain(
      `${String(child.pid).padStart(5)} ${signalText(endedBy).padEnd(23)} ${text}`,
    );
}
