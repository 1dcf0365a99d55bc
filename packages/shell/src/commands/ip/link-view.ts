/** A device as `ip` looks at it: live, as configured, and with the names of what it hangs together with. */
import {
  type DeviceConfig,
  findDevice,
  type HostDevice,
  type NetworkNamespace,
  TunnelDevice,
} from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import {
  DeviceFlag,
  deviceFlags,
  isTunnelKind,
  operationalState as ownState,
} from "../device-facts.ts";
import type { IpContext } from "./context.ts";

/** What a device is linked to (IFLA_LINK). */
interface LinkEnd {
  /** Interface index in its own namespace; 0 where there is nothing (`@NONE`). */
  readonly index: number;
  /** Its name, where it is in the same namespace; null otherwise. */
  readonly name: string | null;
  /** Whether it is there and down (M-DOWN). */
  readonly isDown: boolean;
  /** The namespace that it is in, by the id that this one has for it; null for the same. */
  readonly network: { readonly id: number; readonly name: string | null } | null;
}

export interface LinkView {
  readonly device: HostDevice;
  readonly config: DeviceConfig;
  readonly link: LinkEnd | null;
  /** Name of the bridge that it is a port of; null for none. */
  readonly master: string | null;
}

type Place = Pick<IpContext, "machine" | "network">;

export function linkView({ machine, network }: Place, device: HostDevice): LinkView {
  const config = findDevice(network.config, device.index) as DeviceConfig;
  const master = config.master === 0 ? undefined : network.device(config.master);
  return {
    device,
    config,
    link: device instanceof TunnelDevice ? tunnelEnd(device) : linkEnd(machine, network, config),
    master: master?.name ?? null,
  };
}

/** What a tunnel's outer packets are bound to leave by. */
const tunnelEnd = ({ below }: TunnelDevice): LinkEnd => ({
  index: below?.index ?? 0,
  name: below?.name ?? null,
  isDown: below?.up === false,
  network: null,
});

function linkEnd(machine: Kernel, network: NetworkNamespace, config: DeviceConfig): LinkEnd | null {
  if (isTunnelKind(config.kind)) return { index: 0, name: null, isDown: false, network: null };
  const place = machine.network.linkOf(network, config);
  if (place === null) return null;
  const { namespace, index } = place;
  const at = namespace.device(index);
  if (namespace === network)
    return { index, name: at?.name ?? null, isDown: at?.up === false, network: null };
  const id = machine.network.giveId(network, namespace);
  return { index, name: null, isDown: false, network: { id, name: nameOf(machine, namespace) } };
}

/** The newest of its names, as the directory of names shows them. */
export function nameOf({ namespaces }: Kernel, namespace: NetworkNamespace): string | null {
  for (const [name, other] of Array.from(namespaces).reverse())
    if (other === namespace && name !== "") return name;
  return null;
}

/** `eth0@if7`. */
export function fullName({ device, link }: LinkView): string {
  if (link === null) return device.name;
  if (link.network !== null) return `${device.name}@if${link.index}`;
  return `${device.name}@${link.index === 0 ? "NONE" : (link.name ?? `if${link.index}`)}`;
}

/** In the order in which iproute2 names them. */
const FLAG_NAMES: readonly (readonly [number, string])[] = [
  [DeviceFlag.loopback, "LOOPBACK"],
  [DeviceFlag.broadcast, "BROADCAST"],
  [DeviceFlag.pointToPoint, "POINTOPOINT"],
  [DeviceFlag.multicast, "MULTICAST"],
  [DeviceFlag.noArp, "NOARP"],
  [DeviceFlag.allMulticast, "ALLMULTI"],
  [DeviceFlag.promiscuous, "PROMISC"],
  [DeviceFlag.up, "UP"],
  [DeviceFlag.lowerUp, "LOWER_UP"],
];

export function flagWords({ device, link }: LinkView): string[] {
  const flags = deviceFlags(device);
  const names = FLAG_NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  if (device.up && (flags & DeviceFlag.running) === 0) names.unshift("NO-CARRIER");
  if (link?.isDown === true) names.push("M-DOWN");
  return names;
}

/** RFC 2863's operational state; a device without carrier blames what it is linked to. */
export function operationalState({ device, link }: LinkView): string {
  const state = ownState(device);
  const blames = link !== null && link.index !== 0 && link.index !== device.index;
  return state === "DOWN" && device.up && blames ? "LOWERLAYERDOWN" : state;
}

/** The word after `type`; "" for hardware and lo. */
export const kindWord = ({ kind }: Pick<DeviceConfig, "kind">): string =>
  kind === "ethernet" || kind === "loopback" ? "" : kind;

/** A device gets its queueing discipline when it goes up first; cables and lo have had it from the beginning. */
export const queueing = ({ config, device }: LinkView): string =>
  device.activated || config.kind === "ethernet" || config.kind === "loopback" ? "noqueue" : "noop";

/** Filters of `ip link` and `ip addr` that are about the device. */
export interface LinkFilter {
  up: boolean;
  /** After `type`; null for all. */
  type: string | null;
  /** Interface index of a bridge; null for all, 0 for `nomaster`. */
  master: number | null;
  group: number | null;
}

export const ANY_LINK: LinkFilter = { up: false, type: null, master: null, group: null };

export function fitsLink({ up, type, master, group }: LinkFilter, view: LinkView): boolean {
  const { config, device } = view;
  if (up && !device.up) return false;
  if (master !== null && config.master !== master) return false;
  if (group !== null && config.group !== group) return false;
  if (type === null) return true;
  if (type.endsWith("_slave")) return type === "bridge_slave" && config.master !== 0;
  return kindWord(config) === type;
}
