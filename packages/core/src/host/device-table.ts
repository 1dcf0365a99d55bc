/** The live devices of a namespace: made, changed and removed as its configuration says. */
import { assert } from "../base/assert.ts";
import type { Frame } from "../packet/frame.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { Trace } from "../trace/trace.ts";
import type { DeviceConfig } from "./device/config.ts";
import { EthernetDevice } from "./device/ethernet-device.ts";
import { type DeviceInput, type HostDevice, refreshDevice } from "./device/host-device.ts";
import type { KernelDevices } from "./device/kernel-devices.ts";
import { makeDevice } from "./device/make-device.ts";
import { Stacking } from "./device/stacking.ts";
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
  /** In order of interface index. */
  all: readonly HostDevice[] = [];
  private byIndex: (HostDevice | undefined)[] = [];
  private readonly owner: DeviceTableOwner;
  private next: DeviceInputTarget | null = null;
  readonly stacking: Stacking;
  private readonly gone: DeviceInput;
  /** Pairs of the veth devices, by interface index. */
  private readonly pairs: (number | undefined)[] = [];

  constructor(owner: DeviceTableOwner) {
    this.owner = owner;
    this.stacking = new Stacking(this, owner.kernelDevices);
    this.gone = new Nowhere(owner);
  }

  /** Says who takes what the devices receive. */
  connect(target: DeviceInputTarget): void {
    this.next = target;
  }

  at(index: number): HostDevice | undefined {
    return this.byIndex[index];
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
    const byIndex: (HostDevice | undefined)[] = [];
    const all: HostDevice[] = [];
    const { devices, sysctls } = config;
    const untouched = isUntouched(sysctls);
    for (let i = 0; i < devices.length; i++) {
      const item = devices[i] as DeviceConfig;
      const conf = untouched ? DEFAULT_CONF : combinedConf(sysctls, item.name);
      const neigh = untouched ? DEFAULT_NEIGHBOUR_SYSCTLS : neighbourSysctls(sysctls, item.name);
      const device = this.byIndex[item.index] ?? this.make(item, conf);
      byIndex[item.index] = device;
      all.push(device);
      this.refresh(device, item, conf, neigh);
    }
    const before = this.all;
    this.byIndex = byIndex;
    this.all = all;
    this.bindTunnels(devices);
    this.owner.tunnels.followDevices(all);
    for (let i = 0; i < before.length; i++) {
      const device = before[i] as HostDevice;
      if (byIndex[device.index] === undefined) this.remove(device);
    }
    this.stacking.follow(devices);
  }

  /** Tells tunnels which device their packets leave by. */
  private bindTunnels(devices: readonly DeviceConfig[]): void {
    for (let i = 0; i < devices.length; i++) {
      const { details, index } = devices[i] as DeviceConfig;
      if (details === null || details.kind !== "tunnel") continue;
      const below = details.link === 0 ? undefined : this.byIndex[details.link];
      (this.byIndex[index] as TunnelDevice).below = below ?? null;
    }
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
    if (item.pair !== 0 && device instanceof EthernetDevice) {
      this.pairs[item.index] = item.pair;
      kernelDevices.plug(device, item.pair, `${name}.pair${item.pair}`, rng);
    }
    return device;
  }

  private remove(device: HostDevice): void {
    device.setUp(false);
    device.above = this.gone;
    if (device instanceof EthernetDevice)
      this.owner.kernelDevices.unplug(device, this.pairs[device.index] ?? 0);
    this.owner.neighbours.flushDevice(device);
    this.owner.proxies.forgetDevice(device.index);
    assert(this.byIndex[device.index] === undefined, "a removed device is still there");
  }
}

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
