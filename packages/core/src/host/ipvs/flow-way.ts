/** What is the same for all flows that come in by one device and leave by one route for one neighbour. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { NeighbourEntry } from "../neigh/neighbour-entry.ts";
import type { Route } from "../route/route.ts";

export class FlowWay {
  readonly from: HostDevice;
  /** The index of `from`. */
  readonly fromIndex: number;
  readonly route: Route;
  readonly out: HostDevice;
  /** What the neighbour is known by. */
  readonly nextHop: Ipv4Address;
  readonly neighbour: NeighbourEntry;
  /** In octets; longer packets need a decision. */
  readonly mtu: number;
  /** It counts while the host's generation is this one. */
  readonly generation: number;

  constructor(
    from: HostDevice,
    route: Route,
    out: HostDevice,
    nextHop: Ipv4Address,
    neighbour: NeighbourEntry,
    generation: number,
  ) {
    this.from = from;
    this.fromIndex = from.index;
    this.route = route;
    this.out = out;
    this.nextHop = nextHop;
    this.neighbour = neighbour;
    this.mtu = route.mtu !== 0 && route.mtu < out.mtu ? route.mtu : out.mtu;
    this.generation = generation;
  }
}
