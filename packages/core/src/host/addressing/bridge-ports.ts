/**
 * Ports of bridges as `ip link set master` and `brctl addif` change them (br_if.c): who may become one, and what a
 * bridge takes over from its ports: the least of their link addresses (`br_stp_recalculate_bridge_id`) and of their
 * MTUs (`br_mtu_auto_adjust`), as long as nobody chose others. Left out: VLAN filtering, spanning tree.
 */
import { Errno } from "../../base/errno.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import type { BridgeDetails } from "../device/config.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { DONE, type RouteOutcome, refused } from "../route/route-outcome.ts";
import { type DeviceDraft, draftOf, uppersOf } from "./edit-devices.ts";

/** What the kernel answers to a change of devices. */
export type LinkOutcome = RouteOutcome;

/** Ports of one bridge, in hundreds of 1 << 10: BR_MAX_PORTS. */
const PORTS_MAX = 1023;
const ETHERNET_MTU = 1500;
/** The cost of a 10 Gbit/s cable, as veth says it is (`port_cost`). */
const PORT_COST = 2;
const PORT_PRIORITY = 32;

const HAVE_NO_ETHERNET: readonly DeviceDraft["kind"][] = ["loopback", "ipip", "gre"];

export const portsOf = (draft: NamespaceDraft, bridge: number): DeviceDraft[] =>
  draft.devices.filter(({ master }) => master === bridge);

/** `ip link set DEV master BRIDGE`; 0 for `nomaster`. A device with another master leaves that one first. */
export function setMaster(draft: NamespaceDraft, index: number, master: number): LinkOutcome {
  const device = draftOf(draft, index);
  if (device === undefined) return refused(Errno.ENODEV);
  if (device.master === master) return DONE;
  if (master === 0) {
    releasePort(draft, device);
    return DONE;
  }
  const bridge = draftOf(draft, master);
  if (bridge === undefined) return refused(Errno.EINVAL);
  const refusal = mayEnslave(draft, device, bridge);
  if (refusal.errno !== 0) return refusal;
  releasePort(draft, device);
  device.master = master;
  device.port = {
    number: freeNumber(draft, master),
    learning: true,
    flood: true,
    hairpin: false,
    isolated: false,
    cost: PORT_COST,
    priority: PORT_PRIORITY,
  };
  followPorts(draft, master);
  return DONE;
}

function mayEnslave(draft: NamespaceDraft, device: DeviceDraft, bridge: DeviceDraft): LinkOutcome {
  if (bridge.kind !== "bridge") return refused(Errno.EOPNOTSUPP);
  if (HAVE_NO_ETHERNET.includes(device.kind)) return refused(Errno.EINVAL);
  if (device.kind === "bridge") return refused(Errno.ELOOP, "Can not enslave a bridge to a bridge");
  if (device.kind === "vlan" && standsOn(draft, device, bridge.index)) return refused(Errno.ELOOP);
  if (uppersOf(draft, device.index).some(({ kind }) => kind === "macvlan"))
    return refused(Errno.EBUSY);
  return portsOf(draft, bridge.index).length >= PORTS_MAX ? refused(Errno.EXFULL) : DONE;
}

function standsOn(draft: NamespaceDraft, device: DeviceDraft, index: number): boolean {
  let at: DeviceDraft | undefined = device;
  while (at !== undefined && at.lower !== 0) {
    if (at.lower === index) return true;
    at = draftOf(draft, at.lower);
  }
  return false;
}

function freeNumber(draft: NamespaceDraft, bridge: number): number {
  const taken = new Set(portsOf(draft, bridge).map(({ port }) => port?.number));
  let number = 1;
  while (taken.has(number)) number++;
  return number;
}

/** Takes a device out of its bridge, if it is in one (`br_del_if`); addresses tied to the port go. */
export function releasePort(draft: NamespaceDraft, device: DeviceDraft): void {
  const { master } = device;
  if (master === 0) return;
  device.master = 0;
  device.port = null;
  const bridge = draftOf(draft, master);
  if (bridge?.details?.kind === "bridge") {
    const details = bridge.details as { addresses: BridgeDetails["addresses"] };
    details.addresses = details.addresses.filter(({ port }) => port !== device.index);
  }
  followPorts(draft, master);
}

/** The bridge takes over what its ports say now. */
export function followPorts(draft: NamespaceDraft, index: number): void {
  const bridge = draftOf(draft, index);
  if (bridge?.details?.kind !== "bridge") return;
  const ports = portsOf(draft, index);
  if (!bridge.details.macIsSet) {
    let least = ports[0]?.mac ?? ZERO_MAC;
    for (const { mac } of ports) if (mac < least) least = mac;
    bridge.mac = least;
  }
  if (!bridge.details.mtuIsSet)
    bridge.mtu = ports.length === 0 ? ETHERNET_MTU : Math.min(...ports.map(({ mtu }) => mtu));
}
