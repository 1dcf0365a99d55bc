/**
 * net.ipv4.conf.*: reading and writing one number of `all`, `default` or a device, with what the kernel does besides
 * (`devinet_conf_proc`, `devinet_sysctl_forward`). What it does not keep here: which values of a device were set by
 * hand; a value equal to the old default counts as not set.
 */
import { Errno } from "../../base/errno.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import type { InterfaceSysctls } from "./config.ts";
import { DEFAULT_INTERFACE_SYSCTLS } from "./defaults.ts";
import { confOf, hasDevice, interfaceSysctls } from "./device-sysctls.ts";
import { parseNumber } from "./parse-value.ts";
import { shared } from "./shared.ts";
import { int, milliseconds, type SysctlFile } from "./sysctl-file.ts";

export type InterfaceField = keyof InterfaceSysctls;

const NUMBER = int(0);
const INTERVAL = milliseconds(0);

export const isInterfaceField = (name: string): name is InterfaceField =>
  Object.hasOwn(DEFAULT_INTERFACE_SYSCTLS, name);

const fileOf = (field: InterfaceField): SysctlFile =>
  field.startsWith("igmpv") ? INTERVAL : NUMBER;

/** The kernel's own directories with one switch turned, as every lab begins: made once for all labs. */
const turned = new WeakMap<InterfaceSysctls, Map<InterfaceField, InterfaceSysctls>>();

/** A directory with one value changed. Immutable, so that what was made before may be given again. */
function changed(from: InterfaceSysctls, field: InterfaceField, value: number): InterfaceSysctls {
  if (value !== 0 && value !== 1) return { ...from, [field]: value };
  let made = turned.get(from);
  if (made === undefined) {
    made = new Map();
    turned.set(from, made);
  }
  let to = made.get(field);
  if (to === undefined || to[field] !== value) {
    to = { ...from, [field]: value };
    made.set(field, to);
  }
  return to;
}

/** Puts `value` into one file; the object of the device is replaced because untouched ones are shared. */
function assign(draft: NamespaceDraft, device: string, field: InterfaceField, value: number): void {
  const now = interfaceSysctls(draft.sysctls, device);
  if (now[field] !== value) confOf(draft)[device] = changed(shared(now), field, value);
}

/** The same for several devices, of which most are alike. */
function assignAll(
  draft: NamespaceDraft,
  devices: readonly { readonly name: string }[],
  field: InterfaceField,
  value: number,
): void {
  let from: InterfaceSysctls | null = null;
  let to: InterfaceSysctls | null = null;
  for (const { name } of devices) {
    const now = shared(interfaceSysctls(draft.sysctls, name));
    if (now !== from || to === null) {
      from = now;
      to = now[field] === value ? now : changed(now, field, value);
    }
    if (to !== now) confOf(draft)[name] = to;
  }
}

/** `inet_forward_change`: forwarding for all is forwarding everywhere, and a router takes no redirects. */
function forwardEverywhere(draft: NamespaceDraft, value: number): void {
  assign(draft, "all", "accept_redirects", value === 0 ? 1 : 0);
  for (const name of ["all", "default"]) assign(draft, name, "forwarding", value);
  assignAll(draft, draft.devices, "forwarding", value);
}

/** `devinet_copy_dflt_conf`: devices that never had an address follow the default in what nobody set on them. */
function followDefault(
  draft: NamespaceDraft,
  field: InterfaceField,
  before: number,
  after: number,
): void {
  for (const { name, addresses } of draft.devices)
    if (addresses.length === 0 && interfaceSysctls(draft.sysctls, name)[field] === before)
      assign(draft, name, field, after);
}

/** What net/ipv4/conf/`device`/`field` holds; undefined when there is no such directory. */
export function readInterfaceSysctl(
  config: NamespaceConfig,
  device: string,
  field: InterfaceField,
): number | undefined {
  const exists = device === "all" || device === "default" || hasDevice(config, device);
  return exists ? interfaceSysctls(config.sysctls, device)[field] : undefined;
}

export function writeInterfaceSysctl(
  draft: NamespaceDraft,
  device: string,
  field: InterfaceField,
  text: string,
): Errno {
  const before = readInterfaceSysctl(draft, device, field);
  if (before === undefined) return Errno.ENOENT;
  if (field === "mc_forwarding") return Errno.EACCES;
  const value = parseNumber(text, fileOf(field));
  if (value === undefined) return Errno.EINVAL;
  if (value === before) return 0;
  assign(draft, device, field, value);
  if (field === "forwarding") {
    if (device === "all") forwardEverywhere(draft, value);
  } else if (device === "default") followDefault(draft, field, before, value);
  return 0;
}
