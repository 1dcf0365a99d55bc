/** What follows from a device's kind and state: flags, words and link addresses as `ip` and `ifconfig` show them. */
import {
  type DeviceKind,
  formatIpv4Address,
  formatMacAddress,
  type HostDevice,
  TunnelDevice,
} from "@lvsim/core";

/** IFF_*: what `SIOCGIFFLAGS` and netlink report. */
export const DeviceFlag = {
  up: 0x1,
  broadcast: 0x2,
  loopback: 0x8,
  pointToPoint: 0x10,
  running: 0x40,
  noArp: 0x80,
  promiscuous: 0x100,
  allMulticast: 0x200,
  multicast: 0x1000,
  lowerUp: 0x10000,
} as const;

const ETHERNET_FLAGS = DeviceFlag.broadcast | DeviceFlag.multicast;

const KIND_FLAGS: Readonly<Record<DeviceKind, number>> = {
  ethernet: ETHERNET_FLAGS,
  veth: ETHERNET_FLAGS,
  bridge: ETHERNET_FLAGS,
  vlan: ETHERNET_FLAGS,
  macvlan: ETHERNET_FLAGS,
  loopback: DeviceFlag.loopback,
  dummy: DeviceFlag.broadcast,
  ipip: 0,
  gre: 0,
  gretap: ETHERNET_FLAGS,
  erspan: ETHERNET_FLAGS,
};

export function deviceFlags(device: HostDevice): number {
  let flags = KIND_FLAGS[device.kind];
  if (device.noArp) flags |= DeviceFlag.noArp;
  if (device.promiscuous) flags |= DeviceFlag.promiscuous;
  if (device.allMulticast) flags |= DeviceFlag.allMulticast;
  if (device.pointToPoint) flags |= DeviceFlag.pointToPoint;
  if (!device.up) return flags;
  flags |= DeviceFlag.up;
  if (device.carrier) flags |= DeviceFlag.running | DeviceFlag.lowerUp;
  return flags;
}

/** ARPHRD_*: the words of `ip link` (`link/ether`). */
export function linkTypeOf(kind: DeviceKind): "ether" | "loopback" | "ipip" | "gre" {
  if (kind === "loopback" || kind === "ipip" || kind === "gre") return kind;
  return "ether";
}

/** Link address and broadcast address as text; tunnels have IPv4 addresses for both. */
export function linkAddresses(device: HostDevice): readonly [string, string] {
  if (device instanceof TunnelDevice)
    return [
      formatIpv4Address(device.parameters.local),
      formatIpv4Address(device.parameters.remote),
    ];
  const broadcast = device.loopback ? "00:00:00:00:00:00" : "ff:ff:ff:ff:ff:ff";
  return [formatMacAddress(device.mac), broadcast];
}

/** Kinds whose carrier says whether they work; the others do not know. */
const KNOW_THEIR_STATE: readonly DeviceKind[] = ["ethernet", "veth", "bridge", "vlan", "macvlan"];

/** RFC 2863's operational state, of a device that stands on no other. */
export function operationalState(device: HostDevice): "UP" | "DOWN" | "UNKNOWN" {
  if (!device.up) return "DOWN";
  if (!KNOW_THEIR_STATE.includes(device.kind)) return "UNKNOWN";
  return device.carrier ? "UP" : "DOWN";
}

/** Devices that may be bound to another, whose lack shows as `@NONE`. */
export const isTunnelKind = (kind: DeviceKind): boolean =>
  kind === "ipip" || kind === "gre" || kind === "gretap" || kind === "erspan";
