/**
 * A port of a learning switch: a cable device that hands what it hears to the switch instead of a stack. Which VLANs pass
 * here is its own; the forwarding database is the switch's, and the port remembers some of its answers for speed.
 */

import { emptyPlaces } from "../base/empty-places.ts";
import type { EthernetHeader } from "../packet/ethernet-header.ts";
import type { Frame } from "../packet/frame.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import type { Engine } from "../time/engine.ts";
import type { Trace } from "../trace/trace.ts";
import { CableDevice, type DeviceOwner } from "./cable-device.ts";
import type { ForwardingEntry } from "./forwarding-database.ts";
import type { PortVlan } from "./port-vlan.ts";

/** The switch as its ports see it. */
export interface PortOwner extends DeviceOwner {
  /** A port forwards otherwise now. */
  portChanged(): void;
}

/**
 * How a port dealt with the last frame of one Ethernet header: for those that follow the switch asks neither its forwarding
 * database nor the port's VLANs, as long as all is as it was then.
 */
class SwitchWay {
  readonly header: EthernetHeader;
  /** What the database holds of the header's addresses, or held: the station may have moved, or have been forgotten. */
  readonly source: ForwardingEntry;
  readonly destination: ForwardingEntry;
  /** Where the destination was; not the port where the frame came in. */
  readonly egress: SwitchPort;

  constructor(
    header: EthernetHeader,
    source: ForwardingEntry,
    destination: ForwardingEntry,
    egress: SwitchPort,
  ) {
    this.header = header;
    this.source = source;
    this.destination = destination;
    this.egress = egress;
  }
}

/** Ways that a port remembers, a power of two. */
const REMEMBERED = 8;
const NO_WAYS: (SwitchWay | null)[] = emptyPlaces(REMEMBERED);

/** One port of a switch (a bridge's `brif`). */
export class SwitchPort extends CableDevice {
  /** Its place in the order of adding, from 0. */
  readonly index: number;
  private readonly bridge: PortOwner;
  private membership: PortVlan | null = null;
  /** How frames went lately that came in here; made for the first. */
  private ways = NO_WAYS;

  constructor(
    name: string,
    mac: MacAddress,
    index: number,
    bridge: PortOwner,
    engine: Engine,
    trace: Trace | null,
  ) {
    super(name, mac, engine, trace);
    this.index = index;
    this.bridge = bridge;
    this.owner = bridge;
  }

  /** What is remembered of frames of `header`, or of others in their place. */
  wayAt(header: EthernetHeader): SwitchWay | null {
    return this.ways[header.hash & (REMEMBERED - 1)] as SwitchWay | null;
  }

  /** Frames of `header`, which came in here, leave by `egress`, another port, for what the database says of the addresses. */
  remember(
    header: EthernetHeader,
    source: ForwardingEntry,
    destination: ForwardingEntry,
    egress: SwitchPort,
  ): void {
    if (this.ways === NO_WAYS) this.ways = [...NO_WAYS];
    const place = header.hash & (REMEMBERED - 1);
    this.ways[place] = new SwitchWay(header, source, destination, egress);
  }

  forgetWays(): void {
    this.ways = NO_WAYS;
  }

  /** null: the port takes and gives frames of all VLANs as they are. */
  get vlan(): PortVlan | null {
    return this.membership;
  }

  set vlan(vlan: PortVlan | null) {
    this.membership = vlan;
    this.bridge.portChanged();
  }

  /** Whether a frame of `vlan` may leave here. */
  forwards(vlan: number): boolean {
    return (
      this.up === true &&
      this.carrier === true &&
      (this.membership === null || this.membership.has(vlan))
    );
  }

  override receive(frame: Frame): void {
    if (this.way === null || frame.extras !== null) return super.receive(frame);
    this.countReceived(frame);
    this.bridge.deviceInput(frame, this);
  }

  override process(frame: Frame): void {
    this.bridge.deviceInput(frame, this);
  }

  override cableReconfigured(): void {
    this.bridge.portChanged();
  }
}
