import { Fingerprint, type Instant, later, milliseconds, seconds } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import type { LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { Lab } from "./lab.ts";
import type { LabSnapshot } from "./snapshot.ts";

const DR = libraryLab("dr") as LabDefinition;
const CONFIGURATION =
  "ip addr; ip route; ip rule; ip neigh show nud permanent; iptables-save | grep -v '^[#:]'; ipvsadm -Sn; sysctl net.ipv4.ip_forward";

function played(trace: Fingerprint | null = null): Lab {
  const lab = Lab.build(DR, { seed: "1", trace });
  lab.run();
  return lab;
}

describe("a fork", () => {
  test("goes on as the original does, and does not disturb it", () => {
    const [one, other] = [new Fingerprint(), new Fingerprint()];
    const lab = played(one);
    // in the midst of an instant, with a program under way
    lab.start("client", "for i in 1 2 3 4; do curl -s http://192.168.31.200/; sleep 0.1; done");
    lab.until(later(lab.now, milliseconds(150)));
    const fork = lab.fork(other);
    expect(other.digest()).toBe(one.digest());
    const end = later(lab.now, seconds(2));
    lab.until(end);
    expect(other.digest()).not.toBe(one.digest());
    fork.until(end);
    expect(other.digest()).toBe(one.digest());
    fork.exec("a", "ipvsadm -C");
    expect(lab.exec("a", "ipvsadm -Sn").stdout).toContain("-A -t 192.168.31.200:80");
  });

  test("hears commands where the original heard them, also several at one instant", () => {
    const lab = Lab.build(DR, { seed: "1" });
    for (const command of ["ip link set eth0 down", "ip link set eth0 up", "true"])
      lab.exec("b", command);
    expect(lab.now).toBe(0);
    lab.exec("client", "ping -c 2 192.168.31.129");
    lab.exec("client", "ip neigh");
    const fork = lab.fork();
    expect(fork.simulation.engine.eventCount).toBe(lab.simulation.engine.eventCount);
    expect(fork.exec("client", "ip -s neigh")).toEqual(lab.exec("client", "ip -s neigh"));
  });

  test("comes out of a snapshot that was written to a file", () => {
    const [one, other] = [new Fingerprint(), new Fingerprint()];
    const lab = played(one);
    lab.undo("a");
    lab.start("client", "ping 192.168.31.2");
    lab.until(later(lab.now, seconds(3)));
    const file = JSON.stringify(lab.snapshot());
    const restored = Lab.restore(JSON.parse(file) as LabSnapshot, other);
    expect(JSON.stringify(restored.snapshot())).toBe(file);
    for (const each of [lab, restored]) each.until(later(each.now, seconds(3)));
    expect(other.digest()).toBe(one.digest());
  });

  test("knows what was interrupted, and in which namespace a command was started", () => {
    const lab = Lab.build(DR, { seed: "1" });
    lab.exec("client", "ip netns add x");
    const loop = "while sleep 1; do ip netns identify $$ >> /tmp/log; date +%s >> /tmp/log; done";
    const handles = ["", "x"].map((namespace) => lab.start("client", loop, namespace));
    lab.until(later(lab.now, milliseconds(2_500)));
    handles[1]?.interrupt();
    lab.until(later(lab.now, seconds(2)));
    const read = (from: Lab): string => from.exec("client", "cat /tmp/log").stdout;
    const fork = lab.fork();
    expect(
      read(lab)
        .split("\n")
        .filter((line) => line === "x"),
    ).toHaveLength(2);
    expect(read(fork)).toBe(read(lab));
  });

  test("takes nothing from a snapshot that does not lead to its instant", () => {
    const snapshot = played().snapshot();
    const torn = { ...snapshot, events: snapshot.events + 1e6, at: 1 as Instant };
    expect(() => Lab.restore(torn)).toThrow("a snapshot of another");
  });
});

describe("undo", () => {
  test.each([
    "ip addr add 10.9.8.7/24 dev eth0",
    "ip route add 10.0.0.0/8 via 192.168.31.2",
    "ip rule add from 10.0.0.0/8 table 100",
    "iptables -A INPUT -s 10.0.0.0/8 -j DROP",
    "sysctl -w net.ipv4.ip_forward=0",
    "ipvsadm -C",
    "ipvsadm -D -t 192.168.31.200:80",
    "ipvsadm -d -t 192.168.31.200:80 -r 192.168.31.129:80",
    "ipvsadm -d -t 192.168.31.200:80 -r 192.168.31.130:80",
    "ipvsadm -e -t 192.168.31.200:80 -r 192.168.31.130:80 -g -w 7",
    "ipvsadm -E -t 192.168.31.200:80 -s wlc -p 60",
    "ipvsadm -A -u 192.168.31.200:53",
    "ipvsadm --set 1 2 3",
    "ip link add v1 type veth peer name v2",
    "ip link add br0 type bridge",
    "ifconfig eth0:7 10.0.0.1 netmask 255.255.255.0",
  ])("takes back `%s`", (command) => {
    const lab = played();
    const before = lab.exec("a", CONFIGURATION).stdout;
    const changed = lab.exec("a", `${command} && true`);
    expect(changed.stderr + changed.status).toBe("0");
    expect(lab.exec("a", `${CONFIGURATION}; ip link; ipvsadm -l --timeout`).stdout).not.toBe(
      before,
    );
    expect(lab.undo("a")?.process).toBe(command);
    expect(lab.exec("a", CONFIGURATION).stdout).toBe(before);
  });

  test("brings real servers back that answer again, in their old places", () => {
    const lab = played();
    const fetch = (): string =>
      lab.exec("client", "for i in 1 2 3 4; do curl -s -m 2 http://192.168.31.200/; done").stdout;
    lab.exec("a", "ipvsadm -a -t 192.168.31.200:80 -r 192.168.31.2:80 -g -w 0");
    const table = lab.exec("a", "ipvsadm -Ln").stdout;
    const both = new Set(fetch().split("\n"));
    lab.exec("a", "ipvsadm -d -t 192.168.31.200:80 -r 192.168.31.130:80");
    expect(new Set(fetch().split("\n")).size).toBeLessThan(both.size);
    lab.undo("a");
    lab.exec("a", "ipvsadm -Z");
    expect(lab.exec("a", "ipvsadm -Ln").stdout.replaceAll(/\d+ +\d+ *$/gm, "")).toBe(
      table.replaceAll(/\d+ +\d+ *$/gm, ""),
    );
    expect(new Set(fetch().split("\n"))).toEqual(both);
  });

  test("takes a command back as a whole, in all the namespaces that it touched", () => {
    const lab = played();
    lab.exec("a", "ip netns add x");
    const before = lab.exec("a", "ip -o link; ip -n x -o link").stdout;
    lab.exec("a", "ip link add v1 type veth peer name v2 netns x");
    expect(lab.undo("a")?.process).toBe("ip link add v1 type veth peer name v2 netns x");
    expect(lab.exec("a", "ip -o link; ip -n x -o link").stdout).toBe(before);
  });

  test("ends when nothing is left, and is among what a snapshot repeats", () => {
    const lab = Lab.build(DR, { seed: "1" });
    lab.exec("a", "ip route add 10.0.0.0/8 via 192.168.31.2");
    expect(lab.undo("a")?.process).toBe("ip route add 10.0.0.0/8 via 192.168.31.2");
    expect(lab.undo("a")).toBeNull();
    expect(lab.fork().exec("a", "ip route").stdout).toBe(lab.exec("a", "ip route").stdout);
  });
});
