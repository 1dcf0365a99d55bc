/** What takes the octets that a device sends and receives; the tap that calls it stands on a higher floor. */
import type { Instant } from "../time/instant.ts";

/** The link-layer header of captured octets, as the capture files number it (LINKTYPE_*). */
export const LinkType = {
  ethernet: 1,
  /** An IPv4 packet without anything before it, as on tunl0. */
  raw: 101,
} as const;
export type LinkType = (typeof LinkType)[keyof typeof LinkType];

export interface Capture {
  readonly linkType: LinkType;
  /** Takes octets that nobody changes any more; `comment` is "" for none. */
  add(at: Instant, octets: Uint8Array, direction: "in" | "out", comment: string): void;
}
