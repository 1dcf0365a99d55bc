import { readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { waitsFor } from "./later.ts";
import { Masks } from "./masks.ts";
import { play } from "./play.ts";
import { findRecordings, nameOf, type Recording, readRecording } from "./recording.ts";

const RECORDINGS = join(dirname(fileURLToPath(import.meta.url)), "recordings");

/** Classes of which every recording must be there and, but for what `later.ts` names, must pass. */
const CLASSES = readdirSync(RECORDINGS, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .sort();

const masks = Masks.read(join(RECORDINGS, "volatile.json"));

/** Undefined when the recording is played without a difference, else what came of it. */
function outcome(recording: Recording): unknown {
  try {
    return play(recording, masks);
  } catch (error) {
    return error;
  }
}

test("there are recordings of all classes", () => {
  expect(CLASSES).toHaveLength(29);
  expect(findRecordings(RECORDINGS)).toHaveLength(531);
});

describe.each(CLASSES)("%s", (kind) => {
  const named = findRecordings(join(RECORDINGS, kind)).map((path) => {
    const recording = readRecording(path);
    const later = waitsFor(nameOf(recording));
    return { scenario: recording.scenario, recording, later };
  });

  test.each(named.filter(({ later }) => later === undefined))(
    "$scenario is what real Linux did",
    ({ recording }) => {
      expect(outcome(recording)).toBeUndefined();
    },
  );

  test.each(named.filter(({ later }) => later !== undefined))(
    "$scenario still differs: it waits for $later",
    ({ recording }) => {
      expect(outcome(recording)).toBeDefined();
    },
  );
});
