/** Multipath routes: the parts of the hash space, and which way packets really go. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { address, SmallNetwork } from "../../testing/small-network.ts";
import { setLinkDown, setLinkUp } from "../addressing/links.ts";
import type { NetworkNamespace } from "../namespace.ts";
import { addRoute } from "./add-route.ts";
import type { NextHopConfig } from "./config.ts";
import { Fib } from "./fib.ts";
import type { FibRoute } from "./fib-route.ts";
import { routeOf } from "./route-types.ts";

const ORIGIN = { machine: "r", process: "test", file: "", line: 0 };
const DEFAULT_ROUTE = { destination: address("0.0.0.0"), prefixLength: 0 };

const way = (gateway: string, weight: number, device = 0): NextHopConfig => ({
  gateway: address(gateway),
  device,
  weight,
  onlink: false,
  dead: false,
});

/** A router between `in` and two ways out. */
function router(...weights: readonly [number, number]) {
  const net = new SmallNetwork();
  const r = net.host("r", "in 10.0.0.1/24", "a 10.0.1.1/24", "b 10.0.2.1/24");
  const hosts = ["in 10.0.0.2/24", "a 10.0.1.2/24", "b 10.0.2.2/24"].map((at, i) =>
    net.host(`h${i}`, at),
  );
  net.sysctl(r, "net/ipv4/ip_forward", 1);
  net.defaultRoute(hosts[0] as NetworkNamespace, "10.0.0.1");
  const nextHops = [way("10.0.1.2", weights[0]), way("10.0.2.2", weights[1])];
  const route = routeOf({ ...DEFAULT_ROUTE, nextHops });
  expect(r.change(ORIGIN, (draft) => addRoute(draft, route, "add").errno)).toBe(0);
  return { net, r, from: hosts[0] as NetworkNamespace };
}

/** How many of `count` echo requests left by eth1 and by eth2. */
function spread(
  { net, r, from }: ReturnType<typeof router>,
  to: (i: number) => string,
  count: number,
) {
  const heard = [net.listen(r, "eth1"), net.listen(r, "eth2")];
  net.ping(from, "10.0.0.1");
  net.run(10);
  for (let i = 0; i < count; i++) {
    net.ping(from, to(i));
    // an unresolved neighbour's queue is short
    if (i % 20 === 0) net.run(5);
  }
  net.run(10);
  return heard.map(
    (one) =>
      one.filter(({ frame, direction }) => direction === "out" && frame.protocol === 1).length,
  );
}

const anywhere = (i: number): string => `172.16.${i >> 8}.${i & 255}`;

describe("a multipath route", () => {
  test.prop([fc.array(fc.integer({ min: 1, max: 256 }), { minLength: 2, maxLength: 6 })])(
    "cuts the hash space in proportion to the weights",
    (weights) => {
      const { r } = router(1, 1);
      const nextHops = weights.map((weight) => way("10.0.1.2", weight, 7));
      const routes = [routeOf({ ...DEFAULT_ROUTE, nextHops })];
      const found = new Fib({ ...r.config, routes }).lookup(
        address("8.8.8.8"),
        address("0.0.0.0"),
        0,
        0,
        1,
        0,
      );
      const { bounds } = (found as FibRoute).group ?? { bounds: [] };
      const total = weights.reduce((sum, weight) => sum + weight, 0);
      weights.forEach((weight, i) => {
        const part = ((bounds[i] ?? 0) - (i === 0 ? -1 : (bounds[i - 1] ?? 0))) / 2 ** 31;
        expect(Math.abs(part - weight / total)).toBeLessThan(1e-8);
      });
      expect(bounds.at(-1)).toBe(2 ** 31 - 1);
    },
  );

  test("spreads destinations by weight", () => {
    const [a = 0, b = 0] = spread(router(3, 1), anywhere, 400);
    expect(a + b).toBe(400);
    expect(a).toBeGreaterThan(250);
    expect(b).toBeGreaterThan(60);
  });

  test("keeps one destination on one way", () => {
    expect(spread(router(1, 1), () => "172.16.0.7", 20)).toContain(20);
  });

  test("leaves a way out whose device is down, and takes it up again", () => {
    const made = router(1, 1);
    const change = (turn: typeof setLinkUp): number =>
      made.r.change(ORIGIN, (draft) => turn(draft, 7));
    change(setLinkDown);
    expect(spread(made, anywhere, 50)).toEqual([0, 50]);
    change(setLinkUp);
    const [a = 0] = spread(made, anywhere, 50);
    expect(a).toBeGreaterThan(10);
  });

  test.each([
    [0, 50],
    [1, 0],
  ])(
    "with ignore_routes_with_linkdown %i a way without carrier gets at least %i packets",
    (ignores) => {
      const made = router(1, 1);
      made.net.sysctl(made.r, "net/ipv4/conf/all/ignore_routes_with_linkdown", ignores);
      made.net.simulation.links.find(({ name }) => name === "a.r.eth1")?.setSound(false);
      const [a = 0, b = 0] = spread(made, anywhere, 60);
      expect(a).toBe(0);
      if (ignores === 1) expect(b).toBe(60);
      else expect(b).toBeLessThan(50);
    },
  );
});
