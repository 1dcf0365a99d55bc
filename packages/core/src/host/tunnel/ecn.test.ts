import { expect, test } from "vitest";
import { decapsulatedTos, encapsulatedTos } from "./ecn.ts";

/** RFC 6040, figure 4, but that Linux drops only congestion on a packet that can't say so. Rows: inner; columns: outer. */
test.each([
  [0, [0, 0, 0, -1]],
  [2, [2, 1, 2, 3]],
  [1, [1, 1, 1, 3]],
  [3, [3, 3, 3, 3]],
])("out of a tunnel: inner ECN %i under outer 0, 1, 2, 3 gives %j", (inner, expected) => {
  expect([0, 1, 2, 3].map((outer) => decapsulatedTos(0xb8 | outer, 0x28 | inner))).toEqual(
    expected.map((ecn) => (ecn < 0 ? -1 : 0x28 | ecn)),
  );
});

test("into a tunnel: the inner ECN goes along, congestion as capable", () => {
  expect([0, 1, 2, 3].map((inner) => encapsulatedTos(0xb8, 0x28 | inner))).toEqual([
    0xb8, 0xb9, 0xba, 0xba,
  ]);
});
