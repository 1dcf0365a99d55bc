/**
 * A network device as the IPv4 layer of its namespace sees it (`struct in_device`): addresses, settings, index. The
 * live counterpart of a `DeviceConfig`; the namespace refreshes it after every change of configuration.
 */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import type { AddressConfig, DeviceConfig, DeviceKind } from "./config.ts";

/** Takes what a device received: the Ethernet input of the namespace that the device is in. */
export interface InterfaceInput {
  receive(frame: Frame, from: Interface): void;
}

export class Interface {
  readonly index: number;
  readonly kind: DeviceKind;
  readonly device: NetDevice;
  config: DeviceConfig;
  conf: CombinedConf;
  private readonly input: InterfaceInput;

  constructor(
    config: DeviceConfig,
    conf: CombinedConf,
    device: NetDevice,
    input: InterfaceInput,
  ) {
    this.index = config.index;
    this.kind = config.kind;
    this.device = device;
    this.config = config;
    this.conf = conf;
    this.input = input;
  }

  get name(): string {
    return this.config.name;
  }

  /** In the kernel's order: primaries before secondaries of their subnet. */
  get addresses(): readonly AddressConfig[] {
    return this.config.addresses;
  }

  /** IFF_LOOPBACK. */
  get loopback(): boolean {
    return this.kind === "loopback";
  }

  /** IFF_NOARP, and devices without a link address. */
  get noArp(): boolean {
    return this.config.noArp || this.kind === "loopback";
  }

  /** Called by the device with each frame that it took in. */
  deviceInput(frame: Frame): void {
    this.input.receive(frame, this);
  }
}
