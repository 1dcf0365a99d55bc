/**
 * A macvlan: another link address on the device below, as VRRP's virtual routers have (`vrrp.51`). Frames for its address
 * come to it instead of to the lower device; group frames come to all. In bridge mode macvlans of one device hear each
 * other directly, in the other modes only by way of what is outside (vepa, private: private ones not even so). In
 * passthru mode it has the device for itself. The lower device and its macvlans never hear each other, as on Linux.
 * Left out: source mode, broadcast queues and their limits.
 */
import type { Frame } from "../../packet/frame.ts";
import { isGroupMac } from "../../packet/mac-address.ts";
import type { MacvlanMode } from "./config.ts";
import type { HostDevice } from "./host-device.ts";
import { StackedDevice } from "./stacked-device.ts";

export class MacvlanDevice extends StackedDevice {
  mode: MacvlanMode = "vepa";
  /** null while it is out of reach: being made, or gone. */
  lower: HostDevice | null = null;
  /** The macvlans of the lower device, this one among them, in the order of making. */
  siblings: readonly MacvlanDevice[] = [];

  transmit(frame: Frame): void {
    if (!this.departs(frame)) return;
    const { lower } = this;
    if (lower === null) return this.drop(frame, "link-down");
    if (this.mode === "bridge" && this.toSiblings(frame)) return;
    lower.transmit(frame);
  }

  /** Hands a frame to the macvlans beside this one; true when it is theirs alone. */
  private toSiblings(frame: Frame): boolean {
    const isGroup = isGroupMac(frame.destinationMac);
    for (const other of this.siblings) {
      if (other === this || other.mode !== "bridge" || other.up === false) continue;
      if (isGroup) other.hears(frame);
      else if (other.mac === frame.destinationMac) {
        this.engine.deliver(frame, other, this.engine.now);
        return true;
      }
    }
    return false;
  }

  /** A group frame comes to it and to others, by the kernel's backlog. */
  hears(frame: Frame): void {
    frame.shared = true;
    this.engine.deliver(frame, this, this.engine.now);
  }

  /** A frame that the lower device took in is for this device alone. */
  takes(frame: Frame): void {
    if (this.up === true) return this.receive(frame);
    this.counters.receiveDrops++;
    this.drop(frame, "device-down");
  }

  refreshCarrier(): void {
    const { lower } = this;
    this.setCarrier(lower?.up === true && lower.carrier === true);
  }
}
