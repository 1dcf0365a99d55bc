/**
 * The jobs of a shell, as POSIX.1-2017 (3.204) and bash's manual ("Job control") describe them: pipelines that were put into the
 * background, and those that a signal stopped in the foreground.
 */
import type { Process } from "../process/process.ts";

/** Jobs that are remembered after they ended, as bash keeps some statuses only (CHILD_MAX). */
const JOBS_MAX = 128;

/** One pipeline, its stages in order. */
export class Job {
  /** What `%1` names. */
  readonly number: number;
  /** Everybody of its pipeline. */
  readonly members: readonly Process[];
  /** What the stages do, as the shell shows it; one text when the whole job is one process. */
  readonly texts: readonly string[];
  /** It has a process group of its own, which signals go to. */
  readonly hasGroup: boolean;
  /** It has the status of its last stage that failed (`pipefail`). */
  private readonly failsWithAny: boolean;
  /** The later it was put into the background or stopped, the higher. */
  stamp: number;

  constructor(
    number: number,
    members: readonly Process[],
    texts: readonly string[],
    hasGroup: boolean,
    failsWithAny: boolean,
    stamp: number,
  ) {
    this.number = number;
    this.members = members;
    this.texts = texts;
    this.hasGroup = hasGroup;
    this.failsWithAny = failsWithAny;
    this.stamp = stamp;
  }

  get text(): string {
    return this.texts.join(" | ");
  }

  /** Its last process, whose pid and status are the job's. */
  get process(): Process {
    return this.members[this.members.length - 1] as Process;
  }

  get alive(): boolean {
    return this.members.some(({ alive }) => alive);
  }

  /** Whether everybody who is alive is stopped. */
  get stopped(): boolean {
    return this.alive && this.members.every(({ alive, stopped }) => !alive || stopped);
  }

  /** What `wait` gives for it. */
  get status(): number {
    const failed = this.members.filter(({ status }) => status !== 0);
    const decides = this.failsWithAny ? (failed[failed.length - 1] ?? this.process) : this.process;
    return decides.status ?? 0;
  }

  signal(signal: number): void {
    for (const member of this.members) member.signal(signal);
  }
}

export class JobTable {
  /** By number. */
  all: readonly Job[] = [];
  private stamps = 0;

  add(
    members: readonly Process[],
    texts: readonly string[],
    hasGroup: boolean,
    failsWithAny = false,
  ): Job {
    const number = (this.all[this.all.length - 1]?.number ?? 0) + 1;
    const job = new Job(number, members, texts, hasGroup, failsWithAny, ++this.stamps);
    if (this.all.length >= JOBS_MAX) this.remove(this.all.find(({ alive }) => !alive));
    this.all = [...this.all, job];
    return job;
  }

  remove(job: Job | undefined): void {
    this.all = this.all.filter((candidate) => candidate !== job);
  }

  /** It is the current one now, as it was stopped or sent to the background just now. */
  touch(job: Job): void {
    job.stamp = ++this.stamps;
  }

  /** `%+` and `%-`: those that stopped last, else those that came last; undefined when there are fewer. */
  get current(): Job | undefined {
    return this.byAge()[0];
  }

  get previous(): Job | undefined {
    return this.byAge()[1];
  }

  private byAge(): readonly Job[] {
    const rank = (job: Job): number => (job.stopped ? 2 : job.alive ? 1 : 0);
    return [...this.all].sort((a, b) => rank(b) - rank(a) || b.stamp - a.stamp);
  }

  /** All jobs that `%n`, `%%`, `%+`, `%-`, `%text` or `%?text` names: none, one, or several when it is ambiguous. */
  named(spec: string): readonly Job[] {
    const word = spec.slice(1);
    if (word === "" || word === "%" || word === "+") return present(this.current);
    if (word === "-") return present(this.previous ?? this.current);
    if (/^\d+$/.test(word)) return this.all.filter(({ number }) => number === Number(word));
    return word.startsWith("?")
      ? this.all.filter(({ text }) => text.includes(word.slice(1)))
      : this.all.filter(({ text }) => text.startsWith(word));
  }

  ofPid(pid: number): Job | undefined {
    return this.all.find(({ members }) => members.some((member) => member.pid === pid));
  }
}

const present = (job: Job | undefined): readonly Job[] => (job === undefined ? [] : [job]);
