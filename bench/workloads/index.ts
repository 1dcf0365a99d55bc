/** Every workload by its key. A run takes a second or two, warming up included; the catalogue some more. */
import { CalendarQueue } from "@lvsim/core";
import type { ImplementedScheduler } from "@lvsim/core/testing";
import { lookups, replacements } from "./connection-table.ts";
import { emptyHooks } from "./empty-hooks.ts";
import { connectionOctets, newConnections } from "./live-connections.ts";
import type { Measurement } from "./measure.ts";
import { coldRun, tinyRuns, warmRun } from "./network-runs.ts";
import { holdModel } from "./queue-hold.ts";
import { decisions } from "./schedulers.ts";

/** One that needs more code than most loads it first. */
export type Workload = () => Measurement | Promise<Measurement>;

export const WORKLOADS = new Map<string, Workload>([
  ["U-4x4", () => warmRun("U", 4, 4, 60_000, 4, 3)],
  // V8 is done with all the code of TCP after some 100,000 connections
  ["T-4x4", () => warmRun("T", 4, 4, 8_000, 14, 6)],
  ["U-512x512", () => warmRun("U", 512, 512, 20_000, 2, 1)],
  ["T-512x512", () => warmRun("T", 512, 512, 3_000, 3, 1)],
  ["U-cold", () => coldRun("U", 100_000)],
  // 10,000 connections a client: beyond 14,116 in TIME_WAIT every connect walks all even ports first, as Linux's does.
  ["T-cold", () => coldRun("T", 30_000)],
  ["tiny-U", () => tinyRuns("U", 1_000, 5_000)],
  ["tiny-T", () => tinyRuns("T", 300, 3_000)],
]);

for (const pending of [100, 1_000, 10_000, 100_000, 1_000_000])
  WORKLOADS.set(`queue-${pending}`, () => {
    // small queues are what a lab has: their figure is that of compiled code
    if (pending > 1_000)
      return holdModel(new CalendarQueue(), pending, pending <= 10_000 ? 1_000_000 : 500_000);
    // as the peer they are to be warm: at 60 ns an event a million are over before all is compiled
    holdModel(new CalendarQueue(), pending, 1_000_000);
    return holdModel(new CalendarQueue(), pending, 4_000_000);
  });

const SCHEDULED: readonly (readonly [ImplementedScheduler, number])[] = [
  ["rr", 4],
  ["rr", 1024],
  ["wrr", 4],
  ["wrr", 1024],
  ["wlc", 4],
  ["wlc", 64],
  ["wlc", 1024],
  ["lc", 1024],
  ["sed", 1024],
  ["nq", 1024],
  ["sh", 1024],
  ["mh", 4],
  ["mh", 1024],
];
for (const [name, servers] of SCHEDULED)
  WORKLOADS.set(`${name}-${servers}`, () => decisions(name, servers));
WORKLOADS.set("mh-strangers-1024", () => decisions("mh", 1024, true));

for (const size of [1_000, 10_000, 100_000]) {
  WORKLOADS.set(`connections-find-${size}`, () => lookups(size));
  WORKLOADS.set(`connections-replace-${size}`, () => replacements(size));
}
WORKLOADS.set("conn-new", newConnections);
WORKLOADS.set("conn-octets-1e6", () => connectionOctets(1e6));
WORKLOADS.set("hooks-empty", emptyHooks);
// shell and labs are much code, which the others are to be measured without
WORKLOADS.set("catalogue", async () => (await import("./labs.ts")).catalogue());
WORKLOADS.set("lab-100", async () => (await import("./labs.ts")).manyMachines());
WORKLOADS.set("curl-loop", async () => (await import("./labs.ts")).curlLoop());

/**
 * A run of everything measures them in its first round alone: they are long, so that what disturbs a moment is little of them,
 * or no time at all.
 */
export const ONCE: readonly string[] = [
  "U-512x512",
  "T-512x512",
  "queue-1000000",
  "conn-octets-1e6",
  "catalogue",
  "lab-100",
  "curl-loop",
];

/** Too long or too large for every run. */
export const BY_HAND = new Map<string, Workload>([
  ["conn-octets-1e7", () => connectionOctets(1e7)],
]);
