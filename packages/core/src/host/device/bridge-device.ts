/**
 * A Linux bridge without spanning tree (br_input.c, br_forward.c, br_device.c): it learns source addresses, sends to the
 * port that leads to a destination, and floods what it does not know, the port added last first. The bridge itself is a
 * device with addresses: frames for its address, for those of its ports, and group frames come to its namespace. Ports
 * forward as soon as they are up. Forwarding takes no time.
 * With br_netfilter a filter stands between (bridge-filter.ts). Left out: VLAN filtering, spanning tree, multicast snooping.
 */

import type { Frame } from "../../packet/frame.ts";
import { VLAN_TAG_LENGTH } from "../../packet/lengths.ts";
import { isGroupMac, type MacAddress, ZERO_MAC } from "../../packet/mac-address.ts";
import type { Instant } from "../../time/instant.ts";
import { BridgeFdb, FdbEntry } from "./bridge-fdb.ts";
import type { BridgeFilter, FilteredBridge } from "./bridge-filter.ts";
import type { BridgePort, PortOwner } from "./bridge-port.ts";
import type { BridgeAddress, BridgeDetails } from "./config.ts";
import type { HostDevice } from "./host-device.ts";
import { StackedDevice } from "./stacked-device.ts";

/** Floods of one bridge at one instant: a loop of cables without delay ends here, not in memory. */
const FLOODS_AT_INSTANT_MAX = 4096;
const HUNDREDTH_OF_SECOND = 1e7;
const NOTHING: readonly BridgeAddress[] = [];

export class BridgeDevice extends StackedDevice implements PortOwner, FilteredBridge {
  /** True with a filter: what comes up keeps what rules noted about it. */
  override internal = false;
  /** Who inspects what is passed on; null while nobody does. */
  filter: BridgeFilter | null = null;
  /** The address of the port by which the latest frame for this host came in. */
  inputMac: MacAddress = ZERO_MAC;
  readonly fdb = new BridgeFdb();
  /** In the order of adding. */
  ports: readonly BridgePort[] = [];
  private tied = NOTHING;
  private floodedAt = -1;
  private floods = 0;

  /** Takes over the configuration of the bridge itself; `ports` are set before. */
  configure({ ageingTime, addresses }: BridgeDetails): void {
    const { now } = this.engine;
    this.fdb.ageing = ageingTime * HUNDREDTH_OF_SECOND;
    for (const { mac } of this.tied)
      if (!addresses.some((other) => other.mac === mac)) this.fdb.remove(mac);
    for (const address of addresses) if (!this.tied.includes(address)) this.tie(address, now);
    this.tied = addresses;
    this.putLocal(this.mac, null, now);
    for (const port of this.ports) this.putLocal(port.device.mac, port, now);
    this.forgetFormerAddresses(now);
    this.refreshCarrier();
  }

  private tie({ mac, port, local }: BridgeAddress, now: Instant): void {
    const at = this.ports.find(({ device }) => device.index === port);
    this.fdb.put(new FdbEntry(mac, at ?? null, local, true, now));
  }

  /** The first device with an address keeps its entry. */
  private putLocal(mac: MacAddress, port: BridgePort | null, now: Instant): void {
    const there = this.fdb.find(mac, now);
    if (there === undefined || !there.local) this.fdb.put(new FdbEntry(mac, port, true, true, now));
  }

  private forgetFormerAddresses(now: Instant): void {
    for (const { mac, local } of this.fdb.list(now)) {
      if (!local || this.mac === mac || this.tied.some((other) => other.mac === mac)) continue;
      if (!this.ports.some(({ device }) => device.mac === mac)) this.fdb.remove(mac);
    }
  }

  /** A frame of this host's own leaves by the bridge. */
  transmit(frame: Frame): void {
    if (this.filter?.takesBack(frame)) return;
    if (!this.departs(frame)) return;
    const destination = frame.destinationMac;
    const known = isGroupMac(destination) ? undefined : this.fdb.find(destination, this.engine.now);
    if (known === undefined) this.flood(frame, null, false);
    else this.forward(frame, known.port, null);
  }

  portReceived(frame: Frame, port: BridgePort): void {
    if (this.filter === null) this.admit(frame, port);
    else this.filter.cameIn(frame, port, this);
  }

  admit(frame: Frame, port: BridgePort): void {
    const { now } = this.engine;
    if (port.settings.learning) this.fdb.learn(frame.sourceMac, port, now);
    const destination = frame.destinationMac;
    if (isGroupMac(destination)) return this.flood(frame, port, true);
    const known = this.fdb.find(destination, now);
    if (known === undefined) return this.flood(frame, port, false);
    if (known.local) {
      this.inputMac = port.device.mac;
      this.receive(frame);
    } else this.forward(frame, known.port, port);
  }

  portRefused(frame: Frame, port: BridgePort): void {
    const isClosed = !port.forwards;
    this.drop(frame, isClosed ? "bridge-port-disabled" : "no-receiver");
  }

  portChanged(port: BridgePort): void {
    if (!port.forwards) this.fdb.forgetPort(port, false);
    this.refreshCarrier();
  }

  refreshCarrier(): void {
    this.setCarrier(this.ports.some((port) => port.forwards));
  }

  private forward(frame: Frame, port: BridgePort | null, from: BridgePort | null): void {
    if (port === null || !mayLeave(port, from)) this.drop(frame, "no-receiver");
    else if (from !== null && this.filter?.inspects(frame)) this.sendFiltered(frame, port);
    else this.send(frame, port.device);
  }

  private send(frame: Frame, device: HostDevice): void {
    if (isTooLong(frame, device)) this.drop(frame, "too-long-for-port");
    else device.transmit(frame);
  }

  private sendFiltered(frame: Frame, port: BridgePort): void {
    if (this.filter?.maySend(frame, port, this)) this.send(frame, port.device);
  }

  /** As `flood`, but that each port gets a frame of its own, which rules may change or drop. */
  private floodFiltered(
    frame: Frame,
    filter: BridgeFilter,
    from: BridgePort,
    upwards: boolean,
  ): void {
    const isKnownKind = isGroupMac(frame.destinationMac);
    let last: BridgePort | null = null;
    for (let i = this.ports.length - 1; i >= 0; i--) {
      const port = this.ports[i] as BridgePort;
      if (!mayLeave(port, from) || !(isKnownKind || port.settings.flood)) continue;
      if (last !== null) this.sendFiltered(filter.copyOf(frame), last);
      last = port;
    }
    if (last !== null) this.sendFiltered(upwards ? filter.copyOf(frame) : frame, last);
    else if (!upwards) this.drop(frame, "no-receiver");
    if (upwards) this.receive(frame);
  }

  /** To every other port, and to this host when `upwards`. */
  private flood(frame: Frame, from: BridgePort | null, upwards: boolean): void {
    if (!this.mayFlood()) return this.drop(frame, "switch-loop-limit");
    const { filter, ports } = this;
    if (from !== null && filter?.inspects(frame))
      return this.floodFiltered(frame, filter, from, upwards);
    const isKnownKind = isGroupMac(frame.destinationMac);
    let last: HostDevice | null = null;
    let wasRefused = false;
    for (let i = ports.length - 1; i >= 0; i--) {
      const port = ports[i] as BridgePort;
      if (!mayLeave(port, from) || !(isKnownKind || port.settings.flood)) continue;
      if (isTooLong(frame, port.device)) {
        this.drop(frame, "too-long-for-port");
        wasRefused = true;
        continue;
      }
      if (last !== null) this.sendShared(frame, last);
      last = port.device;
    }
    if (upwards) {
      if (last !== null) this.sendShared(frame, last);
      this.receive(frame);
    } else if (last !== null) last.transmit(frame);
    else if (!wasRefused) this.drop(frame, "no-receiver");
  }

  private sendShared(frame: Frame, device: HostDevice): void {
    frame.shared = true;
    device.transmit(frame);
  }

  private mayFlood(): boolean {
    const { now } = this.engine;
    if (this.floodedAt !== now) {
      this.floodedAt = now;
      this.floods = 0;
    }
    return ++this.floods <= FLOODS_AT_INSTANT_MAX;
  }
}

/** `should_deliver`. */
function mayLeave(port: BridgePort, from: BridgePort | null): boolean {
  if (!port.forwards) return false;
  if (from === null) return true;
  if (from === port) return port.settings.hairpin;
  return !(port.settings.isolated && from.settings.isolated);
}

const isTooLong = (frame: Frame, device: HostDevice): boolean =>
  frame.length > device.mtu + VLAN_TAG_LENGTH;

/** Whether `mac` is that of the bridge's port by which the frame that it hands over came in: the frame is for this host. */
export const isInputPortMac = (mac: MacAddress, device: object): boolean =>
  device instanceof BridgeDevice && device.inputMac === mac;
