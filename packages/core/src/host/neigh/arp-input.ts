/**
 * What a host does with an ARP frame (`arp_rcv`, `arp_process` in net/ipv4/arp.c; RFC 826): answers for its own
 * addresses as far as the sysctls allow, answers for others as a proxy, and learns from what it hears. Frames may
 * be shared by many hosts and are never written. Left out: netfilter's ARP hooks.
 */
import type { Frame } from "../../packet/frame.ts";
import {
  ANY_ADDRESS,
  type Ipv4Address,
  isLoopbackAddress,
  isMulticastAddress,
} from "../../packet/ipv4-address.ts";
import { isGroupMac } from "../../packet/mac-address.ts";
import { ArpOperation } from "../../packet/protocol.ts";
import { later, milliseconds } from "../../time/instant.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import type { Decider } from "../../trace/trace.ts";
import { isInputPortMac } from "../device/bridge-device.ts";
import { arpAccepts, arpIgnores, isGratuitous, proxiesByRoute } from "./arp-rules.ts";
import {
  AddressType,
  type ArpRoute,
  type ArpSysctls,
  type NeighbourDevice,
  type NeighbourEnvironment,
  type SuppressingSysctl,
} from "./environment.ts";
import { NeighbourState, type UpdateStrength } from "./neighbour-state.ts";
import type { NeighbourTable } from "./neighbour-table.ts";
import { ProxyQueue } from "./proxy-queue.ts";
import type { ProxyTable } from "./proxy-table.ts";

/** locktime is in hundredths of a second. */
const CENTISECOND_MS = 10;
const OVERRIDING: UpdateStrength = { override: true, admin: false };
const YIELDING: UpdateStrength = { override: false, admin: false };

export class ArpInput {
  private readonly environment: NeighbourEnvironment;
  private readonly table: NeighbourTable;
  private readonly proxies: ProxyTable;
  private queue: ProxyQueue | null = null;

  constructor(table: NeighbourTable, proxies: ProxyTable) {
    this.environment = table.environment;
    this.table = table;
    this.proxies = proxies;
  }

  /** Takes an ARP frame that arrived on `device`. */
  receive(frame: Frame, device: NeighbourDevice): void {
    const mac = frame.destinationMac;
    const toUs = mac === device.mac || isInputPortMac(mac, device);
    if (device.noArp === true || (!toUs && !isGroupMac(mac))) {
      this.drop(frame, "other-host", null);
      return;
    }
    this.process(frame, device, toUs, toUs);
  }

  /** `atOnce`: a proxy's answer needs no delay any more. */
  private process(frame: Frame, device: NeighbourDevice, toUs: boolean, atOnce: boolean): void {
    const sysctls = this.environment.arpSysctls(device);
    if (!isWellFormed(frame, sysctls)) {
      this.drop(frame, "arp-invalid", null);
      return;
    }
    const sender = frame.source;
    if (sender === frame.destination && sysctls.dropGratuitousArp !== 0) {
      this.suppress(frame, "drop_gratuitous_arp", device);
      return;
    }
    const request = frame.arpOperation === ArpOperation.request;
    if (sender === ANY_ADDRESS) {
      this.answerProbe(frame, device, sysctls, request);
      return;
    }
    if (request) {
      const route = this.environment.routeInput(frame.destination, sender, device);
      if (route !== null && this.answers(frame, device, sysctls, route, atOnce)) return;
    }
    this.learn(frame, device, sysctls, toUs);
  }

  /** Somebody checks whether an address is free (RFC 5227): answered, but nothing is learnt. */
  private answerProbe(
    frame: Frame,
    device: NeighbourDevice,
    sysctls: ArpSysctls,
    request: boolean,
  ): void {
    const target = frame.destination;
    if (!request || this.environment.addressType(target) !== AddressType.local) {
      this.drop(frame, "arp-not-for-us", null);
    } else if (arpIgnores(this.environment, device, sysctls, ANY_ADDRESS, target)) {
      this.suppress(frame, "arp_ignore", device);
    } else {
      this.deliver(frame);
      this.table.output.reply(frame, device);
    }
  }

  /** Whether the request is dealt with: answered, suppressed or put off; false if it's only to be learnt from. */
  private answers(
    frame: Frame,
    device: NeighbourDevice,
    sysctls: ArpSysctls,
    route: ArpRoute,
    atOnce: boolean,
  ): boolean {
    if (route.type === AddressType.local) {
      this.answerOwn(frame, device, sysctls);
      return true;
    }
    if (sysctls.forwarding === 0 || route.type !== AddressType.unicast) return false;
    if (!this.isProxyFor(frame, device, sysctls, route)) return false;
    this.learnAsker(frame, device);
    const delay = this.environment.neighbourSysctls(device).proxy_delay;
    if (atOnce || delay === 0) {
      this.deliver(frame);
      this.table.output.reply(frame, device);
    } else this.putOff(frame, device);
    return true;
  }

  private answerOwn(frame: Frame, device: NeighbourDevice, sysctls: ArpSysctls): void {
    const { source, destination } = frame;
    if (arpIgnores(this.environment, device, sysctls, source, destination)) {
      this.suppress(frame, "arp_ignore", device);
      return;
    }
    if (sysctls.arpFilter !== 0 && this.leavesElsewhere(source, destination, device)) {
      this.suppress(frame, "arp_filter", device);
      return;
    }
    if (!this.learnAsker(frame, device)) {
      this.drop(frame, "neighbour-table-full", null);
      return;
    }
    this.deliver(frame);
    this.table.output.reply(frame, device);
  }

  /** arp_filter: whether an answer to the sender, as an IP packet, would not leave by `device`. */
  private leavesElsewhere(
    sender: Ipv4Address,
    target: Ipv4Address,
    device: NeighbourDevice,
  ): boolean {
    return this.environment.routeOutput(sender, target) !== device.index;
  }

  private isProxyFor(
    frame: Frame,
    device: NeighbourDevice,
    sysctls: ArpSysctls,
    route: ArpRoute,
  ): boolean {
    if (proxiesByRoute(this.environment, device, sysctls, route, frame)) return true;
    return route.device !== device.index && this.proxies.has(frame.destination, device.index);
  }

  private putOff(frame: Frame, device: NeighbourDevice): void {
    this.queue ??= new ProxyQueue(this.environment, (late, on) => {
      if (on.up === true) this.process(late, on, late.destinationMac === on.mac, true);
      else this.drop(late, "device-down", null);
    });
    if (!this.queue.add(frame, device)) this.drop(frame, "neighbour-queue-full", null);
  }

  /** Who asks us is worth knowing, whatever was known before (`neigh_event_ns`); false when the table is full. */
  private learnAsker(frame: Frame, device: NeighbourDevice): boolean {
    const entry = this.table.findOrCreate(device, frame.source, false);
    if (entry === null) return false;
    this.table.update(entry, frame.arpSenderMac, NeighbourState.stale, OVERRIDING, frame);
    return true;
  }

  /** Answers, announcements and requests for others: they update what is known. */
  private learn(frame: Frame, device: NeighbourDevice, sysctls: ArpSysctls, toUs: boolean): void {
    const sender = frame.source;
    let entry = this.table.find(device, sender);
    if (entry === null && arpAccepts(device, sysctls, sender) && this.introduces(frame)) {
      entry = this.table.findOrCreate(device, sender, false);
    }
    if (entry === null) {
      this.drop(frame, "arp-not-for-us", null);
      return;
    }
    // of several answers the first one wins: the entry is locked for a while
    const { locktime } = this.environment.neighbourSysctls(device);
    const lockedUntil = later(entry.updatedAt, milliseconds(locktime * CENTISECOND_MS));
    const override =
      this.environment.engine.now > lockedUntil || isGratuitous(this.environment, frame);
    // only an answer to us proves that the neighbour hears us
    const heard = frame.arpOperation === ArpOperation.reply && toUs;
    const state = heard ? NeighbourState.reachable : NeighbourState.stale;
    this.deliver(frame);
    const strength = override ? OVERRIDING : YIELDING;
    this.table.update(entry, frame.arpSenderMac, state, strength, frame);
  }

  /** Whether the frame may make a new entry where arp_accept allows it. */
  private introduces(frame: Frame): boolean {
    if (isGratuitous(this.environment, frame)) return true;
    return (
      frame.arpOperation === ArpOperation.reply &&
      this.environment.addressType(frame.source) === AddressType.unicast
    );
  }

  private suppress(frame: Frame, name: SuppressingSysctl, device: NeighbourDevice): void {
    const { trace, engine, place } = this.environment;
    if (trace === null) return;
    const sysctl = this.environment.sysctl(name, device);
    const { source, destination } = frame;
    trace.note("arp-suppressed", engine.now, place, frame, sysctl, destination, source);
    this.drop(frame, "arp-ignored", sysctl);
  }

  private deliver(frame: Frame): void {
    const { trace, engine, place } = this.environment;
    if (trace !== null) trace.delivered(engine.now, place, frame);
  }

  private drop(frame: Frame, reason: DropReason, decider: Decider | null): void {
    const { trace, engine, place } = this.environment;
    if (trace !== null) trace.dropped(engine.now, place, frame, reason, decider);
  }
}

function isWellFormed(frame: Frame, sysctls: ArpSysctls): boolean {
  const { arpOperation, destination } = frame;
  if (arpOperation !== ArpOperation.request && arpOperation !== ArpOperation.reply) return false;
  if (isMulticastAddress(destination)) return false;
  return !isLoopbackAddress(destination) || sysctls.routeLocalnet !== 0;
}
