/** How an instance's story reads in the log: version 2.2 and 1.3.5 have words of their own. */
import { type Duration, formatIpv4Address, type Ipv4Address } from "@lvsim/core";

/** Milliseconds. */
const ms = (time: Duration): number => Math.round(time / 1e6);

export class VrrpWords {
  private readonly name: string;
  private readonly old: boolean;

  constructor(name: string, old: boolean) {
    this.name = name;
    this.old = old;
  }

  /** The instance, before what is said of it. */
  of(text: string): string {
    return this.old ? `VRRP_Instance(${this.name}) ${text}` : `(${this.name}) ${text}`;
  }

  entering(state: string, isFirst = false): string {
    return this.of(`Entering ${state} STATE${isFirst && !this.old ? " (init)" : ""}`);
  }

  get timeout(): string {
    return this.of(this.old ? "Transition to MASTER STATE" : "Receive advertisement timeout");
  }

  get resigned(): string {
    return this.of("sent 0 priority");
  }

  get heardResignation(): string {
    return this.of("Backup received priority 0 advertisement");
  }

  lower(priority: number, from: Ipv4Address): string {
    return this.old
      ? this.of("forcing a new MASTER election")
      : this.of(
          `received lower priority (${priority}) advert from ${formatIpv4Address(from)} - discarding`,
        );
  }

  masterHeardLower(from: Ipv4Address, priority: number, ours: number, answers: boolean): string {
    if (this.old)
      return this.of(
        `Received advert with lower priority ${priority}, ours ${ours}${answers ? ", forcing new election" : ""}`,
      );
    return this.of(
      `Received advert from ${formatIpv4Address(from)} with lower priority ${priority}, ours ${ours}${answers ? ", forcing new election" : ""}`,
    );
  }

  masterHeardHigher(from: Ipv4Address, priority: number, ours: number): string {
    if (this.old) return this.of(`Received advert with higher priority ${priority}, ours ${ours}`);
    const who = formatIpv4Address(from);
    return priority > ours
      ? this.of(`Master received advert from ${who} with higher priority ${priority}, ours ${ours}`)
      : this.of(
          `Master received advert from ${who} with same priority ${priority} but higher IP address than ours`,
        );
  }

  get masterHeardResignation(): string {
    return this.of("Master received priority 0 or lower priority advert");
  }

  interval(from: Duration, to: Duration): string {
    return this.of(
      `advertisement interval updated to ${ms(to)} milli-sec from ${ms(from)} milli-sec`,
    );
  }

  get preemptDelayEnds(): string {
    return this.of("stop preempt delay");
  }

  preemptDelayBegins(delay: Duration): string {
    return this.of(`start preempt delay (${(delay / 1e9).toFixed(6)})`);
  }

  get addressesSet(): string {
    return this.of("setting protocol VIPs.");
  }

  get addressesRemoved(): string {
    return this.of("removing protocol VIPs.");
  }

  announcing(device: string, address: Ipv4Address): string {
    const where = `${device} for ${formatIpv4Address(address)}`;
    return this.of(`Sending/queueing gratuitous ARPs on ${where}`);
  }

  priority(from: number, to: number): string {
    return this.of(`Changing effective priority from ${from} to ${to}`);
  }
}
