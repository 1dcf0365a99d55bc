/** What holds for every scheduler while traffic, thresholds and `ipvsadm` go on at random. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Director, realServer, service } from "./director.fixture.ts";
import { type ImplementedScheduler, SCHEDULERS } from "./schedulers/index.ts";

const { identity } = service();

const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("open" as const), port: fc.nat(40) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant("data" as const), port: fc.nat(40) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("close" as const), port: fc.nat(40) }) },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      server: fc.nat(3),
      weight: fc.nat(3),
      upper: fc.nat(4),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sleep" as const), seconds: fc.nat(10) }) },
);

/** Connections that count, by the table and by the counters of the servers. */
function expectSameCounts({ ipvs }: Director): void {
  const [listing] = ipvs.services();
  const counted = (listing?.servers ?? []).reduce(
    (sum, { activeConnections, inactiveConnections }) =>
      sum + activeConnections + inactiveConnections,
    0,
  );
  expect(counted).toBe(ipvs.connections().filter(({ template }) => !template).length);
}

describe.each(Object.keys(SCHEDULERS) as ImplementedScheduler[])("with %s", (scheduler) => {
  test.prop([fc.array(step, { maxLength: 60, size: "max" })], {
    numRuns: scheduler === "mh" ? 5 : 25,
  })("counters are what the table holds, and an established flow keeps its server", (steps) => {
    const director = new Director();
    director.serve(service({ scheduler }), ...[0, 1, 2, 3].map((index) => realServer(index)));
    const homes = new Map<number, number>();
    for (const step of steps) {
      if (step.kind === "sleep") {
        director.sleep(step.seconds);
        continue;
      }
      if (step.kind === "edit") {
        const { weight, upper } = step;
        const server = realServer(step.server, { weight, upperThreshold: upper });
        director.command({ kind: "edit-server", identity, server });
        continue;
      }
      const port = 1024 + step.port;
      if (step.kind === "open") {
        director.fromClient(port, "S");
        const chosen = director.takeChosen();
        if (chosen === undefined) continue;
        director.fromServer(chosen, port, "SA");
        director.fromClient(port, "A");
        director.takeChosen();
        homes.set(port, chosen);
      } else if (homes.has(port)) {
        director.fromClient(port, step.kind === "data" ? "PA" : "R");
        expect(director.takeChosen()).toBe(homes.get(port));
        if (step.kind === "close") homes.delete(port);
      }
      expectSameCounts(director);
    }
  });
});
