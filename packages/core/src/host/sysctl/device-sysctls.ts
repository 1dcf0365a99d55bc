/**
 * The directories conf/DEVICE and neigh/DEVICE: they come, move and go with their device. A device with the kernel's
 * defaults has no entry, which keeps the making of a lab cheap.
 */
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import type { InterfaceSysctls, NeighbourSysctls, SysctlConfig } from "./config.ts";
import {
  DEFAULT_NEIGHBOUR_SYSCTLS,
  DEFAULT_TEMPLATE_SYSCTLS,
  FIRST_CONF,
  FIRST_NEIGH,
  LOOPBACK_INTERFACE_SYSCTLS,
} from "./defaults.ts";
import { shared } from "./shared.ts";

/** A new device takes over `default`. */
export function addDeviceSysctls(draft: NamespaceDraft, device: string, loopback: boolean): void {
  const { conf, neigh } = draft.sysctls;
  const template = shared(conf.default) ?? DEFAULT_TEMPLATE_SYSCTLS;
  const untouched = template === DEFAULT_TEMPLATE_SYSCTLS;
  if (loopback) {
    if (!untouched) confOf(draft)[device] = { ...template, disable_policy: 1, disable_xfrm: 1 };
    else if (shared(conf[device]) !== LOOPBACK_INTERFACE_SYSCTLS)
      confOf(draft)[device] = LOOPBACK_INTERFACE_SYSCTLS;
  } else if (!untouched) confOf(draft)[device] = template;
  const neighbours = shared(neigh.default) ?? DEFAULT_NEIGHBOUR_SYSCTLS;
  if (neighbours !== DEFAULT_NEIGHBOUR_SYSCTLS) neighOf(draft)[device] = neighbours;
}

/** A copy to be written to. Without a prototype V8 keeps it as a hash table, where a new name costs a tenth. */
export const directoriesLike = <T extends object>(directories: T): T =>
  Object.assign(Object.create(null), directories) as T;

/** `conf` of a configuration under change, for writing: its own, not what all namespaces begin with. */
export function confOf({ sysctls }: NamespaceDraft): NamespaceDraft["sysctls"]["conf"] {
  if (sysctls.conf === FIRST_CONF) sysctls.conf = directoriesLike(sysctls.conf);
  return sysctls.conf;
}

/** `neigh`, likewise. */
export function neighOf({ sysctls }: NamespaceDraft): NamespaceDraft["sysctls"]["neigh"] {
  if (sysctls.neigh === FIRST_NEIGH) sysctls.neigh = directoriesLike(sysctls.neigh);
  return sysctls.neigh;
}

export function removeDeviceSysctls(draft: NamespaceDraft, device: string): void {
  delete confOf(draft)[device];
  delete neighOf(draft)[device];
}

/** A device that is renamed keeps its settings. */
export function renameDeviceSysctls(draft: NamespaceDraft, from: string, to: string): void {
  const { conf, neigh } = draft.sysctls;
  const settings = shared(conf[from]);
  if (settings !== undefined) confOf(draft)[to] = settings;
  const neighbours = shared(neigh[from]);
  if (neighbours !== undefined) neighOf(draft)[to] = neighbours;
  removeDeviceSysctls(draft, from);
}

/** What a device of this name has of its own; a device may be called `constructor`. */
function own<T>(directories: Readonly<Record<string, T>>, device: string): T | undefined {
  const found = directories[device];
  return found === undefined || Object.hasOwn(directories, device) ? found : undefined;
}

/** The directory net.ipv4.conf.`device`, also `all` and `default`, for one that exists. */
export const interfaceSysctls = (sysctls: SysctlConfig, device: string): InterfaceSysctls =>
  own(sysctls.conf, device) ?? DEFAULT_TEMPLATE_SYSCTLS;

/** The directory net.ipv4.neigh.`device`, also `default`, for one that exists. */
export const neighbourSysctls = (sysctls: SysctlConfig, device: string): NeighbourSysctls =>
  own(sysctls.neigh, device) ?? DEFAULT_NEIGHBOUR_SYSCTLS;

/** Whether all devices surely have the kernel's defaults: so it is on most hosts, and then nobody need look each one up. */
export const isUntouched = ({ conf, neigh }: SysctlConfig): boolean =>
  conf === FIRST_CONF && neigh === FIRST_NEIGH;

/** Whether there is a device of this name. */
export const hasDevice = (config: NamespaceConfig, name: string): boolean =>
  config.devices.some((device) => device.name === name);
