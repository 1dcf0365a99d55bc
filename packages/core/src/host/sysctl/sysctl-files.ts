/** The closed registry of the files below /proc/sys that a machine has, but for those of each device (conf, neigh). */
import { FULLNAT_FILES } from "./fullnat-files.ts";
import { IPV4_FILES } from "./ipv4-files.ts";
import { IPVS_FILES } from "./ipvs-files.ts";
import { NETFILTER_FILES } from "./netfilter-files.ts";
import { OTHER_FILES } from "./other-files.ts";
import { SYN_PROXY_FILES } from "./syn-proxy-files.ts";
import type { SysctlFile } from "./sysctl-file.ts";
import { TCP_FILES } from "./tcp-files.ts";

/** By path below /proc/sys. */
export const SYSCTL_FILES: ReadonlyMap<string, SysctlFile> = new Map(
  [
    IPV4_FILES,
    TCP_FILES,
    IPVS_FILES,
    FULLNAT_FILES,
    SYN_PROXY_FILES,
    NETFILTER_FILES,
    OTHER_FILES,
  ].flatMap((files) => Object.entries(files)),
);

/** Files that are one value under a second name. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ["net/nf_conntrack_max", "net/netfilter/nf_conntrack_max"],
]);

/** The name under which the value of `path` is kept. */
export const canonicalSysctl = (path: string): string => ALIASES.get(path) ?? path;
