/**
 * Connection tracking of one namespace (nf_conntrack_core.c): to which connection a packet belongs, and what it is to it.
 * A connection that a packet begins stands in the table only once that packet has got through (`confirm`). Left out:
 * expectations and helpers, zones, resolving clashes of UDP flows that differ in one direction only, and the bound
 * on the length of hash chains.
 */
import type { Frame } from "../../packet/frame.ts";
import { ChecksumFault } from "../../packet/frame.ts";
import { IcmpType, IpProtocol } from "../../packet/protocol.ts";
import type { Engine } from "../../time/engine.ts";
import type { ConntrackSysctls } from "../sysctl/conntrack-sysctls.ts";
import { Collector } from "./collector.ts";
import { ConnectionTable } from "./connection-table.ts";
import { GENERIC, GRE, ICMP, UDP } from "./datagrams.ts";
import { type ConnectionEvent, type ConnectionListener, TrackingStatistics } from "./events.ts";
import {
  type ConnectionKeeper,
  JIFFIES_PER_SECOND,
  type ProtocolTracker,
  TrackOutcome,
} from "./protocol.ts";
import { TcpTracker } from "./tcp.ts";
import {
  ConnectionStatus,
  EventBit,
  type FlowTuple,
  TrackedConnection,
  type TrackedPacket,
} from "./tracked-connection.ts";
import { Tuple } from "./tuple.ts";
import { PacketInfo, Way, wayOf } from "./way.ts";

/** Chains in which room is looked for when the table is full. */
const EVICTION_CHAINS = 8;
/** ICMP types above it mean nothing (NR_ICMP_TYPES). */
const ICMP_TYPE_MAX = 18;

/** What tracking needs of the namespace. */
export interface TrackingHost {
  readonly engine: Engine;
  /** Live: another object after a change. */
  readonly conntrackSysctls: ConntrackSysctls;
}

/** Who keeps an index of connections in the table beside it. */
export interface TableObserver {
  entered(connection: TrackedConnection): void;
  left(connection: TrackedConnection): void;
}

const isError = (type: number): boolean =>
  type === IcmpType.destinationUnreachable ||
  type === IcmpType.sourceQuench ||
  type === IcmpType.timeExceeded ||
  type === IcmpType.parameterProblem ||
  type === IcmpType.redirect;

export class ConnectionTracking implements ConnectionKeeper {
  readonly table = new ConnectionTable();
  readonly statistics = new TrackingStatistics();
  readonly engine: Engine;
  /** The process that changes the table by hand at the moment; 0 for none. */
  actor = 0;
  private readonly host: TrackingHost;
  private readonly collector: Collector;
  private readonly listeners: ConnectionListener[] = [];
  private readonly tcp = new TcpTracker();
  /** The flow of the packet at hand, and its answer. */
  private readonly flow = new Tuple();
  private readonly inverse = new Tuple();
  private observer: TableObserver | null = null;
  private nextId = 1;

  constructor(host: TrackingHost) {
    this.host = host;
    this.engine = host.engine;
    this.collector = new Collector(this);
  }

  get sysctls(): ConntrackSysctls {
    return this.host.conntrackSysctls;
  }

  get jiffies(): number {
    return this.engine.timers.jiffies;
  }

  /**
   * Finds or begins the connection of a packet (`nf_conntrack_in`); one that belongs to none keeps null in `conntrack`.
   * False: there is no room, and the packet is to be dropped. `received` says that it came from a device.
   */
  track(frame: Frame, received: boolean): boolean {
    if (frame.conntrack !== null || frame.untracked) return true;
    if (this.isDamaged(frame, received)) {
      this.statistics.invalid++;
      return true;
    }
    if (frame.protocol === IpProtocol.icmp && isError(frame.icmpType)) {
      if (!this.relate(frame)) {
        this.statistics.error++;
        this.statistics.invalid++;
      }
      return true;
    }
    if (!this.flow.read(frame)) {
      this.statistics.invalid++;
      return true;
    }
    for (;;) {
      const view = this.resolve();
      if (view === null) return true;
      if (view === "full") {
        this.statistics.drop++;
        return false;
      }
      const { connection, info } = view;
      const outcome = this.trackerOf(frame.protocol).packet(this, connection, info, frame);
      if (outcome === TrackOutcome.again) continue;
      if (outcome === TrackOutcome.invalid) {
        this.statistics.invalid++;
        return true;
      }
      frame.conntrack = view;
      if (info === PacketInfo.establishedReply && !connection.has(ConnectionStatus.seenReply)) {
        connection.status |= ConnectionStatus.seenReply;
        this.note(connection, EventBit.reply);
      }
      return true;
    }
  }

  /**
   * The packet got through: its connection enters the table if it is new (`nf_conntrack_confirm`). False: another one
   * has its flow meanwhile, and the packet is to be dropped.
   */
  confirm(frame: Frame): boolean {
    const view = frame.conntrack as TrackedPacket | null;
    if (view === null) return true;
    const { connection, info } = view;
    if (!connection.has(ConnectionStatus.confirmed)) {
      if (wayOf(info) !== Way.original || connection.has(ConnectionStatus.dying)) return true;
      return this.insert(frame, connection);
    }
    if (connection.events !== 0) {
      connection.events = 0;
      this.tell("update", connection);
    }
    return true;
  }

  /** The live connection of a flow, either way; null when there is none. */
  find(tuple: Tuple): FlowTuple | null {
    for (;;) {
      const found = this.table.find(tuple);
      if (found === null || found.connection.timeout > this.jiffies) return found;
      this.expire(found.connection);
    }
  }

  /** All live connections, the oldest first; expired ones end when somebody looks (`ctnetlink_dump_table`). */
  list(): TrackedConnection[] {
    const { jiffies } = this;
    return this.table.connections().filter((connection) => {
      if (connection.timeout > jiffies) return true;
      this.expire(connection);
      return false;
    });
  }

  /** In the table, the collector's own use included. */
  connections(): readonly TrackedConnection[] {
    return this.table.connections();
  }

  /** For NAT: whether a flow is the answer to another connection than `own` (`nf_conntrack_tuple_taken`). */
  isTaken(answer: Tuple, own: TrackedConnection): boolean {
    const found = this.find(answer);
    if (found === null || found.connection === own) return false;
    // the same flow twice: that clash is for `confirm` to see
    if (found.connection.original.equals(own.original)) return false;
    this.statistics.found++;
    return true;
  }

  refresh(connection: TrackedConnection, info: PacketInfo, frame: Frame, seconds: number): void {
    if (!connection.has(ConnectionStatus.fixedTimeout)) {
      const jiffies = seconds * JIFFIES_PER_SECOND;
      connection.timeout = connection.has(ConnectionStatus.confirmed)
        ? this.jiffies + jiffies
        : jiffies;
    }
    if (!connection.counts) return;
    const tuple = connection.tuple(wayOf(info));
    tuple.packets++;
    tuple.octets += frame.length;
  }

  kill(connection: TrackedConnection): void {
    if (connection.has(ConnectionStatus.dying)) return;
    connection.status |= ConnectionStatus.dying;
    if (!connection.has(ConnectionStatus.confirmed)) return;
    this.table.remove(connection);
    this.observer?.left(connection);
    this.tell("destroy", connection);
  }

  expire(connection: TrackedConnection): void {
    this.kill(connection);
  }

  note(connection: TrackedConnection, event: number): void {
    if (connection.watched) connection.events |= event;
  }

  /** There is one observer: NAT. */
  observe(observer: TableObserver): void {
    this.observer = observer;
  }

  listen(listener: ConnectionListener): void {
    this.listeners.push(listener);
  }

  unlisten(listener: ConnectionListener): void {
    const at = this.listeners.indexOf(listener);
    if (at >= 0) this.listeners.splice(at, 1);
  }

  /** Enters a connection that nobody sent a packet of (`conntrack -I`, tests); false when its flow is taken. */
  add(connection: TrackedConnection): boolean {
    if (this.find(connection.original) !== null || this.find(connection.answer) !== null)
      return false;
    this.enter(connection);
    return true;
  }

  /** Somebody changed a connection by hand. */
  changed(connection: TrackedConnection): void {
    connection.events = 0;
    this.tell("update", connection);
  }

  /** A connection that stands nowhere yet. */
  make(): TrackedConnection {
    const { acct, events } = this.sysctls;
    const watched = events === 1 || (events === 2 && this.listeners.length > 0);
    return new TrackedConnection(this.nextId++, acct, watched);
  }

  private trackerOf(protocol: number): ProtocolTracker {
    switch (protocol) {
      case IpProtocol.tcp:
        return this.tcp;
      case IpProtocol.udp:
        return UDP;
      case IpProtocol.icmp:
        return ICMP;
      case IpProtocol.gre:
        return GRE;
      default:
        return GENERIC;
    }
  }

  private isDamaged(frame: Frame, received: boolean): boolean {
    if ((frame.checksumFaults & ChecksumFault.transport) !== 0)
      return received && this.sysctls.checksum;
    return frame.protocol === IpProtocol.icmp && frame.icmpType > ICMP_TYPE_MAX;
  }

  /** `resolve_normal_ct` for `flow`: null when nothing could answer such a packet. */
  private resolve(): TrackedPacket | "full" | null {
    const found = this.find(this.flow);
    if (found === null) return this.begin();
    const { connection, way } = found;
    if (way === Way.reply) return connection.view(PacketInfo.establishedReply);
    if (connection.has(ConnectionStatus.seenReply)) return connection.view(PacketInfo.established);
    return connection.view(PacketInfo.new);
  }

  /** `init_conntrack`. */
  private begin(): TrackedPacket | "full" | null {
    const { flow, inverse } = this;
    if (!inverse.invert(flow)) {
      this.statistics.invalid++;
      return null;
    }
    const { max } = this.sysctls;
    if (max !== 0 && this.table.count + 1 > max && !this.makeRoom()) return "full";
    const connection = this.make();
    connection.original.copy(flow);
    connection.answer.copy(inverse);
    return connection.view(PacketInfo.new);
  }

  /** `early_drop`: throws out an expired connection nearby, or one that is not ASSURED. */
  private makeRoom(): boolean {
    const { jiffies } = this;
    const victim = this.table.findNear(
      this.flow,
      EVICTION_CHAINS,
      (one) => one.timeout <= jiffies || !one.has(ConnectionStatus.assured),
    );
    if (victim === null) return false;
    this.kill(victim);
    this.statistics.earlyDrop++;
    return true;
  }

  /** An ICMP error belongs to the connection that it quotes a packet of (`nf_conntrack_inet_error`). */
  private relate(frame: Frame): boolean {
    const quoted = frame.inner;
    if (quoted === null || !this.flow.read(quoted)) return false;
    if (!this.inverse.invert(this.flow)) return false;
    const found = this.find(this.inverse);
    if (found === null) return false;
    const { connection, way } = found;
    // the error must be on its way to the end that sent the quoted packet
    if (frame.destination !== found.destination) return false;
    frame.conntrack = connection.view(
      way === Way.reply ? PacketInfo.relatedReply : PacketInfo.related,
    );
    return true;
  }

  private insert(frame: Frame, connection: TrackedConnection): boolean {
    const winner = this.find(connection.original) ?? this.find(connection.answer);
    if (winner === null) {
      connection.timeout += this.jiffies;
      this.enter(connection);
      return true;
    }
    const other = winner.connection;
    const same =
      other.original.equals(connection.original) && other.answer.equals(connection.answer);
    connection.status |= ConnectionStatus.dying;
    if (same && connection.tcp === null) {
      frame.conntrack = other.view(PacketInfo.new);
      return true;
    }
    this.statistics.insertFailed++;
    this.statistics.drop++;
    return false;
  }

  private enter(connection: TrackedConnection): void {
    connection.status |= ConnectionStatus.confirmed;
    connection.events = 0;
    if (this.sysctls.timestamps) connection.startedAt = this.engine.now;
    this.table.add(connection);
    this.observer?.entered(connection);
    this.collector.wake();
    this.tell("new", connection);
  }

  private tell(event: ConnectionEvent, connection: TrackedConnection): void {
    if (!connection.watched) return;
    for (const listener of this.listeners.slice()) listener.happened(event, connection, this.actor);
  }
}
