/** What holds of services whatever their method, scheduler and weights. */
import { fc, test } from "@fast-check/vitest";
import { runLab } from "@lvsim/scenarios";
import { labFor, modeLabs } from "@lvsim/testing";
import { expect } from "vitest";

test.prop([modeLabs({ quiesced: true })], { numRuns: 30 })(
  "every request is answered, by a server that has weight",
  (lab) => {
    const { requests } = runLab(fc.stringify(lab), labFor(lab), { seed: "1" });
    for (const { status, server } of requests) {
      expect(status).toBe(0);
      expect(lab.weights[Number(server?.replace("rs", "")) - 1]).toBeGreaterThan(0);
    }
  },
);
