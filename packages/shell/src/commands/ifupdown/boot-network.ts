/** What a machine's start-up does to its network before anybody logs in: files of the distribution, addresses, a route. */
import {
  addAddress,
  addRoute,
  computedBroadcast,
  type Ipv4Address,
  type NetworkNamespace,
  routeOf,
  Scope,
} from "@lvsim/core";
import type { Kernel } from "../../kernel/kernel.ts";
import { ifcfgPath, isNeighbour, LOOPBACK_IFCFG, writeIfcfg } from "./ifcfg.ts";

interface BootDevice {
  readonly name: string;
  /** undefined for a device without an address. */
  readonly local: Ipv4Address | undefined;
  readonly prefixLength: number;
}

export interface BootNetwork {
  readonly devices: readonly BootDevice[];
  readonly gateway: Ipv4Address | undefined;
}

/** The devices are there and up. A machine of CentOS also gets their ifcfg files, which `ifup` reads later. */
export function bootNetwork(
  namespace: NetworkNamespace,
  { files, system }: Pick<Kernel, "files" | "system">,
  { devices, gateway }: BootNetwork,
): void {
  if (system.distribution.id === "centos") {
    files.writeText(ifcfgPath("lo"), LOOPBACK_IFCFG);
    for (const { local, name, prefixLength } of devices)
      writeIfcfg(files, name, local === undefined ? undefined : { local, prefixLength }, gateway);
  }
  namespace.configure((draft) => {
    for (const { local, name, prefixLength } of devices) {
      const device = draft.devices.find((other) => other.name === name);
      if (local === undefined || device === undefined) continue;
      const errno = addAddress(draft, device.index, {
        local,
        peer: local,
        prefixLength,
        broadcast: computedBroadcast(local, prefixLength),
        scope: Scope.universe,
        label: name,
      });
      if (errno !== 0) return errno;
      if (gateway === undefined || !isNeighbour({ local, prefixLength }, gateway)) continue;
      const route = routeOf({ gateway, device: device.index });
      const outcome = addRoute(draft, route, "replace");
      if (outcome.errno !== 0) return outcome.errno;
    }
    return 0;
  });
}
