/** A request that a machine of a lab sent, and what became of it. */
import {
  type Exchange,
  exchangeOf,
  isOpening,
  type LabRun,
  type RequestRun,
  viewOf,
} from "@lvsim/scenarios";
import { PAGE, plain } from "../text/page.ts";
import { Shown } from "../text/shown.ts";
import { type Drop, dropsOf, wayOf } from "./way.ts";

/** What a request, a host or a service under test looks at. */
export interface Seen {
  /** The run as far as it has come. */
  readonly run: LabRun;
  /** What a command shows on a machine now, with its prompt. */
  show(machine: string, command: string): Shown;
}

export class TestRequest {
  /** From 0. */
  readonly number: number;
  private readonly seen: Seen;

  constructor(seen: Seen, number: number) {
    this.seen = seen;
    this.number = number;
  }

  get run(): LabRun {
    return this.seen.run;
  }

  /** The tables of all directors now, as `ipvsadm -Ln` prints them. */
  get tables(): readonly Shown[] {
    return this.run.hosts
      .filter(({ after }) => after.ipvs.services.length > 0)
      .map(({ name }) => this.seen.show(name, "ipvsadm -Ln"));
  }

  /** How its command ended, and who took it in. */
  get outcome(): RequestRun {
    return this.run.requests[this.number] as RequestRun;
  }

  /** The host whose transport took its packets in; null when none did. */
  get server(): string | null {
    return this.outcome.server;
  }

  /** The hosts that its first packet came by, in order, with whom sent it. */
  get way(): readonly string[] {
    return wayOf(this.run, this.exchange?.request ?? []);
  }

  /** The same of the first answer; nobody when there was none. */
  get replyWay(): readonly string[] {
    return wayOf(this.run, this.exchange?.reply ?? []);
  }

  /** Hosts that took its opening in, a repeated one included. */
  get reached(): readonly string[] {
    const { run, outcome } = this;
    const frames = run.frames
      .family(outcome.frame)
      .filter((event) => event.kind === "delivered" && isOpening(event.header))
      .map((event) => ("frame" in event ? event.frame : 0));
    return [...new Set(frames.map((frame) => wayOf(run, [frame]).at(-1) ?? ""))];
  }

  /** Packets that were lost on account of it: its own, answers, ARP. */
  get drops(): readonly Drop[] {
    const { run, outcome } = this;
    if (outcome.frame !== 0) return dropsOf(run, run.frames.family(outcome.frame));
    const { beganAt, endedAt } = outcome;
    return dropsOf(
      run,
      run.events.filter(({ at }) => at >= beganAt && at <= endedAt),
    );
  }

  /** Hop by hop, as `lvsim view walk` shows it. */
  get walk(): Shown {
    const { run, number } = this;
    const text = plain(viewOf("walk", { run, request: number, form: "text", page: PAGE }));
    // without its heading, which speaks of the command line
    return new Shown(text.slice(text.indexOf("\n") + 1));
  }

  /** As a sequence of messages between hosts. */
  get ladder(): Shown {
    const { run, number } = this;
    const text = plain(viewOf("ladder", { run, request: number, form: "text", page: PAGE }));
    return new Shown(`${this}\n${text}`);
  }

  /** `request 2 (client: curl -s http://10.0.0.1/)`. */
  toString(): string {
    const { from, command } = this.outcome;
    return `request ${this.number + 1} (${from}: ${command})`;
  }

  private get exchange(): Exchange | null {
    const { run, outcome } = this;
    return outcome.frame === 0 ? null : exchangeOf(run, outcome);
  }
}
