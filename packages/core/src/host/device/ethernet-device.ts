/** A host's Ethernet device, or one end of a veth pair: a cable, and a namespace that takes what comes in by it. */
import { CableDevice } from "../../link/cable-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";
import { DEFAULT_NEIGHBOUR_SYSCTLS } from "../sysctl/defaults.ts";
import type { AddressConfig, DeviceConfig, DeviceKind } from "./config.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";

export class EthernetDevice extends CableDevice implements HostDevice {
  readonly index: number;
  readonly kind: DeviceKind;
  /** Which wire it is at one end of; 0 for none. */
  readonly pair: number;
  readonly hasLinkHeader = true;
  readonly loopback = false;
  readonly internal = false;
  readonly pointToPoint = false;
  noArp: boolean;
  addresses: readonly AddressConfig[];
  conf: CombinedConf;
  neigh: NeighbourSysctls = DEFAULT_NEIGHBOUR_SYSCTLS;
  above: DeviceInput;

  constructor(
    config: DeviceConfig,
    conf: CombinedConf,
    input: DeviceInput,
    engine: Engine,
    trace: Trace | null,
  ) {
    super(config.name, config.mac, engine, trace);
    this.index = config.index;
    this.kind = config.kind;
    this.pair = config.pair;
    this.mtu = config.mtu;
    this.noArp = config.noArp;
    this.addresses = config.addresses;
    this.conf = conf;
    this.above = input;
  }

  override receive(frame: Frame): void {
    if (this.way === null || frame.extras !== null) return super.receive(frame);
    this.countReceived(frame);
    this.above.receive(frame, this);
  }

  override process(frame: Frame): void {
    this.above.receive(frame, this);
  }

  override carrierChanged(carrier: boolean): void {
    this.setCarrier(carrier);
    this.above.carrierChanged(this);
  }
}
