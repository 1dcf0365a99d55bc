/**
 * A process of a simulated machine: a generator in simulated time with descriptors, a namespace and signals. It parks
 * by yielding a `Wait`. What a kernel does with it (fork, wait queues, delivery of signals) is the scheduler's.
 * There are no zombies to see: a status stays with the process object until its parent drops it.
 */
import type { Instant, NetworkNamespace } from "@lvsim/core";
import type { Descriptors } from "./descriptors.ts";
import { isIgnoredByDefault, isStopping, Signal } from "./signal.ts";
import { type Sleeper, type Wait, WaitQueue } from "./wait.ts";

/** What a process does: yields to park, returns its exit status (0 to 255). */
export type ProcessBody = Generator<Wait, number, void>;

/** What a process asks of its scheduler. */
export interface RunQueue {
  ready(process: Process): void;
}

/** Where a process's changes of configuration come from. */
export interface ProcessOrigin {
  /** The command as written or expanded, as `ipvsadm -C`. */
  readonly command: string;
  /** Script file, or "" when there is none. */
  readonly file: string;
  /** Line in that file, from 1; 0 when there is none. */
  readonly line: number;
}

/** What a process starts with. */
export interface ProcessStart {
  readonly pid: number;
  readonly group: number;
  readonly parent: Process | null;
  readonly namespace: NetworkNamespace;
  readonly descriptors: Descriptors;
  readonly cwd: string;
  readonly umask: number;
  readonly environment: ReadonlyMap<string, string>;
  readonly argv: readonly string[];
  readonly origin: ProcessOrigin;
  readonly startedAt: Instant;
}

export class Process implements Sleeper {
  readonly pid: number;
  /** Process group: who gets a terminal's Ctrl-C. */
  group: number;
  parent: Process | null;
  /** The network namespace it runs in; `ip netns exec` changes it. */
  namespace: NetworkNamespace;
  descriptors: Descriptors;
  /** Absolute and normalised. */
  cwd: string;
  umask: number;
  /** What a program that it executes gets as environment. */
  environment: ReadonlyMap<string, string>;
  /** As `ps` shows it. */
  argv: readonly string[];
  origin: ProcessOrigin;
  readonly startedAt: Instant;
  readonly children: Process[] = [];
  /** Woken when a child ends. */
  readonly childEnded: WaitQueue = new WaitQueue();
  /** Woken when it ends itself, stops or goes on. */
  readonly ended: WaitQueue = new WaitQueue();
  /** Null while it runs; then its status as a shell shows it: 128 + n after signal n. */
  status: number | null = null;
  /** The signal that ended it; 0 otherwise. */
  endedBy = 0;
  /** Signals with the disposition SIG_IGN. */
  readonly ignored: Set<number> = new Set();
  /** Signals with a handler. */
  readonly trapped: Set<number> = new Set();
  /** Trapped signals that came and were not handled yet. */
  readonly pending: number[] = [];
  /** The signal that stopped it: nothing runs until SIGCONT or SIGKILL. 0 otherwise. */
  stoppedBy = 0;
  /** A signal that ends it as soon as the scheduler turns to it; 0 for none. */
  fatal = 0;
  /** Steps since simulated time last moved for it, and in all: what bounds busy loops. */
  stepsAtInstant = 0;
  stepsTotal = 0;
  lastStepAt: Instant;

  /** The scheduler's: the body, whether it stands in the run queue, and what it is parked on. */
  body: ProcessBody | null = null;
  queued = false;
  parkedOn: readonly WaitQueue[] = [];
  /** Grows with every resumption, so that an alarm of an earlier park is known as stale. */
  parkings = 0;
  private readonly runQueue: RunQueue;

  constructor(start: ProcessStart, runQueue: RunQueue) {
    this.pid = start.pid;
    this.group = start.group;
    this.parent = start.parent;
    this.namespace = start.namespace;
    this.descriptors = start.descriptors;
    this.cwd = start.cwd;
    this.umask = start.umask;
    this.environment = start.environment;
    this.argv = start.argv;
    this.origin = start.origin;
    this.startedAt = start.startedAt;
    this.lastStepAt = start.startedAt;
    this.runQueue = runQueue;
  }

  get alive(): boolean {
    return this.status === null;
  }

  get stopped(): boolean {
    return this.stoppedBy !== 0;
  }

  wake(): void {
    if (!this.queued && this.alive) this.runQueue.ready(this);
  }

  /** kill(2) with this process as target. */
  signal(signal: number): void {
    if (!this.alive || signal === 0) return;
    const catchable = signal !== Signal.KILL && signal !== Signal.STOP;
    if (catchable && this.ignored.has(signal)) return;
    if (catchable && this.trapped.has(signal)) {
      if (!this.pending.includes(signal)) this.pending.push(signal);
    } else if (isStopping(signal)) {
      this.stoppedBy = signal;
      this.ended.wake();
      return;
    } else if (signal === Signal.CONT) {
      this.stoppedBy = 0;
      this.ended.wake();
    } else if (isIgnoredByDefault(signal)) return;
    else this.fatal = signal;
    if (signal === Signal.KILL) this.stoppedBy = 0;
    this.wake();
  }
}
