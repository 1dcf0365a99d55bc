/**
 * The run of `traceroute`: up to 16 probes on their way, printed in their order. A probe is given up after `wait` seconds,
 * or sooner when another one for the same hop (three times its time) or for a later one (ten times) was answered.
 */
import { Errno, elapsed, type Instant, later, nanoseconds, seconds } from "@lvsim/core";
import { type HeardIcmp, IcmpSocket } from "../../network/icmp-socket.ts";
import { onAny, type Wait, type WaitQueue } from "../../process/wait.ts";
import { icmpVerdict } from "./icmp-remark.ts";
import type { TracerouteOptions } from "./options.ts";
import { Probe, type ProbeMethod, type ProbeTask } from "./probe.ts";

/** Added to a time before it is multiplied. */
const PRECISION = 1_000_000;

export class Trace {
  /** Woken when a probe is answered otherwise than by ICMP. */
  readonly queue: WaitQueue;
  private readonly task: ProbeTask;
  private readonly options: TracerouteOptions;
  private readonly method: ProbeMethod;
  private readonly icmp: IcmpSocket;
  private readonly probes: readonly Probe[];
  /** Octets of a whole packet; what is learnt on the way makes it shorter. */
  private length: number;
  private lastSent: Instant | null = null;
  /** The errno of a probe that could not be sent; 0 for none. */
  errno = 0;

  constructor(
    task: ProbeTask,
    options: TracerouteOptions,
    method: ProbeMethod,
    length: number,
    queue: WaitQueue,
  ) {
    this.task = task;
    this.options = options;
    this.method = method;
    this.queue = queue;
    this.length = length;
    this.icmp = new IcmpSocket(task.network);
    this.probes = Array.from({ length: options.maxHops * options.queries }, () => new Probe());
  }

  close(): void {
    this.icmp.close();
    this.method.close();
  }

  /** Gives each probe to `print` when its turn has come: its hop, its number there, and those before it. */
  *run(
    print: (
      probe: Probe,
      ttl: number,
      number: number,
      before: readonly Probe[],
    ) => Generator<Wait, unknown, void>,
  ): Generator<Wait, void, void> {
    const { firstHop, queries } = this.options;
    let start = (firstHop - 1) * queries;
    let end = this.probes.length;
    while (start < end) {
      const { now } = this.task.network.engine;
      let next: Instant | null = null;
      let open = 0;
      for (let n = start; n < end && open < this.options.simultaneous; n++) {
        const probe = this.probes[n] as Probe;
        this.expire(probe, n, now);
        if (probe.done) {
          if (n === start) {
            const first = n - (n % queries);
            const ttl = Math.floor(n / queries) + 1;
            yield* print(probe, ttl, n % queries, this.probes.slice(first, n));
            start++;
          }
          if (probe.final) end = (Math.floor(n / queries) + 1) * queries;
          continue;
        }
        if (probe.sentAt === null) {
          const waits = this.sendWaits(now);
          if (waits !== null) {
            next = next === null || waits < next ? waits : next;
            break;
          }
          this.send(probe, n, Math.floor(n / queries) + 1);
          if (this.errno !== 0) return;
        }
        const due = later(probe.sentAt as Instant, this.timeout(n));
        next = next === null || due < next ? due : next;
        open++;
      }
      if (start >= end) return;
      if (this.takeAnswers() || next === null) continue;
      if (next > now) yield onAny([this.icmp.queue, this.queue], next);
      this.takeAnswers();
    }
  }

  /** When the next probe may go, if that is not yet. */
  private sendWaits(now: Instant): Instant | null {
    if (this.options.sendWait === 0 || this.lastSent === null) return null;
    const due = later(this.lastSent, seconds(this.options.sendWait));
    return due > now ? due : null;
  }

  private expire(probe: Probe, n: number, now: Instant): void {
    if (probe.done || probe.sentAt === null) return;
    if (elapsed(probe.sentAt, now) >= this.timeout(n)) probe.done = true;
  }

  /** How long a probe is waited for, in nanoseconds. */
  private timeout(n: number): ReturnType<typeof nanoseconds> {
    const { here, near, queries, wait } = this.options;
    const longest = seconds(wait);
    const bounded = (time: number, factor: number): ReturnType<typeof nanoseconds> =>
      nanoseconds(Math.min((time + PRECISION) * factor, longest));
    const first = n - (n % queries);
    if (here > 0)
      for (let i = first; i < first + queries; i++) {
        const time = this.timeOf(i);
        if (time > 0) return bounded(time, here);
      }
    if (near > 0)
      for (let i = n + 1; i < this.probes.length && this.probes[i]?.sentAt !== null; i++) {
        const time = this.timeOf(i);
        if (time > 0) return bounded(time, near);
      }
    return longest;
  }

  private timeOf(n: number): number {
    const probe = this.probes[n];
    if (probe === undefined || !probe.done || probe.answeredAt === null || probe.sentAt === null)
      return 0;
    return elapsed(probe.sentAt, probe.answeredAt);
  }

  private send(probe: Probe, n: number, ttl: number): void {
    const { engine } = this.task.network;
    const { headers } = this.method;
    probe.sentAt = engine.now;
    this.lastSent = engine.now;
    let outcome = this.method.send(probe, n, ttl, Math.max(0, this.length - headers));
    if (outcome.errno === Errno.EMSGSIZE && outcome.mtu > 0 && this.options.discoversMtu) {
      this.learn(probe, outcome.mtu);
      outcome = this.method.send(probe, n, ttl, Math.max(0, this.length - headers));
    }
    if (outcome.errno === Errno.EMSGSIZE) probe.remark = "";
    this.errno = outcome.errno;
  }

  private learn(probe: Probe, mtu: number): void {
    this.length = mtu;
    probe.remark = `F=${mtu}`;
  }

  /** Takes what the ICMP socket heard; whether any of it was an answer. */
  private takeAnswers(): boolean {
    let any = false;
    for (let heard = this.icmp.received.shift(); heard; heard = this.icmp.received.shift())
      if (this.take(heard)) any = true;
    return any;
  }

  private take(heard: HeardIcmp): boolean {
    const key = this.method.answers(heard);
    if (key !== null) {
      const probe = this.probes.find((one) => one.key === key && !one.done && one.sentAt !== null);
      probe?.answer(heard.at, heard.from, true, probe.remark);
      return probe !== undefined;
    }
    const { about } = heard;
    if (about === null || about.destination !== this.task.target) return false;
    const probe = this.probes.find(
      (one) => one.sentAt !== null && !one.done && this.method.owns(one, about),
    );
    if (probe === undefined) return false;
    const verdict = icmpVerdict(heard.type, heard.code, heard.rest);
    if (verdict.remark.startsWith("!F") && this.options.discoversMtu) {
      this.again(probe, heard.rest & 0xffff);
      return true;
    }
    const remark = verdict.remark === "" ? probe.remark : verdict.remark;
    probe.answer(heard.at, heard.from, verdict.final, remark);
    return true;
  }

  /** `--mtu`: the same probe once more, as long as the next link takes. */
  private again(probe: Probe, mtu: number): void {
    const n = this.probes.indexOf(probe);
    this.learn(probe, mtu);
    this.send(probe, n, Math.floor(n / this.options.queries) + 1);
  }
}
