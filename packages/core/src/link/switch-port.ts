/**
 * A port of a learning switch: a cable device that hands what it hears to the switch instead of a stack. Which VLANs pass
 * here is its own; the forwarding database is the switch's, and the port remembers some of its answers for speed.
 */
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

/** Destinations that a port remembers, a power of two. */
const REMEMBERED = 8;
const NOWHERE: (ForwardingEntry | null)[] = new Array<ForwardingEntry | null>(REMEMBERED).fill(
  null,
);

/** One port of a switch (a bridge's `brif`). */
export class SwitchPort extends CableDevice {
  /** Its place in the order of adding, from 0. */
  readonly index: number;
  private readonly bridge: PortOwner;
  private membership: PortVlan | null = null;
  /** What the switch learnt from the last frame that came in here; null for nothing. */
  lastSource: ForwardingEntry | null = null;
  /** Where frames from here went lately, by the low bits of the address; made for the first. */
  private destinations = NOWHERE;

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

  /** What is remembered of a destination, or of another in its place; it may have been forgotten since. */
  knownAt(mac: MacAddress): ForwardingEntry | null {
    return this.destinations[mac & (REMEMBERED - 1)] as ForwardingEntry | null;
  }

  remember(entry: ForwardingEntry): void {
    if (this.destinations === NOWHERE) this.destinations = [...NOWHERE];
    this.destinations[entry.mac & (REMEMBERED - 1)] = entry;
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
    if (this.takesIn(frame) === true) this.bridge.deviceInput(frame, this);
  }

  override process(frame: Frame): void {
    this.bridge.deviceInput(frame, this);
  }

  override cableReconfigured(): void {
    this.bridge.portChanged();
  }
}
