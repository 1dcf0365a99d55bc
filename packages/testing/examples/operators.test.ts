/** Whatever operators type while requests come: nobody is sent to a server that has no weight. */
import "@lvsim/testing/setup";
import { editableLab, serviceEdits } from "@lvsim/testing";
import fc from "fast-check";
import { expect, test } from "vitest";

test.each(["direct-routing", "masquerading"] as const)(
  "a quiesced server gets no request (%s)",
  (method) => {
    const steps = serviceEdits({
      method,
      schedulers: ["wrr", "wlc"],
      onRequest(request, { weights }) {
        if (request.server === null)
          expect([...weights.values()].every((weight) => weight === 0)).toBe(true);
        else expect(weights.get(Number(request.server.slice(2)) - 1)).toBeGreaterThan(0);
      },
    });
    fc.assert(
      fc.property(steps, (all) => fc.modelRun(() => editableLab({ method }), all)),
      { numRuns: 20 },
    );
  },
);
