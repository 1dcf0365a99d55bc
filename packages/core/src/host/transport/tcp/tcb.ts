/**
 * The state of one TCP connection: RFC 9293 §3.3.1's transmission control block in the shape of Linux's `tcp_sock`.
 * Only data: the files beside this one work on it. Sequence numbers are signed 32-bit integers. Durations are whole
 * milliseconds and moments are those of TCP's millisecond clock (clock.ts), unless a name says otherwise.
 */
import type { Frame, TcpSynOptions } from "../../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { type SlotHolder, UNARMED } from "../../../time/timer.ts";
import type { Trace } from "../../../trace/trace.ts";
import type { OutputWay } from "../../ip/output-ways.ts";
import type { Route } from "../../route/route.ts";
import type { TransportSecrets } from "../secrets.ts";
import { type Endpoint, TcpState } from "../socket.ts";
import type { SocketNumbers } from "../socket-numbers.ts";
import type { TransportCounters } from "../transport.ts";
import type { TransportHost } from "../transport-host.ts";
import type { CongestionControl } from "./congestion/congestion-control.ts";
import type { Departure } from "./departure.ts";
import type { FlowEntry, FlowTable } from "./flow-table.ts";
import type { Chunk, EarlySegment, SentSegment } from "./segment.ts";
import { CongestionState, Setbacks } from "./setbacks.ts";
import type { TimeWaits } from "./time-wait.ts";

/** What the timer of the sending side was armed for (`icsk_pending`). */
export const TransmitTimer = {
  none: 0,
  /** Retransmission timeout (ICSK_TIME_RETRANS). */
  retransmit: 1,
  /** Zero-window probe (ICSK_TIME_PROBE0). */
  probe: 2,
  /** Tail loss probe (ICSK_TIME_LOSS_PROBE). */
  lossProbe: 3,
} as const;
export type TransmitTimer = (typeof TransmitTimer)[keyof typeof TransmitTimer];

/** Bits of `Tcb.ackPending` (ICSK_ACK_*). */
export const AckPending = { scheduled: 1, timer: 2, pushed: 4, pushedTwice: 8, now: 16 } as const;

/** Bits of `Tcb.shutdown`. */
export const Shutdown = { receive: 1, send: 2 } as const;

/** What segments that are acknowledged tell of the round trip. */
export const Sample = {
  none: 0,
  clean: 1,
  /** One of them was sent again: nobody knows which copy arrived. */
  ambiguous: 2,
} as const;
export type Sample = (typeof Sample)[keyof typeof Sample];

/** The sample of one acknowledgement; every acknowledgement takes it anew. */
export class AckCover {
  sample: Sample = Sample.none;
  /** When the first of the segments was sent that were sent only once, in microseconds. */
  firstSentAt = 0;

  take(sentAt: number): void {
    this.sample = Sample.clean;
    this.firstSentAt = sentAt;
  }
}

/** What all connections of a namespace share. */
export interface TcpContext {
  readonly host: TransportHost;
  readonly counters: TransportCounters;
  readonly flows: FlowTable;
  /** null before the first. */
  timeWaits: TimeWaits | null;
  /** Where the last connection of our own went; null before the first. */
  departure: Departure | null;
  readonly secrets: TransportSecrets;
  readonly numbers: SocketNumbers;
  readonly covered: AckCover;
  /** What is taken from a segment for an acknowledgement without data; its sequence number is set each time. */
  readonly bareAck: SentSegment;
  /** net.ipv4.tcp_congestion_control. */
  readonly congestion: CongestionControl;
  /** The frame that is being answered; 0 while no packet is processed. */
  causeId: number;
  /** A system call of an application is under way, not the processing of a packet. */
  byProcess: boolean;
  /** One shared object for equal options of SYNs. */
  synOptions(mss: number, windowScale: number, sackPermitted: boolean): TcpSynOptions;
  /** Gives a packet to IP; what comes back at once waits until the present work is done. */
  send(frame: Frame): void;
  /** A timer of `tcb` fires, whose slot this is. */
  expired(tcb: Tcb, slot: number): void;
  /** Tells the owner of `tcb`, as soon as no call of an application is under way, that something changed. */
  wake(tcb: Tcb): void;
  /** `tcb` is closed for good: its port is free. */
  released(tcb: Tcb): void;
}

export const INITIAL_WINDOW_SEGMENTS = 10;
/** Milliseconds. */
export const INITIAL_RTO = 1000;
const INFINITE_THRESHOLD = 0x7fffffff;

/** Bits of `Tcb.flags`. Whoever sets or clears one does so there; reading them has names. */
export const TcbFlag = {
  held: 1 << 0,
  orphan: 1 << 1,
  hashed: 1 << 2,
  finSent: 1 << 3,
  wantsSpace: 1 << 4,
  finReceived: 1 << 5,
  timestamps: 1 << 6,
  sack: 1 << 7,
  windowScaling: 1 << 8,
  pingPong: 1 << 9,
  passive: 1 << 10,
  wakePending: 1 << 11,
  confirmPending: 1 << 12,
  windowLimited: 1 << 13,
} as const;

/**
 * A block is written whole for each connection, so it is kept small: what few connections need is in `setbacks`, and most
 * truth values are bits of one word.
 */
export class Tcb implements FlowEntry, SlotHolder {
  readonly context: TcpContext;
  localAddress: Ipv4Address = ANY_ADDRESS;
  remoteAddress: Ipv4Address = ANY_ADDRESS;
  localPort = 0;
  remotePort = 0;
  flowHash = 0;
  nextInBucket: FlowEntry | null = null;
  state: TcpState = TcpState.close;
  /** What is true or false of it: `TcbFlag`. */
  flags = 0;
  /** Whom a FULLNAT director named as the client (toa.ts); null for nobody. */
  toldPeer: Endpoint | null = null;

  /** The socket's number among those of its namespace. */
  readonly cookie: number;
  onEvent: (() => void) | null = null;
  /** The address for which it holds its local port in the port table; null while it holds none. */
  heldAddress: Ipv4Address | null = null;
  shutdown = 0;
  /** The instant of connect(2), nanoseconds modulo 2^32: the call holds the socket's lock while its packets run (icmp-error.ts). */
  lockedAt = 0;
  route: Route | null = null;
  routeGeneration = -1;
  /** By which segments go while that is the route; null while it is not known. */
  way: OutputWay | null = null;
  /** Next IP identification (inet_id). */
  identification = 0;

  // sending
  initialSequence = 0;
  /** Oldest sequence number not yet acknowledged. */
  sendUnacknowledged = 0;
  sendNext = 0;
  /** Window that the peer offers, in octets. */
  sendWindow = 0;
  /** Sequence number of the segment that updated `sendWindow` last. */
  sendWindowSequence = 0;
  /** Largest window that the peer has offered. */
  maxWindow = 0;
  /** Shift count for windows in segments from the peer. */
  sendScale = 0;
  /** MSS option of the peer. */
  peerMss = 536;
  pathMtu = 1500;
  /** Octets of payload in a full segment; timestamps are already taken off. */
  mss = 536;
  /** End of the last segment that was shorter than the MSS (Minshall's Nagle). */
  smallSent = 0;
  sentHead: SentSegment | null = null;
  sentTail: SentSegment | null = null;
  writeHead: Chunk | null = null;
  writeTail: Chunk | null = null;
  /** Octets in the write queue. */
  unsent = 0;
  /** One past all that the owner wrote, FIN included (write_seq). */
  writeEnd = 0;

  // receiving
  receiveNext = 0;
  /** The first octet of the peer's stream. */
  receiveFirst = 0;
  /** `receiveNext` when the last window was advertised. */
  receiveUpdate = 0;
  /** Window advertised last, in octets from `receiveUpdate`. */
  receiveWindow = 0;
  receiveScale = 0;
  receiveBuffer = 0;
  /** What queued segments cost, overhead included (sk_rmem_alloc). */
  receiveMemory = 0;
  windowClamp = 0;
  receiveThreshold = 0;
  receiveHead: Chunk | null = null;
  receiveTail: Chunk | null = null;
  available = 0;
  earlyHead: EarlySegment | null = null;
  /** MSS that we advertise, less timestamps. */
  advertisedMss = 536;
  /** Estimate of the peer's segment size, for delayed acknowledgements. */
  receiveMss = 536;
  lastSegmentSize = 0;
  /** Receive-buffer tuning: octets read in the present round, its start in microseconds, and the best round so far. */
  roundCopied = 0;
  roundStart = 0;
  roundSpace = 0;

  // options
  timestampOffset = 0;
  timestampRecent = 0;
  timestampRecentAt = 0;
  /** When an acknowledgement came last. */
  peerHeardAt = 0;

  // round trip: `srtt` is 8 times, the deviations 4 times and 1 time microseconds, as in the kernel
  srtt = 0;
  deviation = 0;
  deviationMax = 0;
  variation = 0;
  rttSequence = 0;
  rto = INITIAL_RTO;
  /** Losses, timeouts, errors; null before there were any. */
  setbacks: Setbacks | null = null;

  // congestion: windows count segments
  window = INITIAL_WINDOW_SEGMENTS;
  windowCount = 0;
  threshold = INFINITE_THRESHOLD;
  packetsOut = 0;
  maxPacketsOut = 0;
  /** `sendNext` when `maxPacketsOut` was taken. */
  windowUsageSequence = 0;
  lastSent = 0;

  // acknowledging
  ackPending = 0;
  /** Delay of acknowledgements; 0 before the first data. */
  ackDelay = 0;
  quickAcks = 0;
  lastReceived = 0;

  // timers: the wheel's slot of each once it was armed, and when it was asked to fire, which the wheel does a little later
  transmitSlot = UNARMED;
  transmitTimer: TransmitTimer = TransmitTimer.none;
  transmitDue = 0;
  /** Armed while `AckPending.timer` says so. */
  delayedAckSlot = UNARMED;
  delayedAckDue = 0;

  constructor(context: TcpContext, cookie: number) {
    this.context = context;
    this.cookie = cookie;
  }

  slotFired(slot: number): void {
    this.context.expired(this, slot);
  }

  /** The peer opened it. */
  get passive(): boolean {
    return (this.flags & TcbFlag.passive) !== 0;
  }

  /** A process has it as a file. */
  get held(): boolean {
    return (this.flags & TcbFlag.held) !== 0;
  }

  /** Closed by its owner: nobody reads, nobody is told (SOCK_DEAD). */
  get orphan(): boolean {
    return (this.flags & TcbFlag.orphan) !== 0;
  }

  /** It was put into the flow table. */
  get hashed(): boolean {
    return (this.flags & TcbFlag.hashed) !== 0;
  }

  get finSent(): boolean {
    return (this.flags & TcbFlag.finSent) !== 0;
  }

  /** The owner was told that the buffer is full and waits for room (SOCK_NOSPACE). */
  get wantsSpace(): boolean {
    return (this.flags & TcbFlag.wantsSpace) !== 0;
  }

  get finReceived(): boolean {
    return (this.flags & TcbFlag.finReceived) !== 0;
  }

  get timestamps(): boolean {
    return (this.flags & TcbFlag.timestamps) !== 0;
  }

  get sack(): boolean {
    return (this.flags & TcbFlag.sack) !== 0;
  }

  get windowScaling(): boolean {
    return (this.flags & TcbFlag.windowScaling) !== 0;
  }

  get pingPong(): boolean {
    return (this.flags & TcbFlag.pingPong) !== 0;
  }

  /** The owner is to be told at the end of this segment's processing. */
  get wakePending(): boolean {
    return (this.flags & TcbFlag.wakePending) !== 0;
  }

  /** The next packet tells the neighbour table that the peer answers (sk_dst_pending_confirm). */
  get confirmPending(): boolean {
    return (this.flags & TcbFlag.confirmPending) !== 0;
  }

  get windowLimited(): boolean {
    return (this.flags & TcbFlag.windowLimited) !== 0;
  }
}

/**
 * A new block with these `TcbFlag`s; `cookie` 0 for the next number. There are as many numbers as blocks, used or not. Only
 * here is one made: V8 writes it out where it is made, which takes all that a function may be long.
 */
export function newTcb(context: TcpContext, cookie: number, flags: number): Tcb {
  const number = context.numbers.next();
  const tcb = new Tcb(context, cookie === 0 ? number : cookie);
  tcb.flags = flags;
  return tcb;
}

/** The setbacks of `tcb`, made if it had none. */
export function setbacksOf(tcb: Tcb): Setbacks {
  tcb.setbacks ??= new Setbacks();
  return tcb.setbacks;
}

/** Segments believed to be on their way (`tcp_packets_in_flight`). */
export const inFlight = (tcb: Tcb): number =>
  tcb.setbacks === null ? tcb.packetsOut : inFlightAmid(tcb);

function inFlightAmid(tcb: Tcb): number {
  const { sackedOut, lostOut, resentOut } = setbacksOf(tcb);
  return tcb.packetsOut - sackedOut - lostOut + resentOut;
}

/** Whether lost segments are being sent again: fast recovery, or what follows a timeout. */
export const isRecovering = (tcb: Tcb): boolean =>
  tcb.setbacks !== null && tcb.setbacks.congestionState >= CongestionState.recovery;

/** A FIN waits behind the octets that wait. */
export const finWaits = (tcb: Tcb): boolean => tcb.writeEnd !== ((tcb.sendNext + tcb.unsent) | 0);

/** What is left of the window that we advertised. */
export function receiveWindowLeft(tcb: Tcb): number {
  const left = (tcb.receiveUpdate + tcb.receiveWindow - tcb.receiveNext) | 0;
  return Math.max(left, 0);
}

export function setState(tcb: Tcb, state: TcpState): void {
  const { host } = tcb.context;
  const old = tcb.state;
  if (old === state) return;
  tcb.state = state;
  if (host.trace !== null) noteState(host.trace, tcb, old);
}

function noteState(trace: Trace, tcb: Tcb, old: TcpState): void {
  const { engine, place } = tcb.context.host;
  const { state, localPort, remotePort } = tcb;
  trace.note("tcp-state", engine.now, place, null, null, old, state, localPort, remotePort);
}
