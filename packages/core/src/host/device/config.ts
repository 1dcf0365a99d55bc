/** What `ip link` and `ip addr` configure, as immutable values. Their live counterparts are devices. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import type { TunnelParameters } from "./tunnel-parameters.ts";

/** `rtnetlink`'s scopes: how far an address or a route reaches. */
export const Scope = { universe: 0, site: 200, link: 253, host: 254, nowhere: 255 } as const;

/** What kind of device it is, in the words of `ip link add … type`. */
export type DeviceKind =
  | "ethernet"
  | "veth"
  | "bridge"
  | "vlan"
  | "macvlan"
  | "loopback"
  | "dummy"
  | "ipip"
  | "gre"
  | "gretap"
  | "erspan";

/** A lifetime without an end. */
export const FOREVER = -1;

/** Until when an address is there, and until when it is not deprecated: instants, or FOREVER. */
export interface AddressLifetime {
  readonly validUntil: number;
  readonly preferredUntil: number;
}

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
  /** Absent for ever. */
  readonly lifetime?: AddressLifetime;
}

/** An 802.1Q device: a view of one VLAN of the device below. */
export interface VlanDetails {
  readonly kind: "vlan";
  /** 0 to 4094. */
  readonly id: number;
  /** Somebody chose its link address: it no longer follows the lower device's. */
  readonly macIsSet: boolean;
}

/** IFLA_MACVLAN_MODE, in the words of `ip link`. */
export type MacvlanMode = "private" | "vepa" | "bridge" | "passthru";

export interface MacvlanDetails {
  readonly kind: "macvlan";
  readonly mode: MacvlanMode;
}

/** An address that `bridge fdb` tied to a port. */
export interface BridgeAddress {
  readonly mac: MacAddress;
  /** Interface index of a port. */
  readonly port: number;
  /** For the bridge itself, as if the address were its own. */
  readonly local: boolean;
}

export interface BridgeDetails {
  readonly kind: "bridge";
  /** In hundredths of a second (USER_HZ), as netlink has it. */
  readonly ageingTime: number;
  readonly forwardDelay: number;
  readonly helloTime: number;
  readonly maxAge: number;
  /** 0 to 65535. */
  readonly priority: number;
  /** BR_KERNEL_STP was asked for; the protocol itself is left out. */
  readonly stp: boolean;
  /** Somebody chose the address or the MTU: ports no longer decide. */
  readonly macIsSet: boolean;
  readonly mtuIsSet: boolean;
  /** Its frames pass iptables even where net.bridge.bridge-nf-call-iptables is off. */
  readonly callIptables: boolean;
  readonly addresses: readonly BridgeAddress[];
}

export type LinkDetails = VlanDetails | MacvlanDetails | BridgeDetails | TunnelParameters;

/** What a bridge knows of one of its ports. */
export interface BridgePortConfig {
  /** From 1 within a bridge. */
  readonly number: number;
  readonly learning: boolean;
  /** Frames for addresses that nobody was seen with leave here. */
  readonly flood: boolean;
  /** Frames may leave by the port that they came in by. */
  readonly hairpin: boolean;
  /** Isolated ports do not hear each other. */
  readonly isolated: boolean;
  readonly cost: number;
  /** 0 to 63. */
  readonly priority: number;
}

/** `DeviceConfig.lowerNetwork` of a device above another of its own namespace. */
export const OWN_NETWORK = -1;

export interface DeviceConfig {
  /** Interface index, from 1; a namespace gives none out twice. */
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
  readonly txQueueLength: number;
  /** IFF_PROMISC, as an administrator sets it. */
  readonly promiscuous: boolean;
  /** IFF_ALLMULTI, likewise. */
  readonly allMulticast: boolean;
  /** "" for none. */
  readonly alias: string;
  readonly group: number;
  /** Interface index of the bridge that it is a port of; 0 for none. */
  readonly master: number;
  /** What the bridge knows of it; null when it has no master. */
  readonly port: BridgePortConfig | null;
  /** Interface index of the device that it stands on; 0 for none. */
  readonly lower: number;
  /** The kernel's number of the namespace that `lower` is in; OWN_NETWORK for this one. */
  readonly lowerNetwork: number;
  /** Which wire it is at one end of: that of a veth pair, or hardware's own; 0 for none. */
  readonly pair: number;
  /** What its kind has besides; null for nothing. */
  readonly details: LinkDetails | null;
}

/** A copy that may be changed in place. Field by field, in the order of `addLink`: so all devices of a lab have one shape. */
export const copyOfDevice = (device: DeviceConfig): DeviceConfig =>
  ({
    index: device.index,
    name: device.name,
    kind: device.kind,
    mac: device.mac,
    mtu: device.mtu,
    up: device.up,
    noArp: device.noArp,
    addresses: device.addresses.slice(),
    txQueueLength: device.txQueueLength,
    promiscuous: device.promiscuous,
    allMulticast: device.allMulticast,
    alias: device.alias,
    group: device.group,
    master: device.master,
    port: device.port,
    lower: device.lower,
    lowerNetwork: device.lowerNetwork,
    pair: device.pair,
    details: device.details,
  }) satisfies Required<DeviceConfig>;

/** What a device has that nothing special was done to, beyond its name and address. */
export const PLAIN_DEVICE = Object.freeze({
  txQueueLength: 1000,
  promiscuous: false,
  allMulticast: false,
  alias: "",
  group: 0,
  master: 0,
  port: null,
  lower: 0,
  lowerNetwork: OWN_NETWORK,
  pair: 0,
  details: null,
});
