/**
 * The state of one TCP connection: RFC 9293 §3.3.1's transmission control block in the shape of Linux's `tcp_sock`.
 * Only data: the files beside this one work on it. Sequence numbers are signed 32-bit integers. Durations are whole
 * milliseconds and moments are those of TCP's millisecond clock (clock.ts), unless a name says otherwise.
 */
import type { Errno } from "../../../base/errno.ts";
import type { Frame, TcpSynOptions } from "../../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { type SlotHolder, UNARMED } from "../../../time/timer.ts";
import type { Trace } from "../../../trace/trace.ts";
import type { Route } from "../../route/route.ts";
import type { TransportSecrets } from "../secrets.ts";
import { type Endpoint, TcpState } from "../socket.ts";
import type { SocketNumbers } from "../socket-numbers.ts";
import type { TransportCounters } from "../transport.ts";
import type { TransportHost } from "../transport-host.ts";
import type { CongestionControl } from "./congestion/congestion-control.ts";
import { type FlowEntry, FlowKind, type FlowTable } from "./flow-table.ts";
import type { Chunk, EarlySegment, SentSegment } from "./segment.ts";
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

/** Linux's `enum tcp_ca_state`, without CWR, which only ECN and local congestion enter. */
export const CongestionState = { open: 0, disorder: 1, recovery: 3, loss: 4 } as const;
export type CongestionState = (typeof CongestionState)[keyof typeof CongestionState];

/** Bits of `Tcb.ackPending` (ICSK_ACK_*). */
export const AckPending = { scheduled: 1, timer: 2, pushed: 4, pushedTwice: 8, now: 16 } as const;

/** Bits of `Tcb.shutdown`. */
export const Shutdown = { receive: 1, send: 2 } as const;

/** What one acknowledgement covered; every acknowledgement fills it anew. */
export class AckCover {
  count = 0;
  /** When the first of the segments was sent that were sent only once, in microseconds. */
  firstSentAt = 0;
  /** `firstSentAt` means something. */
  clean = false;
  /** A segment that was sent again is among them: the sample would be ambiguous. */
  anyResent = false;
}

/** What all connections of a namespace share. */
export interface TcpContext {
  readonly host: TransportHost;
  readonly counters: TransportCounters;
  readonly flows: FlowTable;
  /** null before the first. */
  timeWaits: TimeWaits | null;
  readonly secrets: TransportSecrets;
  readonly numbers: SocketNumbers;
  readonly covered: AckCover;
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

/** What fast recovery keeps for proportional rate reduction (RFC 6937): segments. */
export class Recovery {
  readonly priorWindow: number;
  delivered = 0;
  sent = 0;

  constructor(priorWindow: number) {
    this.priorWindow = priorWindow;
  }
}

export const INITIAL_WINDOW_SEGMENTS = 10;
/** Milliseconds. */
export const INITIAL_RTO = 1000;
const INFINITE_THRESHOLD = 0x7fffffff;

export class Tcb implements FlowEntry, SlotHolder {
  readonly flowKind = FlowKind.connection;
  readonly context: TcpContext;
  localAddress: Ipv4Address = ANY_ADDRESS;
  remoteAddress: Ipv4Address = ANY_ADDRESS;
  localPort = 0;
  remotePort = 0;
  nextInBucket: FlowEntry | null = null;
  /** Whom a FULLNAT director named as the client (toa.ts); null for nobody. */
  toldPeer: Endpoint | null = null;

  /** The socket's number among those of its namespace. */
  cookie: number;
  /** A process has it as a file. */
  held = false;
  state: TcpState = TcpState.close;
  onEvent: (() => void) | null = null;
  /** The owner is to be told at the end of this segment's processing. */
  wakePending = false;
  /** Closed by its owner: nobody reads, nobody is told (SOCK_DEAD). */
  orphan = false;
  /** It was put into the flow table. */
  hashed = false;
  /** The address for which it holds its local port in the port table; null while it holds none. */
  heldAddress: Ipv4Address | null = null;
  shutdown = 0;
  /** SO_ERROR; 0 for none. */
  error: Errno = 0;
  /** An error that is reported only when somebody asks or everything else fails (sk_err_soft). */
  softError: Errno = 0;
  /** The instant of connect(2), nanoseconds modulo 2^32: the call holds the socket's lock while its packets run (icmp-error.ts). */
  lockedAt = 0;
  route: Route | null = null;
  routeGeneration = -1;
  /** Next IP identification (inet_id). */
  identification = 0;
  /** The next packet tells the neighbour table that the peer answers (sk_dst_pending_confirm). */
  confirmPending = false;

  // sending
  initialSequence = 0;
  /** From here on octets count as acknowledged; the SYN of an active open does. */
  acknowledgedFrom = 0;
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
  finSent = false;
  /** The owner was told that the buffer is full and waits for room (SOCK_NOSPACE). */
  wantsSpace = false;

  // receiving
  receiveNext = 0;
  /** The first octet of the peer's stream. */
  receiveFirst = 0;
  /** `receiveNext` when the last window was advertised. */
  receiveUpdate = 0;
  /** Window advertised last, in octets from `receiveUpdate`. */
  receiveWindow = 0;
  receiveScale = 0;
  /** Sequence number of the next octet to be read. */
  copied = 0;
  receiveBuffer = 0;
  /** What queued segments cost, overhead included (sk_rmem_alloc). */
  receiveMemory = 0;
  windowClamp = 0;
  receiveThreshold = 0;
  receiveHead: Chunk | null = null;
  receiveTail: Chunk | null = null;
  available = 0;
  earlyHead: EarlySegment | null = null;
  /** SACK blocks, newest first, as left, right …; null until one is needed. */
  sackBlocks: number[] | null = null;
  /** What came twice, left and right, and is still to be told (D-SACK). */
  duplicate: readonly [left: number, right: number] | null = null;
  finReceived = false;
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
  timestamps = false;
  sack = false;
  windowScaling = false;
  timestampOffset = 0;
  timestampRecent = 0;
  timestampRecentAt = 0;
  /** When an acknowledgement came last. */
  peerHeardAt = 0;

  // round trip: `srtt` is 8 times, the deviations 4 times and 1 time microseconds, as in the kernel
  srtt = 0;
  deviation = 0;
  deviationMax = 200_000;
  variation = 0;
  rttSequence = 0;
  rto = INITIAL_RTO;
  backoff = 0;
  /** Timeouts in a row. */
  retransmits = 0;
  /** When the first of the segments now being sent again was sent before; null while none is. */
  retransmitStart: number | null = null;
  totalRetransmits = 0;
  resentOctets = 0;
  probesOut = 0;

  // congestion: windows count segments
  congestion: CongestionControl;
  congestionState: CongestionState = CongestionState.open;
  window = INITIAL_WINDOW_SEGMENTS;
  windowCount = 0;
  threshold = INFINITE_THRESHOLD;
  /** `sendNext` when recovery began. */
  recoveryPoint = 0;
  /** Null outside of fast recovery. */
  recovery: Recovery | null = null;
  packetsOut = 0;
  sackedOut = 0;
  lostOut = 0;
  resentOut = 0;
  windowLimited = false;
  maxPacketsOut = 0;
  /** `sendNext` when `maxPacketsOut` was taken. */
  windowUsageSequence = 0;
  lastSent = 0;
  /** What `sendNext` was when the tail loss probe went out that is out; null while none is. */
  probeEnd: number | null = null;

  // acknowledging
  ackPending = 0;
  /** Delay of acknowledgements; 0 before the first data. */
  ackDelay = 0;
  quickAcks = 0;
  pingPong = false;
  lastReceived = 0;
  /** When an acknowledgement for a segment out of the window went out last; null for never. */
  outOfWindowAckAt: number | null = null;

  // timers: the wheel's slot of each once it was armed, and when it was asked to fire, which the wheel does a little later
  transmitSlot = UNARMED;
  transmitTimer: TransmitTimer = TransmitTimer.none;
  transmitDue = 0;
  /** Armed while `AckPending.timer` says so. */
  delayedAckSlot = UNARMED;
  delayedAckDue = 0;
  /** Patience with a peer that does not close after we did (`tcp_keepalive_timer`). */
  finWaitSlot = UNARMED;
  finWaitDue = 0;

  constructor(context: TcpContext, congestion: CongestionControl) {
    this.context = context;
    this.cookie = context.numbers.next();
    this.congestion = congestion;
  }

  slotFired(slot: number): void {
    this.context.expired(this, slot);
  }
}

/** Segments believed to be on their way (`tcp_packets_in_flight`). */
export const inFlight = (tcb: Tcb): number =>
  tcb.packetsOut - tcb.sackedOut - tcb.lostOut + tcb.resentOut;

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
