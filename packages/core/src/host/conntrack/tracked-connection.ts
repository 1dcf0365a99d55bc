/**
 * One entry of connection tracking (`struct nf_conn`): a flow and the flow that answers it, what was seen of them, and
 * how long to remember it. A packet's `conntrack` is one of the entry's views, which adds what the packet is to the
 * entry (`enum ip_conntrack_info`). Times are jiffies of the kernel's clock. Left out: labels, zones, helpers, security marks.
 */
import { formatIpv4Address } from "../../packet/ipv4-address.ts";
import type { Decider } from "../../trace/trace.ts";
import type { TcpTrack } from "./tcp-track.ts";
import { Tuple } from "./tuple.ts";
import { PacketInfo, Way, wayOf } from "./way.ts";

/** IPS_*: bits of `TrackedConnection.status`. */
export const ConnectionStatus = {
  expected: 1,
  /** Packets went both ways. */
  seenReply: 2,
  /** It is not thrown out early when the table is full. */
  assured: 4,
  /** It stands in the table. */
  confirmed: 8,
  sourceNat: 16,
  destinationNat: 32,
  /** What NAT does to the source is decided, also when it does nothing. */
  sourceNatDone: 128,
  destinationNatDone: 256,
  dying: 512,
  /** Its timeout was set by hand and packets do not renew it. */
  fixedTimeout: 1024,
} as const;

/** IPCT_*: what the next event tells of, as bits. */
export const EventBit = {
  reply: 1,
  assured: 2,
  protocol: 4,
  mark: 8,
} as const;

/** One direction of an entry as the table holds it. */
export class FlowTuple extends Tuple {
  readonly connection: TrackedConnection;
  readonly way: Way;
  nextInChain: FlowTuple | null = null;
  /** Of this direction, with nf_conntrack_acct. */
  packets = 0;
  octets = 0;

  constructor(connection: TrackedConnection, way: Way) {
    super();
    this.connection = connection;
    this.way = way;
  }
}

/** A packet's place in its connection: what `Frame.conntrack` holds. */
export class TrackedPacket {
  readonly connection: TrackedConnection;
  readonly info: PacketInfo;

  constructor(connection: TrackedConnection, info: PacketInfo) {
    this.connection = connection;
    this.info = info;
  }
}

export class TrackedConnection implements Decider {
  readonly id: number;
  readonly original: FlowTuple;
  readonly answer: FlowTuple;
  /** `ConnectionStatus` bits. */
  status = 0;
  mark = 0;
  /** Until it is confirmed: for how long; then: until when. In jiffies. */
  timeout = 0;
  /** Of TCP alone. */
  tcp: TcpTrack | null = null;
  /** UDP: from when on an answered flow counts as a stream, in jiffies. */
  streamFrom = 0;
  /** Interface index of MASQUERADE's device; 0 without. */
  masqueradeDevice = 0;
  /** Whether packets and octets are counted. */
  readonly counts: boolean;
  /** Whether somebody is told of it. */
  readonly watched: boolean;
  /** `EventBit`s since the last event. */
  events = 0;
  /** When it entered the table, with nf_conntrack_timestamp; −1 otherwise. */
  startedAt = -1;
  /** Neighbours in the table's list, in order of confirmation. */
  before: TrackedConnection | null = null;
  after: TrackedConnection | null = null;
  private readonly views: (TrackedPacket | null)[] = [null, null, null, null, null];

  constructor(id: number, counts: boolean, watched: boolean) {
    this.id = id;
    this.counts = counts;
    this.watched = watched;
    this.original = new FlowTuple(this, Way.original);
    this.answer = new FlowTuple(this, Way.reply);
  }

  has(status: number): boolean {
    return (this.status & status) !== 0;
  }

  tuple(way: Way): FlowTuple {
    return way === Way.original ? this.original : this.answer;
  }

  /** What a packet that is `info` to this connection refers to it by. */
  view(info: PacketInfo): TrackedPacket {
    let view = this.views[info] as TrackedPacket | null;
    if (view === null) {
      view = new TrackedPacket(this, info);
      this.views[info] = view;
    }
    return view;
  }

  describe(): string {
    const { source, sourcePort, destination, destinationPort, protocol } = this.original;
    const from = `${formatIpv4Address(source)}:${sourcePort}`;
    return `conntrack ${protocol} ${from} -> ${formatIpv4Address(destination)}:${destinationPort}`;
  }
}

/** What an error or a reset of this host's own is to the connection of its cause: related, the other way (`nf_ct_attach`). */
export function relatedTo(cause: object | null): TrackedPacket | null {
  if (cause === null) return null;
  const { connection, info } = cause as TrackedPacket;
  const forward = wayOf(info) === Way.original;
  return connection.view(forward ? PacketInfo.relatedReply : PacketInfo.related);
}
