/**
 * Maglev hashing (`ip_vs_mh.c`): a hash of the client's address (with mh-port its port too) picks a slot of a table
 * that servers fill by weight, so that few clients move when a server comes or goes. The table goes by the last weight
 * that was not 0: a quiesced server keeps its slots, and its clients get none, unless mh-fallback hashes on.
 *
 * The table has 4,093 slots (CONFIG_IP_VS_MH_TAB_INDEX 12); the hash is that of 64-bit kernels. Left out: a change of
 * the scheduler to mh is not refused when a service has more servers than slots; the table stays as it was then, as it
 * does in the kernel when too many servers are added.
 */
import type { Destination } from "../destination.ts";
import {
  type Scheduler,
  type SchedulerFactory,
  SchedulerFlag,
  type SchedulingRequest,
  type ServerPool,
} from "../scheduler.ts";
import { clientPortOf } from "./client-port.ts";
import { greatestCommonDivisor } from "./greatest-common-divisor.ts";
import { type MaglevSeat, maglevTable } from "./maglev.ts";
import { sipHash13 } from "./sip-hash.ts";

const SLOTS = 4093;
/** Weights, divided by their common divisor, are cut to so many bits. */
const TURN_BITS = 6;
/** Places servers and clients. */
const PLACE_KEY = 2654435761 | 0;
/** Gives servers their skip. */
const SKIP_KEY = 2654446892 | 0;

const isUsable = (server: Destination): boolean => server.usableWeight > 0;

const slotOf = (key: number): number => (sipHash13(key, PLACE_KEY) >>> 0) % SLOTS;

/** What decides a server's permutation: its address and port. */
export function permutationOf(server: Destination): { offset: number; skip: number } {
  const key = (server.address + server.port) | 0;
  return {
    offset: slotOf(key),
    skip: ((sipHash13(key, SKIP_KEY) >>> 0) % (SLOTS - 1)) + 1,
  };
}

/** Clients come again, and their hash is most of a decision: a slot is kept where the low 16 bits of its key say. */
class SlotMemory {
  private readonly keys = new Int32Array(1 << 16);
  private readonly slots = new Int16Array(1 << 16);

  constructor() {
    // every other place has a key that does not belong there
    this.slots[0] = slotOf(0);
  }

  slotOf(key: number): number {
    const place = key & 0xffff;
    if (this.keys[place] === key) return this.slots[place] as number;
    const slot = slotOf(key);
    this.keys[place] = key;
    this.slots[place] = slot;
    return slot;
  }
}

class MaglevHashing implements Scheduler {
  private readonly pool: ServerPool;
  /** Made at the first decision. */
  private memory: SlotMemory | null = null;
  private slots: (Destination | null)[] = [];
  /** The list or a weight changed since the table was filled. */
  private stale = true;

  constructor(pool: ServerPool) {
    this.pool = pool;
  }

  select(request: SchedulingRequest): Destination | null {
    if (this.stale) this.fill();
    const flags = this.pool.schedulerFlags;
    const withPort = (flags & SchedulerFlag.port) !== 0;
    const key = (request.clientAddress + (withPort ? clientPortOf(request) : 0)) | 0;
    this.memory ??= new SlotMemory();
    const home = this.memory.slotOf(key);
    const server = this.slots[home] as Destination | null;
    if (server === null || isUsable(server)) return server;
    return (flags & SchedulerFlag.fallback) === 0 ? null : this.fallBack(key, home);
  }

  changed(): void {
    this.stale = true;
  }

  private fallBack(key: number, home: number): Destination | null {
    for (let offset = 0; offset < SLOTS; offset++) {
      const server = this.slots[
        slotOf((key + ((offset + home) % SLOTS)) | 0)
      ] as Destination | null;
      if (server === null || isUsable(server)) return server;
    }
    return null;
  }

  private fill(): void {
    this.stale = false;
    const servers = this.pool.destinations;
    if (servers.length <= SLOTS || this.slots.length === 0) this.slots = ownersOfSlots(servers);
  }
}

/** The server of each slot; null everywhere when none ever had a weight. */
export function ownersOfSlots(servers: readonly Destination[]): (Destination | null)[] {
  const owners = maglevTable(seatsOf(servers.slice(0, SLOTS)), SLOTS);
  return Array.from(owners, (owner) => servers[owner] ?? null);
}

function seatsOf(servers: readonly Destination[]): MaglevSeat[] {
  let divisor = 0;
  let largest = 0;
  for (const { lastWeight } of servers) {
    divisor = greatestCommonDivisor(lastWeight, divisor);
    largest = Math.max(largest, lastWeight);
  }
  if (divisor === 0) divisor = 1;
  const bits = 32 - Math.clz32(Math.floor(largest / divisor));
  const shift = Math.max(0, bits - TURN_BITS);
  return servers.map((server) => ({
    ...permutationOf(server),
    turns: turnsOf(server.lastWeight, divisor, shift),
  }));
}

const turnsOf = (weight: number, divisor: number, shift: number): number =>
  weight === 0 ? 0 : Math.max(1, Math.floor(weight / divisor) >> shift);

export const mh: SchedulerFactory = (pool) => new MaglevHashing(pool);
