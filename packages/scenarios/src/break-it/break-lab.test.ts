import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { labOf, readLab } from "../lab-file/read.ts";
import type { LabSource } from "../lab-file/schema.ts";
import { breakLab, faultKindNames, shapeNames } from "./break-lab.ts";
import { type Edit, edited, inverse } from "./edit.ts";
import { faultLines, madeLabText } from "./lab-text.ts";

const takenBack = (source: LabSource, edits: readonly Edit[]): LabSource | null =>
  edited(source, [...edits].reverse().map(inverse));

test("a seed and a level make one lab, another seed another one", () => {
  const made = breakLab({ seed: "7", level: 3 });
  expect(breakLab({ seed: "7", level: 3 }).source).toEqual(made.source);
  expect(breakLab({ seed: "8", level: 3 }).source).not.toEqual(made.source);
  expect(breakLab({ seed: "7", level: 2 }).source).not.toEqual(made.source);
});

test.each([
  [1, 1],
  [2, 1],
  [3, 2],
  [5, 3],
])("a lab of level %d has %d faults that show, and taking them back mends it", (level, count) => {
  const { source, broken, healthy, faults, symptoms } = breakLab({ seed: "3", level });
  expect(faults).toHaveLength(count);
  expect(new Set(faults.map(({ kind }) => kind)).size).toBe(count);
  expect(symptoms.length).toBeGreaterThan(0);
  expect(broken).not.toEqual(healthy);
  const edits = faults.flatMap((fault) => [...fault.edits]);
  const { title, about } = healthy;
  expect(labOf({ ...(takenBack(source, edits) as LabSource), title, about })).toEqual(healthy);
});

test.each(shapeNames())("on the topology %s something can be broken", (shape) => {
  expect(breakLab({ seed: "1", level: 1, shapes: [shape] }).shape).toBe(shape);
});

test("there are many kinds of faults, each with a name of its own", () => {
  const names = faultKindNames();
  expect(names.length).toBeGreaterThanOrEqual(40);
  expect(new Set(names).size).toBe(names.length);
  for (const name of names) expect(name).toMatch(/^[a-z0-9]+(?:-[a-z0-9]+)+$/);
});

test("the file reads back as the lab, and holds nothing of the answer", () => {
  const made = breakLab({ seed: "5", level: 5 });
  const text = madeLabText(made.source, "made");
  expect(readLab(text, "made.yml")).toEqual(made.broken);
  for (const { kind, says } of made.faults)
    for (const word of [kind, says.en, says.zh]) expect(text).not.toContain(word);
});

test("the answer shows in both languages what is to become what", () => {
  const { faults } = breakLab({ seed: "1", level: 2, kinds: ["weight-0-everywhere"] });
  const [sentence, ...lines] = faultLines(faults, "en");
  expect(sentence).toBe("1. every real server has weight 0 (weight-0-everywhere)");
  expect(faultLines(faults, "zh")[0]).toBe("1. 所有真实服务器的权重都为 0 (weight-0-everywhere)");
  expect(lines.slice(0, 2)).toEqual([
    expect.stringMatching(/^ {3}dir {2}- ipvsadm -a .* -w 0$/),
    expect.stringMatching(/^ {3}dir {2}\+ ipvsadm -a .* -w [1-9]$/),
  ]);
});

const line = fc.stringMatching(/^[a-z]{1,6}$/);

test.prop([fc.uniqueArray(line, { minLength: 1, maxLength: 6 }), line, fc.nat(), fc.nat(2)])(
  "what takes an edit back leaves the lab as it was",
  (lines, fresh, place, how) => {
    fc.pre(!lines.includes(fresh));
    const start = lines.map((one) => `${one}\n`).join("");
    const lab = { hosts: { a: { devices: {}, start } } } as unknown as LabSource;
    const at = place % lines.length;
    const before = lines[at - 1] ?? null;
    const own = lines[at] ?? "";
    const edit: Edit =
      how === 0
        ? { on: "a", was: own, is: fresh, after: null }
        : how === 1
          ? { on: "a", was: own, is: null, after: before }
          : { on: "a", was: null, is: fresh, after: before };
    const changed = edited(lab, [edit]);
    expect(changed).not.toEqual(lab);
    expect(takenBack(changed as LabSource, [edit])?.hosts.a?.start ?? "").toBe(start);
  },
);

test("an edit with nothing to change is refused", () => {
  const lab = { hosts: { a: { devices: {}, start: "one\n" } } } as unknown as LabSource;
  expect(edited(lab, [{ on: "a", was: "two", is: null, after: null }])).toBeNull();
  expect(edited(lab, [{ on: "a", was: null, is: "one", after: null }])).toBeNull();
  expect(edited(lab, [{ on: "b", was: null, is: "two", after: null }])).toBeNull();
  expect(edited(lab, [{ at: ["hosts", "a", "gateway"], was: "10.0.0.1", is: null }])).toBeNull();
});
