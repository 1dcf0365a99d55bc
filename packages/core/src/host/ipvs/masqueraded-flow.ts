/**
 * What was decided for the packets of one direction of a masqueraded connection: a place of the fast path, which is used
 * again for other flows.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { NeighbourEntry } from "../neigh/neighbour-entry.ts";
import type { Route } from "../route/route.ts";
import { type Connection, NO_CONNECTION } from "./connection.ts";
import type { Destination } from "./destination.ts";
import type { RememberedProtocol } from "./protocol/protocol.ts";

export class MasqueradedFlow {
  // the packets, as `from` takes them in
  source = 0 as Ipv4Address;
  destination = 0 as Ipv4Address;
  sourcePort = 0;
  destinationPort = 0;
  from: HostDevice;

  // whose they are
  connection: Connection = NO_CONNECTION;
  protocol: RememberedProtocol;
  server: Destination;
  /** Requests, which get another destination; else answers, which get another source. */
  fromClient = false;

  // how they go out
  newAddress = 0 as Ipv4Address;
  newPort = 0;
  route: Route;
  out: HostDevice;
  neighbour: NeighbourEntry;
  /** In octets; longer packets need a decision. */
  mtu = 0;

  /** It counts while the host's generation is this one. */
  generation = FORGOTTEN;

  constructor(
    from: HostDevice,
    protocol: RememberedProtocol,
    server: Destination,
    route: Route,
    out: HostDevice,
    neighbour: NeighbourEntry,
  ) {
    this.from = from;
    this.protocol = protocol;
    this.server = server;
    this.route = route;
    this.out = out;
    this.neighbour = neighbour;
  }

  /** Whether a packet that `from` took in belongs to it. */
  isOf(frame: Frame, from: HostDevice): boolean {
    return (
      this.source === frame.source &&
      this.destination === frame.destination &&
      this.sourcePort === frame.sourcePort &&
      this.destinationPort === frame.destinationPort &&
      this.protocol.number === frame.protocol &&
      this.from === from
    );
  }
}

/** No generation of a host. */
export const FORGOTTEN = -1;
