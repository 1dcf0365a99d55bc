/**
 * What a client's connections have in common: where they go, what their SYNs offer, and what they start with after the same
 * answer (`tcp_select_initial_window`, `tcp_init_transfer`). What was worked out for one connection is kept for the next to
 * the same address as long as the namespace's generation stays, which routes, devices, path MTUs and sysctls raise.
 */
import type { Frame, TcpSynOptions } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { OutputWay } from "../../ip/output-ways.ts";
import type { Route } from "../../route/route.ts";
import type { TransportHost } from "../transport-host.ts";

/** The generation of what is not known for more than one connection. */
export const NEVER = -1;

/** What of a connection follows from both ends' SYNs and the route. */
interface Settled {
  /** `TcbFlag`s. */
  flags: number;
  peerMss: number;
  sendScale: number;
  receiveScale: number;
  advertisedMss: number;
  mss: number;
  receiveMss: number;
  windowClamp: number;
  receiveThreshold: number;
  roundSpace: number;
}

/** What of a connection is there when its SYN leaves. */
interface Leaving {
  readonly context: { readonly host: TransportHost };
  route: Route | null;
  routeGeneration: number;
  way: OutputWay | null;
  pathMtu: number;
  mss: number;
  advertisedMss: number;
  receiveBuffer: number;
  receiveWindow: number;
  receiveThreshold: number;
  receiveScale: number;
  windowClamp: number;
  timestampOffset: number;
}

/** What a connection starts with, read off one that was worked out. */
export class Start {
  private readonly flags: number;
  private readonly peerMss: number;
  private readonly sendScale: number;
  private readonly receiveScale: number;
  private readonly advertisedMss: number;
  private readonly mss: number;
  private readonly receiveMss: number;
  private readonly windowClamp: number;
  private readonly receiveThreshold: number;
  private readonly roundSpace: number;

  /** `agreed`: the flags that tell what both ends agreed upon. */
  constructor(tcb: Settled, agreed: number) {
    this.flags = tcb.flags & agreed;
    this.peerMss = tcb.peerMss;
    this.sendScale = tcb.sendScale;
    this.receiveScale = tcb.receiveScale;
    this.advertisedMss = tcb.advertisedMss;
    this.mss = tcb.mss;
    this.receiveMss = tcb.receiveMss;
    this.windowClamp = tcb.windowClamp;
    this.receiveThreshold = tcb.receiveThreshold;
    this.roundSpace = tcb.roundSpace;
  }

  give(tcb: Settled): void {
    tcb.flags |= this.flags;
    tcb.peerMss = this.peerMss;
    tcb.sendScale = this.sendScale;
    tcb.receiveScale = this.receiveScale;
    tcb.advertisedMss = this.advertisedMss;
    tcb.mss = this.mss;
    tcb.receiveMss = this.receiveMss;
    tcb.windowClamp = this.windowClamp;
    tcb.receiveThreshold = this.receiveThreshold;
    tcb.roundSpace = this.roundSpace;
  }
}

/** Where a connection of our own goes, and what its SYN offers. */
export class Departure {
  readonly destination: Ipv4Address;
  readonly source: Ipv4Address;
  private generation = NEVER;
  private route: Route | null = null;
  private pathMtu = 0;
  private mss = 0;
  private advertisedMss = 0;
  private receiveBuffer = 0;
  private receiveWindow = 0;
  private receiveScale = 0;
  private windowClamp = 0;
  private timestampOffset = 0;
  /** By which its SYN went. */
  way: OutputWay | null = null;
  /** What the last answer offered, and what followed from it. */
  private offered: TcpSynOptions | null = null;
  private stamped = false;
  private start: Start | null = null;

  constructor(destination: Ipv4Address, source: Ipv4Address) {
    this.destination = destination;
    this.source = source;
  }

  leads(destination: Ipv4Address, generation: number): boolean {
    return this.destination === destination && this.generation === generation;
  }

  /** Whether it is known of more than one connection. */
  get lasts(): boolean {
    return this.generation !== NEVER;
  }

  /** Reads `tcb`'s offer off it. */
  learn(tcb: Leaving): void {
    const { ip } = tcb.context.host;
    if (tcb.route === null || ip.lastingMtuOf(tcb.route) === 0) return;
    this.generation = tcb.routeGeneration;
    this.route = tcb.route;
    this.pathMtu = tcb.pathMtu;
    this.mss = tcb.mss;
    this.advertisedMss = tcb.advertisedMss;
    this.receiveBuffer = tcb.receiveBuffer;
    this.receiveWindow = tcb.receiveWindow;
    this.receiveScale = tcb.receiveScale;
    this.windowClamp = tcb.windowClamp;
    this.timestampOffset = tcb.timestampOffset;
  }

  give(tcb: Leaving): void {
    tcb.routeGeneration = this.generation;
    tcb.route = this.route;
    tcb.pathMtu = this.pathMtu;
    tcb.mss = this.mss;
    tcb.advertisedMss = this.advertisedMss;
    tcb.receiveBuffer = this.receiveBuffer;
    tcb.receiveWindow = this.receiveWindow;
    tcb.receiveThreshold = this.receiveWindow;
    tcb.receiveScale = this.receiveScale;
    tcb.windowClamp = this.windowClamp;
    tcb.timestampOffset = this.timestampOffset;
    tcb.way = this.way;
  }

  /** Whether `tcb`, in SYN-SENT, was given this, and nothing has changed since. */
  fits(tcb: Leaving): boolean {
    return (
      tcb.routeGeneration === this.generation &&
      tcb.context.host.routeGeneration() === this.generation &&
      tcb.pathMtu === this.pathMtu &&
      tcb.advertisedMss === this.advertisedMss &&
      tcb.receiveWindow === this.receiveWindow &&
      tcb.receiveBuffer === this.receiveBuffer &&
      tcb.receiveScale === this.receiveScale
    );
  }

  /** What `tcb` starts with after the answer `frame`; null when that is not known. */
  startFor(tcb: Leaving, frame: Frame): Start | null {
    const known =
      this.stamped === frame.hasTimestamps &&
      areEqual(this.offered, frame.synOptions) &&
      this.fits(tcb);
    return known ? this.start : null;
  }

  /** A connection to which this was given has the `start` after the answer `frame`. */
  learnStart(start: Start, frame: Frame): void {
    this.offered = frame.synOptions;
    this.stamped = frame.hasTimestamps;
    this.start = start;
  }
}

/** Whether two SYNs offered the same. */
export const areEqual = (a: TcpSynOptions | null, b: TcpSynOptions | null): boolean =>
  a === b ||
  (a !== null &&
    b !== null &&
    a.maximumSegmentSize === b.maximumSegmentSize &&
    a.windowScale === b.windowScale &&
    a.sackPermitted === b.sackPermitted);
