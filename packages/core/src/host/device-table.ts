/**
 * The live devices of a namespace: made, changed and removed as its configuration says. An idle one is made when somebody
 * asks for it: every host has the tunnel modules' devices, and hardly any uses them.
 */
import type { Frame } from "../packet/frame.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { Trace } from "../trace/trace.ts";
import type { DeviceConfig } from "./device/config.ts";
import { EthernetDevice } from "./device/ethernet-device.ts";
import { type DeviceInput, type HostDevice, refreshDevice } from "./device/host-device.ts";
import type { KernelDevices } from "./device/kernel-devices.ts";
import { makeDevice } from "./device/make-device.ts";
import { isStacked, Stacking } from "./device/stacking.ts";
import type { NamespaceConfig } from "./namespace-config.ts";
import type { NeighbourTable } from "./neigh/neighbour-table.ts";
import type { ProxyTable } from "./neigh/proxy-table.ts";
import type { Router } from "./route/router.ts";
import type { CombinedConf } from "./sysctl/combined-conf.ts";
import { combinedConf, DEFAULT_CONF } from "./sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "./sysctl/config.ts";
import { DEFAULT_NEIGHBOUR_SYSCTLS } from "./sysctl/defaults.ts";
import { isUntouched, neighbourSysctls } from "./sysctl/device-sysctls.ts";
import { TunnelDevice } from "./tunnel/tunnel-device.ts";
import type { Tunnels } from "./tunnel/tunnels.ts";

/** What the table needs of its namespace. */
interface DeviceTableOwner {
  readonly name: string;
  readonly engine: Engine;
  readonly rng: Rng;
  readonly trace: Trace | null;
  readonly kernelDevices: KernelDevices;
  readonly neighbours: NeighbourTable;
  /** A device's carrier came or went. */
  carrierChanged(device: HostDevice): void;
  readonly proxies: ProxyTable;
  readonly tunnels: Tunnels;
  readonly router: Router;
}

export class DeviceTable implements DeviceInput {
  /** null for those that are not made yet. */
  private readonly byIndex: (HostDevice | null | undefined)[] = [];
  private count = 0;
  /** All, once somebody asked since the last change. */
  private ordered: readonly HostDevice[] | null = null;
  private config: NamespaceConfig | null = null;
  private readonly owner: DeviceTableOwner;
  private next: DeviceInputTarget | null = null;
  readonly stacking: Stacking;
  private readonly gone: DeviceInput;

  constructor(owner: DeviceTableOwner) {
    this.owner = owner;
    this.stacking = new Stacking(this, owner.kernelDevices);
    this.gone = new Nowhere(owner);
  }

  /** Says who takes what the devices receive. */
  connect(target: DeviceInputTarget): void {
    this.next = target;
  }

  /** In order of interface index. */
  get all(): readonly HostDevice[] {
    this.ordered ??= this.configs.map(({ index }) => this.at(index) as HostDevice);
    return this.ordered;
  }

  at(index: number): HostDevice | undefined {
    const device = this.byIndex[index];
    return device === null ? this.makeIdle(index) : device;
  }

  /** The settings of a device, whether it is made or not. */
  confOf(index: number): CombinedConf | undefined {
    const device = this.byIndex[index];
    return device === null ? this.confFor(this.itemAt(index)) : device?.conf;
  }

  named(name: string): HostDevice | undefined {
    const item = this.configs.find((device) => device.name === name);
    return item === undefined ? undefined : this.at(item.index);
  }

  receive(frame: Frame, from: HostDevice): void {
    (this.next as DeviceInputTarget).receive(frame, from);
  }

  carrierChanged(on: HostDevice): void {
    this.owner.carrierChanged(on);
    // arp_notify speaks when a device is brought up, not when its cable is plugged in
    if (on.conf.ignoreRoutesWithLinkdown !== 0) this.owner.router.carrierChanged();
    if (on.carrier === true) return;
    this.owner.neighbours.carrierLost(on);
    if (on.conf.arpEvictNocarrier !== 0) this.owner.proxies.forgetDevice(on.index);
  }

  /** Brings the live devices to what `config` says. */
  follow(config: NamespaceConfig): void {
    this.config = config;
    const { devices, sysctls } = config;
    const { byIndex } = this;
    const untouched = isUntouched(sysctls);
    // the trace numbers devices in the order of the configuration: with one, all are made at once
    const mayWait = this.owner.trace === null;
    let stacked = false;
    let tunnels = false;
    for (let i = 0; i < devices.length; i++) {
      const item = devices[i] as DeviceConfig;
      const there = byIndex[item.index];
      if (there === undefined) this.count++;
      if (mayWait && (there === undefined || there === null) && isIdle(item)) {
        if (there === undefined) byIndex[item.index] = null;
        continue;
      }
      if (isStacked(item)) stacked = true;
      if (item.details?.kind === "tunnel") tunnels = true;
      const conf = untouched ? DEFAULT_CONF : this.confFor(item);
      const neigh = untouched ? DEFAULT_NEIGHBOUR_SYSCTLS : neighbourSysctls(sysctls, item.name);
      const device = there ?? this.make(there === null ? { ...item, up: false } : item, conf);
      this.refresh(device, item, conf, neigh);
    }
    this.ordered = null;
    if (tunnels) this.bindTunnels(devices);
    this.owner.tunnels.followDevices(this);
    if (devices.length < this.count) this.removeGone(devices);
    this.stacking.follow(devices, stacked);
  }

  private get configs(): readonly DeviceConfig[] {
    return this.config === null ? [] : this.config.devices;
  }

  private itemAt(index: number): DeviceConfig {
    return this.configs.find((device) => device.index === index) as DeviceConfig;
  }

  private confFor(item: DeviceConfig): CombinedConf {
    return combinedConf((this.config as NamespaceConfig).sysctls, item.name);
  }

  private makeIdle(index: number): HostDevice {
    const item = this.itemAt(index);
    const { sysctls } = this.config as NamespaceConfig;
    const conf = this.confFor(item);
    const device = this.make(item, conf);
    this.refresh(device, item, conf, neighbourSysctls(sysctls, item.name));
    this.bindTunnel(item);
    return device;
  }

  private removeGone(devices: readonly DeviceConfig[]): void {
    const { byIndex } = this;
    const gone: HostDevice[] = [];
    for (let i = 0; i < byIndex.length; i++) {
      const device = byIndex[i];
      if (device === undefined || devices.some(({ index }) => index === i)) continue;
      byIndex[i] = undefined;
      this.count--;
      if (device !== null) gone.push(device);
    }
    for (const device of gone) this.remove(device);
  }

  /** Tells tunnels which device their packets leave by. */
  private bindTunnels(devices: readonly DeviceConfig[]): void {
    for (let i = 0; i < devices.length; i++) this.bindTunnel(devices[i] as DeviceConfig);
  }

  private bindTunnel({ details, index }: DeviceConfig): void {
    if (details === null || details.kind !== "tunnel") return;
    const device = this.byIndex[index] as TunnelDevice | null;
    if (device === null) return;
    const below = details.link === 0 ? undefined : this.at(details.link);
    device.below = below ?? null;
  }

  private refresh(
    device: HostDevice,
    item: DeviceConfig,
    conf: CombinedConf,
    neigh: NeighbourSysctls,
  ): void {
    const { neighbours, proxies } = this.owner;
    const readdressed = device.mac !== item.mac;
    const moved = readdressed || device.noArp !== item.noArp;
    refreshDevice(device, item, conf, neigh);
    if (item.details?.kind === "tunnel") (device as TunnelDevice).configure(item.details);
    if (moved) neighbours.flushDevice(device);
    if (device.up !== item.up) device.setUp(item.up);
    else if (!readdressed || item.up === false) return;
    if (item.up === true) {
      device.activated = true;
      if (device.carrier === true) neighbours.deviceReady(device);
      return;
    }
    neighbours.flushDevice(device);
    proxies.forgetDevice(device.index);
  }

  private make(item: DeviceConfig, conf: CombinedConf): HostDevice {
    const { engine, trace, name, rng, kernelDevices, tunnels } = this.owner;
    const device =
      item.details?.kind === "tunnel"
        ? new TunnelDevice(item, conf, this, tunnels, engine, trace)
        : makeDevice(item, conf, this, engine, trace);
    device.place = trace === null ? 0 : trace.place(`${name}.${item.name}`);
    if (item.pair !== 0 && device instanceof EthernetDevice)
      kernelDevices.plug(device, item.pair, name, rng);
    this.byIndex[item.index] = device;
    return device;
  }

  private remove(device: HostDevice): void {
    device.setUp(false);
    device.above = this.gone;
    if (device instanceof EthernetDevice) this.owner.kernelDevices.unplug(device, device.pair);
    this.owner.neighbours.flushDevice(device);
    this.owner.proxies.forgetDevice(device.index);
  }
}

/** Down, and with nothing on or below it: nobody sees whether it is there. */
const isIdle = (item: DeviceConfig): boolean =>
  item.up === false && item.kind !== "ethernet" && item.kind !== "veth" && !isStacked(item);

/** Where frames go from the table on. */
interface DeviceInputTarget {
  receive(frame: Frame, from: HostDevice): void;
}

/** What a removed device still had in its backlog ends here. */
class Nowhere implements DeviceInput {
  private readonly owner: DeviceTableOwner;

  constructor(owner: DeviceTableOwner) {
    this.owner = owner;
  }

  receive(frame: Frame, from: HostDevice): void {
    const { engine, trace } = this.owner;
    trace?.dropped(engine.now, from.place, frame, "device-down", from);
  }

  carrierChanged(): void {}
}
