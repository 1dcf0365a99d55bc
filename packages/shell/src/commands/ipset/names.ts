/** Names for addresses and ports: /etc/hosts and /etc/services. */
import type { Ipv4Address } from "@lvsim/core";
import { portOfService } from "../../network/services.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";

export interface Names {
  /** A number in any of inet_aton's forms, or a name. */
  hostAddress(name: string): Ipv4Address | undefined;
  servicePort(name: string, protocol: "tcp" | "udp"): number | undefined;
}

export const machineNames = (files: FileSystem): Names => ({
  hostAddress: (name) => parseLooseAddress(name) ?? addressOfHost(files, name),
  servicePort: portOfService,
});
