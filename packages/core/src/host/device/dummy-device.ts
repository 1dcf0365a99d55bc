/** A device that swallows what it is given and never receives: `dummy`, and tunnel devices that nothing uses yet. */
import { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";

export class DummyDevice extends NetDevice {
  private readonly engine: Engine;
  private readonly trace: Trace | null;

  constructor(name: string, mac: MacAddress, engine: Engine, trace: Trace | null) {
    super(name, mac);
    this.engine = engine;
    this.trace = trace;
  }

  transmit(frame: Frame): void {
    const { now } = this.engine;
    this.counters.sentPackets++;
    this.counters.sentOctets += frame.length;
    if (this.trace !== null) {
      this.trace.sent(now, this.place, frame);
      this.trace.dropped(now, this.place, frame, "no-receiver", null);
    }
  }

  receive(frame: Frame): void {
    this.trace?.dropped(this.engine.now, this.place, frame, "no-receiver", null);
  }
}
