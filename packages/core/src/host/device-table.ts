/** The live devices of a namespace: made, changed and removed as its configuration says. */
import { assert } from "../base/assert.ts";
import type { Frame } from "../packet/frame.ts";
import type { Engine } from "../time/engine.ts";
import type { Trace } from "../trace/trace.ts";
import type { DeviceConfig } from "./device/config.ts";
import { EthernetDevice } from "./device/ethernet-device.ts";
import { type DeviceInput, type HostDevice, refreshDevice } from "./device/host-device.ts";
import { LocalDevice } from "./device/local-device.ts";
import type { NamespaceConfig } from "./namespace-config.ts";
import type { NeighbourTable } from "./neigh/neighbour-table.ts";
import type { CombinedConf } from "./sysctl/combined-conf.ts";
import { combinedConf } from "./sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "./sysctl/config.ts";
import { neighbourSysctls } from "./sysctl/device-sysctls.ts";

/** What the table needs of its namespace. */
interface DeviceTableOwner {
  readonly name: string;
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly neighbours: NeighbourTable;
}

export class DeviceTable implements DeviceInput {
  /** In order of interface index. */
  all: readonly HostDevice[] = [];
  /** The fallback device of IP in IP; undefined when there is none. */
  tunnel: HostDevice | undefined = undefined;
  private byIndex: (HostDevice | undefined)[] = [];
  private readonly owner: DeviceTableOwner;
  private next: DeviceInputTarget | null = null;

  constructor(owner: DeviceTableOwner) {
    this.owner = owner;
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
    const { neighbours } = this.owner;
    if (on.carrier && on.up) neighbours.deviceReady(on);
    else neighbours.carrierLost(on);
  }

  /** Brings the live devices to what `config` says. */
  follow(config: NamespaceConfig): void {
    const byIndex: (HostDevice | undefined)[] = [];
    const all: HostDevice[] = [];
    for (const item of config.devices) {
      const conf = combinedConf(config.sysctls, item.name);
      const device = this.byIndex[item.index] ?? this.make(item, conf);
      byIndex[item.index] = device;
      all.push(device);
      this.refresh(device, item, conf, neighbourSysctls(config.sysctls, item.name));
    }
    const gone = this.all.filter((device) => byIndex[device.index] === undefined);
    this.byIndex = byIndex;
    this.all = all;
    this.tunnel = all.find((device) => device.kind === "ipip");
    for (const device of gone) this.remove(device);
  }

  private refresh(
    device: HostDevice,
    item: DeviceConfig,
    conf: CombinedConf,
    neigh: NeighbourSysctls,
  ): void {
    const { neighbours } = this.owner;
    const moved = device.mac !== item.mac || device.noArp !== item.noArp;
    refreshDevice(device, item, conf, neigh);
    if (moved) neighbours.flushDevice(device);
    if (device.up === item.up) return;
    device.setUp(item.up);
    if (item.up) {
      if (device.carrier) neighbours.deviceReady(device);
    } else neighbours.flushDevice(device);
  }

  private make(item: DeviceConfig, conf: CombinedConf): HostDevice {
    const { engine, trace, name } = this.owner;
    const Kind = item.kind === "ethernet" ? EthernetDevice : LocalDevice;
    const device = new Kind(item, conf, this, engine, trace);
    device.place = trace === null ? 0 : trace.place(`${name}.${item.name}`);
    return device;
  }

  private remove(device: HostDevice): void {
    device.setUp(false);
    if (device instanceof EthernetDevice) device.unplug();
    this.owner.neighbours.flushDevice(device);
    assert(this.byIndex[device.index] === undefined, "a removed device is still there");
  }
}

/** Where frames go from the table on. */
interface DeviceInputTarget {
  receive(frame: Frame, from: HostDevice): void;
}
