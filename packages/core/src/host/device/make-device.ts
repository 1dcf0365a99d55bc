/** From a device's configuration to the live device, by its kind. */
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import { BridgeDevice } from "./bridge-device.ts";
import type { DeviceConfig, DeviceKind } from "./config.ts";
import { EthernetDevice } from "./ethernet-device.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";
import { LocalDevice } from "./local-device.ts";
import { MacvlanDevice } from "./macvlan-device.ts";
import { VlanDevice } from "./vlan-device.ts";

type DeviceClass = new (
  config: DeviceConfig,
  conf: CombinedConf,
  input: DeviceInput,
  engine: Engine,
  trace: Trace | null,
) => HostDevice;

const CLASSES: Readonly<Record<DeviceKind, DeviceClass>> = {
  ethernet: EthernetDevice,
  veth: EthernetDevice,
  bridge: BridgeDevice,
  vlan: VlanDevice,
  macvlan: MacvlanDevice,
  loopback: LocalDevice,
  dummy: LocalDevice,
  ipip: LocalDevice,
  gre: LocalDevice,
  gretap: LocalDevice,
  erspan: LocalDevice,
};

/** `input` takes what the device receives; it is down and stands on nothing yet. */
export function makeDevice(
  config: DeviceConfig,
  conf: CombinedConf,
  input: DeviceInput,
  engine: Engine,
  trace: Trace | null,
): HostDevice {
  const Kind = CLASSES[config.kind];
  return new Kind(config, conf, input, engine, trace);
}
