/**
 * Replays what the network tools of a Debian 12 printed in a small network (packages/shell/record/record-tools.mjs).
 * Only what the clock decides is masked.
 */
import { expect, test } from "vitest";
import recorded from "./tools.json" with { type: "json" };
import { type RecordedStep, ToolsNetwork, type ToolsRecording } from "./tools-network.ts";

const RECORDINGS = recorded as readonly ToolsRecording[];

/** What differs from run to run on a real host, each with what stands for it. */
const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\btime=[\d.]+ ms/g, "time=T ms"],
  [/, time \d+ms/g, ", time Tms"],
  [/^rtt min.* = [\d./]+ ms/gm, "rtt T ms"],
  [/, ipg\/ewma [\d./]+ ms/g, ", ipg/ewma T ms"],
  [/min\/avg\/ewma\/max = [\d./]+ ms/g, "min/avg/ewma/max = T ms"],
  [/^\[\d{10}\.\d{6}\]/gm, "[T]"],
  [/, id \d+, (seq|offset)/g, ", id N, $1"],
  [/\bifindex [2-9]/g, "ifindex N"],
  // arping
  [/ {2}\d+\.\d{3}ms$/gm, "  Tms"],
  // nc
  [/(received on [\d.]+) \d+/g, "$1 PORT"],
  // traceroute and tracepath
  [/ {2}[\d.]+ ms\b/g, "  T ms"],
  [/ +\d+\.\d{3}ms /g, " T ms "],
  [/\bident=\d+/g, "ident=N"],
];

const mask = (text: string): string =>
  MASKS.reduce((masked, [what, stands]) => masked.replace(what, stands), text);

const comparable = (step: RecordedStep): RecordedStep => ({
  ...step,
  stdout: mask(step.stdout),
  stderr: mask(step.stderr),
});

test("there are recordings", () => {
  expect(RECORDINGS.length).toBeGreaterThanOrEqual(10);
});

for (const recording of RECORDINGS) {
  test(recording.name, () => {
    const played = new ToolsNetwork().play(recording);
    expect(played.map(comparable)).toEqual(recording.steps.map(comparable));
  });
}
