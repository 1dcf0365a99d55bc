import { readFileSync } from "node:fs";
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

test.each(["failures.md", "failures.zh.md"])(
  "docs/guides/%s tells of every failure, and of no other",
  (file) => {
    const guide = readFileSync(new URL(`../../../../docs/guides/${file}`, import.meta.url), "utf8");
    const told = Array.from(guide.matchAll(/^\| `([\w-]+)` \|/gm), ([, name]) => name);
    const failures = labNames().filter((name) => libraryLab(name)?.failure !== undefined);
    expect(told.sort()).toEqual(failures);
  },
);

test("what comes next after a failure is its cause and what mends it", () => {
  const runs = (variant?: string) =>
    libraryLab("ip-forward-off", variant)?.next.map(({ run }) => run);
  expect(runs()).toEqual(["lvsim why ip-forward-off", "lvsim run ip-forward-off --variant mended"]);
  expect(runs("mended")).toEqual(["lvsim run ip-forward-off"]);
});
