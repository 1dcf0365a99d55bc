/** The invariants that hold in every network, in the order in which they are told. */
import type { Invariant } from "./invariant.ts";
import { arpSilence, neighbours } from "./laws/arp.ts";
import { connectionCounts } from "./laws/connection-counts.ts";
import { affinity, translation } from "./laws/connections.ts";
import { conservation } from "./laws/conservation.ts";
import { counters } from "./laws/counters.ts";
import { carrier, noReturn, time } from "./laws/links.ts";
import { scheduling } from "./laws/scheduling.ts";
import { tracking } from "./laws/tracking.ts";
import { damage, wire } from "./laws/wire.ts";

export const INVARIANTS: readonly Invariant[] = [
  time,
  carrier,
  noReturn,
  wire,
  damage,
  conservation,
  counters,
  arpSilence,
  neighbours,
  scheduling,
  connectionCounts,
  affinity,
  translation,
  tracking,
];
