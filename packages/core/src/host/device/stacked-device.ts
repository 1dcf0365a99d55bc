/**
 * What devices without a cable of their own have in common that stand on others: VLANs, macvlans, bridges. They count
 * and show what passes them as every device does, and hand it to the device below or to the namespace.
 */
import { frameLengthOf } from "../../link/frame-length.ts";
import { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";
import { DEFAULT_NEIGHBOUR_SYSCTLS } from "../sysctl/defaults.ts";
import type { AddressConfig, DeviceConfig, DeviceKind } from "./config.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";

export abstract class StackedDevice extends NetDevice implements HostDevice {
  readonly index: number;
  readonly kind: DeviceKind;
  readonly hasLinkHeader = true;
  readonly loopback = false;
  readonly internal = false;
  readonly pointToPoint = false;
  noArp: boolean;
  addresses: readonly AddressConfig[];
  conf: CombinedConf;
  neigh: NeighbourSysctls = DEFAULT_NEIGHBOUR_SYSCTLS;
  above: DeviceInput;
  readonly engine: Engine;
  readonly trace: Trace | null;

  constructor(
    config: DeviceConfig,
    conf: CombinedConf,
    input: DeviceInput,
    engine: Engine,
    trace: Trace | null,
  ) {
    super(config.name, config.mac);
    this.index = config.index;
    this.kind = config.kind;
    this.mtu = config.mtu;
    this.carrier = false;
    this.noArp = config.noArp;
    this.addresses = config.addresses;
    this.conf = conf;
    this.above = input;
    this.engine = engine;
    this.trace = trace;
  }

  /** Works out anew whether there is anything to send by; whoever is above hears of a change. */
  abstract refreshCarrier(): void;

  setUp(up: boolean): void {
    this.up = up;
    this.refreshCarrier();
  }

  /** A frame came from the device below, untagged and for this device. */
  receive(frame: Frame): void {
    this.counters.receivedPackets++;
    this.counters.receivedOctets += frameLengthOf(frame);
    if (this.trace !== null) this.trace.received(this.engine.now, this.place, frame);
    if (this.taps !== null) this.show(frame, "in");
    this.above.receive(frame, this);
  }

  /** Counts a frame that is about to leave; false when the device is down and the frame is gone. */
  protected departs(frame: Frame): boolean {
    if (!this.up) {
      this.counters.sendDrops++;
      this.drop(frame, "device-down");
      return false;
    }
    this.counters.sentPackets++;
    this.counters.sentOctets += frameLengthOf(frame);
    if (this.taps !== null) this.show(frame, "out");
    if (this.trace !== null) this.trace.sent(this.engine.now, this.place, frame);
    return true;
  }

  protected setCarrier(carrier: boolean): void {
    if (carrier === this.carrier) return;
    this.carrier = carrier;
    this.above.carrierChanged(this);
  }

  protected drop(frame: Frame, reason: DropReason): void {
    if (this.trace !== null) this.trace.dropped(this.engine.now, this.place, frame, reason, this);
  }

  private show(frame: Frame, direction: "in" | "out"): void {
    for (const tap of this.taps ?? []) tap.tapped(frame, direction);
  }
}
