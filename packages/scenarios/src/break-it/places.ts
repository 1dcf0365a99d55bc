/** Where everything stands in a made lab. */
import type { LabSource } from "../lab-file/schema.ts";
import { linesOf } from "./edit.ts";
import type { Plan } from "./plan.ts";

/** A machine's cable. */
interface Leg {
  readonly segment: string;
  /** The device with the cable. */
  readonly cable: string;
  /** The device with the address: the same, or a VLAN on it. */
  readonly device: string;
  readonly address: string;
}

export interface Place {
  readonly name: string;
  readonly kind: "client" | "router" | "director" | "backup" | "server" | "bystander";
  readonly legs: readonly Leg[];
  /** Its default gateway; "" for none. */
  readonly gateway: string;
}

export interface Site {
  readonly plan: Plan;
  readonly vip: string;
  readonly places: readonly Place[];
  readonly clients: readonly Place[];
  readonly routers: readonly Place[];
  readonly director: Place;
  readonly servers: readonly Place[];
  readonly source: LabSource;
}

/** A site of which nothing is written yet. */
export type Made = Omit<Site, "source">;

export const firstAddress = ({ legs }: Place): string => legs[0]?.address ?? "";

/** Its address on the segment; "" where it has none. */
export const addressOn = ({ legs }: Place, segment: string): string =>
  legs.find((leg) => leg.segment === segment)?.address ?? "";

/** Start-up lines of a machine of the site. */
export const linesAt = ({ source }: Site, { name }: Place): string[] => linesOf(source, name);
