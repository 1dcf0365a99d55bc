import "../setup.ts";
import fc from "fast-check";
import { expect, test } from "vitest";
import { editableLab, type ServiceEditsOptions, serviceEdits } from "./service-edits.ts";

/** What a failing story is told as; "" when none fails. */
function failure(options: ServiceEditsOptions): string {
  const property = fc.property(serviceEdits(options), (steps) =>
    fc.modelRun(() => editableLab(options), steps),
  );
  const { failed, counterexample } = fc.check(property, { numRuns: 200 });
  return failed ? String(counterexample?.[0]) : "";
}

test("whatever an operator types, the table is what was typed, and requests go to servers with weight", () => {
  const schedulers = ["wrr", "wlc", "sed"];
  const story = failure({
    schedulers,
    onRequest(request, { weights }) {
      const usable = [...weights].flatMap(([number, weight]) => (weight > 0 ? [number] : []));
      if (usable.length === 0) expect(request).toBeDroppedFor("ipvs-no-destination", "dir");
      else expect(usable.map((number) => `rs${number + 1}`)).toContain(request.server);
    },
  });
  expect(story).toBe("");
});

test("a story that goes wrong is told by the fewest commands, as they were typed", () => {
  const story = failure({
    onRequest: (request) => expect(request).not.toBeAnsweredBy("rs2"),
  });
  expect(story.replace(/ \/\*.*\*\//, "").split(",")).toMatchInlineSnapshot(`
    [
      "dir# ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.12 -g -w 1",
      "client1# curl -s -m 3 http://192.168.10.100/",
    ]
  `);
});
