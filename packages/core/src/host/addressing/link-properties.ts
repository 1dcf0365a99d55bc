/**
 * What `ip link set` changes of a device besides up and down: MTU, link address, flags, names. Devices on top of it and
 * the bridge that it is a port of follow, as the kernel's notifiers make them.
 */
import { Errno } from "../../base/errno.ts";
import { IPV4_HEADER_LENGTH } from "../../packet/lengths.ts";
import { isGroupMac, type MacAddress } from "../../packet/mac-address.ts";
import { type DeviceConfig, OWN_NETWORK } from "../device/config.ts";
import { IP_MTU_MAX, tunnelHeaderLength } from "../device/tunnel-parameters.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { followPorts } from "./bridge-ports.ts";
import { type DeviceDraft, draftOf, uppersOf } from "./edit-devices.ts";
import { disableIpv4, IPV4_MTU_MIN } from "./links.ts";

/** The MTUs that a kind of device takes, both inclusive (`ip -d link` shows them). */
export function mtuBounds({ kind, details }: DeviceConfig): {
  readonly min: number;
  readonly max: number;
} {
  if (kind === "loopback" || kind === "dummy") return { min: 0, max: 0x7fffffff };
  if (kind === "vlan") return { min: 0, max: 65535 };
  const headers =
    details?.kind === "tunnel"
      ? IPV4_HEADER_LENGTH + tunnelHeaderLength(kind === "gre" ? "gre" : "ipip", details)
      : 0;
  return { min: IPV4_MTU_MIN, max: IP_MTU_MAX - headers };
}

/**
 * `ip link set mtu`. EINVAL: outside `mtuBounds`, or a macvlan's is greater than that of the device below; ERANGE:
 * likewise a VLAN's. Below 68 octets the device loses its addresses. What stands on it never has more.
 */
export function setLinkMtu(draft: NamespaceDraft, index: number, mtu: number): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  const { min, max } = mtuBounds(device);
  if (mtu < min || mtu > max) return Errno.EINVAL;
  const lower = device.lowerNetwork === OWN_NETWORK ? draftOf(draft, device.lower) : undefined;
  if (lower !== undefined && mtu > lower.mtu)
    return device.kind === "vlan" ? Errno.ERANGE : Errno.EINVAL;
  if (device.details?.kind === "bridge") device.details.mtuIsSet = true;
  applyMtu(draft, device, mtu);
  return 0;
}

function applyMtu(draft: NamespaceDraft, device: DeviceDraft, mtu: number): void {
  device.mtu = mtu;
  if (mtu < IPV4_MTU_MIN) disableIpv4(draft, device);
  for (const upper of uppersOf(draft, device.index))
    if (upper.mtu > mtu) applyMtu(draft, upper, mtu);
  if (device.master !== 0) followPorts(draft, device.master);
}

/** `ip link set address`. EADDRNOTAVAIL: no Ethernet address of one station; EOPNOTSUPP: the device has none. */
export function setLinkMac(draft: NamespaceDraft, index: number, mac: MacAddress): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  if (device.kind === "ipip" || device.kind === "gre") return Errno.EOPNOTSUPP;
  if (mac === 0 || isGroupMac(mac)) return Errno.EADDRNOTAVAIL;
  if (device.details?.kind === "bridge" || device.details?.kind === "vlan")
    device.details.macIsSet = true;
  applyMac(draft, device, mac);
  return 0;
}

function applyMac(draft: NamespaceDraft, device: DeviceDraft, mac: MacAddress): void {
  device.mac = mac;
  for (const upper of uppersOf(draft, device.index)) {
    const { details } = upper;
    const follows = details?.kind === "vlan" ? !details.macIsSet : isPassthru(details);
    if (follows) applyMac(draft, upper, mac);
  }
  if (device.master !== 0) followPorts(draft, device.master);
}

const isPassthru = (details: DeviceDraft["details"]): boolean =>
  details?.kind === "macvlan" && details.mode === "passthru";

/** `ip link set arp off | on`. */
export function setLinkNoArp(draft: NamespaceDraft, index: number, noArp: boolean): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  device.noArp = noArp;
  return 0;
}

/** Properties that need no more than being noted: `txqueuelen`, `promisc`, `allmulticast`, `alias`, `group`. */
export type NotedProperties = Pick<
  DeviceDraft,
  "txQueueLength" | "promiscuous" | "allMulticast" | "alias" | "group"
>;

export function noteLinkProperties(
  draft: NamespaceDraft,
  index: number,
  properties: Partial<NotedProperties>,
): Errno {
  const device = draftOf(draft, index);
  if (device === undefined) return Errno.ENODEV;
  Object.assign(device, properties);
  return 0;
}
