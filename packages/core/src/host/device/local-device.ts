/**
 * Devices without a cable: lo, dummy devices, and devices that Ethernet in GRE would use. What `lo` sends it receives
 * itself, at the same instant and after what was pending, as the kernel's backlog does, and packets keep mark, route
 * and tracking (`loopback_xmit` scrubs nothing). Dummies swallow everything. Left out: gretap and ERSPAN, which do too.
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

export class LocalDevice extends NetDevice implements HostDevice {
  readonly index: number;
  readonly kind: DeviceKind;
  readonly hasLinkHeader = true;
  readonly loopback: boolean;
  readonly internal: boolean;
  readonly pointToPoint = false;
  noArp: boolean;
  addresses: readonly AddressConfig[];
  conf: CombinedConf;
  neigh: NeighbourSysctls = DEFAULT_NEIGHBOUR_SYSCTLS;
  above: DeviceInput;
  private readonly engine: Engine;
  private readonly trace: Trace | null;

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
    this.loopback = config.kind === "loopback";
    this.internal = this.loopback;
    this.mtu = config.mtu;
    this.up = config.up;
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

  transmit(frame: Frame): void {
    const { now } = this.engine;
    if (!this.up) {
      this.counters.sendDrops++;
      this.trace?.dropped(now, this.place, frame, "device-down", null);
      return;
    }
    this.counters.sentPackets++;
    this.counters.sentOctets += this.octets(frame);
    if (this.taps !== null) this.show(frame, "out");
    if (this.trace !== null) this.trace.sent(now, this.place, frame);
    if (this.loopback) {
      frame.receiver = this;
      this.engine.schedule(frame, now);
    } else this.trace?.dropped(now, this.place, frame, "no-receiver", null);
  }

  receive(frame: Frame): void {
    this.counters.receivedPackets++;
    this.counters.receivedOctets += this.octets(frame);
    if (this.trace !== null) this.trace.received(this.engine.now, this.place, frame);
    if (this.taps !== null) this.show(frame, "in");
    this.above.receive(frame, this);
  }

  private octets(frame: Frame): number {
    return this.loopback ? frame.length : frameLengthOf(frame);
  }

  private show(frame: Frame, direction: "in" | "out"): void {
    for (const tap of this.taps ?? []) tap.tapped(frame, direction);
  }
}
