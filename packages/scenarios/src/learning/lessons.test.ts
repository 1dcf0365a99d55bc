import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { labsOf, libraryLab } from "../run/library.ts";
import { type Grade, Grader, solutionText } from "./grade.ts";
import { hintText } from "./hint-text.ts";

const lesson = (name: string, person?: string): LabDefinition => {
  const found = libraryLab(name, person);
  if (found === undefined) throw new Error(`no lesson ${name}`);
  return found;
};

const graders = new Map<string, Grader>();
/** A submission that is one text. */
function graded(name: string, text: string): Grade {
  const grader = graders.get(name) ?? new Grader(name, lesson(name), "1");
  graders.set(name, grader);
  return grader.grade([{ name: "hand-in.txt", text }]);
}

const lost = ({ checks }: Grade): string[] =>
  checks
    .filter(({ earned }) => earned === 0)
    .map(({ expectation, found }) => `${expectation.pass.en}: ${found}`);

/** Points of each step. */
const byStep = ({ checks }: Grade): number[] =>
  checks.reduce<number[]>((sums, { step, earned }) => {
    sums[step] = (sums[step] ?? 0) + earned;
    return sums;
  }, []);

describe.each(labsOf("lessons"))("%s", (name) => {
  test("its reference solution has full marks, and nothing has none", () => {
    expect(lost(graded(name, solutionText(lesson(name))))).toEqual([]);
    const nothing = graded(
      name,
      `# machine: ${Object.keys(lesson(name).steps[0]?.solution ?? {})[0]}\n`,
    );
    expect(nothing.points).toBe(0);
  });

  test.prop([fc.string({ minLength: 1, maxLength: 12 })], { numRuns: 40 })(
    "and so it has in everybody's variant",
    (person) => {
      const definition = lesson(name, person);
      const grade = new Grader(name, definition, "1").grade([
        { name: "hand-in.txt", text: solutionText(definition) },
      ]);
      expect({ person, lost: lost(grade) }).toEqual({ person, lost: [] });
    },
  );

  test("the solution of one variant is worth little in another", () => {
    const [alice, bob] = [lesson(name, "alice"), lesson(name, "bob")];
    const names = (of: LabDefinition): string[] => Object.keys(of.hosts);
    // by the other's names, so that only what cannot be read off is copied
    let text = solutionText(bob);
    names(bob).forEach((host, i) => {
      text = text.replaceAll(
        `machine: ${host}\n`,
        `machine: ${names(alice)[i] ?? names(alice)[2]}\n`,
      );
    });
    const grade = new Grader(name, alice, "1").grade([{ name: "hand-in.txt", text }]);
    expect(grade.points).toBeLessThan(grade.maximum / 2);
  });
});

/** What a learner forgot or mistook: a lesson, the change of its solution, points by step, and what the hint says. */
const PLANTED: readonly [string, string, RegExp, string, number[], string][] = [
  [
    "arp_ignore is forgotten",
    "learn-arp",
    /^.*arp_ignore.*\n/gm,
    "",
    [1, 2, 0],
    "request 1 went as it should until it came to POSTROUTING on gw; then it left gw by eth1 for rs3 (203.0.113.10 → 192.168.10.100); in the reference run it left gw by eth1 for dir (203.0.113.10 → 192.168.10.100) · gw takes rs3 for 192.168.10.100, as ARP told it",
  ],
  [
    "arp_announce is forgotten",
    "learn-arp",
    /^.*arp_announce.*\n/gm,
    "",
    [2, 2, 0],
    "request 2 went as it should until it came to POSTROUTING on gw; then it left gw by eth1 for rs3 (203.0.113.10 → 192.168.10.100); in the reference run it left gw by eth1 for dir (203.0.113.10 → 192.168.10.100) · gw takes rs3 for 192.168.10.100, as ARP told it",
  ],
  [
    "rs2 is not silent",
    "learn-arp",
    /(rs2\nsysctl -w net.ipv4.conf.all.arp_ignore)=1/,
    "$1=0",
    [1, 2, 0],
    "request 1 went as it should until it came to POSTROUTING on gw; then it left gw by eth1 for rs2 (203.0.113.10 → 192.168.10.100); in the reference run it left gw by eth1 for dir (203.0.113.10 → 192.168.10.100) · gw takes rs2 for 192.168.10.100, as ARP told it",
  ],
  [
    "the VIP is missing on rs3",
    "learn-arp",
    /(machine: rs3\n)ip addr.*\n/,
    "$1",
    [5, 2, 5],
    "request 1 went as it should until it came to PREROUTING on rs3; then it was dropped on rs3: ip-forwarding-off, net.ipv4.conf.eth0.forwarding = 0; in the reference run it came to INPUT on rs3",
  ],
  [
    "servers by masquerading",
    "learn-arp",
    / -g/g,
    " -m",
    [2, 0, 0],
    "request 1 went as it should until it came to INPUT on dir; then it was given to rs3 by IPVS on dir (Masq); in the reference run it was given to rs3 by IPVS on dir (Route)",
  ],
  [
    "the VIP is missing on dir",
    "learn-arp",
    /^ip addr.*eth0\n/m,
    "",
    [1, 0, 0],
    "request 1 went as it should until it came to POSTROUTING on gw; then it was dropped on gw: neighbour-failed; in the reference run it left gw by eth1 for dir (203.0.113.10 → 192.168.10.100)",
  ],
  [
    "another scheduler",
    "learn-arp",
    /-s rr/,
    "-s lc",
    [4, 5, 5],
    "ipvsadm -Ln on dir shows what there is; -A makes a service, -s names its scheduler.",
  ],
  [
    "a weight of 0",
    "learn-arp",
    /-w 1/,
    "-w 0",
    [4, 2, 5],
    "requests of client (curl -s -m 3 http://192.168.10.100/) went to rs2 3, rs3 3; in the reference run to rs1 2, rs2 2, rs3 2",
  ],
  [
    "rs2 keeps its gateway",
    "learn-nat",
    /(machine: rs2\n)ip route.*\n/,
    "$1",
    [3, 1, 1],
    "the answer to request 2 went as it should until it came to POSTROUTING on rs2; then it left rs2 by eth0 for gw (192.168.10.12 → 203.0.113.10); in the reference run it left rs2 by eth0 for dir (192.168.10.12 → 203.0.113.10)",
  ],
  [
    "ip_forward is forgotten",
    "learn-nat",
    /^.*ip_forward.*\n/m,
    "",
    [3, 3, 0],
    "the answer to request 1 went as it should until it came to PREROUTING on dir; then it was dropped on dir: ip-forwarding-off, net.ipv4.conf.eth1.forwarding = 0; in the reference run it came to FORWARD on dir",
  ],
  [
    "weights swapped",
    "learn-nat",
    /-w 3/,
    "-w 1",
    [3, 3, 3],
    "requests of client (curl -s -m 3 http://203.0.113.100:80/) went to rs1 1, rs2 2, rs3 3; in the reference run to rs1 3, rs2 1, rs3 2",
  ],
  [
    "the port is not mapped",
    "learn-nat",
    /(:80 -s wrr)/,
    ":81 -s wrr",
    [0, 0, 0],
    "request 1 went as it should until it came to INPUT on dir; then it was dropped on dir: tcp-no-socket; in the reference run it was given to rs3 by IPVS on dir (Masq)",
  ],
  [
    "no gateway at all",
    "learn-nat",
    /^ip route.*\n/gm,
    "",
    [3, 0, 0],
    "the answer to request 1 went as it should until it came to POSTROUTING on rs3; then it left rs3 by eth0 for gw (192.168.10.13 → 203.0.113.10); in the reference run it left rs3 by eth0 for dir (192.168.10.13 → 203.0.113.10)",
  ],
  [
    "by direct routing",
    "learn-nat",
    / -m/g,
    " -g",
    [0, 0, 0],
    "request 1 went as it should until it came to INPUT on dir; then it was given to rs3 by IPVS on dir (Route); in the reference run it was given to rs3 by IPVS on dir (Masq)",
  ],
  [
    "rp_filter is forgotten",
    "learn-tun",
    /^.*rp_filter.*\n/gm,
    "",
    [3, 0, 0],
    "request 1 went as it should until it came to PREROUTING on rs3; then it was dropped on rs3: ip-reverse-path-filter, net.ipv4.conf.tunl0.rp_filter = 1; in the reference run it came to INPUT on rs3",
  ],
  [
    "the MTU is forgotten",
    "learn-tun",
    /^ip route.*\n/gm,
    "",
    [3, 5, 0],
    "a later packet of request 4 was dropped on dir: ip-too-big, TCP 203.0.113.10:46614 -> 192.168.10.100:80 -> 192.168.20.13:80",
  ],
  [
    "tunl0 stays down",
    "learn-tun",
    /^ip link.*\n/gm,
    "",
    [3, 0, 0],
    "request 1 went as it should until it came to INPUT on rs3; then it was dropped on rs3: tunnel-no-device; in the reference run it was taken in by IPIP on rs3",
  ],
  [
    "advmss instead of the MTU, which is as good",
    "learn-tun",
    /mtu 1480/g,
    "advmss 1400",
    [3, 5, 4],
    "",
  ],
  ["the VIP on lo instead, which is as good", "learn-tun", /dev tunl0/g, "dev lo", [3, 5, 4], ""],
  [
    "shares without weights",
    "learn-shares",
    /-s wrr/,
    "-s rr",
    [2, 6, 4],
    "requests of client (curl -s -m 3 http://192.168.10.100/) went to rs1 2, rs2 2, rs3 2; in the reference run to rs1 3, rs2 1, rs3 2",
  ],
  [
    "persistence is forgotten",
    "learn-shares",
    / -p 300/,
    "",
    [6, 0, 4],
    "requests of client (curl -s -m 3 http://192.168.10.100:443/) went to rs2 1, rs3 1; in the reference run to rs3 2",
  ],
  ["another timeout", "learn-shares", /-p 300/, "-p 30", [6, 5, 4], "-p takes the seconds."],
  [
    "persistence instead of sh",
    "learn-shares",
    /-s sh/,
    "-s rr -p 300",
    [6, 6, 3],
    "-p makes templates. Which scheduler needs none to send an address to the same server again?",
  ],
  [
    "rr instead of sh",
    "learn-shares",
    /-s sh/,
    "-s rr",
    [6, 6, 2],
    "requests of client (curl -s -m 3 http://192.168.10.100:8080/) went to rs1 1, rs2 1, rs3 2; in the reference run to rs3 4",
  ],
  [
    "a server is forgotten in sh",
    "learn-shares",
    /^.*8080 -r 192.168.10.13.*\n/m,
    "",
    [6, 6, 3],
    "Count the lines below the service: ipvsadm -Ln on dir.",
  ],
];

describe("planted mistakes", () => {
  test.each(PLANTED)("%s: %s", (_what, name, from, to, points, hint) => {
    const solution = solutionText(lesson(name));
    const changed = solution.replace(from, to);
    expect(changed).not.toBe(solution);
    const grade = graded(name, changed);
    expect(byStep(grade)).toEqual(points);
    expect(grade.hint === null ? "" : hintText(grade.hint, "en")).toBe(hint);
  });

  test("a hint is told in Chinese as well", () => {
    const grade = graded(
      "learn-nat",
      solutionText(lesson("learn-nat")).replace(/^.*ip_forward.*\n/m, ""),
    );
    expect(grade.hint === null ? "" : hintText(grade.hint, "zh")).toBe(
      "第 1 个请求的应答一直正确,直到它到达 dir 的 PREROUTING;之后在 dir 被丢弃:ip-forwarding-off, net.ipv4.conf.eth1.forwarding = 0;而参考运行中它到达 dir 的 FORWARD",
    );
  });
});

/** What never ends, floods, or eats, and how it was stopped: the rest of the submission counts all the same. */
const HOSTILE: readonly [string, string, "time" | "steps" | "events" | null][] = [
  ["an endless loop", "while true; do :; done", "events"],
  ["a long sleep", "sleep 1000000", "time"],
  ["a flood of packets", "ping -f -q 192.168.10.1", "events"],
  ["a variable without end", "x=a; while true; do x=$x$x; done", null],
  ["a script that hears no Ctrl-C", "trap '' INT; sleep 1000000", "time"],
  ["loops in the background", "while true; do :; done & while true; do :; done &", null],
];

describe("hostile submissions", () => {
  const solution = solutionText(lesson("learn-arp"));

  test.each(HOSTILE)("%s costs only what it breaks: %s", (_what, line, stopped) => {
    const grade = graded("learn-arp", `${solution}# machine: dir\n${line}\n`);
    expect(grade.scripts.at(-1)?.stopped).toBe(stopped);
    expect(grade.points).toBe(grade.maximum);
  });

  test("who destroys a machine loses what it should have done", () => {
    const grade = graded(
      "learn-arp",
      `${solution}# machine: rs1\nip link set eth0 down\nrm -rf --no-preserve-root /\n`,
    );
    expect(byStep(grade)).toEqual([4, 2, 5]);
  });

  test("what floods in the background ends the run; what came before it counts", () => {
    const flood = "ping -f -q 192.168.10.1 &\n".repeat(8);
    const grade = graded("learn-arp", `${solution}# machine: rs1\n${flood}`);
    expect(grade.limit).toBe("eventsMax");
    expect(grade.points).toBeLessThan(grade.maximum);
    expect(grade.hint).toBeNull();
  });
});
