/**
 * `-m hashlimit` (`xt_hashlimit`): a token bucket for each combination of addresses and ports, whose tokens grow with
 * the kernel's ticks of 4 ms. Credit is counted in microseconds. An entry that nobody used for its time begins anew.
 * Left out: rates in octets, --hashlimit-htable-gcinterval (an entry ends on time), and tables shared by rules that
 * give them the same name.
 */
import type { Frame } from "../../../packet/frame.ts";
import { type Ipv4Address, prefixMask } from "../../../packet/ipv4-address.ts";
import { FragmentField } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import type { Match } from "./match.ts";
import { readNumber, readOption } from "./option.ts";

/** XT_HASHLIMIT_SCALE_v2: user space gives the time between packets in microseconds. */
export const HASH_LIMIT_SCALE = 1_000_000;
const MICROSECONDS_PER_TICK = 4000;
const NANOSECONDS_PER_TICK = 4_000_000;

const UNIT_SECONDS: ReadonlyMap<string, number> = new Map([
  ["sec", 1],
  ["min", 60],
  ["hour", 3600],
  ["day", 86_400],
]);

/** The mean time between packets of `rate` ("5/min"), in microseconds. */
function hashLimitInterval(rate: string): number {
  const [count, unit] = rate.split("/");
  const span = UNIT_SECONDS.get(unit ?? "sec") ?? 1;
  return Math.floor((HASH_LIMIT_SCALE * span) / readNumber(count as string));
}

/** What a packet is counted under; the parts that the mode leaves out are 0. */
class Bucket {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  /** Source port in the upper half. */
  readonly ports: number;
  credit = 0;
  latestTick = 0;
  /** In milliseconds of the engine's clock. */
  expiresAt = 0;
  next: Bucket | null = null;

  constructor(source: Ipv4Address, destination: Ipv4Address, ports: number) {
    this.source = source;
    this.destination = destination;
    this.ports = ports;
  }
}

const hashOf = (source: number, destination: number, ports: number): number =>
  Math.imul(Math.imul(source, 0x9e3779b1) ^ destination, 0x85ebca6b) ^ ports;

export class HashLimitMatch implements Match {
  private readonly environment: NetfilterEnvironment;
  private readonly cost: number;
  private readonly creditMax: number;
  private readonly matchesAbove: boolean;
  private readonly sourceMask: Ipv4Address;
  private readonly destinationMask: Ipv4Address;
  private readonly usesSourcePort: boolean;
  private readonly usesDestinationPort: boolean;
  /** How long an entry lives after its latest use, in milliseconds. */
  private readonly lifetime: number;
  /** 0 for as many as come. */
  private readonly entriesMax: number;
  private readonly buckets = new Map<number, Bucket>();
  private count = 0;
  private nextSweep = 0;

  constructor(options: OptionValues, environment: NetfilterEnvironment) {
    this.environment = environment;
    const above = readOption(options, "hashlimit-above");
    const rate = above ?? readOption(options, "hashlimit-upto");
    const interval = hashLimitInterval(rate?.value ?? "1/sec");
    this.matchesAbove = above !== null;
    this.cost = interval;
    this.creditMax = interval * readNumber(options["hashlimit-burst"] ?? "5");
    const modes = (options["hashlimit-mode"] ?? "").split(",");
    const maskOf = (mode: string, length: string | undefined): Ipv4Address =>
      prefixMask(modes.includes(mode) ? readNumber(length ?? "32") : 0);
    this.sourceMask = maskOf("srcip", options["hashlimit-srcmask"]);
    this.destinationMask = maskOf("dstip", options["hashlimit-dstmask"]);
    this.usesSourcePort = modes.includes("srcport");
    this.usesDestinationPort = modes.includes("dstport");
    const unit = rate?.value.split("/")[1] ?? "sec";
    const lifetime = options["hashlimit-htable-expire"];
    this.lifetime =
      lifetime === undefined ? (UNIT_SECONDS.get(unit) ?? 1) * 1000 : readNumber(lifetime);
    this.entriesMax = readNumber(options["hashlimit-htable-max"] ?? "0");
  }

  matches(frame: Frame): boolean {
    const now = this.environment.now();
    const milliseconds = Math.floor(now / 1e6);
    const tick = Math.floor(now / NANOSECONDS_PER_TICK);
    const bucket = this.bucketOf(frame, milliseconds, tick);
    // the table is full: the kernel drops the packet (`hotdrop`); here it counts as one above the limit
    if (bucket === null) return this.matchesAbove;
    bucket.expiresAt = milliseconds + this.lifetime;
    const grown = bucket.credit + (tick - bucket.latestTick) * MICROSECONDS_PER_TICK;
    bucket.credit = Math.min(grown, this.creditMax);
    bucket.latestTick = tick;
    if (bucket.credit < this.cost) return this.matchesAbove;
    bucket.credit -= this.cost;
    return !this.matchesAbove;
  }

  restart(): void {
    // the kernel keeps the table from rule set to rule set by its name
  }

  private bucketOf(frame: Frame, milliseconds: number, tick: number): Bucket | null {
    if (milliseconds >= this.nextSweep) this.sweep(milliseconds);
    const source = (frame.source & this.sourceMask) as Ipv4Address;
    const destination = (frame.destination & this.destinationMask) as Ipv4Address;
    const isLater = (frame.fragment & FragmentField.offsetMask) !== 0;
    const sourcePort = this.usesSourcePort && !isLater ? frame.sourcePort : 0;
    const destinationPort = this.usesDestinationPort && !isLater ? frame.destinationPort : 0;
    const ports = (sourcePort << 16) | destinationPort;
    const hash = hashOf(source, destination, ports);
    const head = this.buckets.get(hash) ?? null;
    for (let at = head; at !== null; at = at.next)
      if (
        at.source === source &&
        at.destination === destination &&
        at.ports === ports &&
        at.expiresAt > milliseconds
      )
        return at;
    if (this.entriesMax !== 0 && this.count >= this.entriesMax) return null;
    const made = new Bucket(source, destination, ports);
    made.credit = this.creditMax;
    made.latestTick = tick;
    made.next = head;
    this.buckets.set(hash, made);
    this.count++;
    return made;
  }

  /** Forgets what has expired, at most once a lifetime. */
  private sweep(milliseconds: number): void {
    this.nextSweep = milliseconds + this.lifetime;
    for (const [hash, head] of this.buckets) {
      let kept: Bucket | null = null;
      for (let at: Bucket | null = head; at !== null; ) {
        const next: Bucket | null = at.next;
        if (at.expiresAt > milliseconds) {
          at.next = kept;
          kept = at;
        } else this.count--;
        at = next;
      }
      if (kept === null) this.buckets.delete(hash);
      else this.buckets.set(hash, kept);
    }
  }
}
