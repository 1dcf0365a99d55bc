/**
 * Remembers for destinations to which neighbour, on which device, packets of this host's own go by a route, and that
 * nobody looks at them on the way. Direct-mapped; a destination that falls onto another's place takes it.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import { CableDevice } from "../../link/cable-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { NeighbourEntry } from "../neigh/neighbour-entry.ts";
import { HookPoint } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import type { IpContext } from "./ip-context.ts";

const PLACES = 16;

/** Where packets of this host's own go that have one destination and one route. */
export class OutputWay {
  readonly destination: Ipv4Address;
  readonly route: Route;
  /** In octets: a longer packet needs a decision. */
  readonly mtu: number;
  /** By a device with a cable: what is sent comes back, if at all, as an event of its own. */
  readonly cabled: boolean;
  readonly out: HostDevice;
  readonly neighbour: NeighbourEntry;
  readonly generation: number;
  private readonly context: IpContext;

  constructor(
    context: IpContext,
    destination: Ipv4Address,
    route: Route,
    out: HostDevice,
    neighbour: NeighbourEntry,
  ) {
    this.destination = destination;
    this.route = route;
    this.mtu = route.mtu !== 0 && route.mtu < out.mtu ? route.mtu : out.mtu;
    this.cabled = out instanceof CableDevice;
    this.out = out;
    this.neighbour = neighbour;
    this.generation = context.generation.value;
    this.context = context;
  }

  /** Whether packets go this way now. */
  get stands(): boolean {
    return this.generation === this.context.generation.value && this.neighbour.ready === true;
  }

  /** Sends a packet that is not too long, while the way stands. */
  send(frame: Frame): void {
    const { counters, neighbours } = this.context;
    counters.OutRequests++;
    neighbours.address(frame, this.neighbour);
    this.out.transmit(frame);
  }
}

const placeOf = (destination: number): number => Math.imul(destination, 0x9e3779b1) >>> 28;

export class OutputWays {
  private readonly context: IpContext;
  /** Made for the first way. */
  private ways: (OutputWay | null)[] | null = null;

  constructor(context: IpContext) {
    this.context = context;
  }

  /** The way of packets to `destination` by `route`, if it is known and stands. */
  find(destination: Ipv4Address, route: Route): OutputWay | null {
    const { ways } = this;
    if (ways === null) return null;
    const way = ways[placeOf(destination)] as OutputWay | null;
    return way !== null && way.destination === destination && way.route === route && way.stands
      ? way
      : null;
  }

  /** Sends a packet of this host's own that has its route, if its way is known; false when there is more to it. */
  send(frame: Frame): boolean {
    const { ways, context } = this;
    if (ways === null) return false;
    const way = ways[placeOf(frame.destination)] as OutputWay | null;
    if (
      way === null ||
      way.destination !== frame.destination ||
      way.route !== frame.route ||
      way.generation !== context.generation.value ||
      frame.length > way.mtu ||
      frame.nextHop !== 0 ||
      way.neighbour.ready === false
    )
      return false;
    // as `way.send`, in its place
    context.counters.OutRequests++;
    context.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    return true;
  }

  /** A packet of this host's own is about to leave by `out`. */
  learn(frame: Frame, out: HostDevice): void {
    const { hooks, paths, neighbours } = this.context;
    if (!hooks.isIdle(HookPoint.localOut) || !hooks.isIdle(HookPoint.postRouting)) return;
    const route = frame.route as Route;
    const { gateway, type, group } = route;
    const { destination } = frame;
    if (type !== RouteType.unicast || group !== null || frame.nextHop !== 0 || !paths.empty) return;
    const neighbour = neighbours.find(out, gateway === 0 ? destination : gateway);
    if (neighbour === null || neighbour.ready === false) return;
    this.ways ??= emptyPlaces(PLACES);
    const way = new OutputWay(this.context, destination, route, out, neighbour);
    this.ways[placeOf(destination)] = way;
  }
}
