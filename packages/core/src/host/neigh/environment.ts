/**
 * What the neighbour table and ARP need from the namespace around them. The namespace implements it; everything
 * here is asked on the way of packets, so answers should be stored fields or lookups, not computations.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Rng } from "../../rng/rng.ts";
import type { Engine } from "../../time/engine.ts";
import type { Decider, PlaceId, Trace } from "../../trace/trace.ts";
import type { AddressConfig } from "../device/config.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";

/** A device as neighbours see it; the host floor's devices have these fields. */
export interface NeighbourDevice extends NetDevice {
  /** Interface index, from 1. */
  readonly index: number;
  /** Whether frames get an Ethernet header; tunnels (tunl0) and the like have none. */
  readonly hasLinkHeader: boolean;
  readonly loopback: boolean;
  /** IFF_POINTOPOINT. */
  readonly pointToPoint: boolean;
  /** IFF_NOARP. */
  readonly noArp: boolean;
  /** In the kernel's order: primaries before secondaries of their subnet. */
  readonly addresses: readonly AddressConfig[];
}

/** net.ipv4.conf as it holds for one device, `all` already joined with the device's own; a `CombinedConf` will do. */
export interface ArpSysctls {
  readonly arpAccept: number;
  readonly arpAnnounce: number;
  readonly arpEvictNocarrier: number;
  readonly arpFilter: number;
  readonly arpIgnore: number;
  readonly arpNotify: number;
  readonly dropGratuitousArp: number;
  /** The device's own only. */
  readonly forwarding: number;
  /** The device's own only. */
  readonly mediumId: number;
  readonly proxyArp: number;
  readonly proxyArpPvlan: number;
  readonly routeLocalnet: number;
}

/** Settings that can forbid an answer, by the kernel's names. */
export type SuppressingSysctl = "arp_ignore" | "arp_filter" | "drop_gratuitous_arp";

/** net.ipv4.neigh.default.gc_thresh1 to 3: numbers of entries. */
export interface NeighbourThresholds {
  readonly gc_thresh1: number;
  readonly gc_thresh2: number;
  readonly gc_thresh3: number;
}

/** What an address is to this host (`inet_addr_type`); the numbers are those of `RouteType`. */
export const AddressType = { unicast: 1, local: 2, broadcast: 3, multicast: 5 } as const;

/** What `routeInput` finds; a `Route` will do. */
export interface ArpRoute {
  /** RTN_*, as `RouteType`. */
  readonly type: number;
  /** Output interface index. */
  readonly device: number;
}

export interface NeighbourEnvironment {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** The namespace in the trace. */
  readonly place: PlaceId;
  /** The namespace's random numbers; streams are taken by device name. */
  readonly rng: Rng;
  /** In order of interface index, so lo first. */
  devices(): readonly NeighbourDevice[];
  arpSysctls(device: NeighbourDevice): ArpSysctls;
  neighbourSysctls(device: NeighbourDevice): NeighbourSysctls;
  thresholds(): NeighbourThresholds;
  /** The sysctl `name` of whichever of `all` and `device` decided; for the trace only. */
  sysctl(name: SuppressingSysctl, device: NeighbourDevice): Decider;
  /** `inet_addr_type_dev_table`: looks into the local table only. */
  addressType(address: Ipv4Address): number;
  /**
   * Routes a packet from `sender` to `target` that came in by `device` (`ip_route_input_noref`, tos 0), checks of
   * the source included; null if it would be refused. Every flooded request asks this at every host: an answer
   * that is neither local nor, with forwarding on, another device should cost next to nothing.
   */
  routeInput(target: Ipv4Address, sender: Ipv4Address, device: NeighbourDevice): ArpRoute | null;
  /** Index of the device by which a packet of ours leaves (`ip_route_output`); 0 when there is no route. */
  routeOutput(destination: Ipv4Address, source: Ipv4Address): number;
  /** There is no room for one more entry: the kernel complains in its log. */
  tableOverflowed(): void;
  /**
   * The neighbour of a packet could not be resolved (`arp_error_report`): tell its sender, as with an ICMP host
   * unreachable. The drop is noted already.
   */
  unreachable(frame: Frame, device: NeighbourDevice): void;
}
