/** Known failures of LVS-TUN and their cures, on the lab of the sheet. */
import { type DropReason, FragmentField, IcmpType, IpProtocol, Recorder } from "@lvsim/core";
import { Lab, type LabDefinition } from "@lvsim/scenarios";
import { describe, expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

const RECEIVERS = ["rs01", "rs02", "rs03"];
const SMALL = "curl -s -m 5 http://172.16.100.1/";
/** A request of more than two segments. */
const LARGE = `bash -c 'curl -s -m 20 "http://172.16.100.1/?$(printf x%.0s {1..3000})"'`;

/** The lab as it begins, with other words in its commands and without traffic of its own. */
function tunnelLab(replace: readonly (readonly [string, string])[] = []): Lab {
  const { hosts, ...rest } = labNamed("tun");
  const changed = Object.entries(hosts).map(([name, host]) => {
    const start = replace.reduce((text, [from, to]) => text.replaceAll(from, to), host.start);
    return [name, { ...host, start }] as const;
  });
  const definition: LabDefinition = { ...rest, traffic: [], hosts: Object.fromEntries(changed) };
  const lab = Lab.build(definition, { seed: "1", trace: new Recorder() });
  lab.run();
  return lab;
}

/** Next-hop MTUs that the client was told of. */
function toldMtus(lab: Lab): number[] {
  const told: number[] = [];
  lab.observe("client", "eth0", {
    tapped: ({ icmpType, icmpCode, icmpRest }) => {
      if (icmpType === IcmpType.destinationUnreachable && icmpCode === 4) told.push(icmpRest);
    },
  });
  return told;
}

/** Lengths of the parts that the director cut packets into. */
function sentFragments(lab: Lab): number[] {
  const lengths: number[] = [];
  lab.observe("lvs-server", "eth1", {
    tapped: ({ fragment, length }, direction) => {
      const isPart = (fragment & (FragmentField.moreFragments | FragmentField.offsetMask)) !== 0;
      if (isPart && direction === "out") lengths.push(length);
    },
  });
  return lengths;
}

const onAll = (lab: Lab, machines: readonly string[], command: string): void => {
  for (const machine of machines) expect(lab.exec(machine, command)).toMatchObject({ status: 0 });
};

const dropsOf = (lab: Lab): DropReason[] =>
  Array.from((lab.simulation.trace as Recorder).events()).flatMap((event) =>
    event.kind === "dropped" ? [event.reason] : [],
  );

describe("a large request", () => {
  test.each([
    ["ipip", [], 1480],
    [
      "GRE",
      [
        ["-i -w 1", "-i --tun-type gre -w 1"],
        ["tunl0", "gre0"],
      ],
      1476,
    ],
    [
      "GUE",
      [
        ["-i -w 1", "-i --tun-type gue --tun-port 6080 -w 1"],
        ["ifconfig", "ip fou add port 6080 gue\nifconfig"],
      ],
      1468,
    ],
  ] as const)(
    "through %s is sent again in smaller segments, once the director said so",
    (_type, replace, mtu) => {
      const lab = tunnelLab(replace);
      const told = toldMtus(lab);
      expect(lab.exec("client", LARGE)).toMatchObject({ status: 0, stdout: "rs03\n" });
      expect(new Set(told)).toEqual(new Set([mtu]));
      told.length = 0;
      expect(lab.exec("client", LARGE)).toMatchObject({ status: 0, stdout: "rs02\n" });
      expect(told).toEqual([]);
    },
  );

  test("hangs where a firewall drops ICMP, though small ones work", () => {
    const lab = tunnelLab();
    onAll(lab, ["client"], "iptables -A INPUT -p icmp -j DROP");
    expect(lab.exec("client", SMALL)).toMatchObject({ status: 0 });
    expect(lab.exec("client", LARGE)).toMatchObject({ status: 28 });
  });

  test("works without ICMP when the director cuts the outer packets (vs.pmtu_disc = 0)", () => {
    const lab = tunnelLab();
    onAll(lab, ["client"], "iptables -A INPUT -p icmp -j DROP");
    onAll(lab, ["lvs-server"], "echo 0 > /proc/sys/net/ipv4/vs/pmtu_disc");
    const fragments = sentFragments(lab);
    expect(lab.exec("client", LARGE)).toMatchObject({ status: 0 });
    expect(fragments).toEqual([1500, 40, 1500, 40]);
  });

  test("works without ICMP when the servers announce segments that fit", () => {
    const lab = tunnelLab();
    onAll(lab, ["client"], "iptables -A INPUT -p icmp -j DROP");
    onAll(lab, RECEIVERS, "ip route replace default via 192.168.100.254 mtu 1480");
    expect(lab.exec("client", LARGE)).toMatchObject({ status: 0 });
  });
});

describe("no request comes through", () => {
  test.each<[fault: string, command: string, reason: DropReason]>([
    [
      "the tunnel device filters by the reverse path",
      "echo 1 > /proc/sys/net/ipv4/conf/tunl0/rp_filter",
      "ip-reverse-path-filter",
    ],
    [
      "a firewall knows nothing of tunnels",
      `iptables -A INPUT -p ${IpProtocol.ipip} -j DROP`,
      "netfilter-drop",
    ],
    ["the tunnel device is down", "ip link set tunl0 down", "tunnel-no-device"],
    ["no tunnel device has the VIP", "ip addr del 172.16.100.1/32 dev tunl0", "ip-forwarding-off"],
  ])("when %s", (_fault, command, reason) => {
    const lab = tunnelLab();
    onAll(lab, RECEIVERS, command);
    expect(lab.exec("client", SMALL).status).not.toBe(0);
    expect(dropsOf(lab)).toContain(reason);
  });
});
