import { describe, expect, test } from "vitest";
import { LabFileError } from "./lab-file-error.ts";
import { readLab } from "./read.ts";
import type { LabDefinition } from "./schema.ts";

const FILE = `format: 1
title: { en: Lab, zh: 实验 }
about: { en: "dir.\\nIts servers:\\nrs1\\nrs2", zh: "dir 与服务器:\\nrs1\\nrs2" }
segments: { lan: { prefix: 10.0.0.0/24 } }
vips: [10.0.0.100]
hosts:
  dir:
    devices: { eth0: { segment: lan, address: 10.0.0.10/24 } }
    start: |
      ipvsadm -A -t 10.0.0.100:80 -s {{scheduler}}
      ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.11 -w {{weight}}
      ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.12 -w 1
      cat /etc/dir rs10 > 10.0.0.255
  rs1: { devices: { eth0: { segment: lan, address: 10.0.0.11/24 } } }
  rs2: { devices: { eth0: { segment: lan, address: 10.0.0.12/24 } } }
traffic: [{ from: rs1, run: "true", times: "{{weight * 2 + servers}}" }]
validate:
  - { requests: { server: rs2 }, times: "{{(weight + 1) * 3 - 1}}", pass: { en: one, zh: 一 } }
  - { trace: { event: sent, at: rs1.eth0 }, pass: { en: other, zh: 二 } }
vary:
  choose:
    - [{ scheduler: wrr, weight: 3 }, { scheduler: wlc, weight: 5 }]
  servers: { hosts: [rs1, rs2], least: 1 }
  names: [{ dir: lb, rs1: web1, rs2: web2 }]
`;
const read = (person?: string, text = FILE): LabDefinition =>
  readLab(text, "x.lab.yml", { variant: person });

const PEOPLE = Array.from({ length: 60 }, (_unused, i) => `p${i}`);

describe("a lab that varies", () => {
  test("stands as its file says, with the first row of values and all servers", () => {
    const lab = read();
    expect(lab.hosts.dir?.start.split("\n").slice(0, 2)).toEqual([
      "ipvsadm -A -t 10.0.0.100:80 -s wrr",
      "ipvsadm -a -t 10.0.0.100:80 -r 10.0.0.11 -w 3",
    ]);
    expect(lab.traffic[0]?.times).toBe(8);
    expect(lab.validate[0]?.times).toBe(11);
  });

  test("is the same for one person every time, and others for others", () => {
    expect(read("alice")).toEqual(read("alice"));
    const vips = new Set(PEOPLE.map((person) => read(person).vips[0]));
    expect(vips.size).toBeGreaterThan(50);
  });

  test("has every choice for somebody", () => {
    const labs = PEOPLE.map((person) => read(person));
    const kinds = new Set(
      labs.map(({ hosts, traffic }) => `${Object.keys(hosts).join()} ${traffic[0]?.times}`),
    );
    expect([...kinds].sort()).toEqual([
      "dir,rs1 11",
      "dir,rs1 7",
      "dir,rs1,rs2 12",
      "dir,rs1,rs2 8",
      "lb,web1 11",
      "lb,web1 7",
      "lb,web1,web2 12",
      "lb,web1,web2 8",
    ]);
  });

  test("is changed everywhere at once: topology, commands, checks and texts", () => {
    const renamed = PEOPLE.map((person) => read(person)).filter(({ hosts }) => "web2" in hosts);
    const lab = renamed[0];
    const [network = ""] = lab?.segments.lan?.prefix?.split(".0/24") ?? [];
    const [dir, first, second] = Object.values(lab?.hosts ?? {}).map(
      ({ devices }) => devices.eth0?.address?.split("/")[0] ?? "",
    );
    const vip = lab?.vips[0];
    expect([dir, first, second, vip].every((address) => address?.startsWith(`${network}.`))).toBe(
      true,
    );
    expect(new Set([dir, first, second, vip]).size).toBe(4);
    expect(lab?.hosts.lb?.start.split("\n")).toEqual([
      expect.stringMatching(`^ipvsadm -A -t ${vip}:80 -s w`),
      expect.stringMatching(`^ipvsadm -a -t ${vip}:80 -r ${first} -w [35]$`),
      `ipvsadm -a -t ${vip}:80 -r ${second} -w 1`,
      // a path and a longer name are no hosts; the broadcast address stays one
      `cat /etc/dir rs10 > ${network}.255`,
      "",
    ]);
    expect(lab?.about).toEqual({
      en: "lb.\nIts servers:\nweb1\nweb2",
      zh: "lb 与服务器:\nweb1\nweb2",
    });
    expect(lab?.traffic[0]?.from).toBe("web1");
    expect(lab?.validate.map(({ requests, trace }) => requests?.server ?? trace?.at)).toEqual([
      "web2",
      "web1.eth0",
    ]);
    const macs = Object.values(lab?.hosts ?? {}).map(({ devices }) => devices.eth0?.mac);
    expect(new Set(macs).size).toBe(3);
  });

  test("without a server has no line, entry or check that speaks of it", () => {
    const lab = PEOPLE.map((person) => read(person)).find(
      ({ hosts }) => "rs1" in hosts && !("rs2" in hosts),
    );
    expect(lab?.hosts.dir?.start.split("\n")).toHaveLength(4);
    expect(lab?.validate.map(({ pass }) => pass.en)).toEqual(["other"]);
    expect(lab?.about.en).toBe("dir.\nIts servers:\nrs1");
  });
});

test.each([
  ["{{weight * 2 + servers}}", "{{height}}", '16:44: {{height}}: there is no value "height"'],
  ["{{weight * 2 + servers}}", "{{weight *}}", "16:44: {{weight *}}: cannot be read"],
  ["{{weight * 2 + servers}}", "{{(weight}}", "16:44: {{(weight}}: a parenthesis is open"],
  ["{{weight * 2 + servers}}", "{{1 2}}", '16:44: {{1 2}}: cannot read "2"'],
  ["{{weight * 2 + servers}}", "{{scheduler * 2}}", '16:44: {{scheduler * 2}}: "wrr" is no number'],
  ["{{weight * 2 + servers}}", "{{1 - weight}}", "16:44: traffic.0.times: "],
  ["least: 1", "least: 3", "23:40: there are not so many servers"],
  ["hosts: [rs1, rs2]", "hosts: [rs1, rs3]", '23:27: there is no host "rs3"'],
  ["rs1: web1", "rs4: web1", '24:11: there is no host "rs4"'],
  ["rs1: web1", "rs1: dir, dir: rs1", "24:32: Map keys must be unique"],
  ["rs1: web1", "rs1: lb", "24:11: two hosts would have one name"],
  ["servers: {", "server: {", '23:11: vary: unknown key "server"'],
])("%s as %s is told with its place: %s", (from, to, message) => {
  expect(FILE).toContain(from);
  let told = "";
  try {
    read(undefined, FILE.replace(from, to));
  } catch (error) {
    if (!(error instanceof LabFileError)) throw error;
    told = error.message;
  }
  expect(told).toContain(`x.lab.yml:${message}`);
});

test("what is wrong only in somebody's variant says whose", () => {
  const text = FILE.replace("weight: 5", "weight: 0").replace("servers }", "- 1 }");
  const people = PEOPLE.filter((person) => {
    try {
      read(person, text.replace("{{weight * 2 + servers}}", "{{weight * 2}}"));
      return false;
    } catch (error) {
      expect((error as Error).message).toMatch(
        new RegExp(`^x\\.lab\\.yml:21:3: in the variant of ${person}: traffic\\.0\\.times: `),
      );
      return true;
    }
  });
  expect(people.length).toBeGreaterThan(10);
});

test("a lab that does not vary has no variant of a person's", () => {
  const text = FILE.slice(0, FILE.indexOf("vary:")).replaceAll(/"\{\{.*\}\}"/g, "1");
  expect(() => read("alice", text)).toThrow('there is no variant "alice"; this lab has none');
});
