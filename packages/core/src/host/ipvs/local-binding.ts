/**
 * What only a full-nat connection has (in the fork part of `struct ip_vs_conn`): its second index entry, server → local
 * address, with what is translated between client and server. It stands beside the row of the connection.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import type { Connection } from "./connection.ts";
import type { LocalAddress } from "./virtual-service.ts";

/** How a packet came in, so that an answer can leave the same way without route and neighbour. */
export class LinkPath {
  /** Interface index. */
  readonly device: number;
  readonly peer: MacAddress;
  /** Ours, as the peer wrote it. */
  readonly own: MacAddress;

  constructor(device: number, peer: MacAddress, own: MacAddress) {
    this.device = device;
    this.peer = peer;
    this.own = own;
  }
}

export class LocalBinding {
  readonly connection: Connection;
  readonly protocol: number;
  readonly serverAddress: Ipv4Address;
  readonly serverPort: number;
  readonly localAddress: LocalAddress;
  readonly port: number;
  nextInChain: LocalBinding | null = null;

  /** What the server is told as the client's initial sequence number; 0 before the first SYN. */
  initialSequence = 0;
  /** That minus the client's own: what is added to the client's sequence numbers. */
  sequenceDelta = 0;
  /** The sequence number of the server's first octet of data; 0 before its SYN+ACK. */
  serverData = 0;
  /** The connection's state after the last segment: a SYN that comes later finds it changed already. */
  lastState = 0;
  /** Where the server's stream ended last, and what it had acknowledged: a reset in its or the client's name needs them. */
  serverEnd = 0;
  serverAcknowledged = 0;

  /** The ways of the last request and of the last answer; null before there was one, or when nobody wants them. */
  toClient: LinkPath | null = null;
  toServer: LinkPath | null = null;

  constructor(
    connection: Connection,
    protocol: number,
    serverAddress: Ipv4Address,
    serverPort: number,
    localAddress: LocalAddress,
    port: number,
  ) {
    this.connection = connection;
    this.protocol = protocol;
    this.serverAddress = serverAddress;
    this.serverPort = serverPort;
    this.localAddress = localAddress;
    this.port = port;
  }
}
