/**
 * What was decided for the packets of one direction of a masqueraded connection: a place of the fast path, which is used
 * again for other flows.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type Connection, NO_CONNECTION } from "./connection.ts";
import type { Destination } from "./destination.ts";
import type { FlowWay } from "./flow-way.ts";
import { Direction, type RememberedProtocol } from "./protocol/protocol.ts";

export class MasqueradedFlow {
  // the packets, as the way's device takes them in
  source = 0 as Ipv4Address;
  destination = 0 as Ipv4Address;
  /** The source port in the high half, the destination port in the low half. */
  ports = 0;
  /** IP protocol; `FORGOTTEN` for no packets at all. */
  protocolNumber = FORGOTTEN;

  // whose they are
  connection: Connection = NO_CONNECTION;
  protocol: RememberedProtocol;
  server: Destination;
  /** Requests get another destination, answers another source. */
  direction: Direction = Direction.input;
  /** Of TCP: packets with one of these flags need a decision. */
  decisive = 0;

  // how they go out
  newAddress = 0 as Ipv4Address;
  newPort = 0;
  way: FlowWay;

  constructor(protocol: RememberedProtocol, server: Destination, way: FlowWay) {
    this.protocol = protocol;
    this.server = server;
    this.way = way;
  }
}

/** No IP protocol. */
export const FORGOTTEN = -1;
