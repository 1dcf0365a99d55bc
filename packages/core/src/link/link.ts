/**
 * A cable with two ends: delay, bit rate with a drop-tail queue, impairments, up and down. One event per hop: the
 * arrival of the frame.
 *
 * As with Linux's veth, carrier is there while both ends are up, and a frame longer than what the receiver's MTU
 * allows vanishes. A cable without delay puts frames into the receiver's backlog at once, as `netif_rx` does: they are
 * worked off after what was already waiting, and the receiver's taps see most of them beforehand (tap-time.ts).
 */
import { assert } from "../base/assert.ts";
import { copyFrame } from "../packet/copy-frame.ts";
import { ChecksumFault, type Frame, type FrameReceiver } from "../packet/frame.ts";
import { VLAN_TAG_LENGTH } from "../packet/lengths.ts";
import { EtherType } from "../packet/protocol.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { Duration, Instant } from "../time/instant.ts";
import type { DropReason } from "../trace/drop-reason.ts";
import type { PlaceId, Trace } from "../trace/trace.ts";
import { frameLengthOf } from "./frame-length.ts";
import { type ImpairmentConfig, Impairments, NO_IMPAIRMENTS } from "./impairments.ts";
import { type RateConfig, Serialiser, UNLIMITED_RATE } from "./serialiser.ts";
import { isSeenLate } from "./tap-time.ts";

/** What a cable's end is plugged into; `receive` is `arrived` and `process` in one. */
export interface LinkOwner extends FrameReceiver {
  /** Switched on by its administrator. */
  readonly up: boolean;
  readonly mtu: number;
  /** A frame has come in: counts it and shows it to taps and trace; false when it is refused and gone. */
  arrived(frame: Frame): boolean;
  /** Works on a frame that has arrived. */
  process(frame: Frame): void;
  /** Carrier came or went. */
  carrierChanged(carrier: boolean): void;
  /** The cable has other properties now. */
  cableReconfigured(): void;
}

/** `admit`'s answer for a frame that does not come through. */
export const NEVER = -1;

export interface LinkConfig {
  /** From the last bit sent to its arrival; 0 is allowed. */
  readonly delay: Duration;
  readonly rate: RateConfig;
  readonly impairments: ImpairmentConfig;
  /** Whether frames longer than the receiver's MTU allows vanish (veth). */
  readonly dropsLongFrames: boolean;
}

/** A cable as veth is: no delay, no limit, nothing goes wrong. */
export const PLAIN_LINK: LinkConfig = {
  delay: 0 as Duration,
  rate: UNLIMITED_RATE,
  impairments: NO_IMPAIRMENTS,
  dropsLongFrames: true,
};

/** Takes up what arrived earlier at the same instant. */
class Backlog implements FrameReceiver {
  private readonly end: LinkEnd;

  constructor(end: LinkEnd) {
    this.end = end;
  }

  receive(frame: Frame): void {
    const owner = this.end.owner;
    if (owner === null) this.end.receive(frame);
    else owner.process(frame);
  }
}

/** One end of a cable: sends to the other end, and receives from it. */
export class LinkEnd implements FrameReceiver {
  readonly link: Link;
  /** null while nothing is plugged in. */
  owner: LinkOwner | null = null;
  /** Works off frames that were shown to the owner when they were sent. */
  private readonly backlog: FrameReceiver;
  /** The other end; set once by the link. */
  peer: LinkEnd = this;
  /** Octets of the longest packet that surely comes through, once, later, and as it is; −1 for none. */
  longest = -1;
  private serialiser: Serialiser;
  private readonly engine: Engine;
  // as `judge` found them
  private receiver: LinkOwner | null = null;
  private delay: Duration = 0 as Duration;

  constructor(link: Link, rate: RateConfig) {
    this.link = link;
    this.engine = link.engine;
    this.serialiser = new Serialiser(rate, link.engine);
    this.backlog = new Backlog(this);
  }

  attach(owner: LinkOwner): void {
    assert(this.owner === null, "a cable's end is plugged into two devices");
    this.owner = owner;
    this.link.refreshCarrier();
  }

  detach(): void {
    const owner = this.owner;
    this.owner = null;
    this.link.refreshCarrier();
    if (owner !== null) owner.carrierChanged(false);
  }

  configure(rate: RateConfig): void {
    this.serialiser = new Serialiser(rate, this.link.engine);
  }

  /** Works `longest` out anew: the cable, or what is plugged in at its other end, is not what it was. */
  judge(): void {
    const { link } = this;
    const receiver = this.peer.owner;
    this.receiver = receiver;
    this.delay = link.delay;
    if (receiver === null || !link.ordinary) this.longest = -1;
    else this.longest = link.dropsLongFrames ? receiver.mtu + VLAN_TAG_LENGTH : LENGTH_MAX;
  }

  /**
   * As `send`, of a frame that is `octets` long with a packet no longer than `longest`, of which nobody else holds a
   * reference. It arrives at what is plugged in now.
   */
  carry(frame: Frame, octets: number): void {
    const { serialiser } = this;
    if (serialiser.free === false) return this.queue(frame, octets);
    const wait = serialiser.occupy(octets) + this.delay;
    this.engine.deliverAfter(frame, this.receiver as LinkOwner, wait as Duration);
  }

  /** `carry`, when the frame must wait. */
  private queue(frame: Frame, octets: number): void {
    const { engine, serialiser } = this;
    if (!serialiser.join(octets)) this.refuse(frame, "queue-full");
    else {
      const wait = (serialiser.busyUntil - engine.now + this.delay) as Duration;
      engine.deliverAfter(frame, this.receiver as LinkOwner, wait);
    }
  }

  /** Sends a frame to the other end; the frame is the cable's from now on. */
  send(frame: Frame): void {
    const at = this.admit(frame);
    if (at === NEVER) return;
    const { engine } = this.link;
    if (at === engine.now) this.deliverNow(frame);
    else engine.deliver(frame, this.peer, at as Instant);
  }

  /** Decides on a frame sent now, and accounts for it: when it will arrive, or NEVER if it was dropped. */
  admit(frame: Frame): Instant | typeof NEVER {
    const { link, serialiser } = this;
    if (!link.carrier) return this.refuse(frame, "link-down");
    if (link.dropsLongFrames && this.tooLong(frame))
      return this.refuse(frame, "too-long-for-receiver");
    if (!serialiser.enter(frameLengthOf(frame))) return this.refuse(frame, "queue-full");
    const at = (serialiser.busyUntil + link.delay) as Instant;
    return link.impairments === null ? at : this.impair(frame, at, link.impairments);
  }

  private deliverNow(frame: Frame): void {
    const { engine } = this.link;
    const receiver = this.peer.takeNow(frame);
    if (receiver !== null) engine.deliver(frame, receiver, engine.now);
  }

  /** What a frame is to arrive at that comes out here without delay, and behind what waits already; null if it is refused. */
  takeNow(frame: Frame): FrameReceiver | null {
    if (isSeenLate(frame)) return this;
    return (this.owner as LinkOwner).arrived(frame) ? this.backlog : null;
  }

  /** A frame comes out of the cable at this end. */
  receive(frame: Frame): void {
    const owner = this.owner;
    if (owner === null) this.refuse(frame, "no-receiver");
    else owner.receive(frame);
  }

  private tooLong(frame: Frame): boolean {
    return frame.length > (this.peer.owner as LinkOwner).mtu + VLAN_TAG_LENGTH;
  }

  /** What the cable does to a frame that would arrive at `at`. */
  private impair(frame: Frame, at: Instant, impairments: Impairments): Instant | typeof NEVER {
    if (impairments.losesFrame()) return this.refuse(frame, "link-loss");
    if (impairments.duplicatesFrame()) this.sendTwin(frame, impairments);
    if (impairments.corruptsFrame() && !frame.shared) {
      // ARP has no checksum: a receiver's Ethernet would have thrown the frame away
      if (frame.etherType !== EtherType.ipv4) return this.refuse(frame, "link-loss");
      corrupt(frame, impairments);
    }
    return (at + impairments.lateness()) as Instant;
  }

  /** Sends the same octets once more. */
  private sendTwin(frame: Frame, impairments: Impairments): void {
    const { engine, delay } = this.link;
    const { serialiser } = this;
    if (!serialiser.enter(frameLengthOf(frame))) return;
    const twin = copyFrame(frame, frame.id);
    const at = (serialiser.busyUntil + delay + impairments.lateness()) as Instant;
    engine.deliver(twin, this.peer, at);
  }

  private refuse(frame: Frame, reason: DropReason): typeof NEVER {
    const { trace, engine, place } = this.link;
    if (trace !== null) trace.dropped(engine.now, place, frame, reason, null);
    return NEVER;
  }
}

const IPV4_HEADER_LENGTH = 20;
/** No packet is longer. */
const LENGTH_MAX = 1 << 24;

function corrupt(frame: Frame, impairments: Impairments): void {
  // a packet whose header cannot be read has no length
  const octets = Math.max(frame.length, IPV4_HEADER_LENGTH);
  const inHeader = impairments.corruptedOctet(octets) < IPV4_HEADER_LENGTH;
  frame.checksumFaults |= inHeader ? ChecksumFault.ip : ChecksumFault.transport;
}

export class Link {
  readonly name: string;
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly place: PlaceId;
  readonly a: LinkEnd;
  readonly b: LinkEnd;
  /** Both ends are up and the cable is sound. */
  carrier = false;
  delay: Duration;
  dropsLongFrames: boolean;
  impairments: Impairments | null = null;
  /** Neither rate nor impairments: `delay` says it all. */
  plain = true;
  /** There is carrier, and whatever is sent arrives later, once, and as it was. */
  ordinary = false;
  private readonly rng: Rng;
  /** The link's own stream, once something was to be drawn. */
  private stream: Rng | null = null;
  private sound = true;

  /** `rng` is the simulation's; the link draws from the stream that has its name. */
  constructor(name: string, engine: Engine, trace: Trace | null, rng: Rng, config: LinkConfig) {
    this.name = name;
    this.engine = engine;
    this.trace = trace;
    this.place = trace === null ? 0 : trace.place(name);
    this.rng = rng;
    this.delay = config.delay;
    this.dropsLongFrames = config.dropsLongFrames;
    this.a = new LinkEnd(this, config.rate);
    this.b = new LinkEnd(this, config.rate);
    this.a.peer = this.b;
    this.b.peer = this.a;
    if (config.rate !== UNLIMITED_RATE || config.impairments !== NO_IMPAIRMENTS) this.apply(config);
  }

  /** Takes new properties; frames in flight keep what they had, and the queues start empty. */
  configure(config: LinkConfig): void {
    this.a.configure(config.rate);
    this.b.configure(config.rate);
    this.delay = config.delay;
    this.dropsLongFrames = config.dropsLongFrames;
    this.apply(config);
    if (this.a.owner !== null) this.a.owner.cableReconfigured();
    if (this.b.owner !== null) this.b.owner.cableReconfigured();
  }

  /** Cuts or mends the cable. */
  setSound(sound: boolean): void {
    this.sound = sound;
    this.refreshCarrier();
  }

  /** Works carrier out anew; owners call it when they were switched on or off. */
  refreshCarrier(): void {
    const a = this.a.owner;
    const b = this.b.owner;
    const carrier = this.sound && a !== null && b !== null && a.up && b.up;
    if (carrier === this.carrier) return;
    this.carrier = carrier;
    this.judge();
    if (a !== null) a.carrierChanged(carrier);
    if (b !== null) b.carrierChanged(carrier);
  }

  /** The rest of `config`, when the ends have its rate and the delay is known. */
  private apply(config: LinkConfig): void {
    this.plain = config.rate.bitsPerSecond === 0;
    this.impairments = null;
    if (!isUnimpaired(config.impairments)) {
      this.plain = false;
      this.stream ??= this.rng.stream(this.name);
      this.impairments = new Impairments(config.impairments, this.stream);
    }
    this.judge();
  }

  private judge(): void {
    this.ordinary = this.carrier && this.delay > 0 && this.impairments === null;
    this.a.judge();
    this.b.judge();
  }
}

function isUnimpaired(config: ImpairmentConfig): boolean {
  const { loss, duplication, corruption, reordering, jitter } = config;
  return loss === 0 && duplication === 0 && corruption === 0 && reordering === 0 && jitter === 0;
}
