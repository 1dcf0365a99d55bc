/**
 * Replays what bash 5.2 and dash 0.5.12 of a Debian 12 printed (packages/shell/record) on a machine of ours. Standard
 * output, standard error and status must be the same to the byte.
 */
import { expect, test } from "vitest";
import recorded from "./bash.json" with { type: "json" };
import { type Outcome, type Recording, replay } from "./replay.ts";

/** Where we differ on purpose, each with its reason. */
const ACCEPTED: ReadonlyMap<string, string> = new Map();

const RECORDINGS = recorded as readonly Recording[];

const expected = ({ stdout, stderr, status }: Recording): Outcome => ({ stdout, stderr, status });

for (const recording of RECORDINGS) {
  if (ACCEPTED.has(recording.name)) continue;
  test(recording.name, () => {
    expect(replay(recording)).toEqual(expected(recording));
  });
}

test("what is accepted as different is recorded, still differs, and is rare", () => {
  for (const name of ACCEPTED.keys()) {
    const recording = RECORDINGS.find((candidate) => candidate.name === name);
    expect(recording, name).toBeDefined();
    if (recording !== undefined) {
      expect(replay(recording), name).not.toEqual(expected(recording));
    }
  }
  expect(ACCEPTED.size).toBeLessThanOrEqual(Math.floor(RECORDINGS.length / 50));
});
