/** What `ip link` and `ip addr` configure, as immutable values. Their live counterparts are devices. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { MacAddress } from "../../packet/mac-address.ts";

/** `rtnetlink`'s scopes: how far an address or a route reaches. */
export const Scope = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** What kind of device it is, in the words of `ip link add … type`. */
export type DeviceKind = "ethernet" | "loopback" | "dummy" | "ipip" | "gre" | "gretap" | "erspan";

export interface AddressConfig {
  readonly local: Ipv4Address;
  /** The other end of a point-to-point link; equal to `local` otherwise. */
  readonly peer: Ipv4Address;
  /** 0 to 32. */
  readonly prefixLength: number;
  /** null when none is set. */
  readonly broadcast: Ipv4Address | null;
  readonly scope: number;
  /** As `eth0` or `eth0:2`; "" when made without one through netlink with another name. */
  readonly label: string;
  /** IFA_F_SECONDARY: another address of the same subnet came first. */
  readonly secondary: boolean;
}

export interface DeviceConfig {
  /** Interface index, from 1, never given out twice in a namespace. */
  readonly index: number;
  readonly name: string;
  readonly kind: DeviceKind;
  readonly mac: MacAddress;
  readonly mtu: number;
  /** IFF_UP. */
  readonly up: boolean;
  /** IFF_NOARP. */
  readonly noArp: boolean;
  /** In the kernel's order: primaries before secondaries of their subnet. */
  readonly addresses: readonly AddressConfig[];
}
