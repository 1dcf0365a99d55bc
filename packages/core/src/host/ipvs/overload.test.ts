import { expect, test } from "vitest";
import { Destination } from "./destination.ts";
import { realServer } from "./director.fixture.ts";
import { boundTo, type OverloadVariant, setThresholds, unboundFrom } from "./overload.ts";
import { Statistics } from "./statistics.ts";

const server = (upper: number, lower: number, variant: OverloadVariant): Destination => {
  const identity = { kind: "fwmark", mark: 1 } as const;
  const made = new Destination(identity, realServer(0), new Statistics());
  setThresholds(made, upper, lower, variant);
  return made;
};

/** Binds up to the highest total, unbinds down to 0; the totals at which the flag went up and down. */
function turns(upper: number, lower: number, variant: OverloadVariant): [number, number] {
  const made = server(upper, lower, variant);
  let [raised, cleared] = [0, -1];
  for (let total = 1; total <= upper + 2; total++) {
    made.inactiveConnections = total;
    boundTo(made, false, variant);
    if (made.overloaded && raised === 0) raised = total;
  }
  for (let total = upper + 1; total >= 0; total--) {
    made.inactiveConnections = total;
    unboundFrom(made, false, variant);
    if (!made.overloaded && cleared < 0) cleared = total;
  }
  return [raised, cleared];
}

test.each([
  { upper: 1, lower: 0, raised: 1, cleared: 0 },
  { upper: 4, lower: 0, raised: 4, cleared: 2 },
  { upper: 8, lower: 0, raised: 8, cleared: 5 },
  { upper: 4, lower: 2, raised: 4, cleared: 1 },
  { upper: 3, lower: 3, raised: 3, cleared: 2 },
])("-x $upper -y $lower: overloaded at $raised, free again at $cleared", (row) => {
  for (const variant of ["edge-triggered", "classic"] as const)
    expect(turns(row.upper, row.lower, variant)).toEqual([row.raised, row.cleared]);
});

test.each([
  { variant: "edge-triggered", total: 5, was: false, upper: 5, lower: 0, is: true },
  { variant: "edge-triggered", total: 5, was: true, upper: 6, lower: 0, is: true },
  { variant: "edge-triggered", total: 5, was: false, upper: 6, lower: 0, is: false },
  { variant: "edge-triggered", total: 5, was: true, upper: 8, lower: 0, is: false },
  { variant: "edge-triggered", total: 5, was: true, upper: 0, lower: 0, is: false },
  { variant: "edge-triggered", total: 5, was: true, upper: 9, lower: 5, is: true },
  { variant: "classic", total: 5, was: false, upper: 2, lower: 0, is: false },
  { variant: "classic", total: 5, was: true, upper: 6, lower: 0, is: false },
  { variant: "classic", total: 5, was: true, upper: 3, lower: 0, is: true },
  { variant: "classic", total: 5, was: true, upper: 0, lower: 0, is: false },
] as const)("$variant: editing to -x $upper -y $lower with $total turns $was into $is", (row) => {
  const made = server(5, 0, row.variant);
  made.activeConnections = row.total;
  made.overloaded = row.was;
  setThresholds(made, row.upper, row.lower, row.variant);
  expect(made.overloaded).toBe(row.is);
});

test("a template counts for classic kernels only", () => {
  for (const variant of ["edge-triggered", "classic"] as const) {
    const made = server(2, 0, variant);
    made.inactiveConnections = 2;
    boundTo(made, true, variant);
    expect(made.overloaded).toBe(variant === "classic");
  }
});
