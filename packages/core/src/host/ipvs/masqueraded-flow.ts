/**
 * What was decided for the packets of one direction of a masqueraded connection: a place of the fast path, which is used
 * again for other flows.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { type Connection, NO_CONNECTION } from "./connection.ts";
import type { FlowWay } from "./flow-way.ts";
import { Direction } from "./protocol/protocol.ts";
import type { Traffic } from "./traffic.ts";

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
  /** The server's. */
  traffic: Traffic;
  /** Requests get another destination, answers another source. */
  direction: Direction = Direction.input;
  /** Packets with these `EVENT_FLAGS` and no others leave the connection as it is, if `step` has one of these bits. */
  usualFlags = 0;
  usualStep = 0;
  /** Of TCP: the `TcpStep` that its connection took last. */
  step = ALWAYS_LEFT;
  /** Of TCP: the flow of the other direction, if it is known and its place has not become another's. */
  opposite: MasqueradedFlow | null = null;

  // how they go out
  newAddress = 0 as Ipv4Address;
  newPort = 0;
  way: FlowWay;

  constructor(traffic: Traffic, way: FlowWay) {
    this.traffic = traffic;
    this.way = way;
  }
}

/** No IP protocol. */
export const FORGOTTEN = -1;
/** For `usualStep` and `step` of datagrams. */
export const ALWAYS_LEFT = 1;
