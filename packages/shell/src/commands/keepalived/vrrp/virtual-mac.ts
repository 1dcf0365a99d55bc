/**
 * `use_vmac`: a macvlan with the virtual router's own link address, 00:00:5e:00:01:VRID (RFC 5798 §7.3), on which the virtual
 * addresses are. Version 2.2 also sees to rp_filter: the greater of `all` and the device's own counts, so an `all` of 1
 * would keep every request away; 1.3.5 did not. Left out: IPv6, ipvlan, `vmac_prefix`.
 */
import {
  addUpper,
  type MacAddress,
  readSysctl,
  removeLink,
  setLinkUp,
  writeSysctl,
} from "@lvsim/core";
import type { VrrpSettings } from "../config/complete-vrrp.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";

const PREFIX = 0x00005e000100;

/** The name of the macvlan of an instance. */
export const virtualMacName = ({ virtualMac, routerId }: VrrpSettings): string =>
  virtualMac === null || virtualMac === "" ? `vrrp.${routerId}` : virtualMac;

/** Makes the macvlan, or takes the one that is there. */
export function makeVirtualMac(context: DaemonContext, settings: VrrpSettings): void {
  const { kernel, namespace, options } = context;
  const origin = context.origin(settings.place);
  const name = virtualMacName(settings);
  const lower = namespace.deviceNamed(settings.interface);
  if (lower === undefined) return;
  if (namespace.deviceNamed(name) === undefined) {
    const spec = {
      name,
      kind: "macvlan",
      mac: (PREFIX + settings.routerId) as MacAddress,
      mtu: 0,
      noArp: false,
      index: 0,
      details: { kind: "macvlan", mode: "private" },
    } as const;
    addUpper(kernel.network, { namespace, spec, lower: { namespace, index: lower.index } }, origin);
  }
  const made = namespace.deviceNamed(name);
  if (made === undefined) return;
  set(context, settings, name, { rp_filter: "0", arp_ignore: "1", accept_local: "1" });
  set(context, settings, settings.interface, { arp_ignore: "1", arp_filter: "1" });
  if (!options.old) freeFromFilter(context, settings);
  namespace.change(origin, (draft) => setLinkUp(draft, made.index));
}

function set(
  context: DaemonContext,
  { place }: VrrpSettings,
  device: string,
  values: Readonly<Record<string, string>>,
): void {
  context.namespace.change(context.origin(place), (draft) => {
    for (const [field, value] of Object.entries(values))
      writeSysctl(draft, `net/ipv4/conf/${device}/${field}`, value);
    return 0;
  });
}

/** `all` goes to 0, and every other device keeps by itself what it had through `all`. */
function freeFromFilter(context: DaemonContext, settings: VrrpSettings): void {
  const { log, namespace } = context;
  const path = (device: string): string => `net/ipv4/conf/${device}/rp_filter`;
  const filter = readSysctl(namespace.config, path("all")) ?? "0";
  if (filter === "0") return;
  const own = virtualMacName(settings);
  const others = ["default", ...namespace.devices().map(({ name }) => name)].filter(
    (name) => name !== own,
  );
  for (const name of others) {
    const value = readSysctl(namespace.config, path(name)) ?? "0";
    if (Number(value) < Number(filter)) set(context, settings, name, { rp_filter: filter });
  }
  log.say(`NOTICE: setting sysctl net.ipv4.conf.all.rp_filter from ${filter} to 0`);
  set(context, settings, "all", { rp_filter: "0" });
}

export function removeVirtualMac(context: DaemonContext, settings: VrrpSettings): void {
  const { namespace } = context;
  const device = namespace.deviceNamed(virtualMacName(settings));
  if (device !== undefined)
    namespace.change(context.origin(settings.place), (draft) => removeLink(draft, device.index));
}
