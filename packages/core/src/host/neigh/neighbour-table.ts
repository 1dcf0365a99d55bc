/**
 * The neighbour table of one network namespace for IPv4 (`arp_tbl`; net/core/neighbour.c): who is behind which
 * link address, how sure that is, and which packets wait for an answer. One table holds all devices' entries.
 * Left out: netlink notifications, user-space resolution (app_solicit), NTF_MANAGED and externally learnt entries.
 */
import { Errno } from "../../base/errno.ts";
import type { Frame } from "../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../packet/ipv4-address.ts";
import { BROADCAST_MAC, type MacAddress } from "../../packet/mac-address.ts";
import type { Engine } from "../../time/engine.ts";
import { type Duration, type Instant, milliseconds, seconds } from "../../time/instant.ts";
import type { DropReason } from "../../trace/drop-reason.ts";
import { ArpOutput } from "./arp-output.ts";
import { AddressType, type NeighbourDevice, type NeighbourEnvironment } from "./environment.ts";
import { NeighbourCollector } from "./neighbour-collector.ts";
import { NeighbourEntry, type NeighbourTimerHandler } from "./neighbour-entry.ts";
import { enqueue, takeQueue } from "./neighbour-queue.ts";
import {
  CONNECTED,
  decideUpdate,
  IN_TIMER,
  NeighbourState,
  stateOnSend,
  stateOnTimer,
  UNTOUCHED,
  type UpdateStrength,
  VALID,
} from "./neighbour-state.ts";
import { NeighbourStore } from "./neighbour-store.ts";
import { ReachableTime } from "./reachable-time.ts";

/** The soonest that a timer is set to: HZ/100 ticks of 4 ms. */
const SHORTEST_TIMER: Duration = milliseconds(8);
const MULTICAST_MAC_PREFIX = 0x01005e000000;
const MULTICAST_MAC_BITS = 0x7fffff;

/** Hears of every change of an entry's state; an entry without a state is gone. */
export interface NeighbourWatcher {
  neighbourChanged(entry: NeighbourEntry, old: NeighbourState): void;
}

export class NeighbourTable implements NeighbourTimerHandler {
  /** null while nobody watches. */
  watcher: NeighbourWatcher | null = null;
  readonly environment: NeighbourEnvironment;
  readonly output: ArpOutput;
  private readonly engine: Engine;
  private readonly store = new NeighbourStore();
  private readonly collector: NeighbourCollector;
  /** By interface index; holes for devices that never resolved anything. */
  private readonly reachableTimes: (ReachableTime | undefined)[] = [];

  constructor(environment: NeighbourEnvironment) {
    this.environment = environment;
    this.engine = environment.engine;
    this.output = new ArpOutput(environment);
    this.collector = new NeighbourCollector(environment, this.store, (entry) =>
      this.remove(entry, null),
    );
  }

  /** Sends an IP packet to a neighbour on `device`: at once, or when the neighbour's link address is known. */
  send(frame: Frame, device: NeighbourDevice, nextHop: Ipv4Address): void {
    const address =
      device.loopback === true || device.pointToPoint === true ? ANY_ADDRESS : nextHop;
    let entry = this.store.find(device.index, address);
    if (entry === null) {
      entry = this.create(device, address, false);
      if (entry === null) {
        this.drop(frame, "neighbour-table-full");
        return;
      }
    }
    if (entry.ready === true) {
      this.address(frame, entry);
      device.transmit(frame);
    } else this.resolve(entry, frame);
  }

  /** Addresses an IP packet, which is about to leave, to a neighbour that is ready. */
  address(frame: Frame, entry: NeighbourEntry): void {
    if ((entry.state & CONNECTED) === 0) entry.usedAt = this.engine.now;
    frame.ethernet = entry.header;
  }

  /** An upper layer knows that its packets arrive at the neighbour (`neigh_confirm`, as TCP does for each ACK); its entry. */
  confirm(device: NeighbourDevice, address: Ipv4Address): NeighbourEntry | null {
    const entry = this.find(device, address);
    if (entry !== null) entry.confirmedAt = this.engine.now;
    return entry;
  }

  /** The entry for an address on a device; null when there is none. */
  find(device: NeighbourDevice, address: Ipv4Address): NeighbourEntry | null {
    const key = device.loopback === true || device.pointToPoint === true ? ANY_ADDRESS : address;
    return this.store.find(device.index, key);
  }

  /** The entry, made if need be; null when the table is full. `permanent` ones don't count against its bounds. */
  findOrCreate(
    device: NeighbourDevice,
    address: Ipv4Address,
    permanent: boolean,
  ): NeighbourEntry | null {
    return this.find(device, address) ?? this.create(device, address, permanent);
  }

  /** All entries in order of making. */
  entries(): readonly NeighbourEntry[] {
    const all: NeighbourEntry[] = [];
    for (let entry = this.store.oldest; entry !== null; entry = entry.newer) all.push(entry);
    return all;
  }

  /**
   * Takes in what somebody says about a neighbour (`neigh_update`); `linkAddress` null when none is given, `cause`
   * null for a command.
   */
  update(
    entry: NeighbourEntry,
    linkAddress: MacAddress | null,
    wanted: NeighbourState,
    strength: UpdateStrength,
    cause: Frame | null,
  ): Errno {
    const old = entry.state;
    if ((wanted & VALID) === 0) return this.invalidate(entry, wanted, strength, cause);
    if (!strength.admin && (old & (NeighbourState.noArp | NeighbourState.permanent)) !== 0)
      return 0;
    if (linkAddress === null && (old & VALID) === 0 && entry.device.hasLinkHeader === true) {
      return Errno.EINVAL;
    }
    const now = this.engine.now;
    const known = linkAddress === null || linkAddress === entry.linkAddress;
    if ((wanted & CONNECTED) !== 0) entry.confirmedAt = now;
    const decision = decideUpdate(old, wanted, (old & VALID) !== 0 && known, strength);
    if (decision === null) return 0;
    const moves = decision.takesAddress && linkAddress !== null;
    if (decision.state !== old || moves) entry.updatedAt = now;
    if (moves) {
      entry.linkAddress = linkAddress;
      if ((decision.state & CONNECTED) === 0) entry.confirmedAt = this.longAgo(entry.device);
    }
    if (decision.state === old) {
      if (moves) this.note(entry, old, cause);
      return 0;
    }
    this.enter(entry, decision.state, cause);
    if ((old & VALID) === 0) this.release(entry);
    return 0;
  }

  /** Takes an entry out; packets that wait in it are dropped unheard. */
  remove(entry: NeighbourEntry, cause: Frame | null): void {
    if (entry.armed) this.engine.timers.cancel(entry);
    this.store.remove(entry);
    for (const frame of takeQueue(entry)) this.drop(frame, "neighbour-failed");
    const old = entry.state;
    entry.state = NeighbourState.none;
    if (old !== NeighbourState.none) this.note(entry, old, cause);
  }

  /** The device went down, left, or changed its link address or its NOARP flag: all its entries go. */
  flushDevice(device: NeighbourDevice): void {
    for (const entry of this.entries()) {
      if (entry.device.index === device.index) this.remove(entry, null);
    }
  }

  /** The device's carrier went: with arp_evict_nocarrier all its entries go but the permanent ones. */
  carrierLost(device: NeighbourDevice): void {
    if (this.environment.arpSysctls(device).arpEvictNocarrier === 0) return;
    for (const entry of this.entries()) {
      if (entry.device.index !== device.index) continue;
      if (entry.state !== NeighbourState.permanent) this.remove(entry, null);
    }
  }

  /** The device came up or has a new link address: with arp_notify it announces all its addresses. */
  deviceReady(device: NeighbourDevice): void {
    if (this.environment.arpSysctls(device).arpNotify !== 0) this.output.announceAll(device);
  }

  timerFired(entry: NeighbourEntry): void {
    const old = entry.state;
    if ((old & IN_TIMER) === 0) return;
    const now = this.engine.now;
    const sysctls = this.environment.neighbourSysctls(entry.device);
    const reachableTime = this.reachableTime(entry.device);
    const delayProbeTime = seconds(sysctls.delay_first_probe_time);
    let state = this.afterTimer(entry, old, reachableTime, delayProbeTime);
    if (old === NeighbourState.delay && state === NeighbourState.probe) {
      entry.probes = 0;
      state = this.afterTimer(entry, state, reachableTime, delayProbeTime);
    }
    if (state === NeighbourState.failed) {
      this.fail(entry, null);
      return;
    }
    if (state !== old) {
      entry.updatedAt = now;
      entry.state = state;
      this.note(entry, old, null);
    }
    if (state === NeighbourState.stale) return;
    let due: number = now + this.retransmitTime(entry.device);
    if (state === NeighbourState.reachable) due = entry.confirmedAt + reachableTime;
    else if (state === NeighbourState.delay) due = now + delayProbeTime;
    this.engine.timers.arm(entry, Math.max(due, now + SHORTEST_TIMER) as Instant);
    if ((state & (NeighbourState.incomplete | NeighbourState.probe)) !== 0) this.probe(entry);
  }

  private create(
    device: NeighbourDevice,
    address: Ipv4Address,
    permanent: boolean,
  ): NeighbourEntry | null {
    if (!permanent && !this.collector.makeRoom()) return null;
    const entry = new NeighbourEntry(device, address, this.engine.now, this.longAgo(device), this);
    this.classify(entry);
    this.store.add(entry);
    this.collector.added();
    return entry;
  }

  /** Finds out whether the neighbour needs resolution at all (`arp_constructor`). */
  private classify(entry: NeighbourEntry): void {
    const { device, address } = entry;
    const type =
      device.hasLinkHeader === true ? this.environment.addressType(address) : AddressType.unicast;
    if (type === AddressType.multicast) {
      const low = address & MULTICAST_MAC_BITS;
      entry.linkAddress = (MULTICAST_MAC_PREFIX + low) as MacAddress;
    } else if (device.noArp === true || device.loopback === true) entry.linkAddress = device.mac;
    else if (type === AddressType.broadcast || device.pointToPoint === true) {
      entry.linkAddress = BROADCAST_MAC;
    } else if (device.hasLinkHeader === true) return;
    entry.state = NeighbourState.noArp;
  }

  /** The slow way of a packet (`neigh_resolve_output`). */
  private resolve(entry: NeighbourEntry, frame: Frame): void {
    if (!this.mayPass(entry, frame)) return;
    entry.passing = UNTOUCHED;
    frame.ethernet = entry.header;
    entry.device.transmit(frame);
  }

  /** Asks for the neighbour as a packet would, without one. */
  ask(entry: NeighbourEntry): void {
    this.mayPass(entry, null);
  }

  /** Whether a packet may go out now (`neigh_event_send`); otherwise it is queued or dropped. */
  private mayPass(entry: NeighbourEntry, frame: Frame | null): boolean {
    const now = this.engine.now;
    entry.usedAt = now;
    const old = entry.state;
    if ((old & UNTOUCHED) !== 0) return true;
    const sysctls = this.environment.neighbourSysctls(entry.device);
    const state = stateOnSend(old, sysctls.mcast_solicit + sysctls.app_solicit > 0);
    if (state !== old) {
      entry.updatedAt = now;
      entry.state = state;
      this.note(entry, old, frame);
    }
    if (state === NeighbourState.failed) {
      if (frame !== null) this.drop(frame, "neighbour-failed");
      return false;
    }
    if (state !== NeighbourState.incomplete) {
      if (state !== old) {
        this.engine.timers.arm(entry, (now + seconds(sysctls.delay_first_probe_time)) as Instant);
      }
      return true;
    }
    if (frame !== null)
      enqueue(entry, frame, sysctls.unres_qlen_bytes, (oldest) =>
        this.drop(oldest, "neighbour-queue-full"),
      );
    if (state !== old) {
      entry.probes = sysctls.ucast_solicit;
      this.engine.timers.arm(entry, (now + this.retransmitTime(entry.device)) as Instant);
      this.probe(entry);
    }
    return false;
  }

  private probe(entry: NeighbourEntry): void {
    const queue = entry.queue;
    const waiting = queue === null ? null : (queue[queue.length - 1] ?? null);
    this.output.solicit(entry, waiting);
    entry.probes++;
  }

  private afterTimer(
    entry: NeighbourEntry,
    state: NeighbourState,
    reachableTime: Duration,
    delayProbeTime: Duration,
  ): NeighbourState {
    const sysctls = this.environment.neighbourSysctls(entry.device);
    const broadcasts =
      state === NeighbourState.probe ? sysctls.mcast_resolicit : sysctls.mcast_solicit;
    return stateOnTimer(state, {
      now: this.engine.now,
      confirmedAt: entry.confirmedAt,
      usedAt: entry.usedAt,
      reachableTime,
      delayProbeTime,
      probes: entry.probes,
      probesMax: sysctls.ucast_solicit + sysctls.app_solicit + broadcasts,
    });
  }

  /** An update to a state without a link address. */
  private invalidate(
    entry: NeighbourEntry,
    wanted: NeighbourState,
    strength: UpdateStrength,
    cause: Frame | null,
  ): Errno {
    const old = entry.state;
    if (!strength.admin && (old & (NeighbourState.noArp | NeighbourState.permanent)) !== 0)
      return 0;
    if (entry.armed) this.engine.timers.cancel(entry);
    const asking = (old & (NeighbourState.incomplete | NeighbourState.probe)) !== 0;
    if (asking && wanted === NeighbourState.failed) this.fail(entry, cause);
    else if (old !== wanted) {
      entry.state = wanted;
      this.note(entry, old, cause);
    }
    return 0;
  }

  /** Nobody answered: the packets that wait go back to their senders as unreachable. */
  private fail(entry: NeighbourEntry, cause: Frame | null): void {
    const old = entry.state;
    entry.state = NeighbourState.failed;
    entry.updatedAt = this.engine.now;
    this.note(entry, old, cause);
    for (const frame of takeQueue(entry)) {
      this.drop(frame, "neighbour-failed");
      this.environment.unreachable(frame, entry.device);
    }
  }

  /** Changes to a valid state, with the timer that it needs. */
  private enter(entry: NeighbourEntry, state: NeighbourState, cause: Frame | null): void {
    const old = entry.state;
    if (entry.armed) this.engine.timers.cancel(entry);
    if (state === NeighbourState.probe) entry.probes = 0;
    entry.state = state;
    if ((state & IN_TIMER) !== 0) {
      const wait = state === NeighbourState.reachable ? this.reachableTime(entry.device) : 0;
      this.engine.timers.arm(entry, (this.engine.now + wait) as Instant);
    }
    this.note(entry, old, cause);
  }

  /** The link address is known now: what waits goes out. */
  private release(entry: NeighbourEntry): void {
    for (const frame of takeQueue(entry)) this.resolve(entry, frame);
  }

  private reachableTime(device: NeighbourDevice): Duration {
    let time = this.reachableTimes[device.index];
    if (time === undefined) {
      time = new ReachableTime(this.environment.rng.stream(`neigh/${device.name}`));
      this.reachableTimes[device.index] = time;
    }
    const base = this.environment.neighbourSysctls(device).base_reachable_time_ms;
    return time.at(this.engine.now, base);
  }

  private retransmitTime(device: NeighbourDevice): Duration {
    const asked = milliseconds(this.environment.neighbourSysctls(device).retrans_time_ms);
    return Math.max(asked, SHORTEST_TIMER) as Duration;
  }

  /** So far back that no confirmation of then counts any more. */
  private longAgo(device: NeighbourDevice): Instant {
    const base = this.environment.neighbourSysctls(device).base_reachable_time_ms;
    return (this.engine.now - 2 * milliseconds(base)) as Instant;
  }

  private drop(frame: Frame, reason: DropReason): void {
    const { trace, place } = this.environment;
    if (trace !== null) trace.dropped(this.engine.now, place, frame, reason, null);
  }

  private note(entry: NeighbourEntry, old: NeighbourState, cause: Frame | null): void {
    if (this.watcher !== null) this.watcher.neighbourChanged(entry, old);
    const { trace, place } = this.environment;
    if (trace === null) return;
    const { address, state, linkAddress } = entry;
    trace.note("neighbour", this.engine.now, place, cause, null, address, old, state, linkAddress);
  }
}
