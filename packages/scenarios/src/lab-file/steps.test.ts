import { expect, test } from "vitest";
import { readLab } from "./read.ts";

const FILE = `format: 1
title: { en: Lab, zh: 实验 }
about: { en: Lab, zh: 实验 }
segments: { lan: { prefix: 10.0.0.0/24 } }
hosts:
  dir: { devices: { eth0: { segment: lan, address: 10.0.0.10/24 } } }
steps:
  - title: { en: one, zh: 一 }
    task: { en: do, zh: 做 }
    solution: { dir: "true" }
    expects:
      - { owner: { of: 10.0.0.9, seenBy: dir, is: dir }, points: 2, pass: { en: so, zh: 是 } }
      - { requests: { status: 0 }, servers: 1, pass: { en: so, zh: 是 } }
    hints: [{ en: look, zh: 看 }]
    questions: [mac]
  - { title: { en: two, zh: 二 }, task: { en: do, zh: 做 }, needs: [1] }
`;

test("a step has what is to be done, what it is worth, and defaults for the rest", () => {
  const [first, second] = readLab(FILE, "x.lab.yml").steps;
  expect(first?.expects.map(({ points }) => points)).toEqual([2, 1]);
  expect(second).toEqual({
    title: { en: "two", zh: "二" },
    task: { en: "do", zh: "做" },
    solution: {},
    expects: [],
    needs: [1],
    hints: [],
    questions: [],
  });
});

test.each([
  ["hints: [{ en", "hint: [{ en", '14:11: steps.0: unknown key "hint"'],
  ["points: 2", "points: 0", "12:66: steps.0.expects.0.points: must be at least 1"],
  ["points: 2", "point: 2", '12:65: steps.0.expects.0: unknown key "point"'],
  [
    "questions: [mac]",
    "questions: [macs]",
    "15:17: steps.0.questions.0: must be one of mac, destination",
  ],
  ["seenBy: dir", "seenBy: rs1", '12:42: there is no host "rs1"'],
  ['solution: { dir: "true" }', 'solution: { rs1: "true" }', '10:22: there is no host "rs1"'],
  ["requests: { status: 0 }", "trace: { event: sent }", "13:44: only requests have servers"],
  ["needs: [1]", "needs: [2]", "16:66: a step needs only earlier ones"],
  ["title: { en: one, zh: 一 }", "title: { en: one }", "8:12: steps.0.title.zh: is missing"],
])("%s as %s is told with its place: %s", (from, to, message) => {
  expect(FILE).toContain(from);
  expect(() => readLab(FILE.replace(from, to), "x.lab.yml")).toThrow(`x.lab.yml:${message}`);
});
