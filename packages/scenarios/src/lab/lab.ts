/**
 * A simulated network with machines on it: the one class that people, the command line, tests and the conformance
 * runner use. Build it, type commands on its machines, let time pass, watch, save and restore.
 */
import {
  assert,
  type ChangeOrigin,
  type DeviceTap,
  type Duration,
  type Instant,
  type Link,
  type LinkConfig,
  later,
  type MacAddress,
  type NetworkNamespace,
  type RunOutcome,
  Simulation,
  type Switch,
  seconds,
  type Trace,
} from "@lvsim/core";
import {
  type ExecHandle,
  type LoginSession,
  Machine,
  NO_COSTS,
  type TerminalSize,
} from "@lvsim/shell";
import type { Trial } from "../diagnosis/evidence.ts";
import { type Diagnosis, explainAll } from "../diagnosis/explain.ts";
import type { LabDefinition, TrafficSpec } from "../lab-file/schema.ts";
import { buildTopology } from "./build.ts";
import type { LabOptions } from "./lab-options.ts";
import type { LabMachine, LabPlug, MachineOptions } from "./machine.ts";
import { type AskedRequest, ReplayStage, type Wish } from "./replay-stage.ts";
import { InputLog, type LabAct, type LabSnapshot, type Position } from "./snapshot.ts";
import { StartedCommand } from "./started-command.ts";
import { LabTerminal } from "./terminal.ts";

/** How a command ended. */
export interface ExecResult {
  /** Exit status; 124 when the lab's patience ended first. */
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How long `exec` waits for a command, in simulated time. */
const PATIENCE: Duration = seconds(3600);
const TIMED_OUT = 124;

export interface ExplainOptions {
  /** Number of the one request to explain, from 0. */
  readonly only?: number | null;
  readonly wish?: Wish<Lab> | null;
}

export class Lab {
  readonly simulation: Simulation;
  /** What the lab was built from; null for one put together by calls. */
  readonly definition: LabDefinition | null;
  readonly machines: ReadonlyMap<string, LabMachine>;
  private readonly options: LabOptions;
  private readonly byName = new Map<string, LabMachine>();
  private readonly log = new InputLog();
  /** Commands that were started and not waited for, in order. */
  private readonly started: ExecHandle[] = [];
  /** Terminals, in the order of opening. */
  private readonly sessions: LoginSession[] = [];

  private constructor(definition: LabDefinition | null, options: LabOptions) {
    this.definition = definition;
    this.options = options;
    this.machines = this.byName;
    const { seed, trace = null, limits, timerPhase, schedulers } = options;
    this.simulation = new Simulation({ seed, trace, limits, timerPhase, schedulers });
  }

  /** A lab without anything in it, to be put together by `addMachine`, `addSwitch`, `connect` and `attach`. */
  static empty(options: LabOptions): Lab {
    return new Lab(null, options);
  }

  /** The lab that a file describes, booted; its start-up commands have not run yet. */
  static build(definition: LabDefinition, options: LabOptions): Lab {
    const { kernel } = options;
    const wanted = kernel === undefined ? definition : { ...definition, kernel };
    const lab = new Lab(wanted, options);
    buildTopology(lab, wanted);
    return lab;
  }

  /** The same lab once more, taken to the instant of the snapshot by the same inputs. */
  static restore(snapshot: LabSnapshot, trace: Trace | null = null): Lab {
    const lab = Lab.build(snapshot.definition, { ...snapshot.options, trace });
    for (const input of snapshot.inputs) {
      lab.goTo(input);
      lab.act(input);
    }
    lab.goTo(snapshot);
    return lab;
  }

  /** Does once more what somebody did; how a command ended whose end is awaited. */
  act(input: LabAct): ExecResult | null {
    switch (input.kind) {
      case "exec":
        return this.exec(input.machine, input.command, input.namespace);
      case "start":
        this.start(input.machine, input.command, input.namespace);
        return null;
      case "interrupt":
        this.interrupt(input.started);
        return null;
      case "login":
        this.login(input.machine, input.size);
        return null;
      case "type":
        this.type(input.terminal, input.text);
        return null;
      case "undo":
        this.undo(input.machine);
        return null;
    }
  }

  /** Lets time pass to exactly where somebody stood: after so many events, at that instant. */
  goTo({ at, events }: Position): void {
    const { engine } = this.simulation;
    while (engine.eventCount < events && engine.step());
    assert(engine.eventCount === events && engine.now <= at, "a snapshot of another lab or lvsim");
    if (at > engine.now) this.until(at);
  }

  get now(): Instant {
    return this.simulation.engine.now;
  }

  addMachine(name: string, options: MachineOptions = {}): LabMachine {
    const kernel = options.kernel ?? this.options.kernel ?? "6.1.192";
    const namespace = this.simulation.addNamespace(name, kernel, options.ipvsadm);
    const shell = new Machine({
      name,
      hostname: options.hostname ?? name,
      image: options.image ?? "debian-12",
      ipvsadm: (options.ipvsadm ?? "mainline") === "mainline" ? "mainline" : "fullnat",
      kernel,
      engine: this.simulation.engine,
      rng: this.simulation.rng.stream(`${name}/shell`),
      namespace,
      costs: this.options.costs ?? NO_COSTS,
    });
    const machine: LabMachine = { name, namespace, shell };
    this.byName.set(name, machine);
    return machine;
  }

  addSwitch(name: string): Switch {
    return this.simulation.addSwitch(name);
  }

  /** A cable between two machines; both devices come up. */
  connect(a: LabPlug, b: LabPlug, config?: LinkConfig): Link {
    return this.simulation.connect(this.plug(a), this.plug(b), config);
  }

  /** A cable from a machine to a new port of a switch; both ends come up. */
  attach(plug: LabPlug, to: Switch, port: string, config?: LinkConfig): Link {
    return this.simulation.attach(this.plug(plug), to, port, config);
  }

  /** The machine with this name; an unknown one is a bug of the caller. */
  machine(name: string): LabMachine {
    const found = this.byName.get(name);
    assert(found !== undefined, `no machine ${name}`);
    return found;
  }

  /** Starts a command line as root, in a named network namespace or the first; it runs while simulated time does. */
  start(machine: string, command: string, namespace = ""): ExecHandle {
    this.note({ kind: "start", machine, command, namespace });
    const handle = this.machine(machine).shell.exec(command, namespace);
    const number = this.started.push(handle) - 1;
    return new StartedCommand(handle, () => this.interrupt(number));
  }

  private interrupt(started: number): void {
    this.note({ kind: "interrupt", started });
    const handle = this.started[started];
    assert(handle !== undefined, "a command that was started");
    handle.interrupt();
  }

  /** Logs root in on a machine: a shell that remembers variables and directory, at a terminal of its own. */
  login(machine: string, size: TerminalSize | null = null): LabTerminal {
    this.note({ kind: "login", machine, size });
    const session = this.machine(machine).shell.login(size);
    const number = this.sessions.push(session) - 1;
    return new LabTerminal(machine, session, (text) => this.type(number, text));
  }

  private type(terminal: number, text: string): void {
    this.note({ kind: "type", terminal, text });
    const session = this.sessions[terminal];
    assert(session !== undefined, "a terminal that somebody opened");
    session.type(text);
  }

  /** Runs a command line as root, in a named network namespace or the first, and lets time pass until it has ended. */
  exec(machine: string, command: string, namespace = ""): ExecResult {
    this.note({ kind: "exec", machine, command, namespace });
    const handle = this.machine(machine).shell.exec(command, namespace);
    const { engine } = this.simulation;
    const deadline = engine.now + PATIENCE;
    while (!handle.done && engine.now <= deadline && engine.limitReached() === null)
      if (!engine.step()) break;
    const { stdout, stderr } = handle;
    return { status: handle.done ? handle.status : TIMED_OUT, stdout, stderr };
  }

  /** Lets time pass until `instant`; everything due then has happened. */
  until(instant: Instant): RunOutcome {
    return this.simulation.run(instant);
  }

  /** Types every host's start-up commands, in the order of the definition, then sends its traffic. */
  run(): void {
    const { definition } = this;
    assert(definition !== null, "a lab put together by calls has nothing to run by itself");
    for (const [host, { start }] of Object.entries(definition.hosts)) this.exec(host, start);
    this.startFaults();
    for (const spec of definition.traffic) this.repeat(spec, () => this.exec(spec.from, spec.run));
  }

  /** What the definition lets go wrong, counted from now. */
  startFaults(): void {
    for (const { at, on, run } of this.definition?.faults ?? [])
      this.start(on, `sleep ${at / 1e9}\n${run}`);
  }

  /** Does `request` once every so often; one that takes longer puts off the next. What each came to, in order. */
  repeat<T>({ times, every }: TrafficSpec, request: () => T): T[] {
    const first = this.now;
    return Array.from({ length: times }, (_unused, i) => {
      const due = later(first, (every * i) as Duration);
      if (due > this.now) this.until(due);
      return request();
    });
  }

  /** Shows `tap` every frame that a device sends or receives from now on. */
  observe(machine: string, device: string, tap: DeviceTap): void {
    const found = this.machine(machine).namespace.deviceNamed(device);
    assert(found !== undefined, `no device ${device} on ${machine}`);
    found.taps ??= [];
    found.taps.push(tap);
  }

  /** What it takes to come to this instant again; only labs built from a definition have one. */
  snapshot(): LabSnapshot {
    const { definition } = this;
    assert(definition !== null, "a lab put together by calls has no definition to start from");
    const { seed, limits, timerPhase, costs, kernel, schedulers } = this.options;
    const options = {
      seed,
      ...(limits === undefined ? {} : { limits }),
      ...(timerPhase === undefined ? {} : { timerPhase }),
      ...(costs === undefined ? {} : { costs }),
      ...(kernel === undefined ? {} : { kernel }),
      ...(schedulers === undefined ? {} : { schedulers }),
    };
    return { definition, options, inputs: this.log.inputs(), ...this.position() };
  }

  /** A lab of its own that stands where this one does and whose future is this one's, as long as both hear the same. */
  fork(trace: Trace | null = null): Lab {
    return Lab.restore(this.snapshot(), trace);
  }

  /**
   * Takes back what the last command changed in the configuration of a machine, in all its network namespaces; the
   * command that had changed it, null when there is nothing left to take back. What packets did meanwhile stays.
   */
  undo(machine: string): ChangeOrigin | null {
    this.note({ kind: "undo", machine });
    return this.machine(machine).namespace.history.undo({
      machine,
      process: "undo",
      file: "",
      line: 0,
    });
  }

  /**
   * Why a request got no, a wrong or a slow answer, and the smallest change that mends it; null when it is well. It is
   * played again on forks: the lab itself stays as it is. Of several equal requests the first that went wrong counts.
   */
  explain(asked: AskedRequest): Diagnosis | null {
    return this.explainAll([asked])[0] ?? null;
  }

  /**
   * The same of every request among `asked`, or of one by its number; requests with one trouble are told of once. With a
   * `wish` it is told instead why that does not hold, though each request may be well.
   */
  explainAll(
    asked: readonly AskedRequest[],
    { only = null, wish = null }: ExplainOptions = {},
  ): Diagnosis[] {
    return explainAll(this.stage(asked, wish), only);
  }

  /** Which wishes hold on a fork on which `trial` is made. */
  tryOut(asked: readonly AskedRequest[], trial: Trial, wish: Wish<Lab>): readonly boolean[] {
    return this.stage(asked, wish).play(trial, null).wishes;
  }

  private stage(asked: readonly AskedRequest[], wish: Wish<Lab> | null): ReplayStage<Lab> {
    const { definition, inputs, options } = this.snapshot();
    const build = (trace: Trace): Lab => Lab.build(definition, { ...options, trace });
    return new ReplayStage(definition, inputs, asked, build, wish);
  }

  private position(): Position {
    return { at: this.now, events: this.simulation.engine.eventCount };
  }

  private note(act: LabAct): void {
    this.log.add({ ...this.position(), ...act });
  }

  private plug({ machine, device, mac }: LabPlug): {
    readonly namespace: NetworkNamespace;
    readonly device: string;
    readonly mac: MacAddress;
  } {
    return { namespace: this.machine(machine).namespace, device, mac };
  }
}
