/**
 * tunl0, the fallback device of IP in IP: packets taken out of a tunnel appear on it. It has no link header.
 * Left out: sending through it (it has no remote end: such packets are lost with a reason, as in Linux).
 */
import type { DeviceOwner } from "../../link/cable-device.ts";
import { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";

export class TunnelDevice extends NetDevice {
  owner: DeviceOwner | null = null;
  private readonly engine: Engine;
  private readonly trace: Trace | null;

  constructor(name: string, engine: Engine, trace: Trace | null) {
    super(name, ZERO_MAC);
    this.engine = engine;
    this.trace = trace;
  }

  transmit(frame: Frame): void {
    this.counters.sendDrops++;
    this.trace?.dropped(this.engine.now, this.place, frame, "tunnel-error", null);
  }

  receive(frame: Frame): void {
    this.counters.receivedPackets++;
    this.counters.receivedOctets += frame.length;
    if (this.taps !== null) for (const tap of this.taps) tap.tapped(frame, "in");
    if (this.trace !== null) this.trace.received(this.engine.now, this.place, frame);
    this.owner?.deviceInput(frame, this);
  }
}
