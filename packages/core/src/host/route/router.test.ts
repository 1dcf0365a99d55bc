import { beforeEach, describe, expect, test } from "vitest";
import { Errno } from "../../base/errno.ts";
import {
  formatIpv4Address,
  type Ipv4Address,
  parseIpv4Address,
} from "../../packet/ipv4-address.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import { type AddressConfig, type DeviceConfig, PLAIN_DEVICE, Scope } from "../device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { initialSysctls } from "../sysctl/defaults.ts";
import { addRoute } from "./add-route.ts";
import { addAddressRoutes } from "./address-routes.ts";
import { RouteType } from "./config.ts";
import type { RouteVerb } from "./edit-routes.ts";
import { routeOf } from "./route-types.ts";
import { Router } from "./router.ts";
import type { RouterConf } from "./router-environment.ts";
import { initialRules } from "./rules.ts";

const ip = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const CLOSED: RouterConf = {
  acceptLocal: 0,
  forwarding: 0,
  routeLocalnet: 0,
  rpFilter: 0,
  sendRedirects: 1,
  srcValidMark: 0,
  ignoreRoutesWithLinkdown: 0,
};

const address = (text: string, prefixLength: number, fields: Partial<AddressConfig> = {}) => ({
  local: ip(text),
  peer: ip(text),
  prefixLength,
  broadcast: null,
  scope: 0,
  label: "",
  secondary: false,
  ...fields,
});

const device = (index: number, name: string, addresses: AddressConfig[]): DeviceConfig => ({
  ...PLAIN_DEVICE,
  index,
  name,
  kind: name === "lo" ? "loopback" : "ethernet",
  mac: ZERO_MAC,
  mtu: 1500,
  up: true,
  noArp: false,
  addresses,
});

const [LO, ETH0, ETH1, BARE] = [1, 2, 3, 4] as const;

/** lo with a VIP, eth0 with two addresses of a subnet, eth1, and one device without addresses. */
function namespace(): NamespaceDraft {
  const devices = [
    device(LO, "lo", [address("127.0.0.1", 8, { scope: Scope.host }), address("192.0.2.100", 32)]),
    device(ETH0, "eth0", [address("10.0.0.1", 24), address("10.0.0.2", 24, { secondary: true })]),
    device(ETH1, "eth1", [address("10.1.0.1", 16)]),
    device(BARE, "eth2", []),
  ];
  const draft = {
    devices,
    lastIndex: BARE,
    routes: [],
    rules: initialRules(),
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
  } as NamespaceConfig as NamespaceDraft;
  for (const on of devices) for (const one of on.addresses) addAddressRoutes(draft, on, one);
  return draft;
}

function add(
  draft: NamespaceDraft,
  text: string,
  length: number,
  fields: object,
  verb: RouteVerb = "add",
): void {
  const route = routeOf({ destination: ip(text), prefixLength: length, ...fields });
  expect(addRoute(draft, route, verb)).toEqual({ errno: 0, message: "" });
}

let draft: NamespaceDraft;
let conf: RouterConf;
let router: Router;

beforeEach(() => {
  draft = namespace();
  conf = CLOSED;
  router = new Router({ conf: () => conf, hasCarrier: () => true, isGroupMember: () => false });
});

/** What becomes of a packet that comes in: the route, or why it is dropped and what the sender hears. */
function arrives(source: string, destination: string, on: number = ETH0): string {
  router.configure(draft);
  const route = router.input(ip(destination), ip(source), 0, 0, on);
  if (route !== null) return `${route.describe()}${router.sourceOnLink ? ", neighbour" : ""}`;
  return router.unreachableCode < 0
    ? router.dropReason
    : `${router.dropReason}, code ${router.unreachableCode}`;
}

describe("a packet that comes in", () => {
  const TABLE: readonly [string, string, string, Partial<RouterConf>, number?][] = [
    ["10.0.0.9", "10.0.0.1", "local 10.0.0.1 dev eth0 scope host (local)", {}],
    ["10.0.0.9", "10.1.0.1", "local 10.1.0.1 dev eth1 scope host (local)", {}],
    ["10.0.0.9", "192.0.2.100", "local 192.0.2.100 dev lo scope host (local)", {}],
    ["10.0.0.9", "10.0.0.255", "broadcast 10.0.0.255 dev eth0 scope link (local)", {}],
    ["0.0.0.0", "255.255.255.255", "broadcast on eth0", {}],
    ["10.0.0.9", "224.0.0.1", "multicast on eth0", {}],
    ["10.0.0.9", "224.0.0.18", "ip-no-route", {}],
    ["224.0.0.1", "10.0.0.1", "ip-martian-source", {}],
    ["255.255.255.255", "10.0.0.1", "ip-martian-source", {}],
    ["0.1.2.3", "10.0.0.1", "ip-martian-source", {}],
    ["10.0.0.9", "0.1.2.3", "ip-martian-destination", {}],
    ["127.0.0.1", "10.0.0.1", "ip-martian-source", {}],
    ["10.0.0.9", "127.0.0.1", "ip-martian-destination", {}],
    ["10.0.0.9", "127.0.0.1", "local 127.0.0.1 dev lo scope host (local)", { routeLocalnet: 1 }],
    ["10.1.0.1", "10.0.0.1", "ip-martian-source", {}],
    ["10.1.0.1", "10.0.0.1", "local 10.0.0.1 dev eth0 scope host (local)", { acceptLocal: 1 }],
    ["10.0.0.9", "10.1.0.9", "ip-forwarding-off", {}],
    ["10.0.0.9", "10.1.0.9", "10.1.0.0/16 dev eth1 scope link (main)", { forwarding: 1 }],
    ["10.0.0.9", "8.8.8.8", "ip-no-route", {}],
    ["10.0.0.9", "8.8.8.8", "ip-no-route, code 0", { forwarding: 1 }],
    [
      "10.0.0.9",
      "10.0.0.7",
      "10.0.0.0/24 dev eth0 scope link (main), neighbour",
      { forwarding: 1 },
    ],
    [
      "10.0.0.9",
      "10.0.0.7",
      "10.0.0.0/24 dev eth0 scope link (main)",
      { forwarding: 1, sendRedirects: 0 },
    ],
    // one arm: a redirect is due, so that even without a filter the source is looked up
    ["10.0.0.1", "10.0.0.7", "ip-martian-source", { forwarding: 1 }],
    ["8.8.8.8", "10.0.0.1", "local 10.0.0.1 dev eth0 scope host (local)", {}],
    ["8.8.8.8", "10.0.0.1", "ip-reverse-path-filter", { rpFilter: 1 }],
    ["8.8.8.8", "10.0.0.1", "ip-reverse-path-filter", { rpFilter: 2 }],
    ["10.1.0.9", "10.0.0.1", "ip-reverse-path-filter", { rpFilter: 1 }],
    ["10.1.0.9", "10.0.0.1", "local 10.0.0.1 dev eth0 scope host (local)", { rpFilter: 2 }],
    [
      "10.0.0.9",
      "10.0.0.1",
      "local 10.0.0.1 dev eth0 scope host (local), neighbour",
      { rpFilter: 1 },
    ],
    ["10.1.0.9", "10.0.0.1", "ip-reverse-path-filter", { rpFilter: 2 }, BARE],
    ["10.1.0.9", "10.0.0.1", "local 10.0.0.1 dev eth0 scope host (local)", {}, BARE],
  ];

  test.each(TABLE)("from %s to %s: %s %o", (source, destination, outcome, settings, on = ETH0) => {
    conf = { ...CLOSED, ...settings };
    expect(arrives(source, destination, on)).toBe(outcome);
    expect(arrives(source, destination, on), "the remembered decision").toBe(outcome);
  });

  test.each([
    [RouteType.unreachable, 1],
    [RouteType.prohibit, 13],
    [RouteType.blackhole, -1],
  ])(
    "a route of type %d tells the sender code %d, but only when forwarding is on",
    (type, code) => {
      add(draft, "10.7.0.0", 16, { type });
      conf = { ...CLOSED, forwarding: 1 };
      arrives("10.0.0.9", "10.7.0.1");
      expect([router.dropReason, router.unreachableCode]).toEqual(["ip-unreachable-route", code]);
      conf = CLOSED;
      arrives("10.0.0.9", "10.7.0.1");
      expect(router.unreachableCode).toBe(-1);
    },
  );

  test("local routes made by hand let the whole prefix in, and the source is looked up in full", () => {
    add(draft, "10.7.0.0", 16, { type: RouteType.local, device: LO });
    expect(arrives("10.0.0.9", "10.7.0.1")).toBe(
      "local 10.7.0.0/16 dev lo scope host (local), neighbour",
    );
    expect(arrives("10.7.0.2", "10.0.0.1")).toBe("ip-martian-source");
  });
});

/** What becomes of a packet of our own. */
function leaves(destination: string, source = "0.0.0.0", out = 0): string {
  router.configure(draft);
  const route = router.output(ip(destination), ip(source), out, 0, 0);
  if (route === null) return `error ${router.errno}`;
  return `${route.describe()} from ${formatIpv4Address(router.source)}`;
}

describe("a packet of our own", () => {
  test.each([
    ["10.0.0.9", "0.0.0.0", 0, "10.0.0.0/24 dev eth0 scope link (main) from 10.0.0.1"],
    ["10.0.0.9", "192.0.2.100", 0, "10.0.0.0/24 dev eth0 scope link (main) from 192.0.2.100"],
    ["10.0.0.9", "10.9.9.9", 0, `error ${Errno.ENETUNREACH}`],
    ["10.0.0.9", "224.0.0.1", 0, `error ${Errno.EINVAL}`],
    ["10.0.0.9", "127.0.0.1", 0, `error ${Errno.EINVAL}`],
    ["192.0.2.100", "0.0.0.0", 0, "local 192.0.2.100 dev lo scope host (local) from 192.0.2.100"],
    ["10.0.0.2", "0.0.0.0", 0, "local 10.0.0.2 dev eth0 scope host (local) from 10.0.0.1"],
    ["127.0.0.5", "0.0.0.0", 0, "local 127.0.0.0/8 dev lo scope host (local) from 127.0.0.1"],
    ["0.0.0.0", "0.0.0.0", 0, "directly on lo from 127.0.0.1"],
    ["8.8.8.8", "0.0.0.0", 0, `error ${Errno.ENETUNREACH}`],
    ["8.8.8.8", "0.0.0.0", ETH1, "directly on eth1 from 10.1.0.1"],
    ["8.8.8.8", "0.0.0.0", BARE, "directly on eth2 from 192.0.2.100"],
    ["8.8.8.8", "0.0.0.0", 9, `error ${Errno.ENODEV}`],
    ["255.255.255.255", "0.0.0.0", 0, `error ${Errno.ENETUNREACH}`],
    ["255.255.255.255", "0.0.0.0", ETH0, "broadcast on eth0 from 10.0.0.1"],
    ["255.255.255.255", "10.1.0.1", 0, "broadcast on eth1 from 10.1.0.1"],
    ["224.0.0.18", "0.0.0.0", ETH0, "multicast on eth0 from 10.0.0.1"],
    ["10.0.0.255", "0.0.0.0", 0, "broadcast 10.0.0.255 dev eth0 scope link (local) from 10.0.0.1"],
  ])("to %s from %s by device %d: %s", (destination, source, out, outcome) => {
    expect(leaves(destination, source, out)).toBe(outcome);
    expect(leaves(destination, source, out), "the remembered decision").toBe(outcome);
  });

  test("with a default route broadcasts and groups leave by its device, without its gateway", () => {
    add(draft, "0.0.0.0", 0, { gateway: ip("10.1.0.254") });
    expect(leaves("8.8.8.8")).toBe("default via 10.1.0.254 dev eth1 (main) from 10.1.0.1");
    expect(leaves("255.255.255.255")).toBe("broadcast on eth1 from 10.1.0.1");
    expect(leaves("224.0.0.1")).toBe("multicast on eth1 from 10.1.0.1");
  });

  test("the source is the route's own, else the primary that the gateway shares a subnet with", () => {
    add(draft, "9.0.0.0", 8, { gateway: ip("10.0.0.254"), preferredSource: ip("192.0.2.100") });
    expect(leaves("9.1.1.1")).toBe("9.0.0.0/8 via 10.0.0.254 dev eth0 (main) from 192.0.2.100");
    draft = { ...draft, devices: [...draft.devices], routes: [...draft.routes] };
    const eth0 = draft.devices[1] as NamespaceDraft["devices"][number];
    eth0.addresses.splice(0, 0, address("172.16.0.1", 16));
    add(draft, "8.0.0.0", 8, { gateway: ip("10.0.0.254") });
    expect(leaves("8.8.8.8")).toBe("8.0.0.0/8 via 10.0.0.254 dev eth0 (main) from 10.0.0.1");
    expect(leaves("10.0.0.9")).toBe("10.0.0.0/24 dev eth0 scope link (main) from 10.0.0.1");
    expect(formatIpv4Address(router.selectSource(ETH0, ip("10.1.0.9"), Scope.link))).toBe(
      "172.16.0.1",
    );
  });
});

test("a change of configuration is seen by the next packet, and kept routes are out of date", () => {
  expect(leaves("8.8.8.8")).toBe(`error ${Errno.ENETUNREACH}`);
  const generation = router.generation.value;
  draft = { ...draft, routes: [...draft.routes] };
  add(draft, "0.0.0.0", 0, { gateway: ip("10.1.0.254") });
  expect(leaves("8.8.8.8")).toContain("via 10.1.0.254");
  expect(router.generation.value).toBeGreaterThan(generation);
});

test("addresses have types", () => {
  router.configure(draft);
  const typeOf = (text: string): RouteType => router.addressType(ip(text));
  expect(typeOf("192.0.2.100")).toBe(RouteType.local);
  expect(typeOf("127.1.2.3")).toBe(RouteType.local);
  expect(typeOf("10.0.0.255")).toBe(RouteType.broadcast);
  expect(typeOf("0.0.0.0")).toBe(RouteType.broadcast);
  expect(typeOf("224.1.1.1")).toBe(RouteType.multicast);
  expect(typeOf("10.0.0.9")).toBe(RouteType.unicast);
  expect(router.isOnLink(ETH0, ip("10.0.0.7"), ip("10.0.0.8"))).toBe(true);
  expect(router.isOnLink(ETH0, ip("10.0.0.7"), ip("10.0.1.8"))).toBe(false);
});
