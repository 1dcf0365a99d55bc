/**
 * Connections as synchronisation reads and stores them: the one file of it that knows how they are kept. A connection
 * whose server no service here has is kept as the kernel keeps it, but its packets count in the namespace's totals.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import type { ForwardingMethod, VirtualServiceIdentity } from "../config.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "../connection.ts";
import type { IpvsContext } from "../context.ts";
import { Destination } from "../destination.ts";
import { METHOD_OF, Method } from "../method.ts";
import { SCTP_STATE_COUNT, SCTP_TIMEOUTS } from "../protocol/sctp-state-table.ts";
import { TCP_STATE_COUNT } from "../protocol/tcp-state-table.ts";
import { Statistics } from "../statistics.ts";
import { type SyncEntry, SyncFlag } from "./entry.ts";

/** Without a table of timeouts: three minutes. */
const UNKNOWN_TIMEOUT_SECONDS = 180;
/** As far as the kernel's timer wheel reaches with HZ = 250: what a message says beyond that ends then. */
const TIMEOUT_MAX_SECONDS = 4_227_858;
/** No service: that of servers which none has. */
const STRANGE_SERVICE: VirtualServiceIdentity = {
  kind: "address",
  protocol: 0,
  address: 0 as Ipv4Address,
  port: 0,
};
/** How many servers without a service are kept before it is looked which are still needed. */
const STRANGERS_FIRST = 64;
const METHODS = Object.keys(METHOD_OF) as readonly ForwardingMethod[];

export class ConnectionPort {
  private readonly context: IpvsContext;
  /** Servers that no service has, by address, port and method: connections are kept for them all the same. */
  private readonly strangers = new Map<string, Destination>();
  private sweepAt = STRANGERS_FIRST;

  constructor(context: IpvsContext) {
    this.context = context;
  }

  /** Fills `entry`; false for a connection that no message can describe. */
  read(connection: Connection, entry: SyncEntry): boolean {
    const { rows } = this.context;
    const method = rows.method(connection);
    if (method === Method.fullNat) return false;
    const template = rows.has(connection, ConnectionFlag.template);
    const assured = rows.has(connection, ConnectionFlag.assured);
    let flags: number = method;
    if (rows.has(connection, ConnectionFlag.noOutput)) flags |= SyncFlag.noOutput;
    if (rows.has(connection, ConnectionFlag.inactive)) flags |= SyncFlag.inactive;
    if (rows.has(connection, ConnectionFlag.onePacket)) flags |= SyncFlag.onePacket;
    if (template) flags |= SyncFlag.template;
    entry.flags = flags;
    entry.protocol = rows.protocol(connection);
    entry.state = template ? Number(assured) : rows.state(connection);
    entry.clientAddress = rows.clientAddress(connection);
    entry.clientPort = rows.clientPort(connection);
    entry.virtualAddress = rows.virtualAddress(connection);
    entry.virtualPort = rows.virtualPort(connection);
    entry.serverAddress = rows.serverAddress(connection);
    entry.serverPort = rows.serverPort(connection);
    const service = rows.server(connection)?.service;
    entry.mark = service?.kind === "fwmark" ? service.mark : 0;
    entry.timeoutSeconds = rows.timeoutSeconds(connection);
    return true;
  }

  templateOf(connection: Connection): Connection | null {
    const control = this.context.rows.control(connection);
    return control === NO_CONNECTION ? null : control;
  }

  /** Counts a packet of a template's connections; how many there were. */
  countPacket(template: Connection): number {
    const { rows } = this.context;
    const packets = rows.inPackets(template) + 1;
    rows.setInPackets(template, packets);
    return packets;
  }

  /**
   * Makes or changes the connection that a message describes (`ip_vs_proc_conn`); `packets` is what it has seen. Null for an entry
   * that makes no sense here, and for the end of a connection whose place another one has.
   */
  store(entry: SyncEntry, packets: number): Connection | null {
    const { connections, rows } = this.context;
    const template = entry.has(SyncFlag.template);
    if (!template && !isStateKnown(entry)) return null;
    const server = this.serverOf(entry);
    let connection = this.find(entry);
    if (connection !== NO_CONNECTION && !template && !this.leadsTo(connection, entry)) {
      if (entry.has(SyncFlag.inactive)) return null;
      connections.expireNow(connection);
      connection = NO_CONNECTION;
    }
    if (connection !== NO_CONNECTION && this.mayBeBound(connection, server)) {
      connections.discard(connection);
      connection = NO_CONNECTION;
    }
    if (connection === NO_CONNECTION) connection = this.create(entry, server);
    if (!template) {
      rows.setActive(connection, !entry.has(SyncFlag.inactive));
      rows.setState(connection, entry.state);
    } else if (entry.state === 1) rows.raise(connection, ConnectionFlag.assured);
    rows.setInPackets(connection, packets);
    rows.setTimeoutSeconds(connection, this.timeoutOf(entry));
    connections.refresh(connection);
    return connection;
  }

  /** What the message says; without that what the state has here. */
  private timeoutOf(entry: SyncEntry): number {
    if (entry.timeoutSeconds !== 0) return Math.min(entry.timeoutSeconds, TIMEOUT_MAX_SECONDS);
    if (entry.has(SyncFlag.template)) return UNKNOWN_TIMEOUT_SECONDS;
    const { tcp, udp } = this.context.protocols;
    if (entry.protocol === IpProtocol.sctp)
      return SCTP_TIMEOUTS[entry.state] ?? UNKNOWN_TIMEOUT_SECONDS;
    if (entry.protocol !== IpProtocol.tcp) return udp.timeout;
    return tcp.timeouts[entry.state] ?? UNKNOWN_TIMEOUT_SECONDS;
  }

  /** It had no server of a service here, and now there is one. */
  private mayBeBound(connection: Connection, server: Destination): boolean {
    const { rows } = this.context;
    return (
      rows.server(connection) !== server &&
      !this.isStranger(server) &&
      this.isStranger(rows.server(connection)) &&
      rows.controlled(connection) === 0
    );
  }

  private leadsTo(connection: Connection, { serverAddress, serverPort }: SyncEntry): boolean {
    const { rows } = this.context;
    return (
      rows.serverAddress(connection) === serverAddress && rows.serverPort(connection) === serverPort
    );
  }

  private find(entry: SyncEntry): Connection {
    const { table } = this.context.connections;
    const { protocol, clientAddress, clientPort, virtualAddress, virtualPort } = entry;
    return entry.has(SyncFlag.template)
      ? table.findTemplate(protocol, clientAddress, virtualAddress, virtualPort)
      : table.findRequest(protocol, clientAddress, clientPort, virtualAddress, virtualPort);
  }

  private create(entry: SyncEntry, server: Destination): Connection {
    const connection = this.context.connections.create(
      entry.protocol,
      entry.clientAddress,
      entry.clientPort,
      entry.virtualAddress,
      entry.virtualPort,
      server,
      entry.serverPort,
      entry.has(SyncFlag.template) ? ConnectionFlag.template : 0,
    );
    this.context.rows.raise(connection, ConnectionFlag.synced);
    return connection;
  }

  /** The server of a service here (`ip_vs_find_dest`), or one that stands for it. */
  private serverOf(entry: SyncEntry): Destination {
    const { serverAddress, serverPort, mark, virtualAddress, virtualPort, protocol } = entry;
    const service = this.context.services.find(mark, protocol, virtualAddress, virtualPort);
    const masquerades = (entry.flags & SyncFlag.method) === Method.masquerading;
    const first = mark !== 0 && !masquerades ? 0 : serverPort;
    for (const port of [first, first ^ serverPort]) {
      const found = service?.destinations.find(
        (server) => server.address === serverAddress && server.port === port,
      );
      if (found !== undefined) return found;
    }
    return this.stranger(entry);
  }

  private stranger({ serverAddress, serverPort, flags }: SyncEntry): Destination {
    const forwarding = METHODS[flags & SyncFlag.method] ?? "direct-routing";
    const key = `${serverAddress} ${serverPort} ${forwarding}`;
    const known = this.strangers.get(key);
    if (known !== undefined) return known;
    if (this.strangers.size >= this.sweepAt) this.sweep();
    const made = new Destination(
      STRANGE_SERVICE,
      {
        address: serverAddress,
        port: serverPort,
        // not one that is being drained
        weight: 1,
        forwarding,
        upperThreshold: 0,
        lowerThreshold: 0,
        tunnel: { type: "ipip", port: 0, checksum: "none" },
      },
      new Statistics(),
    );
    this.strangers.set(key, made);
    return made;
  }

  /** Forgets those that no connection names any more. */
  private sweep(): void {
    for (const [key, server] of [...this.strangers])
      if (!server.referenced) this.strangers.delete(key);
    this.sweepAt = Math.max(STRANGERS_FIRST, 2 * this.strangers.size);
  }

  private isStranger(server: Destination | null): boolean {
    return server !== null && server.service === STRANGE_SERVICE;
  }
}

/** Whether its protocol is balanced here and has this state. */
function isStateKnown({ protocol, state }: SyncEntry): boolean {
  switch (protocol) {
    case IpProtocol.tcp:
      return state < TCP_STATE_COUNT;
    case IpProtocol.sctp:
      return state < SCTP_STATE_COUNT;
    default:
      return protocol === IpProtocol.udp && state < 1;
  }
}
