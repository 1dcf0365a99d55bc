/** An interface as ioctls show it: a device, or a label (`eth0:2`) with the first address that carries it. */
import type { AddressConfig, HostDevice, NetworkNamespace } from "@lvsim/core";

export interface Interface {
  /** As typed or listed: `eth0`, `eth0:2`. */
  readonly name: string;
  readonly device: HostDevice;
  /** The first address with this label; null when there is none. */
  readonly address: AddressConfig | null;
  /** Only devices count packets. */
  readonly hasStatistics: boolean;
}

/** Undefined when there is no such device; a label that nobody carries is there, without an address. */
export function interfaceNamed(network: NetworkNamespace, name: string): Interface | undefined {
  const device = network.deviceNamed(name.split(":")[0] as string);
  if (device === undefined) return undefined;
  const address = device.addresses.find(({ label }) => label === name) ?? null;
  return { name, device, address, hasStatistics: !name.includes(":") };
}

/** All devices and labels in the order of `ifconfig`: by name, numbers in it by value. */
export function allInterfaces(network: NetworkNamespace): readonly Interface[] {
  const names: string[] = [];
  for (const device of network.devices()) {
    names.push(device.name);
    for (const { label } of device.addresses)
      if (label.startsWith(`${device.name}:`) && !names.includes(label)) names.push(label);
  }
  return names
    .sort(compareNames)
    .map((name) => interfaceNamed(network, name))
    .filter((found) => found !== undefined);
}

/** `nstrcmp`: runs of digits compare as numbers. */
function compareNames(a: string, b: string): number {
  const split = (name: string): readonly string[] => name.match(/\d+|\D+/g) ?? [];
  const [ours, theirs] = [split(a), split(b)];
  for (let i = 0; i < Math.min(ours.length, theirs.length); i++) {
    const [mine, other] = [ours[i] as string, theirs[i] as string];
    if (mine === other) continue;
    const difference = Number(mine) - Number(other);
    return Number.isNaN(difference) ? (mine < other ? -1 : 1) : difference;
  }
  return ours.length - theirs.length;
}
