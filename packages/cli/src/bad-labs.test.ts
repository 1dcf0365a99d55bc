/** Lab files of every wrong kind through every command that reads one: one line, within a second, and nothing is played. */
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { lvsim } from "./program.ts";

const folder = mkdtempSync(join(tmpdir(), "lvsim-bad-"));
afterAll(() => rmSync(folder, { recursive: true }));

const GOOD = `format: 1
title: { en: x, zh: y }
about: { en: x, zh: y }
segments: { lan: { prefix: 10.0.0.0/24 } }
hosts:
  a: { devices: { eth0: { segment: lan, address: 10.0.0.1/24 } }, start: "echo ran" }
  b: { devices: { eth0: { segment: lan, address: 10.0.0.2/24 } } }
traffic: [{ from: a, run: "echo ran" }]
`;
const latin1 = (text: string): Uint8Array => Uint8Array.from(text, (one) => one.charCodeAt(0));
const utf16 = (text: string): Uint8Array => {
  const octets = new Uint8Array(2 + 2 * text.length);
  octets.set([0xff, 0xfe]);
  [...text].forEach((one, i) => {
    octets[2 + 2 * i] = one.charCodeAt(0);
  });
  return octets;
};
const inB = (more: string): string => GOOD.replace("10.0.0.2/24", more);

/** What is wrong, the file, and what is said behind its name. */
const CASES: readonly (readonly [kind: string, file: string | Uint8Array, said: RegExp])[] = [
  ["nothing", "", /^:1:1: a lab file is a mapping that begins with format: 1, not nothing$/],
  ["a word", "hello\n", /^:1:1: a lab file is a mapping .*, not a text$/],
  ["a wrong type", `${GOOD}vips: 3\n`, /^:9:7: vips: must be a list, not a number$/],
  ["an unknown key", `${GOOD}hostess: {}\n`, /^:9:10: unknown key "hostess"$/],
  [
    "an address outside",
    inB("10.0.1.2/24"),
    /^:7:50: address 10\.0\.1\.2\/24 is outside segment "lan"/,
  ],
  [
    "a prefix too long",
    inB("10.0.0.2/33"),
    /^:7:50: 10\.0\.0\.2\/33 is not an address with a prefix/,
  ],
  ["no prefix", inB("10.0.0.2"), /^:7:50: .*an address looks like 192\.168\.31\.128\/24$/],
  [
    "a MAC twice",
    inB("10.0.0.2/24, mac: 02:00:00:00:01:00"),
    /^:7:68: MAC address 02:00:00:00:01:00 is also/,
  ],
  [
    "a segment that is not there",
    inB("10.0.0.2/24").replace(/lan(?=, address: 10.0.0.2)/, "lam"),
    /^:7:36: there is no segment "lam"/,
  ],
  [
    "a machine that is not there",
    `${GOOD}faults: [{ at: 1s, on: c, run: x }]\n`,
    /^:9:24: there is no host "c"$/,
  ],
  [
    "a negative number",
    GOOD.replace('ran" }]', 'ran", times: -1 }]'),
    /^:8:46: traffic\.0\.times: must be at least 1$/,
  ],
  [
    "no number",
    GOOD.replace('ran" }]', 'ran", times: .nan }]'),
    /^:8:46: .*must be a number, not NaN$/,
  ],
  [
    "a negative time",
    GOOD.replace('ran" }]', 'ran", every: -1s }]'),
    /^:8:46: .*a time needs a number and a unit/,
  ],
  ["a key twice", GOOD.replace("  b:", "  a:"), /^:7:3: Map keys must be unique$/],
  [
    "a prototype",
    GOOD.replace("  b:", "  __proto__:"),
    /^:7:3: __proto__ is no name for anything$/,
  ],
  ["a merge", GOOD.replace("  b: {", "  b: { <<: *a,"), /^:7:8: mappings are not merged by <</],
  ["an alias of nothing", `${GOOD}vips: *v\n`, /^:9:7: Unresolved alias/],
  ["an alias in itself", `${GOOD}vips: &v [*v]\n`, /^:9:11: an alias stands within what it names$/],
  ["a bomb of aliases", bomb(), /^:\d+:\d+: aliases repeat too much/],
  [
    "many aliases",
    `${GOOD}x: &a 1\ny: [${"*a, ".repeat(9000)}]\n`,
    /^:10:\d+: aliases repeat too much/,
  ],
  ["10 MB of nesting", "[".repeat(1e7), /^:1:1: the file has more than 1048576 octets; split it/],
  ["nesting that fits", `x: ${"[".repeat(2e5)}\n`, /^:1:36: values nest deeper than 32 levels$/],
  ["50 MB", new Uint8Array(5e7).fill(35), /^:1:1: the file has more than 1048576 octets/],
  ["a tab", GOOD.replace("  b:", "\tb:"), /^:7:1: Tabs are not allowed as indentation$/],
  ["ends of lines of old", GOOD.replaceAll("\n", "\r"), /^:1:1: its lines end with CR alone/],
  ["two labs", `${GOOD}---\n${GOOD}`, /^:9:1: a file is one lab: nothing follows ---$/],
  ["octets of a program", latin1("\x7fELF\x02\x01\0\0"), /^:1:1: the octet 7f is in no text/],
  [
    "Latin 1",
    latin1(GOOD.replace("x,", "caf\xe9,")),
    /^:2:17: the octet e9 is not UTF-8; save the file as UTF-8$/,
  ],
  ["UTF-16", utf16(GOOD), /^:1:1: the file is UTF-16; save it as UTF-8$/],
  [
    "a mark for terminals",
    `${GOOD}"\\e[31m\\n": 1\n`,
    /^:9:\d+: unknown key "\\u001b\[31m\\u000a"$/,
  ],
  [
    "an include that is not there",
    `${GOOD}include: [none.yml]\n`,
    /^:9:11: there is no file "none\.yml" to include$/,
  ],
  [
    "a folder to include",
    `${GOOD}include: [folder.yml]\n`,
    /^:9:11: include "folder\.yml": .*it is a directory$/,
  ],
  [
    "a way out of the folder",
    `${GOOD}include: [../x.yml]\n`,
    /^:9:11: include "\.\.\/x\.yml": name a \.yml file/,
  ],
  [
    "a link out of the folder",
    `${GOOD}include: [out.yml]\n`,
    /^:9:11: include "out\.yml": .*it leads out of /,
  ],
  [
    "itself",
    `${GOOD}include: [itself.lab.yml]\n`,
    /^:9:11: include "itself\.lab\.yml" goes in a circle/,
  ],
];

function bomb(): string {
  const levels = [..."bcdefghi"].map(
    (letter, i) => `${letter}: &${letter} [${`*${"abcdefgh"[i]},`.repeat(9)}]`,
  );
  return ["a: &a [x,x,x,x,x,x,x,x,x]", ...levels].join("\n");
}

mkdirSync(join(folder, "folder.yml"));
symlinkSync("/etc/passwd", join(folder, "out.yml"));

const nameOf = (kind: string): string => join(folder, `${kind.replaceAll(" ", "-")}.lab.yml`);

const COMMANDS: readonly (readonly string[])[] = [
  ["validate", "LAB"],
  ["run", "LAB", "--pcap", join(folder, "captures")],
  ["why", "LAB"],
  ["check", "LAB"],
  ["view", "topology", "LAB"],
  ["export", "netns", "LAB"],
  ["compare", "LAB", folder],
  ["learn", "LAB"],
  ["grade", "LAB", folder],
  ["lab", "LAB"],
];

function told(words: readonly string[]): { status: number; out: string; err: string } {
  let out = "";
  let err = "";
  const began = performance.now();
  const status = lvsim(words, {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    variables: {},
    isTerminal: false,
    showsProgress: false,
    clock: () => 0,
  });
  expect(performance.now() - began).toBeLessThan(1000);
  return { status, out, err };
}

test.each(CASES)("%s is told in one line by every command", (kind, file, said) => {
  const path = nameOf(kind);
  writeFileSync(path, file);
  for (const command of COMMANDS) {
    const { status, out, err } = told(command.map((word) => (word === "LAB" ? path : word)));
    expect({ status, out }).toEqual({ status: 2, out: "" });
    expect(err).toMatch(/^lvsim: [^\n]{1,400}\n$/);
    expect(err.startsWith(`lvsim: ${path}:`), err).toBe(true);
    expect(err.slice(`lvsim: ${path}`.length).trimEnd()).toMatch(said);
  }
  expect(existsSync(join(folder, "captures"))).toBe(false);
});

test("a device and a folder are no lab files", () => {
  for (const [path, why] of [
    ["/dev/zero", "it is no regular file"],
    [join(folder, "folder.yml"), "it is a directory"],
  ] as const)
    expect(told(["run", path])).toEqual({
      status: 2,
      out: "",
      err: `lvsim: cannot read ${path}: ${why}\n`,
    });
});

test.each([
  ["a byte order mark", `\ufeff${GOOD}`],
  ["CRLF", GOOD.replaceAll("\n", "\r\n")],
  ["names that every object has", GOOD.replace("  b:", "  constructor:")],
  ["anchors", `${GOOD}vips: &v ["10.0.0.1"]\n`],
])("%s does no harm", (kind, text) => {
  const path = nameOf(kind);
  writeFileSync(path, text);
  expect(told(["validate", path])).toMatchObject({ status: 0, err: "" });
});
