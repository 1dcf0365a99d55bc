/**
 * Putting IPv4 fragments together (RFC 791 §3.2, `ip_defrag`): one queue per (source, destination, identification,
 * protocol), 30 s from its first fragment. Left out: overlap resolution (an overlapping queue is dropped whole, as
 * Linux does) and memory accounting by truesize.
 */
import type { Frame } from "../../packet/frame.ts";
import { FragmentField, IcmpType } from "../../packet/protocol.ts";
import { later, seconds } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import { reassemblePacket } from "../../wire/reassemble.ts";
import type { IpContext } from "./ip-context.ts";

const LIFETIME = seconds(30);
const FRAGMENTS_MAX = 64 * 1024;
/** Code of ICMP time exceeded: fragment reassembly. */
const REASSEMBLY = 1;

export class Reassembly {
  private readonly context: IpContext;
  private readonly queues: FragmentQueue[] = [];
  private held = 0;

  constructor(context: IpContext) {
    this.context = context;
  }

  /** Takes a fragment; gives the whole packet once it is there, else null. */
  add(fragment: Frame): Frame | null {
    const { context } = this;
    if (this.held >= FRAGMENTS_MAX) {
      context.drop(fragment, "ip-fragment-error", null);
      return null;
    }
    const queue = this.find(fragment) ?? this.open(fragment);
    if (!queue.insert(fragment)) {
      context.drop(fragment, "ip-fragment-error", null);
      this.close(queue);
      return null;
    }
    this.held++;
    if (!queue.complete()) return null;
    this.close(queue);
    return reassemblePacket(queue.parts, context.engine.newFrameId());
  }

  /** Time is over: the parts are lost, and the sender is told if the first part was there. */
  expire(queue: FragmentQueue): void {
    const { context } = this;
    this.close(queue);
    const first = queue.parts[0] as Frame;
    if ((first.fragment & FragmentField.offsetMask) === 0)
      context.sendIcmpError(first, IcmpType.timeExceeded, REASSEMBLY, 0);
    for (const part of queue.parts) context.drop(part, "ip-fragment-timeout", null);
  }

  private find(fragment: Frame): FragmentQueue | undefined {
    return this.queues.find((queue) => queue.holds(fragment));
  }

  private open(fragment: Frame): FragmentQueue {
    const queue = new FragmentQueue(fragment, this);
    this.queues.push(queue);
    const { engine } = this.context;
    engine.timers.arm(queue, later(engine.now, LIFETIME));
    return queue;
  }

  private close(queue: FragmentQueue): void {
    this.context.engine.timers.cancel(queue);
    this.held -= queue.parts.length;
    this.queues.splice(this.queues.indexOf(queue), 1);
  }
}

const start = (part: Frame): number => (part.fragment & FragmentField.offsetMask) * 8;
const size = (part: Frame): number => part.length - 20 - (part.ipOptions?.length ?? 0);
const isLast = (part: Frame): boolean => (part.fragment & FragmentField.moreFragments) === 0;

class FragmentQueue extends Timer {
  /** By offset. */
  readonly parts: Frame[] = [];
  private readonly model: Frame;
  private readonly owner: Reassembly;

  constructor(model: Frame, owner: Reassembly) {
    super();
    this.model = model;
    this.owner = owner;
  }

  holds(part: Frame): boolean {
    const { model } = this;
    return (
      part.identification === model.identification &&
      part.source === model.source &&
      part.destination === model.destination &&
      part.protocol === model.protocol
    );
  }

  /** False when it overlaps what is there, or is no possible fragment. */
  insert(part: Frame): boolean {
    const from = start(part);
    const to = from + size(part);
    if (to > 65_535 || (!isLast(part) && size(part) % 8 !== 0)) return false;
    let at = this.parts.length;
    while (at > 0 && start(this.parts[at - 1] as Frame) >= from) at--;
    const before = this.parts[at - 1];
    const after = this.parts[at];
    if (before !== undefined && start(before) + size(before) > from) return false;
    if (after !== undefined && start(after) < to) return false;
    this.parts.splice(at, 0, part);
    return true;
  }

  complete(): boolean {
    let expected = 0;
    for (const part of this.parts) {
      if (start(part) !== expected) return false;
      expected += size(part);
    }
    return isLast(this.parts[this.parts.length - 1] as Frame);
  }

  expire(): void {
    this.owner.expire(this);
  }
}
