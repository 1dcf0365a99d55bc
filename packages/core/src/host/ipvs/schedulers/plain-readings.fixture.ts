/**
 * A second reading of each scheduler's definition (ipvs-behaviour §1), as plain as it can be and without a thought of
 * speed: what tests hold the schedulers against. A list of servers is given at each question, its head first.
 */
import { createRng } from "../../../rng/rng.ts";
import type { SchedulingRequest } from "../scheduler.ts";
import { hash32 } from "./hash.ts";
import type { ImplementedScheduler } from "./index.ts";
import { sipHash13 } from "./sip-hash.ts";

export interface PlainServer {
  readonly name: string;
  readonly key: number;
  weight: number;
  lastWeight: number;
  active: number;
  inactive: number;
  overloaded: boolean;
}

interface Question {
  readonly list: readonly PlainServer[];
  readonly request: SchedulingRequest;
  /** `-b`: whether flag-1 and flag-2 are set. */
  readonly fallback: boolean;
  readonly port: boolean;
  /** What one active connection counts beside one inactive: 256 before 6.1.187, 257 since. */
  readonly activeWeight: number;
}

type Answer = PlainServer | null | undefined;

/** One scheduler, read again. Without `changed` a change of the list means nothing to it. */
export interface PlainReading {
  pick(question: Question): Answer;
  changed?(kind: "added" | "edited" | "deleted", list: readonly PlainServer[], at: number): void;
}

const usable = ({ weight, overloaded }: PlainServer): boolean => weight > 0 && !overloaded;
const overheadOf = ({ active, inactive }: PlainServer, activeWeight: number): number =>
  activeWeight * active + inactive;

/** The first of the servers with the least value. */
function firstLeast(
  list: readonly PlainServer[],
  value: (server: PlainServer) => readonly [load: number, share: number],
): Answer {
  let best: PlainServer | undefined;
  for (const server of list.filter(usable)) {
    const [load, share] = value(server);
    best ??= server;
    const [bestLoad, bestShare] = value(best);
    if (load * bestShare < bestLoad * share) best = server;
  }
  return best;
}

const firstHeaviest = (list: readonly PlainServer[]): Answer =>
  list.toSorted((a, b) => b.weight - a.weight)[0];

const divisorOf = (values: readonly number[]): number =>
  values.reduce((a, b) => {
    let [x, y]: [number, number] = [a, b];
    while (y !== 0) [x, y] = [y, x % y];
    return x;
  }, 0);

function roundRobin(): PlainReading {
  /** The server chosen last, by name; undefined for the head of the list. */
  let last: string | undefined;
  let names: string[] = [];
  return {
    pick({ list }) {
      const at = list.findIndex(({ name }) => name === last);
      const chosen = [...list.slice(at + 1), ...list.slice(0, at + 1)].find(usable);
      if (chosen !== undefined) last = chosen.name;
      return chosen;
    },
    changed(kind, list, at) {
      if (kind === "deleted" && names[at] === last) last = names[at - 1];
      names = list.map(({ name }) => name);
    },
  };
}

function weightedRoundRobin(): PlainReading {
  /** cl, counted from 1; 0 is the head. */
  let current = 0;
  let level = 0;
  let step = 1;
  let highest = 0;
  return {
    changed(_kind, list) {
      const weights = list.map(({ weight }) => weight);
      step = Math.max(1, divisorOf(weights));
      highest = Math.max(0, ...weights) === 0 ? 0 : Math.max(...weights) - (step - 1);
      current = 0;
      if (level > highest || level === 0) level = highest;
      else if (step > 1) level = Math.floor(level / step) * step + 1;
    },
    pick({ list }) {
      if (highest === 0) return null;
      const start = current;
      /** Whether the present pass takes every weight and began at the head. */
      let whole = start === 0 && level <= step;
      /** Whether the levels began again from the top. */
      let again = false;
      for (;;) {
        if (++current <= list.length) {
          const server = list[current - 1] as PlainServer;
          if (server.weight >= level && !server.overloaded) return server;
          // the servers behind the start were examined in its own pass
          if (again && level <= step && current === start) return null;
          continue;
        }
        current = 0;
        level -= step;
        if (level <= 0) {
          level = highest;
          if (whole) return null;
          again = true;
        }
        whole = level <= step;
      }
    },
  };
}

const keyOf = ({ request, port }: Question): number =>
  (request.clientAddress + (port ? request.clientPort : 0)) | 0;

function destinationHashing(): PlainReading {
  let table: readonly PlainServer[] = [];
  return {
    changed(kind, list) {
      if (kind !== "edited") table = [...list];
    },
    pick({ request }) {
      const home = table[hash32(request.packetDestination, 8) % table.length];
      return home !== undefined && usable(home) ? home : null;
    },
  };
}

function sourceHashing(): PlainReading {
  let table: readonly PlainServer[] = [];
  return {
    changed(_kind, list) {
      const turn = list.flatMap((server) =>
        Array.from({ length: Math.max(1, server.weight) }, () => server),
      );
      table =
        turn.length === 0
          ? []
          : Array.from({ length: 256 }, (_, i) => turn[i % turn.length] as PlainServer);
    },
    pick(question) {
      const home = hash32(keyOf(question), 8);
      const server = table[home];
      if (server === undefined || usable(server) || !question.fallback)
        return server !== undefined && usable(server) ? server : null;
      return [...table, ...table, ...table].slice(2 * home, 2 * home + 256).find(usable);
    },
  };
}

const MH_SLOTS = 4093;
const mhHash = (value: number, key: number): number => sipHash13(value | 0, key) >>> 0;
const mhSlot = (value: number): number => mhHash(value, 2654435761) % MH_SLOTS;

function maglevHashing(): PlainReading {
  let table: readonly (PlainServer | null)[] = [];
  return {
    changed(_kind, list) {
      table = mhTable(list);
    },
    pick(question) {
      const home = mhSlot(keyOf(question));
      const server = table[home];
      if (server === undefined || server === null || usable(server)) return server;
      if (!question.fallback) return null;
      for (let i = 0; i < MH_SLOTS; i++) {
        const other = table[mhSlot(keyOf(question) + ((home + i) % MH_SLOTS))];
        if (other === null || other === undefined || usable(other)) return other;
      }
      return null;
    },
  };
}

function mhTable(list: readonly PlainServer[]): readonly (PlainServer | null)[] {
  const table = new Array<PlainServer | null>(MH_SLOTS).fill(null);
  const divisor = divisorOf(list.map(({ lastWeight }) => lastWeight));
  if (divisor === 0) return table;
  const largest = Math.max(...list.map(({ lastWeight }) => lastWeight)) / divisor;
  let shift = 0;
  while (largest >= 2 ** (6 + shift)) shift++;
  const claims = list.map(() => 0);
  for (let left = MH_SLOTS; ; )
    for (const [at, server] of list.entries()) {
      const share = Math.floor(server.lastWeight / divisor / 2 ** shift);
      for (let turn = server.lastWeight === 0 ? 0 : Math.max(1, share); turn > 0; turn--) {
        const skip = (mhHash(server.key, 2654446892) % (MH_SLOTS - 1)) + 1;
        const slot = (): number => (mhSlot(server.key) + (claims[at] as number) * skip) % MH_SLOTS;
        while (table[slot()] !== null) claims[at] = (claims[at] as number) + 1;
        table[slot()] = server;
        if (--left === 0) return table;
      }
    }
}

const wlcOf = (list: readonly PlainServer[], activeWeight: number): Answer =>
  firstLeast(list, (server) => [overheadOf(server, activeWeight), server.weight]);

const saturated = (server: PlainServer, list: readonly PlainServer[]): boolean =>
  server.active > server.weight && list.some(({ active, weight }) => 2 * active < weight);

/** Without the passing of time. */
function localityBased(): PlainReading {
  const cache = new Map<number, PlainServer>();
  return {
    pick({ list, request, activeWeight }) {
      const known = cache.get(request.packetDestination);
      const stays = known !== undefined && list.includes(known) && known.weight > 0;
      if (stays && !saturated(known, list)) return known;
      const chosen = wlcOf(list, activeWeight);
      if (chosen) cache.set(request.packetDestination, chosen);
      return chosen;
    },
  };
}

/** Without the passing of time. */
function localityBasedWithReplication(): PlainReading {
  const cache = new Map<number, PlainServer[]>();
  return {
    pick({ list, request, activeWeight }) {
      const known = cache.get(request.packetDestination) ?? [];
      const member = wlcOf(
        known.filter((server) => list.includes(server)),
        activeWeight,
      );
      if (member && !saturated(member, list)) return member;
      const chosen = wlcOf(list, activeWeight);
      if (chosen && !known.includes(chosen))
        cache.set(request.packetDestination, [chosen, ...known]);
      return chosen;
    },
  };
}

/** `seed` is that of the pool, whose draws it repeats. */
function randomTwos(seed: string): PlainReading {
  const rng = createRng(seed);
  return {
    pick({ list, activeWeight }) {
      const shares = list
        .filter(usable)
        .flatMap((server) => Array.from({ length: server.weight }, () => server));
      const [first] = shares;
      if (first === undefined) return null;
      // 0 and 1 are both the first one's
      const row = [first, ...shares];
      const one = row[rng.below(row.length)] as PlainServer;
      const two = row[rng.below(row.length)] as PlainServer;
      const load = (server: PlainServer): number => overheadOf(server, activeWeight);
      return load(two) * one.weight < load(one) * two.weight ? two : one;
    },
  };
}

const ALONE =
  (pick: (question: Question) => Answer): (() => PlainReading) =>
  () => ({ pick });

/** By name; each call begins anew. `seed` is for those that draw. */
export const PLAIN_READINGS: Readonly<
  Record<ImplementedScheduler, (seed: string) => PlainReading>
> = {
  rr: roundRobin,
  wrr: weightedRoundRobin,
  lc: ALONE(({ list, activeWeight }) =>
    firstLeast(list, (server) => [overheadOf(server, activeWeight), 1]),
  ),
  wlc: ALONE(({ list, activeWeight }) => wlcOf(list, activeWeight)),
  sed: ALONE(({ list }) => firstLeast(list, ({ active, weight }) => [active + 1, weight])),
  nq: ALONE(
    ({ list }) =>
      list.find((server) => usable(server) && server.active === 0) ??
      firstLeast(list, ({ active, weight }) => [active + 1, weight]),
  ),
  fo: ALONE(({ list }) => firstHeaviest(list.filter(usable))),
  ovf: ALONE(({ list }) =>
    firstHeaviest(list.filter((server) => usable(server) && server.active <= server.weight)),
  ),
  dh: destinationHashing,
  sh: sourceHashing,
  mh: maglevHashing,
  lblc: localityBased,
  lblcr: localityBasedWithReplication,
  twos: randomTwos,
};
