/** Devices and hosts are numbers in the trace, so that a packed event is numbers only; here are their names. */
import type { PlaceId } from "./trace.ts";

/** Gives places their numbers, from 1 in the order in which they are named first. */
export class PlaceNames {
  private readonly ids = new Map<string, PlaceId>();
  private readonly names: string[] = [];

  id(name: string): PlaceId {
    const known = this.ids.get(name);
    if (known !== undefined) return known;
    this.names.push(name);
    this.ids.set(name, this.names.length);
    return this.names.length;
  }

  /** The name behind a number that `id` gave; "" for another one. */
  name(id: PlaceId): string {
    return this.names[id - 1] ?? "";
  }
}
