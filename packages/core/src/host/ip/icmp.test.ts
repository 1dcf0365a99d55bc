import { describe, expect, test } from "vitest";
import { createRng } from "../../rng/rng.ts";
import { address, type Heard, SmallNetwork } from "../../testing/small-network.ts";
import type { Instant } from "../../time/instant.ts";
import type { Trace } from "../../trace/trace.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { globalSysctls } from "../sysctl/global-sysctls.ts";
import { IcmpRateLimit } from "./icmp-rate-limit.ts";
import { Peers } from "./peers.ts";

const replies = (heard: readonly Heard[]): number =>
  heard.filter(
    ({ direction, frame }) => direction === "in" && frame.icmpType === 0 && frame.protocol === 1,
  ).length;

describe("an echo request", () => {
  test.each([
    ["is answered", [], 1],
    ["is ignored when icmp_echo_ignore_all says so", [["net/ipv4/icmp_echo_ignore_all", 1]], 0],
  ] as const)("%s", (_what, settings, count) => {
    const net = new SmallNetwork();
    const a = net.host("a", "lan 10.0.0.1/24");
    const b = net.host("b", "lan 10.0.0.2/24");
    for (const [path, value] of settings) net.sysctl(b, path, value);
    const heard = net.listen(a);
    net.ping(a, "10.0.0.2");
    net.run(10);
    expect(replies(heard)).toBe(count);
  });

  test("to an address of another interface is answered: addresses belong to the host", () => {
    const net = new SmallNetwork();
    const a = net.host("a", "lan 10.0.0.1/24");
    const b = net.host("b", "lan 10.0.0.2/24", "far 10.9.0.1/24");
    net.defaultRoute(a, "10.0.0.2");
    const heard = net.listen(a);
    net.ping(a, "10.9.0.1");
    net.run(10);
    expect(replies(heard)).toBe(1);
    expect(heard.at(-1)?.frame.source).toBe(address("10.9.0.1"));
    expect(b.devices().length).toBeGreaterThan(2);
  });

  test("to the host itself goes over lo and comes back", () => {
    const net = new SmallNetwork();
    const a = net.host("a", "lan 10.0.0.1/24");
    const [lo, eth0] = [net.listen(a, "lo"), net.listen(a)];
    net.ping(a, "10.0.0.1");
    net.run(10);
    expect(replies(lo)).toBe(1);
    expect(eth0).toEqual([]);
  });
});

describe("the rate limit", () => {
  const sysctls = globalSysctls(initialSysctls());
  const peer = address("10.0.0.1");
  const at = (ms: number): Instant => (ms * 1e6) as Instant;
  const limits = (seed = "test"): IcmpRateLimit => new IcmpRateLimit(new Peers(), createRng(seed));

  test("gives a peer six errors at once, then one a second", () => {
    const limit = limits();
    const sent = (ms: number): boolean => limit.refusal(3, 0, peer, at(ms), sysctls) === null;
    expect(Array.from({ length: 8 }, () => sent(1000))).toEqual([
      ...[true, true, true, true, true, true],
      ...[false, false],
    ]);
    expect([sent(1999), sent(2000), sent(2001)]).toEqual([false, true, false]);
  });

  test.each([
    ["types outside the mask", 0, 0],
    ["path MTU discovery", 3, 4],
  ])("does not touch %s", (_, type, code) => {
    const limit = limits();
    const refusals = Array.from({ length: 100 }, () =>
      limit.refusal(type, code, peer, at(0), sysctls),
    );
    expect(refusals.filter((refusal) => refusal !== null)).toEqual([]);
  });

  test("gives all peers together about fifty at once, at a cost of one on average", () => {
    const count = (seed: string): number => {
      const limit = limits(seed);
      const all = Array.from({ length: 200 }, (_, i) =>
        limit.refusal(3, 0, ((peer as number) + i) as typeof peer, at(0), sysctls),
      );
      expect(all.at(-1)).toBe("all");
      return all.filter((refusal) => refusal === null).length;
    };
    const counts = ["a", "b", "c", "d", "e"].map(count);
    for (const one of counts) expect(Math.abs(one - 50)).toBeLessThan(25);
    expect(new Set(counts).size).toBeGreaterThan(1);
  });

  test("lets a router say of its routes five times what it may say, then once a second", () => {
    const net = new SmallNetwork();
    const a = net.host("a", "lan 10.0.0.1/24");
    const router = net.host("router", "lan 10.0.0.2/24");
    net.defaultRoute(a, "10.0.0.2");
    net.sysctl(router, "net/ipv4/ip_forward", 1);
    net.sysctl(router, "net/ipv4/icmp_ratemask", 0);
    const heard = net.listen(a);
    net.ping(a, "10.0.0.2");
    net.run(5000);
    for (let i = 0; i < 9; i++) net.ping(a, "172.16.0.1");
    net.run(1);
    expect(heard.filter(({ frame }) => frame.icmpType === 3)).toHaveLength(5);
  });
});

describe("a message that is of no use is dropped with the reason", () => {
  test.each([
    [
      "an echo request to all",
      [],
      { destination: "10.0.0.255" },
      "icmp_echo_ignore_broadcasts = 1",
    ],
    ["an echo request", [["icmp_echo_ignore_all", 1]], {}, "icmp_echo_ignore_all = 1"],
    ["an unknown type", [], { icmpType: 99 }, "no such ICMP type"],
    [
      "an error to all",
      [["icmp_echo_ignore_broadcasts", 0]],
      { destination: "10.0.0.255", icmpType: 3 },
      "group",
    ],
  ] as const)("%s", (_what, settings, change, ground) => {
    const drops: string[] = [];
    const net = new SmallNetwork(dropTrace(drops));
    const a = net.host("a", "lan 10.0.0.1/24");
    const b = net.host("b", "lan 10.0.0.2/24");
    for (const [name, value] of settings) net.sysctl(b, `net/ipv4/${name}`, value);
    const { destination = "10.0.0.2", ...rest } = change as {
      destination?: string;
      icmpType?: number;
    };
    net.ping(a, destination, { change: (frame) => Object.assign(frame, rest) });
    net.run(10);
    expect(drops.at(-1)).toContain(`icmp-ignored by `);
    expect(drops.at(-1)).toContain(ground);
  });
});

/** Collects the drops, in words. */
const dropTrace = (drops: string[]): Trace => ({
  place: () => 0,
  sent: () => {},
  received: () => {},
  delivered: () => {},
  changed: () => {},
  note: () => {},
  dropped: (_at, _place, _frame, reason, decider) =>
    drops.push(`${reason} by ${decider?.describe() ?? "nobody"}`),
});
