/**
 * Replays what the programs of a Debian 12 printed, gawk under the name of awk (packages/shell/record/record-bash.mjs
 * --userland). Standard output, standard error and status must be the same to the byte.
 */
import { expect, test } from "vitest";
import { type Recording, replay } from "./replay.ts";
import recorded from "./userland.json" with { type: "json" };

const RECORDINGS = recorded as readonly Recording[];

test("there are recordings", () => {
  expect(RECORDINGS.length).toBeGreaterThanOrEqual(68);
});

for (const recording of RECORDINGS) {
  const { stderr, stdout, status } = recording;
  test(recording.name, () => {
    expect(replay(recording)).toEqual({ stdout, stderr, status });
  });
}
