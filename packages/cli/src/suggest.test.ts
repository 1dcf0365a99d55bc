import { expect, test } from "vitest";
import { didYouMean, nearest } from "./suggest.ts";

const LABS = ["dr", "fullnat", "nat", "tun"];

test.each([
  ["drr", "dr"],
  ["rd", "dr"],
  ["fulnat", "fullnat"],
  ["nta", "nat"],
  ["tunn", "tun"],
])("%s was meant to be %s", (word, name) => {
  expect(nearest(word, LABS)).toBe(name);
});

test.each(["", "banana", "keepalived", "x"])("nothing is near %j", (word) => {
  expect(didYouMean(word, LABS)).toBe("");
});
