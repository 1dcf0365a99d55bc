import { expect, test } from "vitest";
import { labNames, libraryLab } from "./library.ts";

test.each(labNames())("%s names only hosts that it has, in sheet, traffic and commands", (name) => {
  const lab = libraryLab(name);
  const hosts = Object.keys(lab?.hosts ?? {});
  expect(hosts.length).toBeGreaterThan(0);
  for (const { at } of lab?.sheet ?? []) expect(hosts).toContain(at.host);
});

test("the sheet's four modes are there", () => {
  expect(labNames()).toEqual(expect.arrayContaining(["dr", "fullnat", "nat", "tun"]));
});

test("an unknown name has no lab, not even one that is a path", () => {
  expect(libraryLab("drr")).toBeUndefined();
  expect(libraryLab("../labs/dr")).toBeUndefined();
});
