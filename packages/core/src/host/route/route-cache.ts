/** Remembers decisions for recent flows: direct-mapped, replaced on collision, emptied by every change. */
import { emptyPlaces } from "../../base/empty-places.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Route } from "./route.ts";

const SLOTS = 64;

export class CachedRoute {
  destination: Ipv4Address = 0 as Ipv4Address;
  source: Ipv4Address = 0 as Ipv4Address;
  device = 0;
  tos = 0;
  mark = 0;
  route: Route;
  /** For input: the sender is a neighbour. */
  sourceOnLink = 0;
  /** For output: the source address chosen. */
  chosenSource: Ipv4Address = 0 as Ipv4Address;

  constructor(route: Route) {
    this.route = route;
  }
}

const slotOf = (destination: number, source: number, device: number): number => {
  const mixed = Math.imul(destination ^ Math.imul(source, 0x85ebca6b) ^ device, 0x9e3779b1);
  return mixed >>> 26;
};

export class RouteCache {
  /** Grows to `SLOTS` with the first decision that is kept. */
  private slots: (CachedRoute | null)[] | null = null;

  clear(): void {
    this.slots = null;
  }

  find(
    destination: Ipv4Address,
    source: Ipv4Address,
    device: number,
    tos: number,
    mark: number,
  ): CachedRoute | null {
    const { slots } = this;
    if (slots === null) return null;
    const entry = slots[slotOf(destination, source, device)] as CachedRoute | null;
    return entry !== null &&
      entry.destination === destination &&
      entry.source === source &&
      entry.device === device &&
      entry.tos === tos &&
      entry.mark === mark
      ? entry
      : null;
  }

  /** The entry for a flow, to be filled by the caller. */
  keep(
    destination: Ipv4Address,
    source: Ipv4Address,
    device: number,
    tos: number,
    mark: number,
    route: Route,
  ): CachedRoute {
    this.slots ??= emptyPlaces(SLOTS);
    const slot = slotOf(destination, source, device);
    let entry = this.slots[slot] as CachedRoute | null;
    if (entry === null) {
      entry = new CachedRoute(route);
      this.slots[slot] = entry;
    }
    entry.destination = destination;
    entry.source = source;
    entry.device = device;
    entry.tos = tos;
    entry.mark = mark;
    entry.route = route;
    return entry;
  }
}
