/** Names for numbers, as the machine's /etc/services and /etc/hosts have them; nobody has a name server. */
import type { Ipv4Address } from "@lvsim/core";
import { portOfService, serviceOfPort } from "../../network/services.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { addressOfHost, nameOfHost } from "../hosts-file.ts";

export type PortProtocol = "tcp" | "udp";

export interface Names {
  serviceName(port: number, protocol: PortProtocol): string | undefined;
  servicePort(name: string, protocol: PortProtocol): number | undefined;
  hostName(address: Ipv4Address): string | undefined;
  hostAddress(name: string): Ipv4Address | undefined;
}

export const machineNames = (files: FileSystem): Names => ({
  serviceName: serviceOfPort,
  servicePort: portOfService,
  hostName: (address) => nameOfHost(files, address),
  hostAddress: (name) => addressOfHost(files, name),
});
