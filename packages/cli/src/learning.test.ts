/** `lvsim learn` and `lvsim grade`, as text, CSV and JSON: the whole output of each, in both languages. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lvsim } from "./program.ts";

const DIRECTOR = `ip addr add 192.168.10.100/32 dev eth0
ipvsadm -A -t 192.168.10.100:80 -s rr
ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.11 -g
ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.12 -g
ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.13 -g
`;
const SERVER = `ip addr add 192.168.10.100/32 dev lo
sysctl -w net.ipv4.conf.all.arp_ignore=1
sysctl -w net.ipv4.conf.all.arp_announce=2
`;
const FILES: Readonly<Record<string, string>> = {
  "alice/dir.sh": DIRECTOR,
  "alice/rs1.sh": SERVER,
  "alice/rs2.sh": SERVER,
  "alice/rs3.sh": SERVER,
  "alice/notes.txt": "not played",
  "bob.txt": `[root@dir ~]# ${DIRECTOR.trim().replaceAll("\n", "\n[root@dir ~]# ")}
[root@rs1 ~]# ip addr add 192.168.10.100/32 dev lo
[root@rs2 ~]# ip addr add 192.168.10.100/32 dev lo
[root@rs3 ~]# ip adr add 192.168.10.100/32 dev lo
Object "adr" is unknown, try "ip help".
`,
  "=carol/dir.sh": `${DIRECTOR}while true; do :; done\n`,
  "dave.txt": "# machine: director\n",
};

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lvsim-"));
  for (const [name, text] of Object.entries(FILES)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  symlinkSync(join(folder, "bob.txt"), join(folder, "eve.txt"));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Said {
  readonly status: number;
  readonly out: string;
  readonly err: string;
}

function say(line: string, typed?: readonly string[]): Said {
  let out = "";
  let err = "";
  const lines = [...(typed ?? [])];
  const status = lvsim(
    line.split(" ").map((word) => word.replace("FOLDER", folder)),
    {
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
      ...(typed === undefined ? {} : { readLine: () => lines.shift() ?? null }),
    },
  );
  return { status, out: out.replaceAll(folder, "FOLDER"), err };
}

const ALL = "FOLDER/alice FOLDER/bob.txt FOLDER/=carol FOLDER/dave.txt FOLDER/eve.txt FOLDER/none";

describe("what is printed", () => {
  test.each([
    ["learn.en.txt", "learn learn-arp", 0],
    ["learn.zh.txt", "learn learn-arp --hints --variant 王 --lang zh", 0],
    ["questions.en.txt", "learn learn-nat --questions --variant alice", 0],
    ["answers.en.txt", "learn learn-nat --answers --variant alice", 0],
    ["answers.zh.txt", "learn ip-forward-off --answers --lang zh --seed 2", 0],
    ["solution.txt", "learn learn-arp --solution --variant alice", 0],
    ["grade.en.txt", "grade learn-arp FOLDER/bob.txt", 1],
    ["grade.zh.txt", "grade learn-arp FOLDER/=carol --lang zh", 1],
    ["grade-many.en.txt", `grade learn-arp ${ALL}`, 1],
    ["grade.csv", `grade learn-arp ${ALL} --csv`, 1],
    ["grade.zh.csv", `grade learn-arp FOLDER/alice FOLDER/bob.txt --csv --lang zh`, 1],
    ["grade.jsonl", "grade learn-arp FOLDER/bob.txt FOLDER/none --json", 1],
  ])("%s: lvsim %s", async (file, line, status) => {
    const said = say(line);
    expect({ status: said.status, err: said.err }).toEqual({ status, err: "" });
    await expect(said.out).toMatchFileSnapshot(new URL(`golden/${file}`, import.meta.url).pathname);
  });

  test("a whole lesson talked through on a terminal", async () => {
    const typed = ["h", "h", "", "b", "a", "c", "", "", "", "x", "", "q"];
    const { out } = say("learn learn-arp", typed);
    await expect(out).toMatchFileSnapshot(new URL("golden/talk.en.txt", import.meta.url).pathname);
  });
});

test("full marks are status 0, and the walk of a submission is that of lvsim run", () => {
  const { status, out } = say("grade learn-arp FOLDER/alice --walk");
  expect(status).toBe(0);
  expect(out).toContain("alice  15 of 15 points");
  expect(out).toContain("First request and reply, hop by hop");
});

test("what learn shows as the solution of a person's variant has full marks in it", () => {
  const { out } = say("learn learn-tun --solution --variant zoe");
  writeFileSync(join(folder, "zoe.txt"), out);
  expect(say("grade learn-tun FOLDER/zoe.txt --variant zoe").status).toBe(0);
  expect(say("grade learn-tun FOLDER/zoe.txt --individual").status).toBe(0);
  expect(say("grade learn-tun FOLDER/zoe.txt").status).toBe(1);
});

test("a variant that the file has no lab for is a row with an error, and costs nobody else anything", () => {
  const lesson = join(folder, "mine.lab.yml");
  const text = `include: [direct-routing]
format: 1
title: { en: x, zh: x }
about: { en: x, zh: x }
traffic: [{ from: client, run: "true", times: "{{times}}" }]
vary: { choose: [[{ times: 1 }, { times: 0 }]] }
steps: [{ title: { en: x, zh: x }, task: { en: x, zh: x }, expects: [{ requests: { status: 0 }, pass: { en: x, zh: x } }] }]
`;
  writeFileSync(lesson, text);
  const paths = Array.from({ length: 8 }, (_unused, i) => join(folder, `p${i}.txt`));
  for (const path of paths) writeFileSync(path, "# machine: dir\n");
  const { out } = say(`grade ${lesson} ${paths.join(" ")} --individual --csv`);
  const rows = out.trim().split("\r\n").slice(1);
  expect(rows.length).toBe(8);
  const broken = rows.filter((row) => row.includes("in the variant of p"));
  expect(broken.length).toBeGreaterThan(0);
  expect(broken.length).toBeLessThan(8);
});

test("whoever stops is asked no more", () => {
  const { out } = say("learn learn-arp", ["q"]);
  expect(out).toContain("Step 1");
  expect(out).not.toContain("Step 2");
  expect(say("learn learn-arp", []).out).not.toContain("Step 2");
});

test("a lab without steps is asked about, and cannot be graded", () => {
  expect(say("learn dr").out).toContain("lvsim learn dr --questions");
  expect(say("learn dr", ["a", "q"]).out).toContain("Question 2");
  expect(say("learn dr --solution").err).toBe("lvsim: dr has no solution\n");
  expect(say("grade dr FOLDER/alice")).toEqual({
    status: 2,
    out: "",
    err: "lvsim: dr has no steps to grade; lvsim list shows the lessons\n",
  });
});

test("two hand-ins of one name cannot both be individual", () => {
  expect(say("grade learn-arp FOLDER/alice FOLDER/alice --individual").err).toContain(
    'are both of "alice"; --individual needs one each',
  );
});

test("a person's variant is known to the other commands too", () => {
  const { status, out } = say("run learn-nat --variant alice");
  expect(status).toBe(0);
  expect(out).not.toContain("203.0.113.");
});
