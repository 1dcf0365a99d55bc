/** What the parts of one namespace's IPVS share. Made by `Ipvs`. */
import type { Frame } from "../../packet/frame.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { Decider } from "../../trace/trace.ts";
import { Verdict } from "../netfilter/hook.ts";
import type { Connection } from "./connection.ts";
import type { ConnectionRows } from "./connection-rows.ts";
import { Connections } from "./connections.ts";
import { Defence } from "./defence.ts";
import { Estimator } from "./estimator.ts";
import { Forwarders } from "./forwarding/forwarders.ts";
import { ForwardingPath } from "./forwarding/forwarding-path.ts";
import type { IpvsHost } from "./host.ts";
import { Method } from "./method.ts";
import type { Direction, Protocol } from "./protocol/protocol.ts";
import { Protocols } from "./protocol/protocols.ts";
import { ServiceTable } from "./service-table.ts";

/** What a synchronisation daemon hears of packets. */
export interface SyncObserver {
  readonly ignoresRequests: boolean;
  passed(connection: Connection, packets: number): void;
}

export class IpvsContext {
  readonly host: IpvsHost;
  readonly services = new ServiceTable();
  readonly connections: Connections;
  /** The columns of connections. */
  readonly rows: ConnectionRows;
  readonly protocols: Protocols;
  readonly forwarders: Forwarders;
  readonly estimator: Estimator;
  readonly defence: Defence;
  /** null while no synchronisation daemon runs. */
  sync: SyncObserver | null = null;

  constructor(host: IpvsHost) {
    this.host = host;
    this.connections = new Connections(host);
    this.rows = this.connections.rows;
    this.protocols = new Protocols(this.rows, host.fullNat !== null);
    this.forwarders = new Forwarders(new ForwardingPath(host, this.rows));
    this.estimator = new Estimator(host, this.services.services);
    this.defence = new Defence(host, this.connections, this.protocols, this.services);
  }

  /** Runs the protocol's state machine with a packet. */
  advance(connection: Connection, protocol: Protocol, direction: Direction, frame: Frame): void {
    const { host, rows } = this;
    const before = rows.state(connection);
    protocol.advance(connection, direction, frame);
    const state = rows.state(connection);
    if (state === before) return;
    const { memory } = this.connections;
    // a connection begins with no state, and has no flow then
    if (memory !== null && before !== 0 && rows.method(connection) === Method.masquerading)
      memory.stateChanged(connection);
    if (host.trace === null) return;
    const { number } = protocol;
    const { now } = host.engine;
    const name = rows.nameOf(connection);
    const timeout = host.fullNat === null ? 0 : rows.timeoutSeconds(connection);
    host.trace.note("connection", now, host.place, frame, name, before, state, number, timeout);
  }

  /** Ends the story of `frame`; the verdict for it. */
  drop(frame: Frame, reason: DropReason, decider: Decider | null): Verdict {
    const { trace, engine, place } = this.host;
    if (trace !== null) trace.dropped(engine.now, place, frame, reason, decider);
    return Verdict.drop;
  }

  /** The same when a connection decided so. */
  dropFor(frame: Frame, reason: DropReason, connection: Connection): Verdict {
    return this.drop(frame, reason, this.host.trace === null ? null : this.rows.nameOf(connection));
  }
}
