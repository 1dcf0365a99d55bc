import { fc, test as fcTest } from "@fast-check/vitest";
import { expect, test } from "vitest";
import type { LabFiles } from "./include.ts";
import { LabFileError } from "./lab-file-error.ts";
import { readLab } from "./read.ts";

/** A lab with something wrong in it: `bad` comes at the end, or instead of what `line` begins. */
const HEAD = `format: 1
title: { en: x, zh: y }
about: { en: x, zh: y }
segments: { lan: { prefix: 10.0.0.0/24 } }
hosts:
  a: { devices: { eth0: { segment: lan, address: 10.0.0.1/24 } }, start: "one\\ntwo\\n" }
  b: { devices: { eth0: { segment: lan, address: 10.0.0.2/24 } }, start: "one\\n" }
`;
const CHECK = (what: string): string => `validate: [{ ${what}, pass: { en: x, zh: y } }]\n`;

const FILES: LabFiles = {
  read: (path) => {
    if (path === "dir/locked.yml") throw new Error("permission denied");
    return {
      "dir/a.yml": "include: [b.yml]\n",
      "dir/b.yml": "include: [a.yml]\n",
      "dir/host.yml":
        "hosts:\n  c: { devices: { eth0: { segment: lan, address: 10.0.9.9/24 } } }\n",
      "dir/self.yml": "include: [self.yml]\n",
    }[path];
  },
  topology: (name) => (name === "one" ? HEAD : undefined),
};

const complaint = (text: string): string => {
  const began = performance.now();
  let message = "";
  try {
    readLab(text, "dir/x.yml", { files: FILES });
  } catch (error) {
    message = (error as Error).message;
  }
  expect(performance.now() - began).toBeLessThan(1000);
  return message;
};

const bomb = [
  "a: &a [x,x,x,x,x,x,x,x,x]",
  ..."bcdefghi"
    .split("")
    .map((letter, i) => `${letter}: &${letter} [${`*${"abcdefgh"[i]},`.repeat(9)}]`),
].join("\n");

test.each([
  ["a wrong type", "vips: 3\n", /^dir\/x\.yml:8:7: vips: must be a list, not a number$/],
  ["an unknown key", "hostess: {}\n", /^dir\/x\.yml:8:10: unknown key "hostess"$/],
  [
    "a wrong word",
    "image: centos-8\n",
    /^dir\/x\.yml:8:8: image: must be one of debian-12, centos-7$/,
  ],
  ["another version", "", /^$/],
  [
    "a time without unit",
    "traffic: [{ from: a, run: x, every: 3 }]\n",
    /^dir\/x\.yml:8:37: traffic\.0\.every/,
  ],
  [
    "a host that is not there",
    "traffic: [{ from: z, run: x }]\n",
    /^dir\/x\.yml:8:19: there is no host "z"$/,
  ],
  [
    "a fault on no host",
    "faults: [{ at: 1s, on: z, run: x }]\n",
    /^dir\/x\.yml:8:24: there is no host "z"$/,
  ],
  ["a key twice", "vips: []\nvips: []\n", /^dir\/x\.yml:9:1: Map keys must be unique$/],
  ["a tab", "vips:\n\t- 10.0.0.1\n", /^dir\/x\.yml:9:1: Tabs are not allowed/],
  ["two labs", "---\nformat: 1\n", /^dir\/x\.yml:8:1: a file is one lab: nothing follows ---$/],
  ["a merge", "x: &x {}\nvips: { <<: *x }\n", /^dir\/x\.yml:9:9: mappings are not merged by <</],
  ["a prototype", "__proto__: { t: 1 }\n", /^dir\/x\.yml:8:1: __proto__ is no name/],
  ["an octet of no text", "a\0b: 1\n", /^dir\/x\.yml:8:2: the octet 00 is in no text/],
  [
    "a number of no use",
    "traffic: [{ from: a, run: x, times: .nan }]\n",
    /times: must be a number, not NaN$/,
  ],
  ["too little", "traffic: [{ from: a, run: x, times: 0 }]\n", /times: must be at least 1$/],
  ["too much", "traffic: [{ from: a, run: x, times: 1e9 }]\n", /times: must be at most 10000$/],
  [
    "one of many words",
    CHECK("trace: { event: droped }"),
    /event: is not one of its 13 words; the nearest are dropped,/,
  ],
  [
    "two kinds of value",
    CHECK("requests: {}, times: few"),
    /times: must be a number, not a text, or must be all$/,
  ],
  ["a mark for terminals", '"\\e[31m": 1\n', /unknown key "\\u001b\[31m"$/],
  ["half a character", 'vips: ["\\ud800"]\n', /8:8: \\ud800 is not an address$/],
  [
    "a file that cannot be read",
    "include: [locked.yml]\n",
    /^dir\/x\.yml:8:11: include "locked\.yml": permission denied$/,
  ],
  ["a list as a key", "? [a]\n: b\n", /^dir\/x\.yml:8:3: a key is a word, not a list/],
  ["no alias", "vips: *v\n", /^dir\/x\.yml:8:7: Unresolved alias/],
  [
    "a check about nothing",
    "validate: [{ pass: { en: x, zh: y } }]\n",
    /^dir\/x\.yml:8:12: a check is about/,
  ],
  [
    "a check of no host",
    'validate: [{ nodes: [z], exec: "true", valid: {}, pass: { en: x, zh: y } }]\n',
    /8:22: there is no host "z"$/,
  ],
  ["10 MB of nesting", "[".repeat(1e7), /^dir\/x\.yml:1:1: the file has 10000\d+ characters/],
  ["nesting that fits", `x: ${"[".repeat(2e5)}`, /^dir\/x\.yml:8:36: values nest deeper than 32/],
  ["lists in lists", `x:\n${"- ".repeat(2e4)}`, /^dir\/x\.yml:9:\d+: values nest deeper than 32/],
  ["a bomb of aliases", bomb, /^dir\/x\.yml:\d+:\d+: aliases repeat too much/],
  ["an alias in itself", "x: &x [*x]\n", /^dir\/x\.yml:8:8: an alias stands within what it names$/],
  [
    "keys without end",
    `${Array.from({ length: 2e4 }, (_, i) => `k${i}: 1`).join("\n")}\n`,
    /too much for one file/,
  ],
  [
    "no such file",
    "include: [none.yml]\n",
    /^dir\/x\.yml:8:11: there is no file "none\.yml" to include$/,
  ],
  [
    "a way out of the folder",
    "include: [../a.yml]\n",
    /^dir\/x\.yml:8:11: include "\.\.\/a\.yml": name a/,
  ],
  [
    "an absolute path",
    "include: [/etc/passwd]\n",
    /^dir\/x\.yml:8:11: include "\/etc\/passwd": name a/,
  ],
  [
    "a circle",
    "include: [a.yml]\n",
    /^dir\/b\.yml:1:11: include "a\.yml" goes in a circle: dir\/x\.yml → dir\/a\.yml → dir\/b\.yml → dir\/a\.yml$/,
  ],
  ["itself", "include: [self.yml]\n", /^dir\/self\.yml:1:11: include "self\.yml" goes in a circle/],
  [
    "a fault of what is included",
    "include: [host.yml]\n",
    /^dir\/host\.yml:2:50: address 10\.0\.9\.9\/24 is outside/,
  ],
])("%s is told with its line and column", (_kind, bad, expected) => {
  expect(complaint(HEAD + bad)).toMatch(expected);
});

test.each([
  ["format: 1", "format: 2", /^dir\/x\.yml:1:9: format: this lvsim reads format 1$/],
  [
    "10.0.0.2/24",
    "10.0.1.2/24",
    /^dir\/x\.yml:7:50: address 10\.0\.1\.2\/24 is outside segment "lan"/,
  ],
  ["10.0.0.2/24", "10.0.0.1/24", /^dir\/x\.yml:7:50: address 10\.0\.0\.1 is also that of a\.eth0/],
  [
    "10.0.0.2/24",
    "10.0.0.2/24, mac: 02:00:00:00:01:00",
    /^dir\/x\.yml:7:68: MAC address 02:00:00:00:01:00 is also that of a\.eth0/,
  ],
  [
    "b: { devices: { eth0: { segment: lan",
    "b: { devices: { eth0: { segment: lam",
    /^dir\/x\.yml:7:36: there is no segment "lam"; known: lan/,
  ],
  ["  b: {", "  B: {", /^dir\/x\.yml:7:6: hosts\.B: a name is lower-case letters/],
  ["zh: y", "", /^dir\/x\.yml:2:8: title\.zh: /],
  [
    "10.0.0.0/24",
    "10.0.0.0/24, rate: 0bit",
    /^dir\/x\.yml:4:47: segments\.lan\.rate: a rate is at least 1bit/,
  ],
  ["10.0.0.0/24", "10.0.0.1/24", /^dir\/x\.yml:4:28: 10\.0\.0\.1\/24 is not a network/],
  ["10.0.0.0/24", "10.0.0.300/24", /^dir\/x\.yml:4:28: 10\.0\.0\.300\/24 is not a network/],
  [
    "10.0.0.2/24",
    "10.0.0.2/24, mac: 01:00:5e:00:00:01",
    /^dir\/x\.yml:7:68: 01:00:5e:00:00:01 is not the address of one device/,
  ],
])("%j made %j is told with its line and column", (good, bad, expected) => {
  expect(complaint(HEAD.replace(good, bad))).toMatch(expected);
});

const withVariant = (change: string, knob = "t"): string =>
  `${HEAD}variants:\n  v:\n    title: { en: x, zh: y }\n    knob: ${knob}\n    change: [${change}]\n`;

test.each([
  [
    "{ on: [a], line: three }",
    /^dir\/x\.yml:12:14: the start of "a" has not exactly one line "three"/,
  ],
  ["{ on: [z], line: two }", /^dir\/x\.yml:12:14: there is no host "z"/],
  ["{ on: [a] }", /^dir\/x\.yml:12:14: a change is/],
  ["{ on: [a], line: two, add: x }", /^dir\/x\.yml:12:14: a change is/],
  ["{ on: [a], line: one, to: twice }", /^dir\/x\.yml:12:14: "one" has nothing of the knob "t"/],
  [
    "{ at: [segments, lan, lost], to: 1 }",
    /^dir\/x\.yml:10:5: changed so: segments\.lan: unknown key "lost"/,
  ],
  [
    "{ at: [hosts, t, gateway], to: x }",
    /^dir\/x\.yml:12:14: there is nothing at hosts\.t\.gateway/,
  ],
  ["{ at: [__proto__, t], to: 1 }", /^dir\/x\.yml:12:14: there is nothing at __proto__\.t/],
  ["{ at: [hosts, a, constructor, t], to: 1 }", /there is nothing at hosts\.a\.constructor\.t/],
  ["{ at: [hosts, __proto__], to: { t: 1 } }", /there is nothing at hosts\.__proto__/],
  ["{ on: [constructor], add: t }", /^dir\/x\.yml:12:14: there is no host "constructor"/],
])("the change %s is refused", (change, expected) => {
  expect(complaint(withVariant(change))).toMatch(expected);
});

const pieces = fc.constantFrom(
  ..."{}[]:-,#&*!|>'\"\n %@`\t\\?<=~".split(""),
  "&a ",
  "*a",
  "<<: ",
  "hosts: ",
  "include: [one]\n",
  "__proto__: ",
  "variants: ",
  "0x1F",
  "1e999",
  "null",
  "!!binary ",
  "---\n",
);

fcTest.prop([fc.array(fc.tuple(fc.nat(900), fc.nat(20), pieces), { maxLength: 6 })])(
  "whatever the text, it is a lab or its fault is told",
  (edits) => {
    let text = withVariant(
      "{ on: [a], line: two, to: t }, { at: [segments, lan, delay], to: 1ms, }",
    );
    for (const [at, gone, piece] of edits)
      text = text.slice(0, at % text.length) + piece + text.slice((at % text.length) + gone);
    try {
      readLab(text, "x.yml", { files: FILES });
    } catch (error) {
      expect(error).toBeInstanceOf(LabFileError);
      expect((error as Error).message).toMatch(/^[\w./]+:\d+:\d+: ./);
    }
    expect(({} as Record<string, unknown>).t).toBeUndefined();
  },
);

test("a variant is the lab with its changes", () => {
  const read = (variant?: string) =>
    readLab(
      withVariant(
        "{ on: [a], line: two, to: t }, { on: [b], add: t2, after: one }, { at: [segments, lan, delay], to: 1ms }",
      ),
      "x.yml",
      { variant },
    );
  const [base, changed] = [read(), read("v")];
  expect([changed.hosts.a?.start, changed.hosts.b?.start]).toEqual(["one\nt\n", "one\nt2\n"]);
  expect([base.segments.lan?.delay, changed.segments.lan?.delay]).toEqual([50_000, 1_000_000]);
  expect({
    ...changed,
    hosts: base.hosts,
    segments: base.segments,
    variants: base.variants,
  }).toEqual(base);
  expect(() => read("w")).toThrow('x.yml:9:3: there is no variant "w"; known: v');
});

test("what includes has the last word, key by key", () => {
  const lab = readLab(
    "include: [one]\ntitle: { en: mine, zh: 我 }\nhosts: { b: { start: other } }\n",
    "x.yml",
    { files: FILES },
  );
  expect(lab.title).toEqual({ en: "mine", zh: "我" });
  expect(lab.hosts.b?.start).toBe("other");
  expect(lab.hosts.b?.devices.eth0?.address).toBe("10.0.0.2/24");
});
