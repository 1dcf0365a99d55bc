/**
 * Remembers for pairs of addresses and a protocol that their packets are for this host, and that nobody looks at them
 * before their transport does. Direct-mapped; a pair that falls onto another's place takes it.
 */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Generation } from "../../base/generation.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { HostDevice } from "../device/host-device.ts";
import { HookPoint } from "../netfilter/hook.ts";
import type { Route } from "../route/route.ts";
import type { IpContext } from "./ip-context.ts";
import type { TransportHandler } from "./ip-layer.ts";
import { isPlain } from "./known-way.ts";

const PLACES = 16;
const NO_WAYS: (InputWay | null)[] = emptyPlaces(PLACES);

/** Where packets of some addresses go that a device took in. */
export class InputWay {
  source = 0 as Ipv4Address;
  destination = 0 as Ipv4Address;
  protocol = 0;
  from: HostDevice;
  /** The index of `from`. */
  fromIndex = 0;
  route: Route;
  /** The protocol's. */
  handler: TransportHandler;
  generation = 0;

  constructor(from: HostDevice, route: Route, handler: TransportHandler) {
    this.from = from;
    this.route = route;
    this.handler = handler;
  }
}

/** Where the way of a packet with these addresses is, also for IpInput.receivePlain. */
const wayPlaceOf = (source: number, destination: number, protocol: number): number =>
  Math.imul(source ^ Math.imul(destination, 0x85ebca6b) ^ protocol, 0x9e3779b1) >>> 28;

export class InputWays {
  private readonly context: IpContext;
  private readonly generation: Generation;
  /** By place; made for the first way. */
  ways = NO_WAYS;

  constructor(context: IpContext) {
    this.context = context;
    this.generation = context.generation;
  }

  /** A packet that `from` took in goes to its transport's `handler` by `route`. */
  learn(frame: Frame, from: HostDevice, route: Route, handler: TransportHandler): void {
    const { hooks } = this.context;
    if (!hooks.isIdle(HookPoint.preRouting) || !hooks.isIdle(HookPoint.localIn)) return;
    if (from.internal || !isPlain(frame)) return;
    const { source, destination, protocol } = frame;
    const place = wayPlaceOf(source, destination, protocol);
    const way = this.ways[place] ?? this.make(place, from, route, handler);
    way.source = source;
    way.destination = destination;
    way.protocol = protocol;
    way.from = from;
    way.fromIndex = from.index;
    way.route = route;
    way.handler = handler;
    way.generation = this.generation.value;
  }

  private make(place: number, from: HostDevice, route: Route, handler: TransportHandler): InputWay {
    const way = new InputWay(from, route, handler);
    if (this.ways === NO_WAYS) this.ways = emptyPlaces(PLACES);
    this.ways[place] = way;
    return way;
  }
}
