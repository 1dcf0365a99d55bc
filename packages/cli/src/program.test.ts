import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lvsim } from "./program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lvsim-"));
  writeFileSync(join(folder, "binary.sh"), Uint8Array.of(127, 69, 0, 1));
  writeFileSync(join(folder, "broken.lab.yml"), "format: 1\ntitle: [\n");
  writeFileSync(join(folder, "short.lab.yml"), "format: 1\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function say(argv: readonly string[], variables: Record<string, string> = {}): Said {
  let out = "";
  let err = "";
  const status = lvsim(
    argv.map((word) => word.replace("FOLDER", folder)),
    {
      out: (text) => {
        out += text;
      },
      err: (text) => {
        err += text;
      },
      variables,
      isTerminal: false,
      showsProgress: false,
      clock: () => 0,
    },
  );
  return { status, out, err };
}

test.each([
  ["run drr", 'no scenario "drr"; did you mean "dr"? (lvsim list shows '],
  ["run constructor", 'no scenario "constructor" (lvsim list shows '],
  ["run dr --sed 1", 'unknown option "--sed"; did you mean "--seed"?'],
  ["run dr --seed x", 'a seed is a whole number from 0 to 9007199254740991, as --seed 7; not "x"'],
  ["run dr --seed", 'option "--seed <seed>" argument missing'],
  ["run", 'missing required argument "scenario"'],
  ["run dr nat", 'too many arguments for "run"'],
  ["run dr --lang fr", 'no language "fr"; known: en, zh'],
  ["rnu dr", 'unknown command "rnu"; did you mean "run"?'],
  ["run FOLDER/no.lab.yml", "cannot read "],
  ["run FOLDER/", "cannot read "],
  ["run FOLDER/broken.lab.yml", "broken.lab.yml:"],
  ["run FOLDER/short.lab.yml", "short.lab.yml:1:1: "],
  ["run dr --pcap FOLDER/binary.sh/x", "cannot write "],
  ["sh FOLDER/none.sh", "cannot read "],
  ["sh FOLDER/binary.sh", "binary.sh is no script: it holds binary data"],
  ["sh --image debian FOLDER/binary.sh", 'no image "debian"; known: debian-12, centos-7'],
])("`lvsim %s` says what is wrong in one line, with exit status 2", (line, words) => {
  const { status, out, err } = say(line.split(" "));
  expect(status).toBe(2);
  expect(out).toBe("");
  expect(err).toMatch(/^lvsim: [^\n]+\n$/);
  expect(err).toContain(words);
});

test("list has a line for each lab, in the language asked for", () => {
  const english = say(["list"]).out;
  expect(english.split("\n").map((line) => line.trim().split(" ")[0])).toEqual(
    expect.arrayContaining(["dr", "fullnat", "nat", "tun"]),
  );
  expect(english).not.toContain("…");
  expect(say(["list"], { LANG: "zh_CN.UTF-8" }).out).toContain("实验手册");
  expect(say(["list", "--lang", "zh"], {}).out).toContain("实验手册");
  expect(say(["list", "--lang", "en"], { LANG: "zh_CN" }).out).toBe(english);
});

test("list shows topics, and marks the failures", () => {
  const lines = say(["list"]).out.split("\n");
  expect(lines).toContain("ARP and who owns the VIP");
  expect(lines.filter((line) => line.startsWith("  * arp-ignore-missing "))).toHaveLength(1);
  expect(lines.filter((line) => line.startsWith("    dr "))).toHaveLength(1);
  expect(say(["list", "--lang", "zh"]).out.split("\n")).toContain("ARP 与 VIP 归属");
});

test("validate says which checks hold, of a failure and of what mends it", () => {
  const broken = say(["validate", "ip-forward-off"]);
  expect(broken.status).toBe(0);
  expect(broken.out).toContain(" ✓ every curl times out\n");
  expect(broken.out).toMatch(/\n4 of 4 checks hold\n$/);
  const mended = say(["validate", "ip-forward-off", "--variant", "mended", "--lang", "zh"]);
  expect(mended).toEqual({
    status: 0,
    out: " ✓ 每个请求都得到应答\n1 项检查中有 1 项成立\n",
    err: "",
  });
});

test("a check that does not hold is told with what was found; only an error counts", () => {
  const lab = (level: string): string => {
    const path = join(folder, `${level}.lab.yml`);
    writeFileSync(
      path,
      `include: [direct-routing]
format: 1
title: { en: x, zh: y }
about: { en: x, zh: y }
traffic: [{ from: client, run: "true" }]
validate:
  - requests: { status: 1 }
    level: ${level}
    pass: { en: it failed, zh: 失败 }
`,
    );
    return path;
  };
  const text = " not so: it failed\n     0 of 1 requests: – 0\n0 of 1 checks hold\n";
  expect(say(["validate", lab("error")])).toEqual({ status: 1, out: ` ✗${text}`, err: "" });
  expect(say(["validate", lab("warning")])).toEqual({ status: 0, out: ` !${text}`, err: "" });
});

test("a variant is run by its name, and an unknown one is told", () => {
  const { out } = say(["run", "ip-forward-off", "--variant", "mended"]);
  expect(out).toContain("all answered");
  expect(out).toContain("lvsim run ip-forward-off --variant mended -v");
  expect(say(["run", "ip-forward-off", "--variant", "mend"])).toEqual({
    status: 2,
    out: "",
    err: expect.stringMatching(/no variant "mend"; known: mended\n$/),
  });
});

test("the version is a number, and help names every command", () => {
  expect(say(["--version"])).toEqual({
    status: 0,
    out: expect.stringMatching(/^\d+\.\d+\.\d+\n$/),
    err: "",
  });
  const { status, out } = say(["--help"]);
  expect(status).toBe(0);
  for (const command of ["run", "validate", "list", "sh"]) expect(out).toContain(`  ${command} `);
});

test("why names the line of the lab file that is to blame", () => {
  const { status, out } = say(["why", "forward-policy-drop"]);
  expect(status).toBe(1);
  expect(out).toMatch(
    /dir# iptables -P FORWARD DROP {2}\(labs\/nat\/forward-policy-drop\.lab\.yml:\d+\)/,
  );
});

test.each(["fairness", "disruption"])("%s is a view, as text and as a picture", (view) => {
  expect(say(["view", view, "nat"])).toMatchObject({ status: 0, err: "" });
  expect(say(["view", view, "nat", "--format", "svg"]).out).toMatch(/^<svg /);
  expect(say(["view", view, "nat", "--format", "mermaid"])).toMatchObject({ status: 2, out: "" });
});

test("what a kernel cannot play is not exported, and an unknown form is told", () => {
  expect(say(["export", "netns", "fullnat"])).toEqual({
    status: 2,
    out: "",
    err: "lvsim: fullnat cannot be played on a real kernel: no mainline kernel has FULLNAT's IPVS\n",
  });
  expect(say(["export", "netnss", "dr"]).err).toBe(
    'lvsim: no export "netnss"; known: netns, recording; did you mean "netns"?\n',
  );
  expect(say(["export", "recording", "dr", "-o", "FOLDER"]).err).toMatch(/ is not empty\n$/);
  expect(say(["compare", "dr", "FOLDER"]).err).toMatch(/^lvsim: .* is no recording: /);
});

test("check takes what an import makes a lab of as that lab", () => {
  const dump = join(folder, "rules.ipvs");
  writeFileSync(
    dump,
    "-A -t 10.0.0.100:80 -s wrr -p 300\n-a -t 10.0.0.100:80 -r 10.0.0.20:80 -g -w 1\n-a -t 10.0.0.100:80 -r 10.0.0.21:80 -g -w 0\n",
  );
  expect(say(["check", dump]).out).toContain("[quiesced-persistent]");
  expect(say(["check", "/dev/zero"])).toEqual({
    status: 2,
    out: "",
    err: "lvsim: cannot read /dev/zero: it is no regular file\n",
  });
});
