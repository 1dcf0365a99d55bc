/**
 * What a host's devices without a cable have in common: lo and dummies, VLANs, macvlans and bridges, tunnels. They follow
 * their configuration, count, and show what passes them to observers and trace; where it goes is their own.
 */
import { frameLengthOf } from "../../link/frame-length.ts";
import { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import type { NeighbourSysctls } from "../sysctl/config.ts";
import { DEFAULT_NEIGHBOUR_SYSCTLS } from "../sysctl/defaults.ts";
import type { AddressConfig, DeviceConfig, DeviceKind } from "./config.ts";
import type { DeviceInput, HostDevice } from "./host-device.ts";

export abstract class CablelessDevice extends NetDevice implements HostDevice {
  readonly index: number;
  readonly kind: DeviceKind;
  abstract readonly hasLinkHeader: boolean;
  abstract readonly loopback: boolean;
  abstract readonly internal: boolean;
  abstract readonly pointToPoint: boolean;
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
    this.noArp = config.noArp;
    this.addresses = config.addresses;
    this.conf = conf;
    this.above = input;
    this.engine = engine;
    this.trace = trace;
  }

  setUp(up: boolean): void {
    this.up = up;
  }

  /** A frame for this device, without the header of the device it came by. */
  receive(frame: Frame): void {
    this.take(frame, frame);
  }

  /** Takes in a packet that observers see as `shown`. */
  take(frame: Frame, shown: Frame): void {
    this.counters.receivedPackets++;
    this.counters.receivedOctets += this.octetsOf(frame);
    if (this.trace !== null) this.trace.received(this.engine.now, this.place, frame);
    if (this.taps !== null) this.show(shown, "in");
    this.above.receive(frame, this);
  }

  /** Its length as the counters see it. */
  protected octetsOf(frame: Frame): number {
    return frameLengthOf(frame);
  }

  /** Counts a frame that leaves and shows it to observers and trace. */
  protected noteSent(frame: Frame): void {
    this.counters.sentPackets++;
    this.counters.sentOctets += this.octetsOf(frame);
    if (this.taps !== null) this.show(frame, "out");
    if (this.trace !== null) this.trace.sent(this.engine.now, this.place, frame);
  }

  protected show(frame: Frame, direction: "in" | "out"): void {
    for (const tap of this.taps ?? []) tap.tapped(frame, direction);
  }
}
