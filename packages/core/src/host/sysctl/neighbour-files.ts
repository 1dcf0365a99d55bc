/**
 * net.ipv4.neigh.*: reading and writing one number of `default` or a device (`neigh_proc_update`). Some numbers have
 * two files, the older one in seconds or packets.
 */
import { Errno } from "../../base/errno.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import type { NeighbourSysctls } from "./config.ts";
import { DEFAULT_NEIGHBOUR_SYSCTLS } from "./defaults.ts";
import { hasDevice, neighbourSysctls, neighOf } from "./device-sysctls.ts";
import { parseNumber } from "./parse-value.ts";
import { shared } from "./shared.ts";
import { INT_MAX, int, type SysctlFile, type SysctlKind } from "./sysctl-file.ts";

type Field = keyof NeighbourSysctls;

/** A second file of a number: `factor` units of the number make one of the file's. */
interface Alias {
  readonly field: Field;
  readonly factor: number;
}

/** What one full Ethernet frame costs in the queue of an unresolved neighbour (`SKB_TRUESIZE(ETH_FRAME_LEN)`). */
const FRAME_TRUESIZE = 2090;

const ALIASES: ReadonlyMap<string, Alias> = new Map<string, Alias>([
  ["base_reachable_time", { field: "base_reachable_time_ms", factor: 1000 }],
  ["retrans_time", { field: "retrans_time_ms", factor: 10 }],
  ["unres_qlen", { field: "unres_qlen_bytes", factor: FRAME_TRUESIZE }],
]);

const numbers = (kind: SysctlKind): SysctlFile => ({ ...int(0, 0), kind });
const COUNT = numbers("integers");
const MILLISECONDS = numbers("milliseconds");
const CENTISECONDS = numbers("centiseconds");

const IN_CENTISECONDS: ReadonlySet<string> = new Set([
  "anycast_delay",
  "locktime",
  "proxy_delay",
  "retrans_time",
]);

/** The names of the files in a directory neigh/DEVICE. */
export const NEIGHBOUR_FILES: readonly string[] = [
  ...Object.keys(DEFAULT_NEIGHBOUR_SYSCTLS),
  ...ALIASES.keys(),
];

const isField = (name: string): name is Field => Object.hasOwn(DEFAULT_NEIGHBOUR_SYSCTLS, name);

function aliasOf(name: string): Alias | undefined {
  return isField(name) ? { field: name, factor: 1 } : ALIASES.get(name);
}

function fileOf(name: string): SysctlFile {
  if (name.endsWith("_ms")) return MILLISECONDS;
  return IN_CENTISECONDS.has(name) ? CENTISECONDS : COUNT;
}

const exists = (config: NamespaceConfig, device: string): boolean =>
  device === "default" || hasDevice(config, device);

/** What net/ipv4/neigh/`device`/`name` holds; undefined when there is no such file. */
export function readNeighbourSysctl(
  config: NamespaceConfig,
  device: string,
  name: string,
): number | undefined {
  const alias = aliasOf(name);
  if (alias === undefined || !exists(config, device)) return undefined;
  return Math.floor(neighbourSysctls(config.sysctls, device)[alias.field] / alias.factor);
}

export function writeNeighbourSysctl(
  draft: NamespaceDraft,
  device: string,
  name: string,
  text: string,
): Errno {
  const alias = aliasOf(name);
  if (alias === undefined || !exists(draft, device)) return Errno.ENOENT;
  const written = parseNumber(text, fileOf(name));
  if (written === undefined || written * alias.factor > INT_MAX) return Errno.EINVAL;
  const value = written * alias.factor;
  const before = neighbourSysctls(draft.sysctls, device)[alias.field];
  assign(draft, device, alias.field, value);
  if (device === "default") followDefault(draft, alias.field, before, value);
  return 0;
}

function assign(draft: NamespaceDraft, device: string, field: Field, value: number): void {
  const now = neighbourSysctls(draft.sysctls, device);
  if (now[field] !== value) neighOf(draft)[device] = { ...shared(now), [field]: value };
}

/** `neigh_copy_dflt_parms`: as with conf, devices without addresses follow. */
function followDefault(draft: NamespaceDraft, field: Field, before: number, after: number): void {
  for (const { name, addresses } of draft.devices)
    if (addresses.length === 0 && neighbourSysctls(draft.sysctls, name)[field] === before)
      assign(draft, name, field, after);
}
