/**
 * A checker of one real server: when it looks, how often it looks again after a failure, and when that counts (check_tcp.c's
 * epilogue, which all checkers share in essence). The first look comes some time within `warmup`, drawn from the
 * machine's random numbers; one failure is enough then. Kinds say how they look (`probe`).
 */
import type { Duration } from "@lvsim/core";
import type { CheckerSettings } from "../config/complete-services.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import type { LoopTimer } from "../daemon/loop.ts";
import type { LiveServer, LiveService } from "./service.ts";

/** What a look came to; `why` goes to the log when all failures do. */
export interface Outcome {
  readonly isWell: boolean;
  readonly why: string;
}

export type Report = (outcome: Outcome) => void;

/** Ends a look that nobody waits for any more. */
export type Abort = () => void;

export interface CheckContext {
  readonly daemon: DaemonContext;
  readonly service: LiveService;
  readonly server: LiveServer;
  readonly logsAllFailures: boolean;
}

export abstract class Checker {
  readonly settings: CheckerSettings;
  protected readonly context: CheckContext;
  isUp = true;
  hasRun = false;
  /** Failures in a row that did not count yet. */
  retried = 0;
  private timer: LoopTimer | null = null;
  private abort: Abort | null = null;

  constructor(settings: CheckerSettings, context: CheckContext) {
    this.settings = settings;
    this.context = context;
    this.retried = settings.retry;
  }

  /** Looks, and reports once. */
  protected abstract probe(report: Report): Abort;

  /** As `TCP_CHECK`. */
  abstract get title(): string;

  /** How it is told that all is well again. */
  protected abstract get success(): string;

  /** The service and the server that it is for. */
  get within(): CheckContext {
    return this.context;
  }

  /** Whom it asks. */
  get target(): { readonly address: LiveServer["settings"]["address"]; readonly port: number } {
    const { connectAddress, connectPort } = this.settings;
    const { address, port } = this.context.server.settings;
    return { address: connectAddress ?? address, port: connectPort ?? port };
  }

  /** `FMT_CHK`. */
  get name(): string {
    const { service, server } = this.context;
    return service.nameOf({ ...server.settings, ...this.target });
  }

  /** Alpha: the server is down until this one says otherwise. */
  markUnknown(): void {
    if (!this.isUp) return;
    this.isUp = false;
    this.context.server.failedCheckers++;
  }

  /** The first look, after a part of `warmup`; 0 to 1. */
  begin(part: number): void {
    const { daemon, service, server } = this.context;
    const protocol = service.nameOf(server.settings);
    const of = daemon.options.old ? "" : ` for VS ${service.name}`;
    daemon.log.say(`Activating healthchecker for service ${protocol}${of}`);
    this.next(Math.floor(this.settings.warmup * part) as Duration);
  }

  stop(): void {
    this.timer?.cancel();
    this.abort?.();
    this.abort = null;
  }

  private next(delay: Duration): void {
    this.timer = this.context.daemon.loop.after(delay, () => {
      let isDone = false;
      const abort = this.probe((outcome) => {
        if (isDone) return;
        isDone = true;
        this.abort = null;
        this.finish(outcome);
      });
      if (!isDone) this.abort = abort;
    });
  }

  private finish({ isWell, why }: Outcome): void {
    const { settings, context } = this;
    const logs = settings.logsAllFailures || context.logsAllFailures;
    if (!isWell && this.isUp && logs && why !== "") context.daemon.log.say(why);
    const counts = isWell || this.retried >= settings.retry;
    if (!counts) this.retried++;
    else {
      this.retried = 0;
      if (isWell && (!this.isUp || !this.hasRun)) this.succeed();
      else if (!isWell && (this.isUp || !this.hasRun)) this.fail();
    }
    this.hasRun = true;
    this.next(counts ? settings.delayLoop : settings.delayBeforeRetry);
  }

  private succeed(): void {
    this.context.daemon.log.say(this.success);
    this.setUp(true);
  }

  private fail(): void {
    const { retry } = this.settings;
    const more = retry > 0 && this.hasRun ? ` after ${retry} retries` : "";
    const { log, options } = this.context.daemon;
    if (!options.old) log.say(`${this.title} on service ${this.name} failed${more}.`);
    else if (more === "") log.say(`${this.title} on service ${this.name} failed !!!`);
    else log.say(`Check on service ${this.name} failed after ${retry} retry.`);
    this.setUp(false);
  }

  /** The server is up when no checker of it is down. */
  private setUp(isUp: boolean): void {
    const { service, server } = this.context;
    if (this.isUp === isUp) return;
    if (isUp && server.failedCheckers <= 1) service.setAlive(server, true);
    if (!isUp && server.failedCheckers === 0) service.setAlive(server, false);
    this.isUp = isUp;
    server.failedCheckers = Math.max(0, server.failedCheckers + (isUp ? -1 : 1));
  }

  /** Goes on where the same checker stood before a reload. */
  adopt(was: Checker): void {
    if (was.hasRun && was.isUp !== this.isUp) {
      this.isUp = was.isUp;
      this.context.server.failedCheckers += was.isUp ? -1 : 1;
    }
    this.hasRun = was.hasRun;
    this.retried = this.isUp ? Math.min(was.retried, this.settings.retry) : this.settings.retry;
  }

  /** Whether it looks at the same thing in the same way. */
  isLike(other: Checker): boolean {
    const a = this.settings;
    const b = other.settings;
    return (
      a.kind === b.kind &&
      a.connectAddress === b.connectAddress &&
      a.connectPort === b.connectPort &&
      JSON.stringify(a.urls) === JSON.stringify(b.urls) &&
      a.script?.argv.join(" ") === b.script?.argv.join(" ")
    );
  }
}
