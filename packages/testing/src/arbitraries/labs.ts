/** Whole labs: a network, a service with its servers, requests, and what goes wrong meanwhile. */
import type { SchedulerName } from "@lvsim/core";
import fc from "fast-check";
import { type Fault, type FaultSchedulesOptions, faultSchedules } from "./fault-schedules.ts";
import { type ServerSetsOptions, type ServerSpec, serverSets } from "./server-sets.ts";
import { type TopologiesOptions, type Topology, topologies } from "./topologies.ts";

/** What a lab is made from: small to print, where the lab itself is long. `labFor` makes it. */
export interface LabPlan {
  readonly topology: Topology;
  /** As `ipvsadm -s` takes it. */
  readonly scheduler: string;
  readonly servers: readonly ServerSpec[];
  /** Of each client, one every 100 ms. */
  readonly requests: number;
  readonly faults: readonly Fault[];
}

export interface LabsOptions extends ServerSetsOptions, TopologiesOptions {
  /** Schedulers to choose from, the simplest first; rr, wrr, lc and wlc unless said. */
  readonly schedulers?: readonly (SchedulerName | (string & {}))[];
  /** How many requests each client sends at most; 8 unless said. */
  readonly requestsMax?: number;
  /** What may go wrong; nothing unless said. */
  readonly faults?: Omit<FaultSchedulesOptions, "servers">;
}

/** Plans of labs, shrinking to direct routing, one client beside the director, one server of weight 1 and one request. */
export function labs(options: LabsOptions = {}): fc.Arbitrary<LabPlan> {
  const { schedulers = ["rr", "wrr", "lc", "wlc"], requestsMax = 8, faults } = options;
  const plans = fc.record({
    topology: topologies(options),
    scheduler: fc.constantFrom(...schedulers),
    servers: serverSets({ serversMax: 4, weightMax: 10, ...options }),
    requests: fc.integer({ min: 1, max: requestsMax }),
    faults: fc.constant<Fault[]>([]),
  });
  if (faults === undefined) return plans;
  // a fault of a server that is not there would be none: its number is taken round
  const some = faultSchedules({ servers: 1, ...faults });
  return fc
    .tuple(plans, some, fc.array(fc.nat({ max: 7 }), { minLength: 8, maxLength: 8 }))
    .map(([plan, all, numbers]) => ({
      ...plan,
      faults: all.map((fault, i) => ({
        ...fault,
        server: (numbers[i] ?? 0) % plan.servers.length,
      })),
    }));
}
