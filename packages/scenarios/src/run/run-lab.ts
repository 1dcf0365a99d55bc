/** Runs a lab as people do: boot, type every host's start-up commands, send the traffic, look at the tables. */
import {
  Fingerprint,
  FrameIndex,
  type Instant,
  type Limits,
  later,
  type NamespaceConfig,
  pastConfigs,
  Recorder,
  type SchedulerModule,
  seconds,
  type Trace,
  type TraceEvent,
  tee,
} from "@lvsim/core";
import type { ShellCosts } from "@lvsim/shell";
import { Lab } from "../lab/lab.ts";
import type { HostSpec, LabDefinition } from "../lab-file/schema.ts";
import { openingFrame, serverOf } from "./answers.ts";
import type { HostRun, LabRun, Listing, RequestRun, StartRun } from "./lab-run.ts";
import { isSetting, startCommands } from "./start-commands.ts";

export interface RunOptions {
  readonly seed: string;
  /** IPVS schedulers of one's own, which every director has beside Linux's. */
  readonly schedulers?: readonly SchedulerModule[];
  /** Called when the lab is built, before anything is typed: for taps. */
  readonly onBuilt?: (lab: Lab) => void;
  /** Called when every start-up command has been typed, before the traffic: what is done then is part of the run. */
  readonly onStarted?: (lab: Lab) => void;
  /** Called with what is done next. */
  readonly onProgress?: (host: string, command: string) => void;
  /** Called with every event of the trace, in order, soon after it happened: also with those that a long run loses. */
  readonly onEvent?: (event: TraceEvent) => void;
  /** Called with the lab when its run has ended; what happens to it then is no part of the run. */
  readonly onEnd?: (lab: Lab) => void;
  readonly limits?: Partial<Limits>;
  readonly costs?: ShellCosts;
}

/** Plays `definition` to the end of its traffic. The same definition and seed give the same run. */
export function runLab(name: string, definition: LabDefinition, options: RunOptions): LabRun {
  return new LabPlay(name, definition, options).play();
}

/** How long it takes until somebody has typed the next command. */
const SETTLING = seconds(1);

/** A run that goes on as far as it is told to, and can be looked at anywhere. */
export class LabPlay {
  readonly lab: Lab;
  private readonly name: string;
  private readonly definition: LabDefinition;
  private readonly options: RunOptions;
  private readonly recorder = new Recorder();
  private readonly fingerprint = new Fingerprint();
  private readonly hosts: ReadonlySet<string>;
  private readonly starts: StartRun[] = [];
  private readonly sent: SentRequest[] = [];
  private readonly before: ReadonlyMap<string, NamespaceConfig>;
  private started: ReadonlyMap<string, NamespaceConfig>;
  /** Events that `onEvent` has been told. */
  private toldCount = 0;

  constructor(name: string, definition: LabDefinition, options: RunOptions) {
    this.name = name;
    this.definition = definition;
    this.options = options;
    this.hosts = new Set(Object.keys(definition.hosts));
    const trace = tee([this.recorder, this.fingerprint]) as Trace;
    const { seed, schedulers = [], limits, costs } = options;
    this.lab = Lab.build(definition, {
      seed,
      trace,
      schedulers,
      ...(limits === undefined ? {} : { limits }),
      ...(costs === undefined ? {} : { costs }),
    });
    options.onBuilt?.(this.lab);
    this.before = this.configs();
    this.started = this.before;
  }

  play(): LabRun {
    this.boot();
    this.sendTraffic();
    const listings = this.listings();
    this.tell();
    const run = this.seen(listings);
    this.options.onEnd?.(this.lab);
    return run;
  }

  /** Types the start-up commands of all hosts, and what else is typed before the traffic. */
  boot(): void {
    for (const [host, spec] of Object.entries(this.definition.hosts))
      this.starts.push(...this.start(host, spec));
    this.options.onStarted?.(this.lab);
    this.started = this.configs();
  }

  /** Lets the definition's faults happen and sends its traffic. */
  sendTraffic(): void {
    const { definition, lab } = this;
    lab.startFaults();
    for (const spec of definition.traffic)
      lab.repeat(spec, () => {
        this.ask(spec.from, spec.run);
      });
    // the last request's connection comes to rest before anybody looks
    lab.until(later(lab.now, SETTLING));
  }

  /** Events that were recorded so far. */
  get recordedCount(): number {
    return this.recorder.recordedCount;
  }

  /** The run as far as it has come. */
  seen(listings: readonly Listing[] = []): LabRun {
    const { lab, definition, before, started, starts, sent } = this;
    const events = [...this.recorder.events()];
    const frames = new FrameIndex(events);
    const after = this.configs();
    const hosts = [...this.hosts].map((host) => ({
      name: host,
      before: before.get(host) as NamespaceConfig,
      started: started.get(host) as NamespaceConfig,
      after: after.get(host) as NamespaceConfig,
      past: this.pastOf(host, after.get(host) as NamespaceConfig),
    }));
    return {
      name: this.name,
      definition,
      seed: this.options.seed,
      hosts,
      starts: [...starts],
      requests: sent.map((request) => this.judge(request, events, frames)),
      listings,
      events,
      frames,
      eventCount: this.recorder.recordedCount,
      fingerprint: this.fingerprint.digest(),
      endedAt: lab.now,
      limit: lab.simulation.engine.limitReached(),
    };
  }

  private start(host: string, { start }: HostSpec): StartRun[] {
    const settings: string[] = [];
    return startCommands(start).map(({ text, fails }) => {
      const { status, stdout, stderr } = this.exec(host, [...settings, text].join("\n"));
      if (isSetting(text)) settings.push(text);
      return { host, command: text, status, stdout, stderr, asExpected: (status !== 0) === fails };
    });
  }

  /** Types a request and waits for its end. */
  ask(from: string, command: string): void {
    const { lab, recorder } = this;
    const firstEvent = recorder.recordedCount;
    const beganAt = lab.now;
    const { status, stdout, stderr } = this.exec(from, command);
    const endEvent = recorder.recordedCount;
    const outcome = { beganAt, endedAt: lab.now, status, stdout, stderr };
    this.sent.push({ from, command, ...outcome, firstEvent, endEvent });
  }

  /** Counts what somebody typed at a terminal among the requests: a command that was begun, and has ended now. */
  typed(
    request: BegunRequest,
    outcome: { readonly status: number; readonly stdout: string },
  ): void {
    const { recorder, lab } = this;
    const ended = { endedAt: lab.now, endEvent: recorder.recordedCount, stderr: "" };
    this.sent.push({ ...request, ...outcome, ...ended });
  }

  private judge(
    { firstEvent, endEvent, ...request }: SentRequest,
    events: readonly TraceEvent[],
    frames: FrameIndex,
  ): RequestRun {
    const lost = events[0]?.index ?? 0;
    const during = events.slice(Math.max(firstEvent - lost, 0), Math.max(endEvent - lost, 0));
    const frame = openingFrame(during, request.from, this.hosts);
    return { ...request, frame, server: serverOf(frames, frame, this.hosts) };
  }

  /** The tables of every director, as its own tool prints them. */
  private listings(): Listing[] {
    const command = "ipvsadm -Ln";
    return [...this.hosts]
      .filter((host) => this.lab.machine(host).namespace.config.ipvs.services.length > 0)
      .map((host) => ({ host, command, output: this.exec(host, command).stdout }));
  }

  private exec(host: string, command: string): ReturnType<Lab["exec"]> {
    this.options.onProgress?.(host, command.slice(command.lastIndexOf("\n") + 1));
    const result = this.lab.exec(host, command);
    this.tell();
    return result;
  }

  private tell(): void {
    const { recorder, options } = this;
    if (options.onEvent === undefined) return;
    for (let i = Math.max(this.toldCount, recorder.lostCount); i < recorder.recordedCount; i++)
      options.onEvent(recorder.event(i));
    this.toldCount = recorder.recordedCount;
  }

  private pastOf(host: string, now: NamespaceConfig): HostRun["past"] {
    const { namespace } = this.lab.machine(host);
    const changes = [...namespace.history.all];
    return () => pastConfigs(now, changes, namespace);
  }

  private configs(): Map<string, NamespaceConfig> {
    return new Map([...this.hosts].map((host) => [host, this.lab.machine(host).namespace.config]));
  }
}

/** A request under way. */
export interface BegunRequest {
  readonly from: string;
  readonly command: string;
  readonly beganAt: Instant;
  readonly firstEvent: number;
}

/** A request with the part of the trace in which it happened. */
interface SentRequest extends Omit<RequestRun, "frame" | "server"> {
  readonly beganAt: Instant;
  readonly firstEvent: number;
  readonly endEvent: number;
}
