/**
 * Remembers for pairs of addresses that their packets are for this host, and that nobody looks at them before their
 * transport does. Direct-mapped; a pair that falls onto another's place takes it.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import { HookPoint } from "../netfilter/hook.ts";
import type { Route } from "../route/route.ts";
import type { IpContext } from "./ip-context.ts";
import { isPlain } from "./known-way.ts";

const PLACES = 16;

class InputWay {
  source = 0 as Ipv4Address;
  destination = 0 as Ipv4Address;
  from: HostDevice;
  route: Route;
  generation = 0;

  constructor(from: HostDevice, route: Route) {
    this.from = from;
    this.route = route;
  }
}

const placeOf = (source: number, destination: number): number =>
  Math.imul(source ^ Math.imul(destination, 0x85ebca6b), 0x9e3779b1) >>> 28;

export class InputWays {
  private readonly context: IpContext;
  /** Made for the first way. */
  private ways: (InputWay | null)[] | null = null;

  constructor(context: IpContext) {
    this.context = context;
  }

  /** The local route of a packet for this host's link address, if that is all there is to decide; else null. */
  find(frame: Frame, from: HostDevice): Route | null {
    const { ways } = this;
    if (ways === null) return null;
    const { source, destination } = frame;
    const way = ways[placeOf(source, destination)] as InputWay | null;
    return way !== null &&
      way.source === source &&
      way.destination === destination &&
      way.from === from &&
      way.generation === this.context.generation.value &&
      isPlain(frame)
      ? way.route
      : null;
  }

  /** A packet that `from` took in goes to its transport by `route`. */
  learn(frame: Frame, from: HostDevice, route: Route): void {
    const { hooks } = this.context;
    if (!hooks.isIdle(HookPoint.preRouting) || !hooks.isIdle(HookPoint.localIn)) return;
    if (from.internal || !isPlain(frame)) return;
    this.ways ??= new Array<InputWay | null>(PLACES).fill(null);
    const { source, destination } = frame;
    const place = placeOf(source, destination);
    let way = this.ways[place] as InputWay | null;
    if (way === null) {
      way = new InputWay(from, route);
      this.ways[place] = way;
    }
    way.source = source;
    way.destination = destination;
    way.from = from;
    way.route = route;
    way.generation = this.context.generation.value;
  }
}
