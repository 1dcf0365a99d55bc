/**
 * A network device with an Ethernet cable: what a host's eth0, a switch's port and a bare end have in common.
 * It checks that it can send, counts, shows frames to taps and trace, and hands arriving ones to its owner.
 */
import type { Frame } from "../packet/frame.ts";
import { ETHERNET_HEADER_LENGTH } from "../packet/lengths.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import type { Engine } from "../time/engine.ts";
import type { DropReason } from "../trace/drop-reason.ts";
import type { Trace } from "../trace/trace.ts";
import { frameLengthOf } from "./frame-length.ts";
import type { LinkEnd, LinkOwner } from "./link.ts";
import { type DeviceTap, NetDevice } from "./net-device.ts";

/** Whoever a device belongs to: a namespace, a switch, a test. */
export interface DeviceOwner {
  /** A frame for whatever is above the device; it may be shared, and read only then. */
  deviceInput(frame: Frame, device: CableDevice): void;
  /** `device.carrier` has changed. */
  deviceCarrierChanged(device: CableDevice): void;
}

export class CableDevice extends NetDevice implements LinkOwner {
  readonly engine: Engine;
  readonly trace: Trace | null;
  /** null for a device that nobody listens on: what arrives is dropped. */
  owner: DeviceOwner | null = null;
  private end: LinkEnd | null = null;
  /** The cable, while it is ready and nobody watches: then a frame need only be counted. null otherwise. */
  protected way: LinkEnd | null = null;

  constructor(name: string, mac: MacAddress, engine: Engine, trace: Trace | null) {
    super(name, mac);
    this.engine = engine;
    this.trace = trace;
    this.carrier = false;
  }

  /** The cable's end that is plugged in; null for none. */
  get cable(): LinkEnd | null {
    return this.end;
  }

  /** Frames that are not too long leave at once, and nobody watches. */
  get ready(): boolean {
    return this.way !== null;
  }

  plug(end: LinkEnd): void {
    this.end = end;
    end.attach(this);
    this.changed();
  }

  unplug(): void {
    const end = this.end;
    this.end = null;
    this.changed();
    if (end !== null) end.detach();
  }

  /** Switches the device on or off (IFF_UP); the other end sees it by its carrier. */
  setUp(up: boolean): void {
    this.up = up;
    this.changed();
    if (this.end !== null) this.end.link.refreshCarrier();
  }

  transmit(frame: Frame): void {
    const { way, counters } = this;
    // without extras it is nobody else's, and has no tag
    if (way === null || frame.length > way.longest || frame.extras !== null)
      return this.transmitOther(frame);
    const octets = frame.length + ETHERNET_HEADER_LENGTH;
    counters.sentPackets++;
    counters.sentOctets += octets;
    way.carry(frame, octets);
  }

  /** `transmit`, for a frame that is not as most are, or has not such a way. */
  private transmitOther(frame: Frame): void {
    const { way } = this;
    if (way === null || frame.length > way.longest || frame.shared === true)
      return this.transmitOtherwise(frame);
    this.noteSent(frame);
    way.carry(frame, frameLengthOf(frame));
  }

  /** When there is more to it: somebody watches, the frame is shared, or it may not come through. */
  private transmitOtherwise(frame: Frame): void {
    if (this.up && this.carrier) {
      this.noteSent(frame);
      (this.end as LinkEnd).send(frame);
    } else {
      this.counters.sendDrops++;
      this.refuse(frame);
    }
  }

  receive(frame: Frame): void {
    if (this.arrived(frame)) this.process(frame);
  }

  /**
   * `arrived`, of a frame without extras, while the device is ready. Subclasses, of which frames reach thousands a
   * millisecond, have a `receive` of their own with it: V8 compiles a method once for all classes, and one for two is slow.
   */
  protected countReceived(frame: Frame): void {
    const { counters } = this;
    counters.receivedPackets++;
    counters.receivedOctets += frame.length + ETHERNET_HEADER_LENGTH;
  }

  /** Counts a frame that leaves and shows it to taps and trace: for those who flood. */
  noteSent(frame: Frame): void {
    const { counters } = this;
    counters.sentPackets++;
    counters.sentOctets += frameLengthOf(frame);
    if (this.trace !== null || this.taps !== null) this.showSent(frame);
  }

  arrived(frame: Frame): boolean {
    const { counters } = this;
    if (!this.up || !this.carrier) {
      counters.receiveDrops++;
      this.refuse(frame);
      return false;
    }
    counters.receivedPackets++;
    counters.receivedOctets += frameLengthOf(frame);
    if (this.trace !== null || this.taps !== null) this.showReceived(frame);
    return true;
  }

  process(frame: Frame): void {
    if (this.owner !== null) this.owner.deviceInput(frame, this);
    else this.drop(frame, "no-receiver");
  }

  carrierChanged(carrier: boolean): void {
    this.setCarrier(carrier);
    if (this.owner !== null) this.owner.deviceCarrierChanged(this);
  }

  cableReconfigured(): void {}

  protected setCarrier(carrier: boolean): void {
    this.carrier = carrier;
    this.changed();
  }

  protected override changed(): void {
    const ready = this.up && this.carrier && this.trace === null && this.taps === null;
    this.way = ready ? this.end : null;
    if (this.end !== null) this.end.peer.judge();
  }

  private refuse(frame: Frame): void {
    this.drop(frame, this.up ? "link-down" : "device-down");
  }

  private drop(frame: Frame, reason: DropReason): void {
    if (this.trace !== null) this.trace.dropped(this.engine.now, this.place, frame, reason, null);
  }

  private showSent(frame: Frame): void {
    this.showTaps(frame, "out");
    if (this.trace !== null) this.trace.sent(this.engine.now, this.place, frame);
  }

  private showReceived(frame: Frame): void {
    if (this.trace !== null) this.trace.received(this.engine.now, this.place, frame);
    this.showTaps(frame, "in");
  }

  private showTaps(frame: Frame, direction: "in" | "out"): void {
    const { taps } = this;
    if (taps === null) return;
    for (let i = 0; i < taps.length; i++) (taps[i] as DeviceTap).tapped(frame, direction);
  }
}
