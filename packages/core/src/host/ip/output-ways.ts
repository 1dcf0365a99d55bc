/**
 * Remembers for destinations to which neighbour, on which device, packets of this host's own go by a route, and that
 * nobody looks at them on the way. Direct-mapped; a destination that falls onto another's place takes it.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import type { NeighbourEntry } from "../neigh/neighbour-entry.ts";
import { HookPoint } from "../netfilter/hook.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import type { IpContext } from "./ip-context.ts";

const PLACES = 16;

class OutputWay {
  destination = 0 as Ipv4Address;
  route: Route;
  out: HostDevice;
  neighbour: NeighbourEntry;
  /** In octets: a longer packet needs a decision. */
  mtu = 0;
  generation = 0;

  constructor(route: Route, out: HostDevice, neighbour: NeighbourEntry) {
    this.route = route;
    this.out = out;
    this.neighbour = neighbour;
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
    context.neighbours.address(frame, way.neighbour);
    way.out.transmit(frame);
    return true;
  }

  /** A packet of this host's own is about to leave by `out`. */
  learn(frame: Frame, out: HostDevice): void {
    const { hooks, paths, neighbours } = this.context;
    if (!hooks.isIdle(HookPoint.localOut) || !hooks.isIdle(HookPoint.postRouting)) return;
    const route = frame.route as Route;
    const { gateway, type, group, mtu } = route;
    const { destination } = frame;
    if (type !== RouteType.unicast || group !== null || frame.nextHop !== 0 || !paths.empty) return;
    const neighbour = neighbours.find(out, gateway === 0 ? destination : gateway);
    if (neighbour === null || neighbour.ready === false) return;
    this.ways ??= emptyPlaces(PLACES);
    const place = placeOf(destination);
    let way = this.ways[place] as OutputWay | null;
    if (way === null) {
      way = new OutputWay(route, out, neighbour);
      this.ways[place] = way;
    }
    way.destination = destination;
    way.route = route;
    way.out = out;
    way.neighbour = neighbour;
    way.mtu = mtu !== 0 && mtu < out.mtu ? mtu : out.mtu;
    way.generation = this.context.generation.value;
  }
}
