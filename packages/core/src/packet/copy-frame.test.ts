import { expect, test } from "vitest";
import { copyFrame } from "./copy-frame.ts";
import { Frame } from "./frame.ts";

/** What a copy does not share: its name, and whether others hold it. */
const OWN = new Set(["id", "shared"]);

test("a copy has every field of its original but what is its own", () => {
  const original = new Frame(1);
  const fields = original as unknown as Record<string, unknown>;
  const names = Object.keys(original).filter((name) => !OWN.has(name));
  expect(names.length).toBeGreaterThan(40);
  // A value of its own in every field, so that a field left out or mixed up shows.
  for (const [i, name] of names.entries()) fields[name] = 1000 + i;
  const copy = copyFrame(original, 2) as unknown as Record<string, unknown>;
  expect(names.filter((name) => copy[name] !== fields[name])).toEqual([]);
  expect(copy).toMatchObject({ id: 2, shared: false });
});
