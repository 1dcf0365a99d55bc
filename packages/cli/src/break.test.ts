import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { lvsim } from "./program.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "lvsim-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function say(line: string): { status: number; out: string; err: string } {
  let out = "";
  let err = "";
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
    },
  );
  return { status, out, err };
}

const golden = (file: string): string => new URL(`golden/${file}`, import.meta.url).pathname;

test.each([
  ["break dr --level 1 --seed 4", "break.lab.yml"],
  ["break dr --level 1 --seed 4 --answer --lang en", "break-answer.en.txt"],
  ["break nat --level 3 --seed 7 --answer --lang zh", "break-answer.zh.txt"],
])("`lvsim %s` prints %s", async (line, file) => {
  const { status, out, err } = say(line);
  expect({ status, err }).toEqual({ status: 0, err: "" });
  await expect(out).toMatchFileSnapshot(golden(file));
});

test("why mends what break broke", () => {
  writeFileSync(join(folder, "made.lab.yml"), say("break nat --level 3 --seed 7").out);
  const { status, out } = say("why FOLDER/made.lab.yml --lang en");
  expect(status).toBe(1);
  expect(out).toContain("--set-mark 7");
  expect(out).toContain("4 of 4 requests well");
});

test("why is told which servers should get requests, and finds why one gets none", () => {
  const file = join(folder, "uneven.lab.yml");
  writeFileSync(
    file,
    `include: [direct-routing]
format: 1
title: { en: x, zh: y }
about: { en: x, zh: y }
hosts:
  dir:
    start: |
      ip addr add 192.168.10.100/32 dev eth0
      ipvsadm -A -t 192.168.10.100:80 -s rr
      ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.11 -g
  rs1:
    start: &rs |
      sysctl -w net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
      ip addr add 192.168.10.100/32 dev lo
      systemctl start nginx
  rs2: { start: *rs }
traffic: [{ from: client, run: "curl -s -m 3 http://192.168.10.100/", times: 4 }]
`,
  );
  expect(say("why FOLDER/uneven.lab.yml").status).toBe(0);
  expect(say("why FOLDER/uneven.lab.yml --expect-server rs1").status).toBe(0);
  const told = say("why FOLDER/uneven.lab.yml --expect-server rs1,rs2 --lang en");
  expect(told.status).toBe(1);
  expect(told.out).toContain("Mend     dir# ipvsadm -a -t 192.168.10.100:80 -r 192.168.10.12:80");
  expect(say("why FOLDER/uneven.lab.yml --expect rs1 --within 500ms").status).toBe(0);
  expect(say("why FOLDER/uneven.lab.yml --within 1us").status).toBe(1);
});

test.each([
  ["break drr", 'no topology "drr"; did you mean "dr"? (known: dr, fullnat, nat, tun, dr-flat, '],
  ["break --level 6", 'a level is a number from 1 to 5, not "6"'],
  ["break --level x", 'a level is a number from 1 to 5, not "x"'],
  ["break --seed x", "a seed is a whole number from 0 to "],
  ["break dr nat", 'too many arguments for "break"'],
  ["why dr --within 5", 'a time needs a number and a unit, as 500ms or 1.5s; not "5"'],
  ["why dr --expect-server rs01", 'no machine "rs01" (--expect-server)'],
])("`lvsim %s` says what is wrong in one line, with exit status 2", (line, words) => {
  const { status, out, err } = say(line);
  expect({ status, out }).toEqual({ status: 2, out: "" });
  expect(err).toMatch(/^lvsim: [^\n]+\n$/);
  expect(err).toContain(words);
});
