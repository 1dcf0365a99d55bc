import { runLab } from "@lvsim/scenarios";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arrivals } from "./arrivals.ts";
import { FAULT_KINDS, faultSchedules } from "./fault-schedules.ts";
import { labFor } from "./lab-for.ts";
import { type LabPlan, labs } from "./labs.ts";
import { loads } from "./loads.ts";
import { serverSets } from "./server-sets.ts";
import { serviceTimes } from "./service-times.ts";
import { METHODS, topologies } from "./topologies.ts";

/** The smallest case that refutes a claim. */
function smallest<T>(arbitrary: fc.Arbitrary<T>, holds: (value: T) => boolean): T | undefined {
  const { failed, counterexample } = fc.check(fc.property(arbitrary, holds), { numRuns: 500 });
  expect(failed).toBe(true);
  return counterexample?.[0];
}

const anything = <T>(arbitrary: fc.Arbitrary<T>): T | undefined => smallest(arbitrary, () => false);

describe("what each shrinks to", () => {
  test("arrivals: few, all at once, and as early as the claim allows", () => {
    expect(anything(arrivals())).toEqual([0]);
    expect(smallest(arrivals(), (at) => at.length < 4)).toEqual([0, 0, 0, 0]);
    const late = smallest(arrivals(), (at) => (at.at(-1) ?? 0) < 250) ?? [];
    expect(late.length).toBeLessThan(5);
    expect(late.at(-1)).toBeLessThan(300);
  });

  test("service times: all 1 ms but for the one that matters", () => {
    expect(anything(serviceTimes({ count: 3 }))).toEqual([1, 1, 1]);
    const claim = (times: readonly number[]): boolean => times.every((each) => each < 5000);
    const found = smallest(serviceTimes({ count: 3 }), claim) ?? [];
    expect(found.filter((each) => each === 1)).toHaveLength(2);
    expect(Math.max(...found)).toBeLessThan(9000);
  });

  test("loads: short connections of one client", () => {
    expect(smallest(loads(), (all) => all.length < 2)).toEqual([
      { atMs: 0, lastsMs: 1, client: 0 },
      { atMs: 0, lastsMs: 1, client: 0 },
    ]);
    expect(smallest(loads(), (all) => new Set(all.map(({ client }) => client)).size < 2)).toEqual([
      { atMs: 0, lastsMs: 1, client: 0 },
      { atMs: 0, lastsMs: 1, client: 1 },
    ]);
  });

  test("server sets: few of weight 1 without thresholds", () => {
    const sets = serverSets({ thresholdMax: 10 });
    expect(anything(sets)).toEqual([{ weight: 1, upper: 0, lower: 0 }]);
    expect(smallest(sets, (all) => all.every(({ upper }) => upper < 3))).toEqual([
      { weight: 1, upper: 3, lower: 0 },
    ]);
  });

  test("topologies: the one thing that matters", () => {
    const near = { clients: 1, routers: 0, delayUs: 0, lossPerMille: 0 };
    expect(anything(topologies())).toEqual({ method: "direct-routing", ...near });
    expect(smallest(topologies(), ({ routers }) => routers < 2)).toMatchObject({
      ...near,
      routers: 2,
    });
  });

  test("fault schedules: no fault, or a short one of the first server at once", () => {
    const schedules = faultSchedules({ servers: 3 });
    expect(anything(schedules)).toEqual([]);
    expect(smallest(schedules, (all) => all.length < 1)).toEqual([
      { kind: "quiesced", server: 0, atMs: 0, lastsMs: 1 },
    ]);
    expect(smallest(schedules, (all) => all.every(({ kind }) => kind !== "filtered"))).toEqual([
      { kind: "filtered", server: 0, atMs: 0, lastsMs: 1 },
    ]);
  });

  test("labs: the smallest network that shows it", () => {
    const plan: LabPlan = {
      topology: { method: "direct-routing", clients: 1, routers: 0, delayUs: 0, lossPerMille: 0 },
      scheduler: "rr",
      servers: [{ weight: 1, upper: 0, lower: 0 }],
      requests: 1,
      faults: [],
    };
    expect(anything(labs({ faults: {} }))).toEqual(plan);
    expect(smallest(labs({ faults: {} }), ({ faults }) => faults.length === 0)).toEqual({
      ...plan,
      faults: [{ kind: "quiesced", server: 0, atMs: 0, lastsMs: 1 }],
    });
  });
});

test("arrivals have the mean that was asked for, whatever their kind", () => {
  const gaps = fc
    .sample(arrivals({ countMin: 20, meanMs: 100 }), { numRuns: 600, seed: 1 })
    .flatMap((at) => at.slice(1).map((each, i) => each - (at[i] ?? 0)));
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  expect(mean).toBeGreaterThan(80);
  expect(mean).toBeLessThan(120);
});

test.each(METHODS)("in every lab of %s all requests are answered, however far away", (method) => {
  const plans = labs({ methods: [method], requestsMax: 3 });
  fc.assert(
    fc.property(plans, (plan) => {
      const { requests, starts } = runLab("plan", labFor(plan), { seed: "1" });
      expect(starts.filter(({ asExpected }) => !asExpected)).toEqual([]);
      expect(requests.filter(({ status }) => status !== 0)).toEqual([]);
      expect(requests).toHaveLength(plan.requests * plan.topology.clients);
    }),
    { numRuns: 15 },
  );
});

test.each(FAULT_KINDS)("after a server was %s and that is mended, it answers again", (kind) => {
  const plans = labs({ faults: { kinds: [kind], lastMs: 500 } });
  fc.assert(
    fc.property(plans, fc.constantFrom(...METHODS), (plan, method) => {
      const lab = labFor({ ...plan, scheduler: "rr", topology: { ...plan.topology, method } });
      const late = {
        from: "client1",
        run: "curl -s -m 20 http://192.168.10.100/",
        note: undefined,
      };
      const traffic = [
        ...lab.traffic,
        { from: "client1", run: "sleep 2", times: 1, every: lab.traffic[0]?.every ?? 0 },
        { ...late, times: 2 * plan.servers.length, every: lab.traffic[0]?.every ?? 0 },
      ] as typeof lab.traffic;
      const { requests } = runLab("plan", { ...lab, traffic }, { seed: "1" });
      const servers = new Set(requests.slice(-2 * plan.servers.length).map(({ server }) => server));
      expect(servers.size).toBe(plan.servers.length);
    }),
    { numRuns: 8 },
  );
});
