/** The ways of masqueraded flows that were found, by their next hops. */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import { RouteType } from "../route/config.ts";
import type { Route } from "../route/route.ts";
import { FlowWay } from "./flow-way.ts";
import type { IpvsHooks } from "./hooks.ts";
import type { FastPathHost } from "./host.ts";

/** Places; a way that falls onto another's takes it. */
const PLACES = 256;
const PLACE_SHIFT = 24;

export class FlowWays {
  private readonly host: FastPathHost;
  private readonly hooks: IpvsHooks;
  /** Made for the first. */
  private places: (FlowWay | null)[] | null = null;

  constructor(host: FastPathHost, hooks: IpvsHooks) {
    this.host = host;
    this.hooks = hooks;
  }

  /** The way of a packet that has its route, and the addresses with which it goes out; null for one to be decided anew. */
  find(frame: Frame): FlowWay | null {
    const route = frame.route as Route;
    const nextHop = route.gateway === 0 ? frame.destination : route.gateway;
    const place = Math.imul(nextHop, 0x9e3779b1) >>> PLACE_SHIFT;
    this.places ??= emptyPlaces(PLACES);
    const way = this.places[place] as FlowWay | null;
    const known =
      way !== null &&
      way.nextHop === nextHop &&
      way.route === route &&
      way.fromIndex === frame.inputInterface &&
      way.generation === this.host.generation.value &&
      way.neighbour.ready === true;
    return known ? way : this.make(this.places, place, route, nextHop, frame.inputInterface);
  }

  private make(
    places: (FlowWay | null)[],
    place: number,
    route: Route,
    nextHop: Ipv4Address,
    input: number,
  ): FlowWay | null {
    const { host } = this;
    const from = host.deviceAt(input);
    const out = host.deviceAt(route.device);
    if (from === undefined || out === undefined || !this.isUsual(from, route, out)) return null;
    const neighbour = host.neighbours.find(out, nextHop);
    if (neighbour === null || neighbour.ready === false) return null;
    const way = new FlowWay(from, route, out, nextHop, neighbour, host.generation.value);
    places[place] = way;
    return way;
  }

  private isUsual(from: HostDevice, route: Route, out: HostDevice): boolean {
    return (
      route.type === RouteType.unicast &&
      route.group === null &&
      // a packet that leaves where it came from may be worth a redirect
      out !== from &&
      from.internal === false &&
      this.host.knowsNoPaths &&
      this.hooks.alone
    );
  }
}
