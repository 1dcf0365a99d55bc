/**
 * The kernel's side of a machine: clock, files, processes, namespaces. Commands see it as `context.machine`. It knows no
 * command, no shell and no package; those are files and state that an image puts in.
 */

import {
  assert,
  type ChangeOrigin,
  type Duration,
  type Engine,
  type Instant,
  KernelNetwork,
  later,
  milliseconds,
  type NetworkNamespace,
  type Rng,
} from "@lvsim/core";
import type { Descriptors } from "../process/descriptors.ts";
import { Process, type ProcessBody, type ProcessOrigin } from "../process/process.ts";
import { Scheduler } from "../process/scheduler.ts";
import { Killed, Signal } from "../process/signal.ts";
import { until, type Wait, WaitQueue } from "../process/wait.ts";
import { FileSystem } from "../vfs/file-system.ts";
import type { ShellCosts } from "./costs.ts";
import { KernelLog } from "./kernel-log.ts";
import { SHELL_LIMITS } from "./limits.ts";
import type { SystemState } from "./system-state.ts";

/** Simulated time 0 is 2024-01-01 00:00:00 UTC. */
export const EPOCH_SECONDS = 1_704_067_200;

const FIRST_PID = 1000;
const PID_MAX = 4_194_304;

/** How a process is started; what is left out comes from the parent. */
export interface SpawnOptions {
  readonly parent: Process | null;
  readonly argv: readonly string[];
  readonly origin: ProcessOrigin;
  readonly descriptors: Descriptors;
  readonly namespace?: NetworkNamespace;
  readonly cwd?: string;
  readonly environment?: ReadonlyMap<string, string>;
  /** True makes it the leader of a new process group. */
  readonly newGroup?: boolean;
  /** The process group that it joins; the parent's when it is left out. */
  readonly group?: number;
}

export interface KernelOptions {
  /** The machine's name in traces, and its first hostname. */
  readonly name: string;
  readonly engine: Engine;
  readonly rng: Rng;
  readonly costs: ShellCosts;
  /** Release as `uname -r` prints it. */
  readonly release: string;
  /** The one that processes start in. */
  readonly namespace: NetworkNamespace;
  readonly system: SystemState;
}

export class Kernel {
  readonly name: string;
  hostname: string;
  readonly engine: Engine;
  readonly rng: Rng;
  readonly costs: ShellCosts;
  readonly release: string;
  /** By name, in the order of naming; "" is the one that processes start in. */
  readonly namespaces: Map<string, NetworkNamespace>;
  /** Named or not: a namespace lives as long as it has a name or a process. */
  readonly network: KernelNetwork;
  readonly files: FileSystem;
  readonly system: SystemState;
  readonly log: KernelLog = new KernelLog();
  /** Files of /proc/net by name below it, as `arp` or `stat/arp_cache`; commands' owners put theirs in. */
  readonly procNet: Map<string, (namespace: NetworkNamespace) => string> = new Map();
  readonly scheduler: Scheduler;
  /** Live processes by pid, in the order in which they began. */
  readonly processes: Map<number, Process> = new Map();
  /** Woken whenever any process ends. */
  readonly anyEnded: WaitQueue = new WaitQueue();
  private nextPid = FIRST_PID;
  private steps = 0;

  constructor(options: KernelOptions) {
    this.name = options.name;
    this.hostname = options.name;
    this.engine = options.engine;
    this.rng = options.rng;
    this.costs = options.costs;
    this.release = options.release;
    this.namespaces = new Map([["", options.namespace]]);
    this.network = new KernelNetwork(options.namespace);
    this.system = options.system;
    this.files = new FileSystem(() => this.engine.now);
    this.scheduler = new Scheduler(this.engine, (process) => this.processEnded(process));
  }

  get now(): Instant {
    return this.engine.now;
  }

  /** Whole seconds since 1970 that the machine's clock shows. */
  get wallSeconds(): number {
    return EPOCH_SECONDS + Math.floor(this.engine.now / 1e9);
  }

  /** `ip netns add`: makes a namespace under a name that is free. */
  addNamespace(name: string): NetworkNamespace {
    assert(!this.namespaces.has(name), `two namespaces named ${name}`);
    const made = this.network.create(name);
    this.namespaces.set(name, made);
    return made;
  }

  /** Ends a namespace that has neither name nor process any more. */
  releaseNamespace(namespace: NetworkNamespace, origin: ChangeOrigin): void {
    const isIn = (other: { readonly namespace: NetworkNamespace }): boolean =>
      other.namespace === namespace;
    if (Array.from(this.namespaces.values()).includes(namespace)) return;
    if (!Array.from(this.processes.values()).some(isIn)) this.network.destroy(namespace, origin);
  }

  /** Starts a process whose body `body` makes; null when there are too many (EAGAIN). It runs when its turn comes. */
  spawn(options: SpawnOptions, body: (process: Process) => ProcessBody): Process | null {
    this.steps += SHELL_LIMITS.stepsPerFork;
    if (this.processes.size >= SHELL_LIMITS.processesMax) {
      options.descriptors.closeAll();
      return null;
    }
    const { parent } = options;
    const namespace = options.namespace ?? parent?.namespace ?? this.namespaces.get("");
    if (namespace === undefined) return null;
    const pid = this.freePid();
    const process = new Process(
      {
        pid,
        group: options.newGroup === true ? pid : (options.group ?? parent?.group ?? pid),
        parent,
        namespace,
        descriptors: options.descriptors,
        cwd: options.cwd ?? parent?.cwd ?? "/root",
        umask: parent?.umask ?? 0o022,
        environment: options.environment ?? parent?.environment ?? new Map(),
        argv: options.argv,
        origin: options.origin,
        startedAt: this.now,
      },
      this.scheduler,
    );
    for (const signal of parent?.ignored ?? []) process.ignored.add(signal);
    parent?.children.push(process);
    this.processes.set(pid, process);
    process.body = body(process);
    process.wake();
    return process;
  }

  /** kill(2) of a pid, or of a group when `pid` is negative; false when there is nobody. */
  kill(pid: number, signal: number): boolean {
    if (pid > 0) {
      const process = this.processes.get(pid);
      process?.signal(signal);
      return process !== undefined;
    }
    const members = Array.from(this.processes.values()).filter((process) => process.group === -pid);
    for (const process of members) process.signal(signal);
    return members.length > 0;
  }

  /**
   * Counts a step of `process` that costs `cost`, and says what to yield for it: null when it costs nothing. Ends the
   * process by SIGXCPU when it has used up its steps. What moves much text at once counts as several.
   */
  step(process: Process, cost: Duration, characters = 0): Wait | null {
    const count = 1 + Math.floor(characters / SHELL_LIMITS.charactersPerStep);
    if (process.lastStepAt !== this.now) {
      process.lastStepAt = this.now;
      process.stepsAtInstant = 0;
    }
    this.steps += count;
    process.stepsTotal += count;
    if (process.stepsTotal > SHELL_LIMITS.stepsMax || this.steps > SHELL_LIMITS.machineStepsMax)
      this.checkSteps(process);
    if (cost > 0) return until(later(this.now, cost));
    if (++process.stepsAtInstant < SHELL_LIMITS.stepsAtInstantMax) return null;
    return until(later(this.now, milliseconds(1)));
  }

  /** Ends a process that used up its steps, or the machine's. */
  private checkSteps(process: Process): void {
    const seconds = (since: number): number =>
      Math.floor((this.now - since) / 1e9) * SHELL_LIMITS.stepsPerSecond;
    const isOwn = process.stepsTotal > SHELL_LIMITS.stepsMax + seconds(process.startedAt);
    const isAll = this.steps > SHELL_LIMITS.machineStepsMax + seconds(0);
    if (isOwn || isAll) throw new Killed(Signal.XCPU);
  }

  private freePid(): number {
    while (this.processes.has(this.nextPid)) this.nextPid = (this.nextPid % PID_MAX) + 1;
    return this.nextPid++;
  }

  private processEnded(process: Process): void {
    this.processes.delete(process.pid);
    for (const child of process.children) child.parent = null;
    const siblings = process.parent?.children;
    if (siblings !== undefined) siblings.splice(siblings.indexOf(process), 1);
    this.anyEnded.wake();
    const { namespace, origin } = process;
    const { command, file, line } = origin;
    if (namespace !== this.network.first)
      this.releaseNamespace(namespace, { machine: this.name, process: command, file, line });
  }
}
