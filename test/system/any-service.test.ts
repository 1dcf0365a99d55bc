/** What holds of services whatever their method, scheduler and weights. */
import { fc, test } from "@fast-check/vitest";
import { runLab } from "@lvsim/scenarios";
import { labFor, labs } from "@lvsim/testing";
import { expect } from "vitest";

test.prop([labs({ quiesced: true })], { numRuns: 30 })(
  "every request is answered, by a server that has weight",
  (plan) => {
    const { requests } = runLab(fc.stringify(plan), labFor(plan), { seed: "1" });
    for (const { status, server } of requests) {
      expect(status).toBe(0);
      expect(plan.servers[Number(server?.replace("rs", "")) - 1]?.weight).toBeGreaterThan(0);
    }
  },
);
