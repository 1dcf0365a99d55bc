/**
 * The forwarding database of a bridge device (br_fdb.c): which port leads to an address. Learnt entries go `ageing` after
 * they were last seen as a source; local ones (the bridge's own address and its ports') and those that an administrator
 * added stay. Entries move with their station, added ones too, as in the kernel. Left out: VLANs, sticky entries, the
 * kernel's own timer (an entry is looked at when it is used).
 */
import type { MacAddress } from "../../packet/mac-address.ts";
import type { Instant } from "../../time/instant.ts";
import type { BridgePort } from "./bridge-port.ts";

export class FdbEntry {
  readonly mac: MacAddress;
  /** null for the bridge itself. */
  port: BridgePort | null;
  /** Frames for it are for this host. */
  readonly local: boolean;
  /** It does not age. */
  readonly fixed: boolean;
  updatedAt: Instant;

  constructor(
    mac: MacAddress,
    port: BridgePort | null,
    local: boolean,
    fixed: boolean,
    now: Instant,
  ) {
    this.mac = mac;
    this.port = port;
    this.local = local;
    this.fixed = fixed;
    this.updatedAt = now;
  }
}

/** Where a bridge's memory ends: it learns no more addresses until old ones have aged. */
const ENTRIES_MAX = 65_536;

export class BridgeFdb {
  /** In nanoseconds; 0 learns nothing. */
  ageing = 300e9;
  /** In the order in which they came. */
  private readonly entries = new Map<MacAddress, FdbEntry>();

  find(mac: MacAddress, now: Instant): FdbEntry | undefined {
    const entry = this.entries.get(mac);
    if (entry === undefined || !this.isOver(entry, now)) return entry;
    this.entries.delete(mac);
    return undefined;
  }

  /** `mac` was seen as a source at `port`. */
  learn(mac: MacAddress, port: BridgePort, now: Instant): void {
    if (this.ageing === 0) return;
    const entry = this.find(mac, now);
    if (entry === undefined) {
      if (this.entries.size >= ENTRIES_MAX) this.forgetAged(now);
      if (this.entries.size < ENTRIES_MAX)
        this.entries.set(mac, new FdbEntry(mac, port, false, false, now));
    } else if (!entry.local) {
      entry.port = port;
      entry.updatedAt = now;
    }
  }

  /** Replaces whatever is known of the address. */
  put(entry: FdbEntry): void {
    this.entries.delete(entry.mac);
    this.entries.set(entry.mac, entry);
  }

  remove(mac: MacAddress): void {
    this.entries.delete(mac);
  }

  /** Forgets what was learnt at a port; with `all` also what was put there. */
  forgetPort(port: BridgePort, all: boolean): void {
    for (const entry of Array.from(this.entries.values()))
      if (entry.port === port && (all || !entry.fixed)) this.entries.delete(entry.mac);
  }

  forgetLearnt(): void {
    for (const entry of Array.from(this.entries.values()))
      if (!entry.fixed) this.entries.delete(entry.mac);
  }

  /** The newest first, as the kernel's list. */
  list(now: Instant): readonly FdbEntry[] {
    this.forgetAged(now);
    return Array.from(this.entries.values()).reverse();
  }

  private forgetAged(now: Instant): void {
    for (const entry of Array.from(this.entries.values()))
      if (this.isOver(entry, now)) this.entries.delete(entry.mac);
  }

  private isOver(entry: FdbEntry, now: Instant): boolean {
    return !entry.fixed && entry.updatedAt + this.ageing <= now;
  }
}
