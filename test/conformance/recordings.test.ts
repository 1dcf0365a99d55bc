import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { Masks } from "./masks.ts";
import { play } from "./play.ts";
import { findRecordings, nameOf, readRecording } from "./recording.ts";

const RECORDINGS = join(dirname(fileURLToPath(import.meta.url)), "recordings");

/** Classes that the simulator plays without a difference. */
const CLASSES = [
  "arp-announce",
  "arp-hijack",
  "arp-ignore",
  "sched-lc",
  "sched-rr",
  "sched-sh",
  "sched-wlc",
  "sched-wrr",
  "walk-dr",
] as const;

/** They need connection tracking, which is not modelled yet. */
const LATER = new Set(["walk-dr/conntrack0", "walk-dr/conntrack1"]);

const masks = Masks.read(join(RECORDINGS, "volatile.json"));

describe.each(CLASSES)("%s", (kind) => {
  const recordings = findRecordings(join(RECORDINGS, kind))
    .map(readRecording)
    .filter((recording) => !LATER.has(nameOf(recording)));

  test("there are recordings of this class", () => {
    expect(recordings.length).toBeGreaterThan(0);
  });

  test.each(recordings.map((recording) => [recording.scenario, recording] as const))(
    "%s is what real Linux did",
    (_name, recording) => {
      expect(play(recording, masks)).toBeUndefined();
    },
  );
});
