/** What holds of whole runs without anybody saying what a run should look like, and what breaks it. */
import "@lvsim/testing/setup";
import { formatIpv4Address, IpProtocol, TcpFlag } from "@lvsim/core";
import { type LabDefinition, type LabRun, runLab } from "@lvsim/scenarios";
import { type TestHost, testLab } from "@lvsim/testing";
import { describe, expect, test } from "vitest";
import { labNamed } from "../determinism/play.ts";

const MODES = ["dr", "nat", "tun", "fullnat"] as const;

const play = (definition: LabDefinition, seed = "1"): LabRun =>
  runLab("relations", definition, { seed });

/** The lab with other words in all of its text. */
const reworded = (definition: LabDefinition, from: string, to: string): LabDefinition => {
  const text = JSON.stringify(definition);
  expect(text).toContain(from);
  return JSON.parse(text.replaceAll(from, to)) as LabDefinition;
};

/** TCP segments as hosts took them in, the inner packet of a tunnel's. */
const segments = (run: LabRun) => {
  const hosts = new Set(Object.keys(run.definition.hosts));
  return run.events.flatMap((event) => {
    const host = event.place.split(".")[0] as string;
    if (event.kind !== "received" || !hosts.has(host)) return [];
    const packet = event.header.inner ?? event.header;
    return packet.protocol === IpProtocol.tcp ? [{ host, packet }] : [];
  });
};

describe.each(MODES)("in %s", (name) => {
  const run = play(labNamed(name));

  test("the client sees no address but its own and the VIP", () => {
    const seen = segments(run).filter(({ host }) => host === "client");
    const addresses = seen.flatMap(({ packet }) => [packet.source, packet.destination]);
    const [vip = ""] = run.definition.vips;
    const own = run.definition.hosts.client?.devices.eth0?.address?.split("/")[0] ?? "";
    expect([...new Set(addresses)].map(formatIpv4Address).sort()).toEqual([own, vip].sort());
  });

  test.each([
    ["request", TcpFlag.syn, /^(rs|[bc]$)/],
    ["answer", TcpFlag.syn | TcpFlag.ack, /^client$/],
  ])(
    "each host on the way of a %s takes one from its TTL, if it does so at all",
    (_what, flags, end) => {
      const way: { host: string; ttl: number }[] = [];
      for (const { host, packet } of segments(run)) {
        if (packet.tcpFlags === flags && way.at(-1)?.host !== host)
          way.push({ host, ttl: packet.ttl });
        if (way.length > 0 && end.test(host)) break;
      }
      expect(way.at(-1)?.host).toMatch(end);
      // the fork's director, of Linux 2.6.32, leaves the TTL as it is
      const taken = name === "fullnat" ? 0 : 1;
      expect(way.map(({ ttl }) => ttl)).toEqual(way.map((_hop, i) => 64 - i * taken));
    },
  );
});

describe("direct routing", () => {
  const DR = labNamed("dr");
  const quiet = (file: string): string => `/proc/sys/net/ipv4/conf/all/${file}`;

  const director = (definition: LabDefinition, seed = "1"): TestHost => {
    const lab = testLab(definition, { seed });
    lab.sendTraffic();
    return lab.host("a");
  };

  test.each(["1", "2", "3"])("binds the VIP to the director alone (seed %s)", (seed) => {
    expect(director(DR, seed)).toOwnVip("192.168.31.200");
  });

  test.each(["arp_ignore", "arp_announce"])("without %s somebody else takes the VIP", (file) => {
    const a = director(reworded(DR, quiet(file), "/dev/null"));
    expect(a).not.toOwnVip("192.168.31.200");
    expect(a.claimsOf("192.168.31.200")).not.toEqual([]);
  });
});

test.each([
  ["dr", "192.168.31.", "192.168.77."],
  ["nat", "192.168.100.", "192.168.200."],
  ["tun", "172.16.100.", "172.16.200."],
])("in %s other addresses everywhere give the same run with other addresses", (name, from, to) => {
  const story = (run: LabRun): string[] =>
    run.events.map(({ at, place, kind }) => `${at} ${place} ${kind}`);
  const definition = labNamed(name);
  expect(story(play(reworded(definition, from, to)))).toEqual(story(play(definition)));
});
