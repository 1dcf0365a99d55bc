/**
 * Replays what bash 5.2 and dash 0.5.12 of a Debian 12 printed (packages/shell/record) on a machine of ours. Standard
 * output, standard error and status must be the same to the byte.
 */
import { expect, test } from "vitest";
import recorded from "./bash.json" with { type: "json" };
import { type Outcome, type Recording, replay } from "./replay.ts";

const RECORDINGS = recorded as readonly Recording[];

const expected = ({ stdout, stderr, status }: Recording): Outcome => ({ stdout, stderr, status });

test("there are recordings", () => {
  expect(RECORDINGS.length).toBeGreaterThanOrEqual(630);
});

for (const recording of RECORDINGS) {
  test(recording.name, () => {
    expect(replay(recording)).toEqual(expected(recording));
  });
}
