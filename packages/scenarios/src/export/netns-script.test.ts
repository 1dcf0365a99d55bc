import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { labNames, libraryLab } from "../run/library.ts";
import { packetFilter } from "./check-lines.ts";
import { needLines, netemWords } from "./needs.ts";
import { netnsScript, whyNoScript } from "./netns-script.ts";

const lab = (name: string): LabDefinition => libraryLab(name) as LabDefinition;
const DR = lab("dr");

const bash = (args: readonly string[], input: string) =>
  spawnSync("bash", args, { input, encoding: "utf8" });

test("bash can read the script of every lab that a mainline kernel can play", () => {
  const scripts = labNames()
    .filter((name) => whyNoScript(lab(name)) === null)
    .map((name) => netnsScript(name, name, lab(name)));
  expect(scripts.length).toBeGreaterThan(50);
  // one shell for all: `bash -n` reads on after the end of each
  const { status, stderr } = bash(["-n"], scripts.join("\n"));
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
}, 30_000);

test("FULLNAT has no kernel to be played on", () => {
  expect(whyNoScript(lab("fullnat"))).toBe("no mainline kernel has FULLNAT's IPVS");
});

describe("a script", () => {
  const script = netnsScript("dr", "dr", DR);
  test.each([
    ["machines with their names", "\nmachine a a.qfedu.com\n"],
    ["cables with the MAC addresses of the lab", "\ncable a eth0 02:00:00:00:03:00 0\n"],
    ["start-up commands as they are typed", "\nstart 011 a ok 'sh /usr/local/sbin/lvs_dr.sh'\n"],
    ["requests at their times", "\nrequest 002 client 1000 'curl -s http://192.168.31.200/'\n"],
    ["checks on owners", "\ncheck_owner 4 error client 192.168.31.200 02:00:00:00:03:00\n"],
    ["tables of all machines", "\ntable c neigh 'ip neigh'\n"],
  ])("has %s", (_what, line) => {
    expect(script).toContain(line);
  });

  test("says again what a login shell would remember", () => {
    const start = "vip='it''s'\necho \"$vip\"\n";
    const host = { ...(DR.hosts.gw as LabDefinition["hosts"][string]), start };
    const text = netnsScript("x", "x", { ...DR, hosts: { gw: host } });
    const [, rest = ""] = text.split("start 002 gw ok '");
    const typed = (rest.split("'\n\n")[0] ?? "").replaceAll("'\\''", "'");
    expect(bash([], typed).stdout).toBe("its\n");
  });
});

test.each([
  [{}, "greater 0"],
  [{ protocol: "arp", arp: "request" }, "arp and arp[6:2] = 1"],
  [
    { source: "10.0.0.1", destinationPort: 80, flags: "SA" },
    "src host 10.0.0.1 and dst port 80 and tcp[13] & 0x3f = 18",
  ],
  [{ icmp: "3/4", ttl: 63 }, "icmp[0] = 3 and icmp[1] = 4 and ip[8] = 63"],
  [{ sourceMac: "a" }, "(ether src 02:00:00:00:03:00)"],
  [{ destinationMac: "a.eth7" }, "less 1"],
] as const)("the packet %j is %s to tcpdump", (pattern, filter) => {
  expect(packetFilter(DR, pattern)).toBe(filter);
});

test("netem says what a segment is, and nothing of a plain one", () => {
  const plain = { delay: 50_000, loss: 0, duplication: 0, reordering: 0 };
  const spec = (more: object) => ({ ...plain, ...more }) as Parameters<typeof netemWords>[0];
  expect(netemWords(spec({}))).toEqual([]);
  expect(netemWords(spec({ delay: 20_000_000, loss: 0.015, rate: 1e7 })).join(" ")).toBe(
    "delay 20000us loss 1.5% rate 10000000bit limit 100000",
  );
});

test("what a lab uses is asked for before anything is touched", () => {
  const needs = needLines(lab("tun")).join("\n");
  expect(needs).toContain("need_tool ipvsadm ipvsadm");
  expect(needs).toContain("load ipip");
  expect(needLines({ ...DR, hosts: {}, traffic: [], validate: [] }).join("\n")).not.toContain(
    "ipvsadm",
  );
});
