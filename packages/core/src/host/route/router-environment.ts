/** What the router asks of the namespace that it works for. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

/** The settings of a device that routing looks at: `CombinedConf` has them. Switches are 0 or 1. */
export interface RouterConf {
  readonly acceptLocal: number;
  readonly forwarding: number;
  readonly routeLocalnet: number;
  /** 0, 1 strict, 2 loose. */
  readonly rpFilter: number;
  readonly sendRedirects: number;
  readonly srcValidMark: number;
  readonly ignoreRoutesWithLinkdown: number;
}

export interface RouterEnvironment {
  /** Whether the device's cable is plugged in and its other end up. */
  hasCarrier(device: number): boolean;
  /** The settings that hold for a device now; undefined when there is none with this index. */
  conf(device: number): RouterConf | undefined;
  /** Whether the host takes packets for a multicast group on a device (224.0.0.1 it always takes). */
  isGroupMember(device: number, group: Ipv4Address): boolean;
}
