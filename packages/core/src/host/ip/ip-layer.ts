/** What the IPv4 layer of a namespace offers to transports, ICMP and IPVS. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Route } from "../route/route.ts";
import type { OutputWay } from "./output-ways.ts";

/** A transport protocol's input (`struct net_protocol`). */
export interface TransportHandler {
  /** A packet for this host, after LOCAL_IN; the frame is the handler's now. */
  receive(frame: Frame, device: NetDevice): void;
  /** An ICMP error about one of our packets: `error.inner` is the quoted packet. */
  icmpError(error: Frame): void;
}

export interface IpLayer {
  /** Registers the handler of an IP protocol number. */
  register(protocol: number, handler: TransportHandler): void;
  /**
   * The route for a packet of our own (`ip_route_output_key`): `source` and `outputInterface` 0 when not fixed.
   * A negative errno (−ENETUNREACH …) when there is none.
   */
  routeOutput(
    destination: Ipv4Address,
    source: Ipv4Address,
    outputInterface: number,
    mark: number,
    tos: number,
  ): Route | number;
  /** The source address that Linux chooses for `route` towards `destination` (`fib_result_prefsrc`). */
  sourceFor(route: Route, destination: Ipv4Address): Ipv4Address;
  /**
   * Sends a packet of our own making (`ip_local_out`): `frame.route`, addresses and `length` are set; LOCAL_OUT and
   * POST_ROUTING hooks run, then fragmentation, neighbour resolution and the device.
   */
  output(frame: Frame): void;
  /** Where packets to `destination` go by `route` and nobody looks at them, by a device with a cable; null when that is not known. */
  wayTo(destination: Ipv4Address, route: Route): OutputWay | null;
  /** Looks the route of `frame` up again after its addresses or mark changed (`ip_route_me_harder`); false when there is none and the packet is to be dropped. */
  reroute(frame: Frame): boolean;
  /** Sends an ICMP error about `cause` to its source (`icmp_send`), subject to rate limits; `rest` are the four octets after the checksum. */
  sendIcmpError(cause: Frame, type: number, code: number, rest: number): void;
  /** Whether an address is local to this namespace (RTN_LOCAL in the local table). */
  isLocalAddress(address: Ipv4Address): boolean;
  /** The IP identification for a new packet to `destination` (`ip_select_ident`); 0 for an unfragmentable one as Linux sends it. */
  nextIdentification(destination: Ipv4Address): number;
  /** The MTU for packets that leave by `route`, in octets: device, route and learnt path MTU. */
  mtuOf(route: Route, destination: Ipv4Address): number;
  /** The same while the generation stays, whatever the destination; 0 while something is learnt, which time ends. */
  lastingMtuOf(route: Route): number;
  /** The frame's story goes on at this host's own sockets: runs what comes after LOCAL_IN (for IPVS local node on LOCAL_OUT). */
  deliverLocally(frame: Frame, device: NetDevice): void;
}
