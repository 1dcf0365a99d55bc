/**
 * An 802.1Q device (`eth0.10`): a view of one VLAN of the device below. What it sends gets the tag; tagged frames that the
 * lower device takes in come to it without. Its carrier is the lower device's. Left out: tags inside tags (802.1ad),
 * priorities from and to `skb->priority`.
 */
import { copyFrame } from "../../packet/copy-frame.ts";
import type { Frame } from "../../packet/frame.ts";
import type { HostDevice } from "./host-device.ts";
import { StackedDevice } from "./stacked-device.ts";

export class VlanDevice extends StackedDevice {
  /** VLAN id; set from the configuration. */
  tag = 0;
  /** null while it is out of reach: being made, or gone. */
  lower: HostDevice | null = null;

  transmit(frame: Frame): void {
    if (!this.departs(frame)) return;
    if (this.lower === null) return this.drop(frame, "link-down");
    // the one tag that a frame can have is taken
    if (frame.vlanTag >= 0) return this.drop(frame, "vlan-mismatch");
    const tagged = frame.shared === true ? copyFrame(frame, frame.id) : frame;
    tagged.vlanTag = this.tag;
    this.lower.transmit(tagged);
  }

  /** A frame of this VLAN came in below. */
  untag(frame: Frame): void {
    if (this.up === false) {
      this.counters.receiveDrops++;
      return this.drop(frame, "device-down");
    }
    const plain = frame.shared === true ? copyFrame(frame, frame.id) : frame;
    plain.vlanTag = -1;
    this.receive(plain);
  }

  refreshCarrier(): void {
    const { lower } = this;
    this.setCarrier(lower?.up === true && lower.carrier === true);
  }
}
