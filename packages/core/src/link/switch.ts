/**
 * An Ethernet switch, as Linux's bridge without spanning tree or multicast snooping: it learns source addresses,
 * sends to the learnt port, and floods what it doesn't know to all other ports, the port added last first.
 * VLANs per port. A flooded frame is shared by all receivers and read only; a frame for one port passes on as it
 * is. Frames for the link-local group addresses 01:80:c2:00:00:01 to :0f stay on their cable (IEEE 802.1D §7.12.6).
 * Forwarding takes no time: the delay is in the cables. Left out: port security, storm control, the bridge's own
 * interface.
 */
import { copyFrame } from "../packet/copy-frame.ts";
import type { Frame } from "../packet/frame.ts";
import { isGroupMac, type MacAddress, ZERO_MAC } from "../packet/mac-address.ts";
import type { Engine } from "../time/engine.ts";
import { type Duration, type Instant, seconds } from "../time/instant.ts";
import type { DropReason } from "../trace/drop-reason.ts";
import type { PlaceId, Trace } from "../trace/trace.ts";
import type { CableDevice } from "./cable-device.ts";
import { FloodEvent, type FloodSource } from "./flood-event.ts";
import { ALWAYS_FITS, FloodPlan } from "./flood-plan.ts";
import { ForwardingDatabase } from "./forwarding-database.ts";
import type { LinkEnd } from "./link.ts";
import { NO_VLAN } from "./port-vlan.ts";
import { type PortOwner, SwitchPort } from "./switch-port.ts";

/** A Linux bridge's ageing time. */
export const DEFAULT_AGEING: Duration = seconds(300);

/** Floods of one switch that may be under way at once: a loop without delay ends here, not in memory. */
const PENDING_FLOODS_MAX = 65_536;

const LINK_LOCAL_GROUP_FIRST = 0x0180c2000001;
const LINK_LOCAL_GROUP_LAST = 0x0180c200000f;

export class Switch implements PortOwner, FloodSource {
  readonly name: string;
  readonly ports: SwitchPort[] = [];
  readonly database: ForwardingDatabase;
  private readonly engine: Engine;
  private readonly trace: Trace | null;
  private readonly place: PlaceId;
  private pendingFloods = 0;
  /** Whether all ports give and take frames of all VLANs as they are. */
  private plain = true;
  /** null when there is none, or none was made since the last change. */
  private plan: FloodPlan | null = null;
  private planIsMade = false;

  constructor(name: string, engine: Engine, trace: Trace | null, ageing: Duration) {
    this.name = name;
    this.engine = engine;
    this.trace = trace;
    this.place = trace === null ? 0 : trace.place(name);
    this.database = new ForwardingDatabase(ageing);
  }

  /** A new port, switched on, that belongs to all VLANs; plug a cable into it. */
  addPort(name: string, mac: MacAddress): SwitchPort {
    const port = new SwitchPort(name, mac, this.ports.length, this, this.engine, this.trace);
    port.up = true;
    if (this.trace !== null) port.place = this.trace.place(`${this.name}:${name}`);
    this.ports.push(port);
    this.portChanged();
    return port;
  }

  deviceInput(frame: Frame, device: CableDevice): void {
    const ingress = device as SwitchPort;
    const { ethernet } = frame;
    const way = ingress.wayAt(ethernet);
    if (way === null || way.header !== ethernet) return this.inputAnew(frame, ingress);
    const { source, destination, egress } = way;
    if (
      source.port !== ingress.index ||
      destination.port !== egress.index ||
      egress.ready === false
    )
      return this.inputAnew(frame, ingress);
    const { now } = this.engine;
    if (now - destination.seenAt >= this.database.ageing) return this.inputAnew(frame, ingress);
    source.seenAt = now;
    egress.transmit(frame);
  }

  /** `deviceInput`, when the port has nothing to remember or there is more to it. */
  private inputAnew(frame: Frame, ingress: SwitchPort): void {
    const vlan = ingress.vlan === null ? 0 : ingress.vlan.classify(frame.vlanTag);
    if (vlan === NO_VLAN) return this.drop(frame, "vlan-mismatch");
    const { sourceMac, destinationMac } = frame;
    // there can be no such station
    if (sourceMac === ZERO_MAC || isGroupMac(sourceMac)) return this.drop(frame, "no-receiver");
    const { now } = this.engine;
    const source = this.database.learn(sourceMac, vlan, ingress.index, now);
    if (isGroupMac(destinationMac)) return this.inputGroup(frame, vlan, ingress);
    const destination = this.database.find(destinationMac, vlan);
    if (destination === null || !this.database.isFresh(destination, now))
      return this.flood(frame, ingress, vlan);
    const egress = this.ports[destination.port] as SwitchPort;
    if (source !== null && egress !== ingress && this.plain)
      ingress.remember(frame.ethernet, source, destination, egress);
    this.forward(frame, ingress, egress, vlan);
  }

  private inputGroup(frame: Frame, vlan: number, ingress: SwitchPort): void {
    if (isLinkLocalGroup(frame.destinationMac)) this.drop(frame, "no-receiver");
    else this.flood(frame, ingress, vlan);
  }

  deviceCarrierChanged(device: CableDevice): void {
    this.portChanged();
    if (device.carrier === false) this.database.forgetPort((device as SwitchPort).index);
  }

  portChanged(): void {
    this.plan = null;
    this.planIsMade = false;
    this.plain = this.ports.every((port) => port.vlan === null);
    if (!this.plain) for (const port of this.ports) port.forgetWays();
  }

  floodEnded(): void {
    this.pendingFloods--;
  }

  private forward(frame: Frame, ingress: SwitchPort, port: SwitchPort, vlan: number): void {
    if (port === ingress || !port.forwards(vlan)) {
      this.drop(frame, port === ingress ? "no-receiver" : "vlan-mismatch");
      return;
    }
    port.transmit(port.vlan === null ? frame : retagged(frame, port, vlan));
  }

  /** To every other port of the VLAN, the one added last first. */
  private flood(frame: Frame, ingress: SwitchPort, vlan: number): void {
    if (this.pendingFloods >= PENDING_FLOODS_MAX) {
      this.drop(frame, "switch-loop-limit");
      return;
    }
    frame.shared = true;
    if (this.planIsMade === false) {
      this.plan = FloodPlan.of(this.ports);
      this.planIsMade = true;
    }
    const plan = this.plan;
    if (plan === null || plan.ports.length < 2 || frame.length > ALWAYS_FITS) {
      this.floodEach(frame, ingress, vlan);
      return;
    }
    const ports = plan.ports;
    for (let i = 0; i < ports.length; i++) {
      const port = ports[i] as SwitchPort;
      if (port !== ingress) port.noteSent(frame);
    }
    const sender = (ingress.cable as LinkEnd).peer.owner;
    const event = new FloodEvent(frame, plan.receivers, sender, this);
    this.scheduleFlood(event, (this.engine.now + plan.delay) as Instant);
  }

  /** Floods port by port; runs of equal arrival time share one event. */
  private floodEach(frame: Frame, ingress: SwitchPort, vlan: number): void {
    let run: FloodEvent | null = null;
    let runAt = 0;
    let sent = false;
    let copy = frame;
    for (let i = this.ports.length - 1; i >= 0; i--) {
      const port = this.ports[i] as SwitchPort;
      if (port === ingress || !port.forwards(vlan)) continue;
      sent = true;
      copy = variant(frame, copy, port, vlan);
      const end = port.cable as LinkEnd;
      port.noteSent(copy);
      const at = end.admit(copy);
      if (at < 0) continue;
      const receiver = at === this.engine.now ? end.peer.takeNow(copy) : end.peer;
      if (receiver === null) continue;
      if (run !== null && runAt === at && run.frame === copy) {
        run.receivers.push(receiver);
        continue;
      }
      if (run !== null) this.scheduleFlood(run, runAt as Instant);
      run = new FloodEvent(copy, [receiver], null, this);
      runAt = at;
    }
    if (run !== null) this.scheduleFlood(run, runAt as Instant);
    if (!sent) this.drop(frame, "no-receiver");
  }

  private scheduleFlood(run: FloodEvent, at: Instant): void {
    this.pendingFloods++;
    this.engine.schedule(run, at);
  }

  private drop(frame: Frame, reason: DropReason): void {
    if (this.trace !== null) this.trace.dropped(this.engine.now, this.place, frame, reason, null);
  }
}

/** The frame as it leaves by `port`: itself if its tag may stay, a copy if others hold it. */
function retagged(frame: Frame, port: SwitchPort, vlan: number): Frame {
  if (port.vlan === null) return frame;
  const tag = port.vlan.tagFor(vlan, frame.vlanTag);
  if (tag === frame.vlanTag) return frame;
  const copy = frame.shared === true ? copyFrame(frame, frame.id) : frame;
  copy.vlanTag = tag;
  return copy;
}

/** What a flood sends to `port`: the frame, or a shared copy with another tag; `last` is used again if it fits. */
function variant(frame: Frame, last: Frame, port: SwitchPort, vlan: number): Frame {
  if (port.vlan === null) return frame;
  const tag = port.vlan.tagFor(vlan, frame.vlanTag);
  if (tag === frame.vlanTag) return frame;
  if (tag === last.vlanTag) return last;
  const copy = retagged(frame, port, vlan);
  copy.shared = true;
  return copy;
}

const isLinkLocalGroup = (mac: MacAddress): boolean =>
  mac >= LINK_LOCAL_GROUP_FIRST && mac <= LINK_LOCAL_GROUP_LAST;
