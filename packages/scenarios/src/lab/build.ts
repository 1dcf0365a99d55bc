/** From a lab's definition to its machines, cables and switches, in the order of the file. */

import type { Link, Switch } from "@lvsim/core";
import {
  type LinkConfig,
  type MacAddress,
  NO_IMPAIRMENTS,
  PLAIN_LINK,
  parseIpv4Address,
  parseMacAddress,
} from "@lvsim/core";
import { bootMac } from "../lab-file/boot-mac.ts";
import type { DeviceSpec, HostSpec, LabDefinition, SegmentSpec } from "../lab-file/schema.ts";
import type { LabMachine, LabPlug, MachineOptions } from "./machine.ts";

/** What building needs of a lab. */
export interface LabSite {
  addMachine(name: string, options: MachineOptions): LabMachine;
  addSwitch(name: string): Switch;
  attach(plug: LabPlug, to: Switch, port: string, config: LinkConfig): Link;
}

export function buildTopology(site: LabSite, definition: LabDefinition): void {
  const switches = new Map<string, Switch>();
  for (const name of Object.keys(definition.segments)) switches.set(name, site.addSwitch(name));
  Object.entries(definition.hosts).forEach(([name, host], number) => {
    const machine = site.addMachine(name, {
      image: host.image ?? definition.image,
      kernel: definition.kernel,
      ipvsadm: definition.ipvsadm,
      hostname: host.hostname,
    });
    Object.entries(host.devices).forEach(([device, spec], index) => {
      const mac = macOf(spec, number, index);
      const to = switches.get(spec.segment) as Switch;
      const link = linkConfig(definition.segments[spec.segment] as SegmentSpec);
      site.attach({ machine: name, device, mac }, to, `${name}.${device}`, link);
    });
    boot(machine, host);
  });
}

/** Files and boot-time addresses: what the machine's own start-up scripts would have done before anybody logs in. */
function boot({ shell }: LabMachine, host: HostSpec): void {
  for (const [path, { content, mode }] of Object.entries(host.files))
    shell.writeFile(path, content, Number.parseInt(mode, 8));
  const devices = Object.entries(host.devices).map(([name, { address }]) => {
    const [local = "", length = "24"] = (address ?? "").split("/");
    return { name, local: parseIpv4Address(local), prefixLength: Number(length) };
  });
  const gateway = host.gateway === undefined ? undefined : parseIpv4Address(host.gateway);
  shell.bootNetwork({ devices, gateway });
}

function macOf({ mac }: DeviceSpec, host: number, device: number): MacAddress {
  const given = mac === undefined ? undefined : parseMacAddress(mac);
  return given ?? bootMac(host, device);
}

function linkConfig(segment: SegmentSpec): LinkConfig {
  const { delay, rate, loss, duplication, reordering } = segment;
  const impaired = loss > 0 || duplication > 0 || reordering > 0;
  return {
    ...PLAIN_LINK,
    delay,
    ...(rate === undefined ? {} : { rate: { ...PLAIN_LINK.rate, bitsPerSecond: rate } }),
    ...(impaired ? { impairments: { ...NO_IMPAIRMENTS, loss, duplication, reordering } } : {}),
  };
}
