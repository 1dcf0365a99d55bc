/**
 * One entry of the connection table (`struct ip_vs_conn`): a flow of a client to a virtual service and the real server
 * that has it, or a template that keeps a client with one server (persistence). It is its own timer.
 *
 * A packet only notes when it came; the wheel fires at the instant of an earlier refresh and is armed again then, for
 * exactly the instant at which the kernel's timer, restarted by the last packet, would fire (see connections.ts).
 */
import { formatIpv4Address, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { type Instant, START } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import type { Decider } from "../../trace/trace.ts";
import type { Destination } from "./destination.ts";
import type { Method } from "./method.ts";
import type { LocalAddress } from "./virtual-service.ts";

/** IP_VS_CONN_F_*, and two of our own. */
export const ConnectionFlag = {
  /** It counts as InActConn. */
  inactive: 1,
  /** The server's answers are not seen here. */
  noOutput: 2,
  template: 4,
  onePacket: 8,
  /** Connection tracking follows it (NFCT). */
  tracked: 16,
  /** It stands in the table. */
  hashed: 32,
  /** It goes with the next tick unless a packet comes first. */
  condemned: 64,
  /** A template whose client got through to the server (IP_VS_CTPL_S_ASSURED). */
  assured: 128,
} as const;

export interface ConnectionOwner {
  /** The wheel came to the connection, which may have been refreshed meanwhile. */
  timerFired(connection: Connection): void;
}

/** The second index entry of a full-nat connection: server → local address. */
export class LocalBinding {
  readonly connection: Connection;
  readonly localAddress: LocalAddress;
  readonly port: number;
  nextInChain: LocalBinding | null = null;

  constructor(connection: Connection, localAddress: LocalAddress, port: number) {
    this.connection = connection;
    this.localAddress = localAddress;
    this.port = port;
  }
}

export class Connection extends Timer implements Decider {
  /** The next entry in its chain of the table, older than this one. */
  nextInChain: Connection | null = null;
  /** IP protocol; 0 for a template of a firewall-mark service. */
  readonly protocol: number;
  readonly clientAddress: Ipv4Address;
  readonly clientPort: number;
  /** A firewall mark when `protocol` is 0. */
  readonly virtualAddress: Ipv4Address;
  virtualPort: number;
  readonly serverAddress: Ipv4Address;
  serverPort: number;
  readonly mark: number;
  /** `ConnectionFlag` bits. */
  flags: number;
  readonly method: Method;
  /** Its server, also in the trash; null for a bypass connection. */
  readonly server: Destination | null;
  /** A state of its protocol. */
  state = 0;
  /** The current state's timeout. */
  timeoutSeconds = 3;
  /** The timeout for which the wheel was armed; 0 when it was told to fire at once. */
  armedSeconds = 0;
  /** When the last packet restarted the timer. Begins as a number, so that a store allocates nothing. */
  refreshedAt: Instant = START;
  /** Packets from the client so far. */
  inPackets = 0;
  /** The template that it belongs to. */
  control: Connection | null = null;
  /** How many connections belong to this template. */
  controlled = 0;
  /** Full-nat's source address and port; null for every other method. */
  local: LocalBinding | null = null;
  private readonly owner: ConnectionOwner;

  constructor(
    owner: ConnectionOwner,
    protocol: number,
    clientAddress: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
    serverAddress: Ipv4Address,
    serverPort: number,
    mark: number,
    flags: number,
    method: Method,
    server: Destination | null,
    now: Instant,
  ) {
    super();
    this.owner = owner;
    this.protocol = protocol;
    this.clientAddress = clientAddress;
    this.clientPort = clientPort;
    this.virtualAddress = virtualAddress;
    this.virtualPort = virtualPort;
    this.serverAddress = serverAddress;
    this.serverPort = serverPort;
    this.mark = mark;
    this.flags = flags;
    this.method = method;
    this.server = server;
    this.refreshedAt = now;
  }

  has(flag: number): boolean {
    return (this.flags & flag) !== 0;
  }

  expire(): void {
    this.owner.timerFired(this);
  }

  /** Moves it between ActiveConn and InActConn of its server. */
  setActive(active: boolean): void {
    const { server } = this;
    const wasActive = (this.flags & ConnectionFlag.inactive) === 0;
    if (server === null || active === wasActive) return;
    const by = active ? 1 : -1;
    server.activeConnections += by;
    server.inactiveConnections -= by;
    this.flags ^= ConnectionFlag.inactive;
  }

  describe(): string {
    const protocol = this.protocol === IpProtocol.udp ? "UDP" : this.protocol === 0 ? "IP" : "TCP";
    const client = `${formatIpv4Address(this.clientAddress)}:${this.clientPort}`;
    const virtual = `${formatIpv4Address(this.virtualAddress)}:${this.virtualPort}`;
    const server = `${formatIpv4Address(this.serverAddress)}:${this.serverPort}`;
    return `${protocol} ${client} -> ${virtual} -> ${server}`;
  }
}
