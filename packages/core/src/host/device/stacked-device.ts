/**
 * What devices have in common that stand on others: VLANs, macvlans, bridges. Their carrier is made of what is below, and
 * what they can't pass on is lost by their decision.
 */
import type { Frame } from "../../packet/frame.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import { CablelessDevice } from "./cableless-device.ts";

export abstract class StackedDevice extends CablelessDevice {
  readonly hasLinkHeader = true;
  readonly loopback = false;
  readonly internal: boolean = false;
  readonly pointToPoint = false;
  override carrier = false;

  /** Works out anew whether there is anything to send by; whoever is above hears of a change. */
  abstract refreshCarrier(): void;

  override setUp(up: boolean): void {
    this.up = up;
    this.refreshCarrier();
  }

  /** Counts a frame that is about to leave; false when the device is down and the frame is gone. */
  protected departs(frame: Frame): boolean {
    if (this.up === false) {
      this.counters.sendDrops++;
      this.drop(frame, "device-down");
      return false;
    }
    this.noteSent(frame);
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
}
