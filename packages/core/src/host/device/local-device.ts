/**
 * Devices without a cable: lo, dummy devices, and devices that Ethernet in GRE would use. What `lo` sends it receives
 * itself, at the same instant and after what was pending, as the kernel's backlog does, and packets keep mark, route
 * and tracking (`loopback_xmit` scrubs nothing). Dummies swallow everything. Left out: gretap and ERSPAN, which do too.
 */
import { frameLengthOf } from "../../link/frame-length.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import type { Trace } from "../../trace/trace.ts";
import type { CombinedConf } from "../sysctl/combined-conf.ts";
import { CablelessDevice } from "./cableless-device.ts";
import type { DeviceConfig } from "./config.ts";
import type { DeviceInput } from "./host-device.ts";

export class LocalDevice extends CablelessDevice {
  readonly hasLinkHeader = true;
  readonly loopback: boolean;
  readonly internal: boolean;
  readonly pointToPoint = false;

  constructor(
    config: DeviceConfig,
    conf: CombinedConf,
    input: DeviceInput,
    engine: Engine,
    trace: Trace | null,
  ) {
    super(config, conf, input, engine, trace);
    this.up = config.up;
    this.loopback = config.kind === "loopback";
    this.internal = this.loopback;
  }

  transmit(frame: Frame): void {
    const { now } = this.engine;
    if (this.up === false) {
      this.counters.sendDrops++;
      this.trace?.dropped(now, this.place, frame, "device-down", null);
      return;
    }
    this.noteSent(frame);
    if (this.loopback === true) this.engine.deliver(frame, this, now);
    else this.trace?.dropped(now, this.place, frame, "no-receiver", null);
  }

  protected override octetsOf(frame: Frame): number {
    return this.loopback === true ? frame.length : frameLengthOf(frame);
  }
}
