/**
 * The directories conf/DEVICE and neigh/DEVICE: they come, move and go with their device. A device with the kernel's
 * defaults has no entry, which keeps the making of a lab cheap.
 */
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import type { InterfaceSysctls, NeighbourSysctls, SysctlConfig } from "./config.ts";
import {
  DEFAULT_INTERFACE_SYSCTLS,
  DEFAULT_NEIGHBOUR_SYSCTLS,
  DEFAULT_TEMPLATE_SYSCTLS,
  LOOPBACK_INTERFACE_SYSCTLS,
} from "./defaults.ts";
import { shared } from "./shared.ts";

/** A new device takes over `default`. */
export function addDeviceSysctls(draft: NamespaceDraft, device: string, loopback: boolean): void {
  const { conf, neigh } = draft.sysctls;
  const template = shared(conf.default) ?? DEFAULT_TEMPLATE_SYSCTLS;
  const untouched = template === DEFAULT_TEMPLATE_SYSCTLS;
  if (loopback)
    conf[device] = untouched
      ? LOOPBACK_INTERFACE_SYSCTLS
      : { ...template, disable_policy: 1, disable_xfrm: 1 };
  else if (!untouched) conf[device] = template;
  const neighbours = shared(neigh.default) ?? DEFAULT_NEIGHBOUR_SYSCTLS;
  if (neighbours !== DEFAULT_NEIGHBOUR_SYSCTLS) neigh[device] = neighbours;
}

export function removeDeviceSysctls(draft: NamespaceDraft, device: string): void {
  delete draft.sysctls.conf[device];
  delete draft.sysctls.neigh[device];
}

/** A device that is renamed keeps its settings. */
export function renameDeviceSysctls(draft: NamespaceDraft, from: string, to: string): void {
  const { conf, neigh } = draft.sysctls;
  const settings = shared(conf[from]);
  if (settings !== undefined) conf[to] = settings;
  const neighbours = shared(neigh[from]);
  if (neighbours !== undefined) neigh[to] = neighbours;
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

/** `conf` and `neigh` of a namespace in which no sysctl of a device was changed hold these and no more. */
const FIRST_CONF_ENTRIES = 3; // all, default and lo
const FIRST_NEIGH_ENTRIES = 1; // default

/** Whether all devices have the kernel's defaults: so it is on most hosts, and then nobody need look each one up. */
export const isUntouched = ({ conf, neigh }: SysctlConfig): boolean =>
  conf.all === DEFAULT_INTERFACE_SYSCTLS &&
  conf.lo === LOOPBACK_INTERFACE_SYSCTLS &&
  Object.keys(conf).length === FIRST_CONF_ENTRIES &&
  Object.keys(neigh).length === FIRST_NEIGH_ENTRIES;

/** Whether there is a device of this name. */
export const hasDevice = (config: NamespaceConfig, name: string): boolean =>
  config.devices.some((device) => device.name === name);
