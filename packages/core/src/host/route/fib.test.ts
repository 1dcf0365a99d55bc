import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Errno } from "../../base/errno.ts";
import { type Ipv4Address, parseIpv4Address, prefixMask } from "../../packet/ipv4-address.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import { type DeviceConfig, PLAIN_DEVICE } from "../device/config.ts";
import type { NamespaceConfig } from "../namespace-config.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { type PolicyRuleConfig, type RouteConfig, RouteTable, RouteType } from "./config.ts";
import { Fib } from "./fib.ts";
import { findRoute } from "./find-route.ts";
import { routeOf } from "./route-types.ts";
import { addRule, initialRules } from "./rules.ts";

const ip = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;

const device = (index: number, name: string): DeviceConfig => ({
  ...PLAIN_DEVICE,
  index,
  name,
  kind: index === 1 ? "loopback" : "ethernet",
  mac: ZERO_MAC,
  mtu: 1500,
  up: true,
  noArp: false,
  addresses: [],
});

const config = (
  routes: readonly RouteConfig[],
  rules: readonly PolicyRuleConfig[] = initialRules(),
): NamespaceConfig => ({
  devices: [device(1, "lo"), device(2, "eth0"), device(3, "eth1")],
  lastIndex: 3,
  routes,
  rules,
  sysctls: initialSysctls(),
  netfilter: { tables: {}, nextRuleId: 1 },
  ipset: { nextId: 1, sets: [] },
  ipvs: {
    variant: "mainline",
    services: [],
    daemons: [],
    timeouts: { tcp: 900, tcpFin: 120, udp: 300 },
  },
  fou: [],
  bridgeNetfilter: false,
});

const network = (text: string, prefixLength: number, fields: Partial<RouteConfig> = {}) =>
  routeOf({ destination: ip(text), prefixLength, device: 2, ...fields });

const lookup = (fib: Fib, destination: string, tos = 0, source = "0.0.0.0", mark = 0) =>
  fib.lookup(ip(destination), ip(source), tos, mark, 1, 0)?.describe() ?? fib.errno;

test("the longest prefix wins, over the local table too", () => {
  const fib = new Fib(
    config([
      network("10.0.0.0", 8),
      network("10.1.0.0", 16, { device: 3 }),
      network("10.1.0.0", 24, {
        type: RouteType.local,
        table: RouteTable.local,
        device: 1,
        scope: 254,
      }),
      network("10.1.0.5", 32, { device: 3 }),
    ]),
  );
  expect(lookup(fib, "10.2.0.1")).toBe("10.0.0.0/8 dev eth0 scope link (main)");
  expect(lookup(fib, "10.1.7.1")).toBe("10.1.0.0/16 dev eth1 scope link (main)");
  expect(lookup(fib, "10.1.0.4")).toBe("local 10.1.0.0/24 dev lo scope host (local)");
  expect(lookup(fib, "10.1.0.5")).toBe("10.1.0.5 dev eth1 scope link (main)");
  expect(lookup(fib, "11.0.0.1")).toBe(Errno.ENETUNREACH);
});

test("with rules of its own a namespace asks the local table first", () => {
  const draft = { rules: initialRules() } as Parameters<typeof addRule>[0];
  addRule(draft, { table: 77, source: ip("10.9.0.1"), sourceLength: 32 });
  addRule(draft, { table: 78, mark: 1, markMask: 0xff });
  const fib = new Fib(
    config(
      [
        network("10.1.0.0", 24, {
          type: RouteType.local,
          table: RouteTable.local,
          device: 1,
          scope: 254,
        }),
        network("10.1.0.5", 32),
        network("0.0.0.0", 0, { table: 77, gateway: ip("10.0.0.7") }),
        network("0.0.0.0", 0, { table: 78, type: RouteType.prohibit, device: 0 }),
        network("0.0.0.0", 0, { gateway: ip("10.0.0.1") }),
      ],
      draft.rules,
    ),
  );
  expect(lookup(fib, "10.1.0.5")).toBe("local 10.1.0.0/24 dev lo scope host (local)");
  expect(lookup(fib, "8.8.8.8", 0, "10.9.0.1")).toBe("default via 10.0.0.7 dev eth0 (77)");
  expect(lookup(fib, "8.8.8.8", 0, "10.9.0.2")).toBe("default via 10.0.0.1 dev eth0 (main)");
  expect(lookup(fib, "8.8.8.8", 0, "10.9.0.2", 0x301)).toBe(Errno.EACCES);
  expect(fib.refusedBy?.describe()).toBe("prohibit default (78)");
});

test("of one prefix the matching TOS wins, then the smaller metric, then the older", () => {
  const fib = new Fib(
    config([
      network("10.0.0.0", 8, { metric: 5, gateway: ip("10.0.0.5") }),
      network("10.0.0.0", 8, { metric: 2, gateway: ip("10.0.0.2") }),
      network("10.0.0.0", 8, { metric: 2, gateway: ip("10.0.0.3") }),
      network("10.0.0.0", 8, { metric: 9, tos: 16, gateway: ip("10.0.0.9") }),
    ]),
  );
  expect(lookup(fib, "10.3.0.1")).toBe("10.0.0.0/8 via 10.0.0.2 dev eth0 (main)");
  expect(lookup(fib, "10.3.0.1", 16)).toBe("10.0.0.0/8 via 10.0.0.9 dev eth0 (main)");
});

test("a route by the host's own address leads straight to the destination", () => {
  const own = network("10.0.0.1", 32, {
    type: RouteType.local,
    table: RouteTable.local,
    scope: 254,
  });
  const fib = new Fib(config([network("0.0.0.0", 0, { gateway: ip("10.0.0.1") }), own]));
  expect(fib.lookup(ip("8.8.8.8"), ip("0.0.0.0"), 0, 0, 1, 0)?.gateway).toBe(0);
});

const anyAddress = fc
  .tuple(fc.constantFrom(10, 11), fc.nat({ max: 3 }), fc.constantFrom(0, 128), fc.nat({ max: 3 }))
  .map(([a, b, c, d]) => ((a << 24) | (b << 16) | (c << 8) | d) as Ipv4Address);
const anyRoute = fc
  .record({
    destination: anyAddress,
    prefixLength: fc.constantFrom(0, 8, 15, 16, 17, 24, 31, 32),
    table: fc.constantFrom(RouteTable.local, RouteTable.main, RouteTable.default, 77),
    type: fc.constantFrom(...Object.values(RouteType)),
    device: fc.constantFrom(1, 2, 3),
    metric: fc.nat({ max: 2 }),
    tos: fc.constantFrom(0, 0, 16),
  })
  .map((fields) =>
    routeOf({
      ...fields,
      destination: (fields.destination & prefixMask(fields.prefixLength)) as Ipv4Address,
    }),
  );
const anyRule = fc.record({
  table: fc.constantFrom(RouteTable.main, 77),
  source: anyAddress,
  sourceLength: fc.constantFrom(0, 8, 32),
  mark: fc.nat({ max: 1 }),
  markMask: fc.nat({ max: 1 }),
  inputInterface: fc.constantFrom("", "lo", "eth0"),
  outputInterface: fc.constantFrom("", "eth0", "none"),
  not: fc.constantFrom(false, false, true),
  tos: fc.constantFrom(0, 0, 16),
  priority: fc.constantFrom(10, 20, 30, 40),
  action: fc.constantFrom(
    ...(["lookup", "lookup", "lookup", "goto", "nop"] as const),
    ...(["blackhole", "unreachable", "prohibit"] as const),
  ),
  target: fc.constantFrom(20, 30, 35, 32766),
  suppressPrefixLength: fc.constantFrom(-1, -1, 0, 16),
  users: fc.constantFrom(null, null, { first: 0, last: 9 }, { first: 5, last: 9 }),
});

test.prop([
  fc.array(anyRoute, { maxLength: 12 }),
  fc.array(anyRule, { maxLength: 4 }),
  fc.array(fc.tuple(anyAddress, anyAddress, fc.constantFrom(0, 16), fc.nat({ max: 3 })), {
    minLength: 5,
    maxLength: 5,
  }),
])("a lookup finds what going through all routes finds", (routes, rules, packets) => {
  const draft = { rules: initialRules() } as Parameters<typeof addRule>[0];
  for (const rule of rules) addRule(draft, rule);
  const tables = config(routes, draft.rules);
  const fib = new Fib(tables);
  for (const [destination, source, tos, outputInterface] of packets) {
    const found = fib.lookup(destination, source, tos, 1, 1, outputInterface);
    const expected = findRoute(tables, {
      destination,
      source,
      tos,
      mark: 1,
      inputInterface: "lo",
      outputInterface,
      scope: 0,
    });
    expect(found?.config ?? fib.errno).toBe(expected);
  }
});
