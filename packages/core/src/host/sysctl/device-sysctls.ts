/** The directories conf/DEVICE and neigh/DEVICE: they come, move and go with their device. */
import type { NamespaceDraft } from "../namespace-config.ts";
import {
  DEFAULT_NEIGHBOUR_SYSCTLS,
  DEFAULT_TEMPLATE_SYSCTLS,
  LOOPBACK_INTERFACE_SYSCTLS,
} from "./defaults.ts";
import { shared } from "./shared.ts";

/** A new device takes over `default`. */
export function addDeviceSysctls(draft: NamespaceDraft, device: string, loopback: boolean): void {
  const { conf, neigh } = draft.sysctls;
  const template = shared(conf.default) ?? DEFAULT_TEMPLATE_SYSCTLS;
  if (!loopback) conf[device] = template;
  else if (template === DEFAULT_TEMPLATE_SYSCTLS) conf[device] = LOOPBACK_INTERFACE_SYSCTLS;
  else conf[device] = { ...template, disable_policy: 1, disable_xfrm: 1 };
  neigh[device] = shared(neigh.default) ?? DEFAULT_NEIGHBOUR_SYSCTLS;
}

export function removeDeviceSysctls(draft: NamespaceDraft, device: string): void {
  delete draft.sysctls.conf[device];
  delete draft.sysctls.neigh[device];
}

/** A device that is renamed keeps its settings. */
export function renameDeviceSysctls(draft: NamespaceDraft, from: string, to: string): void {
  const { conf, neigh } = draft.sysctls;
  conf[to] = shared(conf[from]) ?? DEFAULT_TEMPLATE_SYSCTLS;
  neigh[to] = shared(neigh[from]) ?? DEFAULT_NEIGHBOUR_SYSCTLS;
  removeDeviceSysctls(draft, from);
}
