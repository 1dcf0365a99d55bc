/** What a machine's own start-up does for its network before anybody logs in: addresses, a default route, and on CentOS the files they come from. */
import {
  addAddress,
  addRoute,
  formatIpv4Address,
  type Ipv4Address,
  type NetworkNamespace,
  prefixMask,
  RouteProtocol,
  RouteTable,
  routeOf,
  Scope,
} from "@lvsim/core";
import type { ImageName } from "./images/index.ts";
import type { FileSystem } from "./vfs/file-system.ts";

export interface BootDevice {
  readonly name: string;
  /** Undefined for a device without an address. */
  readonly local: Ipv4Address | undefined;
  readonly prefixLength: number;
}

export interface BootNetwork {
  readonly devices: readonly BootDevice[];
  readonly gateway: Ipv4Address | undefined;
}

export function bootNetwork(
  namespace: NetworkNamespace,
  files: FileSystem,
  image: ImageName,
  { devices, gateway }: BootNetwork,
): void {
  namespace.configure((draft) => {
    for (const { name, local, prefixLength } of devices) {
      const index = draft.devices.find((device) => device.name === name)?.index ?? 0;
      if (local === undefined) continue;
      const broadcast = (local | ~prefixMask(prefixLength)) as Ipv4Address;
      const errno = addAddress(draft, index, {
        local,
        peer: local,
        prefixLength,
        broadcast: prefixLength < 31 ? broadcast : null,
        scope: Scope.universe,
        label: name,
      });
      if (errno !== 0) return errno;
    }
    if (gateway === undefined) return 0;
    const route = routeOf({
      table: RouteTable.main,
      gateway,
      scope: Scope.universe,
      protocol: RouteProtocol.boot,
    });
    return addRoute(draft, route, "add").errno;
  });
  if (image === "centos-7") for (const device of devices) writeIfcfg(files, device, gateway);
}

/** The file that ifup and ifdown read. */
function writeIfcfg(
  files: FileSystem,
  { name, local, prefixLength }: BootDevice,
  gateway: Ipv4Address | undefined,
): void {
  const lines = ["TYPE=Ethernet", `DEVICE=${name}`, "ONBOOT=yes", "BOOTPROTO=static"];
  if (local !== undefined) {
    lines.push(`IPADDR=${formatIpv4Address(local)}`, `PREFIX=${prefixLength}`);
    if (gateway !== undefined && sameNetwork(local, gateway, prefixLength))
      lines.push(`GATEWAY=${formatIpv4Address(gateway)}`);
  }
  const path = `/etc/sysconfig/network-scripts/ifcfg-${name}`;
  files.writeText(path, lines.map((line) => `${line}\n`).join(""));
}

const sameNetwork = (a: Ipv4Address, b: Ipv4Address, length: number): boolean =>
  ((a ^ b) & prefixMask(length)) === 0;
