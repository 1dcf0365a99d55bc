/**
 * A network device with what the IPv4 layer of its namespace keeps for it (`struct net_device` and `struct in_device`):
 * the live counterpart of a `DeviceConfig`, refreshed by the namespace after every change of configuration.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";
import type { AddressConfig, DeviceConfig, DeviceKind } from "./config.ts";

/** The namespace's side of a device: takes what it received, and hears of its cable. */
export interface DeviceInput {
  receive(frame: Frame, from: HostDevice): void;
  /** The cable was plugged or unplugged, or its other end went up or down. */
  carrierChanged(on: HostDevice): void;
}

export interface HostDevice extends NetDevice {
  /** Interface index, from 1. */
  readonly index: number;
  readonly kind: DeviceKind;
  /** Whether frames get an Ethernet header; tunnels have none. */
  readonly hasLinkHeader: boolean;
  /** IFF_LOOPBACK. */
  readonly loopback: boolean;
  /** What arrives on it has not left this host since (lo), or was scrubbed when it was unpacked (tunnels). */
  readonly internal: boolean;
  /** IFF_POINTOPOINT. */
  readonly pointToPoint: boolean;
  /** IFF_NOARP. */
  noArp: boolean;
  /** In the kernel's order: primaries before secondaries of their subnet. */
  addresses: readonly AddressConfig[];
  /** net.ipv4.conf: `all` joined with the device's own. */
  conf: CombinedConf;
  /** net.ipv4.neigh, its own. */
  neigh: NeighbourSysctls;
  /** Who takes what it received: the namespace, or devices on top of it. */
  above: DeviceInput;
  /** Switches it on or off (IFF_UP). */
  setUp(up: boolean): void;
}

/** Takes over what `config` says of a device, but for its being up. */
export function refreshDevice(
  device: HostDevice,
  config: DeviceConfig,
  conf: CombinedConf,
  neigh: NeighbourSysctls,
): void {
  device.name = config.name;
  device.mac = config.mac;
  // a device that is told of its MTU has its cable looked at
  if (device.mtu !== config.mtu) device.mtu = config.mtu;
  device.noArp = config.noArp;
  device.promiscuous = config.promiscuous;
  device.allMulticast = config.allMulticast;
  device.txQueueLength = config.txQueueLength;
  device.addresses = config.addresses;
  device.conf = conf;
  device.neigh = neigh;
}
