import { describe, expect, test } from "vitest";
import type { Diagnosis } from "../diagnosis/explain.ts";
import type { HostSpec, LabDefinition } from "../lab-file/schema.ts";
import { libraryLab } from "../run/library.ts";
import { columnsOf } from "../views/columns-fixture.ts";
import { type Language, textOf } from "../views/styled.ts";
import { whyLines } from "../views/why-view.ts";
import { Lab } from "./lab.ts";

/** A lab of the library of which one host types something more before its clients ask. */
function broken(name: string, host: string, command: string): Lab {
  const lab = libraryLab(name) as LabDefinition;
  const spec = lab.hosts[host] as HostSpec;
  const start = `${spec.start}\n${command}\n`;
  const traffic = lab.traffic
    .filter(({ from }) => from === "client")
    .slice(0, 1)
    .map((one) => ({ ...one, run: one.run.replace("curl -s", "curl -sS -m 3") }));
  const hosts = { ...lab.hosts, [host]: { ...spec, start } };
  const built = Lab.build({ ...lab, hosts, traffic }, { seed: "1" });
  built.run();
  return built;
}

const askedOf = (lab: Lab) => lab.definition?.traffic ?? [];
const first = (lab: Lab): Diagnosis | undefined => lab.explainAll(askedOf(lab))[0];

const CASES: readonly (readonly [
  lab: string,
  host: string,
  broken: string,
  cause: string,
  mend: string,
])[] = [
  [
    "nat",
    "lvs-server",
    "sysctl -w net.ipv4.ip_forward=0",
    "forwardingOff",
    "lvs-server# sysctl -w net.ipv4.ip_forward=1",
  ],
  [
    "nat",
    "rs03",
    "ip route del default",
    "natGateway",
    "rs03# ip route replace default via 192.168.100.1",
  ],
  ["nat", "rs03", "systemctl stop nginx", "notListening", "rs03# systemctl start nginx"],
  [
    "nat",
    "lvs-server",
    "iptables -A INPUT -p tcp --dport 80 -j DROP",
    "rule",
    "lvs-server# iptables -t filter -D INPUT 1",
  ],
  [
    "nat",
    "lvs-server",
    "iptables -P FORWARD DROP",
    "policy",
    "lvs-server# iptables -t filter -P FORWARD ACCEPT",
  ],
  ["nat", "lvs-server", "ip link set eth1 down", "deviceDown", "lvs-server# ip link set eth1 up"],
  [
    "nat",
    "lvs-server",
    "ip addr del 172.16.100.1/24 dev eth0",
    "vipMissingOnDirector",
    "lvs-server# ip addr add 172.16.100.1/24 dev eth0",
  ],
  [
    "nat",
    "lvs-server",
    "ipvsadm -a -t 172.16.100.1:80 -r 192.168.100.77 -m",
    "wrongServer",
    "lvs-server# ipvsadm -d -t 172.16.100.1:80 -r 192.168.100.77:80",
  ],
  [
    "nat",
    "client",
    "ip route add blackhole 172.16.100.1",
    "routeAstray",
    "client# ip route del blackhole 172.16.100.1/32 table 254",
  ],
  [
    "dr",
    "a",
    "ip addr del 192.168.31.200/32 dev eth0",
    "vipMissingOnDirector",
    "a# ip addr add 192.168.31.200/32 dev eth0",
  ],
  [
    "dr",
    "c",
    "ip addr del 192.168.31.200/32 dev lo",
    "vipMissing",
    "c# ip addr add 192.168.31.200/32 dev lo",
  ],
  [
    "dr",
    "c",
    "sysctl -w net.ipv4.conf.all.arp_ignore=8",
    "arpSilent",
    "c# sysctl -w net.ipv4.conf.all.arp_ignore=1",
  ],
  ["dr", "c", "ip link set eth0 arp off", "noArp", "c# ip link set eth0 arp on"],
  [
    "tun",
    "rs03",
    "sysctl -w net.ipv4.conf.all.rp_filter=1",
    "rpFilter",
    "rs03# sysctl -w net.ipv4.conf.all.rp_filter=0",
  ],
  ["tun", "rs03", "ip link set tunl0 down", "deviceDown", "rs03# ip link set tunl0 up"],
  ["tun", "rs03", "iptables -A INPUT -p 4 -j DROP", "rule", "rs03# iptables -t filter -D INPUT 1"],
  [
    "tun",
    "gw",
    "sysctl -w net.ipv4.ip_forward=0",
    "forwardingOff",
    "gw# sysctl -w net.ipv4.ip_forward=1",
  ],
  ["fullnat", "rs03", "systemctl stop nginx", "notListening", "rs03# systemctl start nginx"],
];

describe("what was broken is found, and mends it", () => {
  test.each(CASES)("%s: %s# %s", (name, host, command, cause, mend) => {
    const diagnosis = first(broken(name, host, command));
    expect(diagnosis?.findings.map(({ suspect }) => suspect.cause)).toEqual([cause]);
    expect(diagnosis?.mend?.trial.changes.map((one) => `${one.machine}# ${one.command}`)).toEqual([
      mend,
    ]);
    expect(diagnosis?.mend).toMatchObject({ sound: 6, requests: 6 });
  });

  test("an answer past the director is wrong though it came", () => {
    const loud = "sysctl -w net.ipv4.conf.all.arp_ignore=0 net.ipv4.conf.all.arp_announce=0";
    const diagnosis = first(broken("dr", "c", loud));
    expect(diagnosis?.incident.trouble).toBe("bypassed");
    expect(diagnosis?.findings[0]?.suspect.cause).toBe("arpBoth");
    expect(diagnosis?.findings[0]?.origin?.process).toBe(loud);
  });

  test("three faults behind each other are found together", () => {
    const stop = "systemctl stop nginx";
    const diagnosis = first(
      broken("nat", "rs03", `${stop}; ip route del default; iptables -A INPUT -p tcp -j DROP`),
    );
    expect(diagnosis?.findings.map(({ suspect }) => suspect.cause).sort()).toEqual([
      "natGateway",
      "notListening",
      "rule",
    ]);
    expect(diagnosis?.mend).toMatchObject({ sound: 6 });
  });
});

test.each(["dr", "nat", "tun", "fullnat"])("nothing is wrong with %s", (name) => {
  const lab = broken(name, "client", "true");
  expect(lab.explainAll(askedOf(lab))).toEqual([]);
});

test("explaining leaves the lab as it is", () => {
  const lab = broken("dr", "c", "ip addr del 192.168.31.200/32 dev lo");
  const before = [lab.now, lab.simulation.engine.eventCount, lab.snapshot().inputs.length];
  first(lab);
  expect([lab.now, lab.simulation.engine.eventCount, lab.snapshot().inputs.length]).toEqual(before);
});

test("a request that is wanted otherwise than it ends is wrong", () => {
  const lab = broken("nat", "client", "true");
  const [asked] = askedOf(lab);
  if (asked === undefined) throw new Error("no traffic");
  const expect2 = ({ stdout }: { stdout: string }): boolean => stdout === "rs09\n";
  expect(lab.explain({ ...asked, expect: expect2 })?.incident.trouble).toBe("unexpected");
  expect(lab.explain({ ...asked, expect: () => true })).toBeNull();
});

describe("a diagnosis on a page", () => {
  const text = (lab: Lab, language: Language): string[] =>
    whyLines(lab.explainAll(askedOf(lab)), {
      language,
      columns: 100,
      widthOf: columnsOf,
      showMacs: false,
    }).map(textOf);

  test.each(["en", "zh"] as const)(
    "says what, where, why, since when and how to mend it: %s",
    (language) => {
      const lines = text(broken("dr", "c", "ip addr del 192.168.31.200/32 dev lo"), language);
      expect(lines.join("\n")).toMatchSnapshot();
      for (const one of lines) expect(columnsOf(one)).toBeLessThanOrEqual(100);
    },
  );

  test("shows how far the answer came", () => {
    const lines = text(broken("nat", "lvs-server", "sysctl -w net.ipv4.ip_forward=0"), "en");
    expect(lines.join("\n")).toMatchSnapshot();
  });
});
