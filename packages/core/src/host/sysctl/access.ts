/**
 * /proc/sys/net as people use it: one text per path below /proc/sys, read and written with the kernel's answers. The
 * paths of a device carry its name (`net/ipv4/conf/eth0/arp_ignore`).
 */
import { Errno } from "../../base/errno.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { DEFAULT_INTERFACE_SYSCTLS } from "./defaults.ts";
import { FULLNAT_FILES } from "./fullnat-files.ts";
import { isInterfaceField, readInterfaceSysctl, writeInterfaceSysctl } from "./interface-files.ts";
import { NEIGHBOUR_FILES, readNeighbourSysctl, writeNeighbourSysctl } from "./neighbour-files.ts";
import { BRIDGE_FILES } from "./other-files.ts";
import { parseNumbers } from "./parse-value.ts";
import { normalPortRanges } from "./port-ranges.ts";
import { shared } from "./shared.ts";
import { SYN_PROXY_FILES } from "./syn-proxy-files.ts";
import type { SysctlFile } from "./sysctl-file.ts";
import { canonicalSysctl, SYSCTL_FILES } from "./sysctl-files.ts";

const RESERVED_PORTS = "net/ipv4/ip_local_reserved_ports";
const IP_FORWARD = "net/ipv4/ip_forward";
const CONF = "net/ipv4/conf/";
const NEIGH = "net/ipv4/neigh/";

/** Directory and file of a path below conf or neigh; device names hold no slash. */
function splitDevicePath(path: string, below: string): readonly [string, string] {
  const rest = path.slice(below.length);
  const slash = rest.indexOf("/");
  return [rest.slice(0, Math.max(slash, 0)), rest.slice(slash + 1)];
}

/** The file of that path that does not belong to a device; undefined when there is none. */
function fileAt(config: NamespaceConfig, path: string): SysctlFile | undefined {
  if (!config.bridgeNetfilter && path.startsWith(BRIDGE_FILES)) return undefined;
  if (config.ipvs.variant === "mainline" && (path in FULLNAT_FILES || path in SYN_PROXY_FILES))
    return undefined;
  return SYSCTL_FILES.get(path);
}

/** What the file shows, without a newline; undefined when there is no such file or it cannot be read. */
export function readSysctl(config: NamespaceConfig, path: string): string | undefined {
  const file = fileAt(config, path);
  if (file !== undefined)
    return file.access === "write-only" ? undefined : currentText(config, path, file);
  const value = readNumber(config, path);
  return value === undefined ? undefined : String(value);
}

function currentText(config: NamespaceConfig, path: string, file: SysctlFile): string {
  return config.sysctls.values[canonicalSysctl(path)] ?? file.default;
}

function readNumber(config: NamespaceConfig, path: string): number | undefined {
  if (path === IP_FORWARD) return readInterfaceSysctl(config, "all", "forwarding");
  if (path.startsWith(CONF)) {
    const [device, field] = splitDevicePath(path, CONF);
    return isInterfaceField(field) ? readInterfaceSysctl(config, device, field) : undefined;
  }
  if (!path.startsWith(NEIGH)) return undefined;
  const [device, name] = splitDevicePath(path, NEIGH);
  return readNeighbourSysctl(config, device, name);
}

/**
 * Writes `text` into a file. ENOENT: there is none; EACCES: it cannot be written; EINVAL: the kernel takes no such
 * value.
 */
export function writeSysctl(draft: NamespaceDraft, path: string, text: string): Errno {
  const file = fileAt(draft, path);
  if (file !== undefined) return writeFile(draft, path, file, text);
  if (path === IP_FORWARD) return writeInterfaceSysctl(draft, "all", "forwarding", text);
  if (path.startsWith(CONF)) {
    const [device, field] = splitDevicePath(path, CONF);
    return isInterfaceField(field)
      ? writeInterfaceSysctl(draft, device, field, text)
      : Errno.ENOENT;
  }
  if (!path.startsWith(NEIGH)) return Errno.ENOENT;
  const [device, name] = splitDevicePath(path, NEIGH);
  return writeNeighbourSysctl(draft, device, name, text);
}

/** br_netfilter goes, and what was set of it with it. */
export function forgetBridgeSysctls(draft: NamespaceDraft): void {
  const values = Object.entries(shared(draft.sysctls.values));
  const kept = values.filter(([path]) => !path.startsWith(BRIDGE_FILES));
  if (kept.length < values.length) draft.sysctls.values = Object.fromEntries(kept);
}

function writeFile(draft: NamespaceDraft, path: string, file: SysctlFile, text: string): Errno {
  if (file.access === "read-only") return Errno.EACCES;
  const before = currentText(draft, path, file);
  const after = file.kind === "text" ? acceptWord(path, text) : acceptNumbers(draft, path, text);
  if (typeof after === "number") return after;
  if (after === before || file.access === "write-only") return 0;
  // replaced, not changed: namespaces in which nothing was set share one empty object
  draft.sysctls.values = { ...shared(draft.sysctls.values), [canonicalSysctl(path)]: after };
  return 0;
}

/** tcp_congestion_control takes a name that is there; other words are kept as they come. */
function acceptWord(path: string, text: string): string | Errno {
  const word = text.trim();
  if (path === RESERVED_PORTS) return normalPortRanges(word) ?? Errno.EINVAL;
  if (!path.endsWith("congestion_control")) return word;
  const available = SYSCTL_FILES.get("net/ipv4/tcp_available_congestion_control")?.default ?? "";
  const known = available.split(" ");
  return word.split(/\s+/).every((name) => known.includes(name)) ? word : Errno.ENOENT;
}

function acceptNumbers(draft: NamespaceDraft, path: string, text: string): string | Errno {
  const file = SYSCTL_FILES.get(path) as SysctlFile;
  const numbers = parseNumbers(text, file);
  if (numbers === undefined) return Errno.EINVAL;
  const now = currentText(draft, path, file).split("\t").map(Number);
  const taken = now.map((value, index) => numbers[index] ?? value);
  // `brnf_sysctl_call_tables`: whatever is not 0 is 1
  const all = path.startsWith(BRIDGE_FILES) ? taken.map((value) => (value === 0 ? 0 : 1)) : taken;
  return isAcceptable(draft, path, all) ? all.join("\t") : Errno.EINVAL;
}

/** What one file's numbers mean together or beside another file's. */
function isAcceptable(config: NamespaceConfig, path: string, numbers: readonly number[]): boolean {
  const [first = 0, second = 0] = numbers;
  switch (path) {
    case "net/ipv4/ip_local_port_range":
      return first <= second && first >= numberOf(config, "net/ipv4/ip_unprivileged_port_start", 0);
    case "net/ipv4/ip_unprivileged_port_start":
      return first <= numberOf(config, "net/ipv4/ip_local_port_range", 0);
    case "net/ipv4/vs/sync_ports":
      return (first & (first - 1)) === 0;
    case "net/ipv4/vs/sync_threshold":
      return second === 0 || first < second;
    default:
      return true;
  }
}

const numberOf = (config: NamespaceConfig, path: string, index: number): number =>
  Number((readSysctl(config, path) ?? "").split("\t")[index]);

/** All paths that exist, as a walk through the directory tree meets them: each directory's entries in order of name. */
export function listSysctls(config: NamespaceConfig): string[] {
  const files = Array.from(SYSCTL_FILES.keys());
  const paths = [...files.filter((path) => fileAt(config, path) !== undefined), IP_FORWARD];
  const devices = config.devices.map(({ name }) => name);
  for (const device of ["all", "default", ...devices])
    for (const field of Object.keys(DEFAULT_INTERFACE_SYSCTLS))
      paths.push(`${CONF}${device}/${field}`);
  for (const device of ["default", ...devices])
    for (const name of NEIGHBOUR_FILES) paths.push(`${NEIGH}${device}/${name}`);
  // "/" sorts before all other characters of a name but "-", "." and "+", which must come after it
  const keyed = paths.map((path) => path.replaceAll("/", "\u0001"));
  return keyed.sort().map((key) => key.replaceAll("\u0001", "/"));
}

/** Directories that are there whatever devices there are; worked out once. */
let fixedDirectories: ReadonlySet<string> | null = null;

function parentsOf(paths: Iterable<string>): Set<string> {
  const parents = new Set<string>();
  for (const path of paths)
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1))
      parents.add(path.slice(0, at));
  return parents;
}

/** Whether `path`, as `net/ipv4/conf/eth0`, is a directory. */
export function isSysctlDirectory(config: NamespaceConfig, path: string): boolean {
  fixedDirectories ??= parentsOf([
    ...SYSCTL_FILES.keys(),
    `${CONF}all/forwarding`,
    `${CONF}default/forwarding`,
    `${NEIGH}default/mcast_solicit`,
  ]);
  if (`${path}/` === BRIDGE_FILES) return config.bridgeNetfilter;
  if (fixedDirectories.has(path)) return true;
  const below = [CONF, NEIGH].find((folder) => path.startsWith(folder));
  const name = path.slice(below?.length ?? 0);
  return below !== undefined && config.devices.some((device) => device.name === name);
}
