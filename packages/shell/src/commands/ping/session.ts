/**
 * One run of `ping`: sends at its pace, judges what comes back, and knows when it is over. With a count it ends when so
 * many answers or errors have come, or after the last probe when the linger time is over; with a deadline, at the deadline
 * or at the first error.
 */
import {
  Errno,
  IcmpType,
  type Instant,
  IpProtocol,
  later,
  microseconds,
  milliseconds,
  seconds,
  Timer,
} from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { EPOCH_SECONDS } from "../../kernel/kernel.ts";
import { type HeardIcmp, IcmpSocket, type QuotedPacket } from "../../network/icmp-socket.ts";
import { Signal } from "../../process/signal.ts";
import { on, type Wait, type WaitQueue } from "../../process/wait.ts";
import { type AnswerFacts, answerLine } from "./answer-line.ts";
import type { PingDialect } from "./dialect.ts";
import { icmpText } from "./icmp-text.ts";
import type { PingOptions } from "./options.ts";
import { Pace } from "./pace.ts";
import type { Prober } from "./prober.ts";
import { PingStatistics } from "./statistics.ts";

/** What a session needs to know of its surroundings. */
export interface PingTask {
  readonly context: CommandContext;
  readonly options: PingOptions;
  readonly dialect: PingDialect;
  readonly prober: Prober;
  /** The target is a group or a broadcast address: everybody may answer. */
  readonly toMany: boolean;
  /** An address as lines show it, with its name where it has one. */
  readonly nameOf: (address: number) => string;
}

/** What there is to do when all has been sent. */
const AFTER_LAST = 1000;
const ERROR_PAUSE = 10;
/** The least that a socket waits for an answer, in milliseconds. */
const SHORTEST_TIMEOUT = 10;

/** SO_RCVTIMEO, in jiffies as the kernel counts it. */
class ReceiveTimeout extends Timer {
  private readonly queue: WaitQueue;

  constructor(queue: WaitQueue) {
    super();
    this.queue = queue;
  }

  override expire(): void {
    this.queue.wake();
  }
}

export class PingSession {
  readonly statistics = new PingStatistics();
  private readonly task: PingTask;
  private readonly socket: IcmpSocket;
  private readonly pace: Pace;
  private readonly timeout: ReceiveTimeout;
  private readonly began: Instant;
  /** When everything ends; null while that is open. */
  private endsAt: Instant | null = null;
  private lingering = false;

  constructor(task: PingTask) {
    const { context, options } = task;
    this.task = task;
    this.socket = new IcmpSocket(context.namespace);
    this.timeout = new ReceiveTimeout(this.socket.queue);
    this.pace = new Pace(options.interval, options.preload);
    this.began = context.namespace.engine.now;
    if (options.deadline > 0) this.endsAt = later(this.began, seconds(options.deadline));
  }

  close(): void {
    this.task.context.namespace.engine.timers.cancel(this.timeout);
    this.socket.close();
  }

  /** Microseconds from the beginning to the last probe. */
  get duration(): number {
    return Math.floor(((this.pace.last ?? this.began) - this.began) / 1000);
  }

  *run(): Generator<Wait, void, void> {
    const { context } = this.task;
    while (!(yield* this.isOver())) {
      let wait: number;
      do wait = this.linger(yield* this.probe());
      while (wait <= 0);
      const step = context.machine.step(context.process, milliseconds(0));
      if (step !== null) yield step;
      if (this.socket.received.length === 0) yield* this.wait(wait);
      for (let heard = this.socket.received.shift(); heard !== undefined; ) {
        yield* this.take(heard);
        heard = this.statistics.inFlight === 0 ? undefined : this.socket.received.shift();
      }
    }
  }

  private get now(): Instant {
    return this.task.context.namespace.engine.now;
  }

  private *isOver(): Generator<Wait, boolean, void> {
    const { count, deadline } = this.task.options;
    const { process } = this.task.context;
    const { received, errors } = this.statistics;
    if (process.pending.includes(Signal.INT)) return true;
    if (this.endsAt !== null && this.now >= this.endsAt) return true;
    if (count > 0 && received + errors >= count) return true;
    if (deadline > 0 && errors > 0) return true;
    const asked = process.pending.indexOf(Signal.QUIT);
    if (asked >= 0) {
      process.pending.splice(asked, 1);
      yield* this.task.context.err(this.statistics.snapshot(this.task.prober.timing));
    }
    return false;
  }

  /** Short waits are poll's, which is exact; else reading itself waits one interval, and that by the kernel's wheel. */
  private *wait(wait: number): Generator<Wait, void, void> {
    const { endsAt, now } = this;
    const longest = Math.max(this.pace.interval, SHORTEST_TIMEOUT);
    if (wait < longest) {
      const next = later(now, milliseconds(wait));
      yield on(this.socket.queue, endsAt !== null && endsAt < next ? endsAt : next);
      return;
    }
    const { timers } = this.task.context.namespace.engine;
    timers.arm(this.timeout, later(now, milliseconds(longest)));
    yield on(this.socket.queue, endsAt);
    timers.cancel(this.timeout);
  }

  private get allSent(): boolean {
    const { count, deadline } = this.task.options;
    return count > 0 && this.statistics.transmitted >= count && deadline === 0;
  }

  /** When all is sent, answers are waited for: twice the longest round trip, or the linger time when none came. */
  private linger(wait: number): number {
    if (!this.allSent || this.lingering) return wait;
    this.lingering = true;
    const { received, maximum } = this.statistics;
    const micros =
      received > 0
        ? Math.max(2 * maximum, 1000 * this.pace.interval)
        : 1000 * this.task.options.linger;
    if (micros > 0) this.endsAt = later(this.now, microseconds(micros));
    return Math.max(wait, Math.floor(micros / 1000));
  }

  /** Sends what is due; milliseconds until the next is. */
  private *probe(): Generator<Wait, number, void> {
    const { context, options, prober } = this.task;
    const { statistics } = this;
    if (this.allSent) return AFTER_LAST;
    const wait = this.pace.take(this.now, statistics.inFlight);
    if (wait > 0) return wait;
    const before = statistics.transmitted;
    if (options.outstanding && before > 0 && !statistics.isAnswered(before & 0xffff))
      yield* context.out(`${this.timestamp()}no answer yet for icmp_seq=${before % 65_536}\n`);
    const sequence = (before + 1) & 0xffff;
    statistics.forget(sequence);
    const outcome = prober.send(sequence);
    if (outcome.errno !== 0) return yield* this.sendFailed(outcome.errno, outcome.mtu);
    statistics.transmitted++;
    if (options.flood && !options.quiet) yield* context.out(".");
    return this.pace.rest;
  }

  /** A probe that the host itself refuses counts as sent. */
  private *sendFailed(errno: number, mtu: number): Generator<Wait, number, void> {
    const { context, dialect, options } = this.task;
    const { statistics } = this;
    statistics.transmitted++;
    const wait = this.pace.failed();
    if (options.quiet) return wait;
    const isTooLong = errno === Errno.EMSGSIZE && mtu > 0;
    if (isTooLong) statistics.errors++;
    if (options.flood) yield* context.out("E");
    else yield* context.err(isTooLong ? dialect.tooLong(mtu) : dialect.sendFailed(errno));
    return Math.max(wait, ERROR_PAUSE);
  }

  private *take(heard: HeardIcmp): Generator<Wait, void, void> {
    if (heard.type === IcmpType.echoReply) {
      if (heard.rest >>> 16 === this.task.prober.identifier) yield* this.answer(heard);
    } else if (heard.about !== null && this.isAboutUs(heard.about)) {
      if (heard.type === IcmpType.redirect || heard.type === IcmpType.sourceQuench)
        yield* this.advice(heard, heard.about.icmpRest & 0xffff);
      else yield* this.error(heard, heard.about.icmpRest & 0xffff);
    }
  }

  private isAboutUs({ destination, icmpRest, icmpType, protocol }: QuotedPacket): boolean {
    const { identifier, target } = this.task.prober;
    const isEcho = protocol === IpProtocol.icmp && icmpType === IcmpType.echoRequest;
    return isEcho && destination === target && icmpRest >>> 16 === identifier;
  }

  private *answer(heard: HeardIcmp): Generator<Wait, void, void> {
    const { context, dialect, nameOf, options, prober, toMany } = this.task;
    const { statistics } = this;
    const sequence = heard.rest & 0xffff;
    statistics.acknowledge(sequence);
    const timed = prober.timing && heard.payload.length >= 16;
    const micros = timed ? prober.age(heard.payload, heard.at) : -1;
    const again = timed ? statistics.take(sequence, micros) : statistics.count(sequence);
    if (timed && options.adaptive)
      this.pace.interval = Math.floor((Math.floor(statistics.smoothed / 8) + 500) / 1000);
    if (options.quiet) return;
    if (options.flood) {
      yield* context.out("\b \b");
      return;
    }
    const facts: AnswerFacts = {
      from: nameOf(heard.from),
      length: heard.length,
      sequence,
      identifier: options.verbose ? prober.identifier : null,
      ttl: heard.ttl,
      truncated: heard.length < options.size + 8,
      micros,
      repeated: again && (!toMany || options.verbose),
      otherSource: !toMany && heard.from !== prober.target,
    };
    const bell = options.audible ? "\x07" : "";
    const line = answerLine(facts, dialect.roundsTimes);
    yield* context.out(`${this.timestamp()}${line}${bell}\n`);
  }

  /** A redirect is told, and the answer may still come. */
  private *advice(heard: HeardIcmp, sequence: number): Generator<Wait, void, void> {
    const { context, nameOf, options } = this.task;
    if (options.quiet || options.flood) return;
    const what = icmpText(heard.type, heard.code, heard.rest);
    yield* context.out(
      `${this.timestamp()}From ${nameOf(heard.from)}: icmp_seq=${sequence} ${what}\n`,
    );
  }

  private *error(heard: HeardIcmp, sequence: number): Generator<Wait, void, void> {
    const { context, nameOf, options, prober } = this.task;
    this.statistics.acknowledge(sequence);
    // an error reaches a socket that is bound to a device only by that device
    if (prober.device !== null && heard.interfaceIndex !== prober.device.index) return;
    this.statistics.errors++;
    if (options.quiet) return;
    if (options.flood) {
      yield* context.out("\bE");
      return;
    }
    const what = icmpText(heard.type, heard.code, heard.rest);
    yield* context.out(
      `${this.timestamp()}From ${nameOf(heard.from)} icmp_seq=${sequence} ${what}\n`,
    );
  }

  private timestamp(): string {
    if (!this.task.options.timestamps) return "";
    const micros = Math.floor(this.now / 1000);
    const second = EPOCH_SECONDS + Math.floor(micros / 1_000_000);
    return `[${second}.${String(micros % 1_000_000).padStart(6, "0")}] `;
  }
}
