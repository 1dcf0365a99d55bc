import { expect, test } from "vitest";
import { ANY_ADDRESS, formatIpv4Address } from "../../packet/ipv4-address.ts";
import { ZERO_MAC } from "../../packet/mac-address.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { addRoute } from "../route/add-route.ts";
import { type RouteConfig, RouteType } from "../route/config.ts";
import { addRouteByIoctl } from "../route/ioctl-route.ts";
import { listAllRoutes } from "../route/list-routes.ts";
import { routeOf } from "../route/route-types.ts";
import { addAddress, removeAddress } from "./addresses.ts";
import {
  setInterfaceAddress,
  setInterfaceBroadcast,
  setInterfaceNetmask,
  setInterfaceUp,
} from "./interface-ioctls.ts";
import { addLink, setLinkUp } from "./links.ts";
import { ip, nothing } from "./machine.fixture.ts";

const ETH0 = 6;

/** lo, tunl0 and eth0, all up but tunl0, as the recordings begin. */
function machine(): NamespaceDraft {
  const draft = nothing();
  const link = { mac: ZERO_MAC, mtu: 1500, noArp: false };
  addLink(draft, { ...link, name: "lo", kind: "loopback", index: 1 });
  addLink(draft, { ...link, name: "tunl0", kind: "ipip", index: 2, noArp: true });
  addLink(draft, { ...link, name: "eth0", kind: "ethernet", index: ETH0 });
  addLink(draft, { ...link, name: "eth1", kind: "ethernet", index: 7 });
  for (const index of [1, ETH0, 7]) setLinkUp(draft, index);
  return draft;
}

/** What ifconfig does with an address, a netmask and `up`. */
function ifconfig(draft: NamespaceDraft, name: string, address: string, mask: string): void {
  expect(setInterfaceAddress(draft, name, ip(address))).toBe(0);
  expect(setInterfaceUp(draft, name, true)).toBe(0);
  expect(setInterfaceNetmask(draft, name, ip(mask))).toBe(0);
}

const hostRoute = (draft: NamespaceDraft, address: string, device: string): number =>
  addRouteByIoctl(draft, {
    destination: ip(address),
    netmask: ip("255.255.255.255"),
    gateway: ANY_ADDRESS,
    device,
    metric: 0,
    reject: false,
    mtu: 0,
  });

const defaultRoute = (draft: NamespaceDraft, gateway: string): number =>
  addRoute(draft, routeOf({ gateway: ip(gateway) }), "add").errno;

const addTo = (draft: NamespaceDraft, index: number, address: string, length: number, label = "") =>
  addAddress(draft, index, {
    local: ip(address),
    peer: ip(address),
    prefixLength: length,
    broadcast: null,
    scope: 0,
    label,
  });

/** `ip route show table all`. */
function routeLines(draft: NamespaceDraft): string[] {
  const names = new Map(draft.devices.map(({ index, name }) => [index, name]));
  return listAllRoutes(draft).map((route) => routeLine(route, names.get(route.device)));
}

function routeLine(route: RouteConfig, device: string | undefined): string {
  const network = formatIpv4Address(route.destination);
  const prefix = route.prefixLength === 32 ? network : `${network}/${route.prefixLength}`;
  const words = [route.prefixLength === 0 ? "default" : prefix];
  if (route.type === RouteType.local) words.unshift("local");
  if (route.type === RouteType.broadcast) words.unshift("broadcast");
  if (route.gateway !== 0) words.push("via", formatIpv4Address(route.gateway));
  words.push("dev", device ?? "?");
  if (route.table === 255) words.push("table local");
  if (route.protocol === 2) words.push("proto kernel");
  if (route.scope !== 0) words.push(route.scope === 253 ? "scope link" : "scope host");
  if (route.preferredSource !== 0) words.push("src", formatIpv4Address(route.preferredSource));
  return words.join(" ");
}

/** `ip -4 addr`, the lines with addresses. */
const addressLines = (draft: NamespaceDraft): string[] =>
  draft.devices.flatMap(({ addresses }) =>
    addresses.map((a) => {
      const broadcast = a.broadcast === null ? "" : ` brd ${formatIpv4Address(a.broadcast)}`;
      const scope = a.scope === 254 ? "host" : "global";
      const secondary = a.secondary ? " secondary" : "";
      const inet = `${formatIpv4Address(a.local)}/${a.prefixLength}`;
      return `${inet}${broadcast} scope ${scope}${secondary} ${a.label}`;
    }),
  );

const LO_LINES = [
  "local 127.0.0.0/8 dev lo table local proto kernel scope host src 127.0.0.1",
  "local 127.0.0.1 dev lo table local proto kernel scope host src 127.0.0.1",
  "broadcast 127.255.255.255 dev lo table local proto kernel scope link src 127.0.0.1",
];

test("ifconfig eth0:2 keeps the broadcast of the class on a /32, and route takes the label's source", () => {
  const director = machine();
  ifconfig(director, "eth0", "192.168.0.1", "255.255.255.0");
  ifconfig(director, "eth0:2", "192.168.0.100", "255.255.255.255");
  expect(hostRoute(director, "192.168.0.100", "eth0:2")).toBe(0);
  expect(addressLines(director)).toEqual([
    "127.0.0.1/8 scope host lo",
    "192.168.0.1/24 brd 192.168.0.255 scope global eth0",
    "192.168.0.100/32 brd 192.168.0.255 scope global eth0:2",
  ]);
  expect(routeLines(director)).toEqual([
    "192.168.0.0/24 dev eth0 proto kernel scope link src 192.168.0.1",
    "192.168.0.100 dev eth0 scope link src 192.168.0.100",
    ...LO_LINES,
    "local 192.168.0.1 dev eth0 table local proto kernel scope host src 192.168.0.1",
    "local 192.168.0.100 dev eth0 table local proto kernel scope host src 192.168.0.100",
    "broadcast 192.168.0.255 dev eth0 table local proto kernel scope link src 192.168.0.1",
    "broadcast 192.168.0.255 dev eth0 table local proto kernel scope link src 192.168.0.100",
  ]);
});

/** A real server of the classic lab sheet. */
function realServer(): NamespaceDraft {
  const draft = machine();
  ifconfig(draft, "eth0", "192.168.0.11", "255.255.255.0");
  expect(setInterfaceAddress(draft, "lo:0", ip("192.168.0.100"))).toBe(0);
  expect(setInterfaceBroadcast(draft, "lo:0", ip("192.168.0.100"))).toBe(0);
  expect(setInterfaceNetmask(draft, "lo:0", ip("255.255.255.255"))).toBe(0);
  expect(hostRoute(draft, "192.168.0.100", "lo:0")).toBe(0);
  return draft;
}

test("lo:0 with a broadcast of its own has a local and a broadcast route for one address", () => {
  expect(routeLines(realServer())).toEqual([
    "192.168.0.0/24 dev eth0 proto kernel scope link src 192.168.0.11",
    "192.168.0.100 dev lo scope link src 192.168.0.100",
    ...LO_LINES,
    "local 192.168.0.11 dev eth0 table local proto kernel scope host src 192.168.0.11",
    "local 192.168.0.100 dev lo table local proto kernel scope host src 192.168.0.100",
    "broadcast 192.168.0.100 dev lo table local proto kernel scope link src 192.168.0.100",
    "broadcast 192.168.0.255 dev eth0 table local proto kernel scope link src 192.168.0.11",
  ]);
});

test("a /24 on lo makes the subnet local; down on the label takes it all away", () => {
  const draft = realServer();
  expect(setInterfaceUp(draft, "lo:0", false)).toBe(0);
  expect(addressLines(draft)[0]).toBe("127.0.0.1/8 scope host lo");
  expect(addressLines(draft)).toHaveLength(2);
  ifconfig(draft, "lo:0", "192.168.0.100", "255.255.255.0");
  expect(routeLines(draft).slice(1)).toEqual([
    ...LO_LINES,
    "local 192.168.0.0/24 dev lo table local proto kernel scope host src 192.168.0.100",
    "local 192.168.0.11 dev eth0 table local proto kernel scope host src 192.168.0.11",
    "local 192.168.0.100 dev lo table local proto kernel scope host src 192.168.0.100",
    "broadcast 192.168.0.255 dev eth0 table local proto kernel scope link src 192.168.0.11",
    "broadcast 192.168.0.255 dev lo table local proto kernel scope link src 192.168.0.100",
  ]);
  expect(setInterfaceUp(draft, "lo:0", false)).toBe(0);
  expect(routeLines(draft)).toHaveLength(6);
});

test("tunl0 gets no broadcast and its host route no source", () => {
  const draft = machine();
  ifconfig(draft, "eth0", "192.168.0.11", "255.255.255.0");
  ifconfig(draft, "tunl0", "192.168.0.100", "255.255.255.255");
  expect(hostRoute(draft, "192.168.0.100", "tunl0")).toBe(0);
  expect(addressLines(draft)[1]).toBe("192.168.0.100/32 scope global tunl0");
  expect(routeLines(draft)).toEqual([
    "192.168.0.0/24 dev eth0 proto kernel scope link src 192.168.0.11",
    "192.168.0.100 dev tunl0 scope link",
    ...LO_LINES,
    "local 192.168.0.11 dev eth0 table local proto kernel scope host src 192.168.0.11",
    "local 192.168.0.100 dev tunl0 table local proto kernel scope host src 192.168.0.100",
    "broadcast 192.168.0.255 dev eth0 table local proto kernel scope link src 192.168.0.11",
  ]);
});

test("addresses by ip have no broadcast, subnets have, and lower networks are listed first", () => {
  const draft = machine();
  ifconfig(draft, "eth0", "192.168.0.1", "255.255.255.0");
  expect(addTo(draft, ETH0, "192.168.0.100", 32)).toBe(0);
  ifconfig(draft, "eth1", "10.0.0.1", "255.0.0.0");
  expect(defaultRoute(draft, "192.168.0.254")).toBe(0);
  expect(routeLines(draft)).toEqual([
    "default via 192.168.0.254 dev eth0",
    "10.0.0.0/8 dev eth1 proto kernel scope link src 10.0.0.1",
    "192.168.0.0/24 dev eth0 proto kernel scope link src 192.168.0.1",
    "local 10.0.0.1 dev eth1 table local proto kernel scope host src 10.0.0.1",
    "broadcast 10.255.255.255 dev eth1 table local proto kernel scope link src 10.0.0.1",
    ...LO_LINES,
    "local 192.168.0.1 dev eth0 table local proto kernel scope host src 192.168.0.1",
    "local 192.168.0.100 dev eth0 table local proto kernel scope host src 192.168.0.100",
    "broadcast 192.168.0.255 dev eth0 table local proto kernel scope link src 192.168.0.1",
  ]);
});

test("deleting the primary deletes its secondaries and the routes that need it", () => {
  const draft = machine();
  expect(addTo(draft, ETH0, "192.168.0.11", 24)).toBe(0);
  expect(addTo(draft, ETH0, "192.168.0.12", 24, "eth0:1")).toBe(0);
  expect(addTo(draft, ETH0, "172.16.0.1", 16)).toBe(0);
  expect(defaultRoute(draft, "192.168.0.254")).toBe(0);
  expect(addressLines(draft).slice(1)).toEqual([
    "192.168.0.11/24 scope global eth0",
    "172.16.0.1/16 scope global eth0",
    "192.168.0.12/24 scope global secondary eth0:1",
  ]);
  const first = { local: ip("192.168.0.11"), prefixLength: 24, peer: null, label: null };
  expect(removeAddress(draft, ETH0, first)).toBe(0);
  expect(addressLines(draft).slice(1)).toEqual(["172.16.0.1/16 scope global eth0"]);
  expect(routeLines(draft).filter((line) => line.includes("192.168"))).toEqual([
    "default via 192.168.0.254 dev eth0",
  ]);
  const last = { ...first, local: ip("172.16.0.1"), prefixLength: 16 };
  expect(removeAddress(draft, ETH0, last)).toBe(0);
  expect(routeLines(draft), "without an address a device has no routes").toEqual(LO_LINES);
});
