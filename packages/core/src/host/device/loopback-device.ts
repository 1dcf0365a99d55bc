/**
 * The loopback device `lo`: what is sent is received by the same namespace, at the same instant and after what was
 * pending, as the kernel's backlog does. Packets keep mark, route and tracking (`loopback_xmit` scrubs nothing).
 */
import type { DeviceOwner } from "../../link/cable-device.ts";
import { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";

export class LoopbackDevice extends NetDevice {
  owner: DeviceOwner | null = null;
  private readonly engine: Engine;
  private readonly trace: Trace | null;

  constructor(engine: Engine, trace: Trace | null) {
    super("lo", ZERO_MAC);
    this.engine = engine;
    this.trace = trace;
    this.mtu = 65_536;
    this.up = true;
  }

  transmit(frame: Frame): void {
    const { now } = this.engine;
    if (!this.up) {
      this.counters.sendDrops++;
      this.trace?.dropped(now, this.place, frame, "device-down", null);
      return;
    }
    // lo counts Ethernet's header too: its frames carry one, with zero addresses
    this.counters.sentPackets++;
    this.counters.sentOctets += frame.length;
    if (this.taps !== null) this.tap(frame, "out");
    if (this.trace !== null) this.trace.sent(now, this.place, frame);
    frame.receiver = this;
    this.engine.schedule(frame, now);
  }

  receive(frame: Frame): void {
    this.counters.receivedPackets++;
    this.counters.receivedOctets += frame.length;
    if (this.taps !== null) this.tap(frame, "in");
    if (this.trace !== null) this.trace.received(this.engine.now, this.place, frame);
    this.owner?.deviceInput(frame, this);
  }

  private tap(frame: Frame, direction: "in" | "out"): void {
    for (const tap of this.taps ?? []) tap.tapped(frame, direction);
  }
}
