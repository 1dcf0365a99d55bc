import { describe, expect, test } from "vitest";
import { address, type Heard, SmallNetwork } from "../../testing/small-network.ts";
import type { Instant } from "../../time/instant.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { globalSysctls } from "../sysctl/global-sysctls.ts";
import { IcmpRateLimit } from "./icmp-rate-limit.ts";

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

  test("gives a peer six errors at once, then one a second", () => {
    const limit = new IcmpRateLimit();
    const sent = (ms: number): boolean => limit.allow(3, peer, at(ms), sysctls);
    expect(Array.from({ length: 8 }, () => sent(1000))).toEqual([
      true,
      true,
      true,
      true,
      true,
      true,
      false,
      false,
    ]);
    expect([sent(1999), sent(2000), sent(2001)]).toEqual([false, true, false]);
  });

  test("does not touch types outside the mask", () => {
    const limit = new IcmpRateLimit();
    expect(Array.from({ length: 100 }, () => limit.allow(0, peer, at(0), sysctls))).not.toContain(
      false,
    );
  });

  test("gives all peers together fifty at once", () => {
    const limit = new IcmpRateLimit();
    const sent = Array.from({ length: 100 }, (_, i) =>
      limit.allow(3, ((peer as number) + i) as typeof peer, at(0), sysctls),
    );
    expect(sent.filter(Boolean)).toHaveLength(50);
  });
});
