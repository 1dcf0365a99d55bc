/** From a device's configuration to the live device, by its kind. */
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import { BridgeDevice } from "./bridge-device.ts";
import type { DeviceConfig } from "./config.ts";
import { EthernetDevice } from "./ethernet-device.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";
import { LocalDevice } from "./local-device.ts";
import { MacvlanDevice } from "./macvlan-device.ts";
import { VlanDevice } from "./vlan-device.ts";

/** `input` takes what the device receives; it is down and stands on nothing yet. */
export function makeDevice(
  config: DeviceConfig,
  conf: CombinedConf,
  input: DeviceInput,
  engine: Engine,
  trace: Trace | null,
): HostDevice {
  switch (config.kind) {
    case "ethernet":
    case "veth":
      return new EthernetDevice(config, conf, input, engine, trace);
    case "bridge":
      return new BridgeDevice(config, conf, input, engine, trace);
    case "vlan":
      return new VlanDevice(config, conf, input, engine, trace);
    case "macvlan":
      return new MacvlanDevice(config, conf, input, engine, trace);
    default:
      return new LocalDevice(config, conf, input, engine, trace);
  }
}
