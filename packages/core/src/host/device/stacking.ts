/**
 * Which live device stands on which, in one namespace: VLANs and macvlans on the device below, ports under their bridge.
 * It follows the configuration. Devices that were moved to other namespaces are guests of the one that the device below
 * them is in.
 */
import { BridgeDevice } from "./bridge-device.ts";
import { BridgePort } from "./bridge-port.ts";
import { type DeviceConfig, OWN_NETWORK } from "./config.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";
import type { GuestHouse, KernelDevices, UpperDevice } from "./kernel-devices.ts";
import { MacvlanDevice } from "./macvlan-device.ts";
import { UpperDevices } from "./upper-devices.ts";
import { VlanDevice } from "./vlan-device.ts";

interface Standing {
  readonly upper: UpperDevice;
  /** Interface index of the device below. */
  readonly lower: number;
}

/** The namespace's live devices. */
interface Devices {
  at(index: number): HostDevice | undefined;
}

export class Stacking implements GuestHouse {
  /** The namespace's number among those of its kernel. */
  readonly network: number;
  private readonly stack: DeviceInput;
  private readonly devices: Devices;
  private readonly kernel: KernelDevices;
  private guests: readonly Standing[] = [];
  private own: readonly Standing[] = [];
  /** Whose guests uppers of ours are. */
  private hosts: Map<UpperDevice, GuestHouse> | null = null;
  private above: Map<HostDevice, UpperDevices> | null = null;
  private configs: readonly DeviceConfig[] = [];
  private isUsed = false;

  constructor(stack: DeviceInput & Devices, kernel: KernelDevices) {
    this.stack = stack;
    this.devices = stack;
    this.kernel = kernel;
    this.network = kernel.enter(this);
  }

  /** Called when the live devices are those of the configuration; `stacked`: some of them are. */
  follow(configs: readonly DeviceConfig[], stacked: boolean): void {
    this.configs = configs;
    if (!this.isUsed && !stacked) return;
    this.isUsed = true;
    const own: Standing[] = [];
    for (const item of configs) {
      const upper = this.devices.at(item.index);
      if (!(upper instanceof VlanDevice || upper instanceof MacvlanDevice)) continue;
      configure(upper, item);
      if (item.lowerNetwork === OWN_NETWORK) own.push({ upper, lower: item.lower });
      else this.visit(upper, item);
    }
    this.own = own;
    this.leave(configs);
    this.connect(configs);
  }

  admit(upper: UpperDevice, lower: number): void {
    this.isUsed = true;
    this.guests = [...this.guests, { upper, lower }];
    this.connectUppers();
  }

  dismiss(upper: UpperDevice): void {
    this.guests = this.guests.filter((guest) => guest.upper !== upper);
    this.connectUppers();
  }

  private visit(upper: UpperDevice, { lower, lowerNetwork }: DeviceConfig): void {
    if (this.hosts?.has(upper)) return;
    const host = this.kernel.house(lowerNetwork);
    if (host === undefined) return;
    this.hosts ??= new Map();
    this.hosts.set(upper, host);
    host.admit(upper, lower);
  }

  /** Uppers that are gone are nobody's guests any more. */
  private leave(configs: readonly DeviceConfig[]): void {
    if (this.hosts === null) return;
    for (const [upper, host] of this.hosts) {
      if (configs.some(({ index }) => this.devices.at(index) === upper)) continue;
      this.hosts.delete(upper);
      host.dismiss(upper);
    }
  }

  private connect(configs: readonly DeviceConfig[]): void {
    for (const { index, details } of configs) {
      const bridge = this.devices.at(index);
      if (!(bridge instanceof BridgeDevice) || details?.kind !== "bridge") continue;
      bridge.ports = this.portsOf(bridge, configs);
      bridge.configure(details);
    }
    this.connectUppers();
  }

  /** Ports keep their order; new ones come last. */
  private portsOf(bridge: BridgeDevice, configs: readonly DeviceConfig[]): readonly BridgePort[] {
    const members = configs.filter(({ master }) => master === bridge.index);
    const kept = bridge.ports.filter(({ device }) =>
      members.some(({ index }) => this.devices.at(index) === device),
    );
    for (const { index, port } of members) {
      const device = this.devices.at(index) as HostDevice;
      const there = kept.find((other) => other.device === device);
      if (port === null) continue;
      if (there === undefined) kept.push(new BridgePort(device, port, bridge));
      else there.settings = port;
    }
    for (const port of bridge.ports) if (!kept.includes(port)) bridge.fdb.forgetPort(port, true);
    return kept;
  }

  private connectUppers(): void {
    const { configs } = this;
    this.above ??= new Map();
    const { above } = this;
    for (const device of above.keys())
      if (this.devices.at(device.index) !== device) above.delete(device);
    const standings = [...this.own, ...this.guests];
    for (const { index, master } of configs) {
      const device = this.devices.at(index);
      if (device === undefined) continue;
      const uppers = standings.filter(({ lower }) => lower === index).map(({ upper }) => upper);
      const bridge = master === 0 ? undefined : this.devices.at(master);
      const port =
        bridge instanceof BridgeDevice
          ? bridge.ports.find((other) => other.device === device)
          : undefined;
      this.putOn(above, device, uppers, port ?? null);
    }
    for (const { upper } of standings) upper.refreshCarrier();
  }

  private putOn(
    all: Map<HostDevice, UpperDevices>,
    device: HostDevice,
    uppers: readonly UpperDevice[],
    port: BridgePort | null,
  ): void {
    const above = all.get(device) ?? new UpperDevices(this.stack);
    above.vlans = uppers.filter((upper) => upper instanceof VlanDevice);
    above.macvlans = uppers.filter((upper) => upper instanceof MacvlanDevice);
    above.port = port;
    for (const upper of uppers) upper.lower = device;
    for (const macvlan of above.macvlans) macvlan.siblings = above.macvlans;
    if (above.isEmpty) {
      all.delete(device);
      device.above = this.stack;
    } else {
      all.set(device, above);
      device.above = above;
    }
  }
}

/** Whether it stands on another, or others on it. Tunnel devices have details, too, but every host has some, and they stand on nothing. */
export const isStacked = ({ details, lower, master }: DeviceConfig): boolean =>
  lower !== 0 || master !== 0 || (details !== null && details.kind !== "tunnel");

function configure(upper: UpperDevice, { details }: DeviceConfig): void {
  if (upper instanceof VlanDevice && details?.kind === "vlan") upper.tag = details.id;
  if (upper instanceof MacvlanDevice && details?.kind === "macvlan") upper.mode = details.mode;
}
