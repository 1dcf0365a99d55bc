/**
 * The state machine of one virtual router (RFC 3768 §6.4, RFC 5798 §6.4, as keepalived's vrrp.c has it): a master says so every
 * interval; a backup that hears nothing for the master-down time becomes master. What it does to the machine goes
 * through `VrrpPort`, so that it can be turned by hand. Left out: IPv6, SNMP, adverts while the daemon starts up slowly.
 */
import { type Duration, type Instant, type Ipv4Address, later } from "@lvsim/core";
import type { VrrpSettings } from "../config/complete-vrrp.ts";
import type { Advert } from "./packet.ts";
import { VrrpWords } from "./words.ts";

export type VrrpState = "INIT" | "BACKUP" | "MASTER" | "FAULT";

/** What an instance does to the machine, and what its group wants of it. */
export interface VrrpPort {
  readonly now: Instant;
  say(text: string): void;
  /** Said with -D only. */
  detail(text: string): void;
  send(instance: VrrpInstance, priority: number): void;
  setAddresses(instance: VrrpInstance): void;
  removeAddresses(instance: VrrpInstance): void;
  /** Gratuitous ARP for all addresses, `repeat` times. */
  announce(instance: VrrpInstance, repeat: number): void;
  announceLater(instance: VrrpInstance, delay: Duration, repeat: number): void;
  notify(instance: VrrpInstance): void;
  /** The instance's timer, or none. */
  arm(instance: VrrpInstance, deadline: Instant | null): void;
  /** Whether the group, if there is one, lets the instance become master. */
  mayBecomeMaster(instance: VrrpInstance): boolean;
  /** The instance went from one state to another. */
  moved(instance: VrrpInstance, from: VrrpState): void;
}

/** An advertisement for an instance, checked. */
export interface ReceivedAdvert {
  readonly advert: Advert;
  readonly source: Ipv4Address;
}

export const OWNER = 255;
const ADVERTS_MISSED = 3;

export class VrrpInstance {
  readonly settings: VrrpSettings;
  readonly words: VrrpWords;
  state: VrrpState = "INIT";
  /** What it would be, were it not for its group. */
  wanted: VrrpState;
  /** Base priority and what tracking adds. */
  priority: number;
  /** Reasons to be in FAULT. */
  faults = 0;
  /** The virtual addresses are on the machine. */
  hasAddresses = false;
  /** The address that it sends from. */
  source: Ipv4Address;
  /** Where the last valid advertisement came from; 0 for none. */
  master = 0 as Ipv4Address;
  private masterInterval: Duration;
  private downTimer: Duration;
  private deadline: Instant | null = null;
  private preemptAt: Instant | null = null;
  private refreshAt: Instant | null = null;
  private readonly port: VrrpPort;

  constructor(settings: VrrpSettings, source: Ipv4Address, old: boolean, port: VrrpPort) {
    this.settings = settings;
    this.source = source;
    this.port = port;
    this.words = new VrrpWords(settings.name, old);
    this.priority = settings.priority;
    this.wanted = settings.state;
    this.masterInterval = settings.advertInterval;
    this.downTimer = this.masterDownTime();
  }

  /** (256 − priority) / 256 of a second in version 2, of the advertisement interval in version 3. */
  get skew(): Duration {
    const unit = this.settings.version === 2 ? 1e9 : this.masterInterval;
    return Math.floor(((256 - this.priority) * unit) / 256) as Duration;
  }

  masterDownTime(): Duration {
    return (ADVERTS_MISSED * this.masterInterval + this.skew) as Duration;
  }

  /** Leaves INIT; `was` is the state of the instance that it replaces on a reload. */
  begin(was: VrrpInstance | null): void {
    const { port, settings } = this;
    if (was !== null) return this.takeOver(was);
    if (this.faults > 0) {
      this.state = "FAULT";
      this.wanted = "FAULT";
      port.say(this.words.entering("FAULT", true));
      port.notify(this);
      return this.rearm();
    }
    this.state = "BACKUP";
    if (settings.state === "MASTER" && settings.priority === OWNER)
      this.downTimer = 1000 as Duration;
    else {
      this.downTimer = this.masterDownTime();
      port.say(this.words.entering("BACKUP", true));
      port.notify(this);
    }
    this.rearm();
  }

  private takeOver(was: VrrpInstance): void {
    this.state = was.state;
    this.wanted = was.state;
    this.hasAddresses = was.hasAddresses;
    this.master = was.master;
    if (this.faults > 0 && this.state !== "FAULT") return this.fail();
    if (this.faults === 0 && this.state === "FAULT") return this.recover();
    if (this.state !== "MASTER") return this.rearm();
    this.port.send(this, this.priority);
    this.rearm();
  }

  /** The timer ran out. */
  timeout(): void {
    const before = this.state;
    if (before === "BACKUP") {
      this.port.detail(this.words.timeout);
      this.becomeMaster();
    } else if (before === "MASTER") this.transmit();
    this.port.moved(this, before);
    this.rearm();
  }

  /** From BACKUP or FAULT, when the group agrees. */
  becomeMaster(): void {
    this.wanted = "MASTER";
    if (!this.port.mayBecomeMaster(this)) return;
    this.state = "MASTER";
    this.transmit();
    this.rearm();
  }

  private transmit(): void {
    const { port, settings } = this;
    const { garp } = settings;
    if (!this.hasAddresses) this.takeAddresses();
    else if (this.refreshAt !== null && port.now >= this.refreshAt) {
      port.announce(this, garp.refreshRepeat);
      this.refreshAt = later(port.now, garp.refresh);
    }
    port.send(this, this.priority);
  }

  private takeAddresses(): void {
    const { port, settings, words } = this;
    const { garp } = settings;
    port.say(words.entering("MASTER"));
    port.detail(words.addressesSet);
    port.setAddresses(this);
    this.hasAddresses = true;
    port.announce(this, garp.repeat);
    this.refreshAt = garp.refresh > 0 ? later(port.now, garp.refresh) : null;
    port.notify(this);
    if (garp.delay > 0) port.announceLater(this, garp.delay, garp.repeat);
  }

  /** A valid advertisement of another router with this id. */
  receive(heard: ReceivedAdvert): void {
    const before = this.state;
    if (before === "BACKUP") this.receiveAsBackup(heard);
    else if (before === "MASTER") this.receiveAsMaster(heard);
    else return;
    this.port.moved(this, before);
    if (this.state !== "MASTER" || !this.settings.lowerPriorityNoAdvert) this.rearm();
  }

  private receiveAsBackup({ advert, source }: ReceivedAdvert): void {
    const { port, settings, words } = this;
    this.master = source;
    if (advert.priority === 0) {
      port.say(words.heardResignation);
      this.downTimer = this.skew;
      return;
    }
    const isHeld =
      settings.preemptDelay > 0 && (this.preemptAt === null || this.preemptAt > port.now);
    if (!settings.nopreempt && advert.priority < this.priority && !isHeld) {
      port.say(words.lower(advert.priority, source));
      this.keepWaiting();
      return;
    }
    this.followInterval(advert);
    this.downTimer = this.masterDownTime();
    if (settings.preemptDelay > 0) this.watchPreemption(advert.priority);
    this.wanted = "BACKUP";
  }

  /** What was not to be heard does not put off the timer. */
  private keepWaiting(): void {
    const left = this.deadline === null ? 0 : this.deadline - this.port.now;
    this.downTimer = Math.max(0, left) as Duration;
  }

  private watchPreemption(priority: number): void {
    const { port, settings, words } = this;
    if (priority >= this.priority) {
      if (this.preemptAt !== null) port.detail(words.preemptDelayEnds);
      this.preemptAt = null;
    } else if (this.preemptAt === null) {
      port.detail(words.preemptDelayBegins(settings.preemptDelay));
      this.preemptAt = later(port.now, settings.preemptDelay);
    }
  }

  /** RFC 5798 §6.4.2: the master's interval is what counts. */
  private followInterval({ version, interval }: Advert): void {
    if (version !== 3) return;
    const theirs = (interval * 1e7) as Duration;
    if (theirs === this.masterInterval) return;
    this.port.say(this.words.interval(this.masterInterval, theirs));
    this.masterInterval = theirs;
  }

  private receiveAsMaster({ advert, source }: ReceivedAdvert): void {
    const { port, settings, words } = this;
    const ours = this.priority;
    const byAddress = (source >>> 0) - (this.source >>> 0);
    const isHigher = advert.priority > ours || (advert.priority === ours && byAddress > 0);
    if (advert.priority === 0 || (settings.higherPrioritySendAdvert && isHigher)) {
      port.say(words.masterHeardResignation);
      port.send(this, ours);
      if (advert.priority === 0) return;
    }
    if (isHigher) {
      port.say(words.masterHeardHigher(source, advert.priority, ours));
      this.wanted = "BACKUP";
      this.leaveMaster(false);
      this.followInterval(advert);
      this.downTimer = this.masterDownTime();
      this.master = source;
    } else if (advert.priority < ours || byAddress < 0) this.answerLower(advert.priority, source);
    else
      port.say(
        words.of("WARNING - equal priority advert received from remote host with our IP address."),
      );
  }

  /** A master that hears a lesser one tells everybody again who it is. */
  private answerLower(priority: number, source: Ipv4Address): void {
    const { port, settings, words } = this;
    const answers = !settings.lowerPriorityNoAdvert;
    port.say(words.masterHeardLower(source, priority, this.priority, answers));
    if (answers) port.send(this, this.priority);
    const { lowerPriorityDelay: delay, lowerPriorityRepeat: repeat } = settings.garp;
    if (repeat === 0) return;
    port.announce(this, repeat);
    if (delay > 0) port.announceLater(this, delay, repeat);
  }

  /** From MASTER to what is wanted, BACKUP or FAULT; `resigns` tells the others at once. */
  leaveMaster(resigns: boolean): void {
    const { port, words } = this;
    if (this.wanted === "BACKUP") this.preemptAt = null;
    this.masterInterval = this.settings.advertInterval;
    port.say(words.entering(this.wanted));
    this.giveUp(resigns);
    this.state = this.wanted;
    port.notify(this);
    this.downTimer = this.masterDownTime();
    this.rearm();
  }

  private giveUp(resigns: boolean): void {
    const { port, words } = this;
    if (resigns) {
      port.send(this, 0);
      port.say(words.resigned);
    }
    if (!this.hasAddresses) return;
    port.detail(words.addressesRemoved);
    port.removeAddresses(this);
    this.hasAddresses = false;
    this.refreshAt = null;
  }

  /** A reason for FAULT came up. */
  fail(): void {
    if (this.state === "FAULT" || this.state === "INIT") return;
    const before = this.state;
    this.wanted = "FAULT";
    if (before === "MASTER") this.leaveMaster(true);
    else {
      this.port.say(this.words.entering("FAULT"));
      this.state = "FAULT";
      this.port.notify(this);
      this.rearm();
    }
    this.port.moved(this, before);
  }

  /** The last reason for FAULT has gone. */
  recover(): void {
    if (this.state !== "FAULT") return;
    this.wanted = "BACKUP";
    this.masterInterval = this.settings.advertInterval;
    this.preemptAt = null;
    this.port.say(this.words.entering("BACKUP"));
    this.state = "BACKUP";
    this.port.notify(this);
    this.downTimer = this.masterDownTime();
    this.rearm();
    this.port.moved(this, "FAULT");
  }

  /** Tracking changed the priority. */
  changePriority(priority: number): void {
    if (priority === this.priority) return;
    this.port.say(this.words.priority(this.priority, priority));
    this.priority = priority;
  }

  /** The daemon ends: a master hands over. */
  stop(keepsAddresses: boolean): void {
    if (this.state !== "MASTER") return;
    if (keepsAddresses) this.port.send(this, 0);
    else this.giveUp(true);
  }

  private rearm(): void {
    const { port, settings, state } = this;
    const delay =
      state === "MASTER" ? settings.advertInterval : state === "BACKUP" ? this.downTimer : null;
    this.deadline = delay === null ? null : later(port.now, delay);
    port.arm(this, this.deadline);
  }
}
