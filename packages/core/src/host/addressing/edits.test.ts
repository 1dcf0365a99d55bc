import { fc, test } from "@fast-check/vitest";
import { type Draft, enablePatches, produce } from "immer";
import { describe, expect } from "vitest";
import { Errno } from "../../base/errno.ts";
import { type Ipv4Address, prefixMask } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { addRoute } from "../route/add-route.ts";
import { RouteTable } from "../route/config.ts";
import type { RouteVerb } from "../route/edit-routes.ts";
import { addRouteByIoctl, removeRouteByIoctl } from "../route/ioctl-route.ts";
import { routeOf } from "../route/route-types.ts";
import { addRule } from "../route/rules.ts";
import { writeSysctl } from "../sysctl/access.ts";
import { addAddress, computedBroadcast, removeAddress } from "./addresses.ts";
import { classfulLength, setInterfaceNetmask, setInterfaceUp } from "./interface-ioctls.ts";
import { setLinkDown, setLinkUp } from "./links.ts";
import { address, ip, machine } from "./machine.fixture.ts";

enablePatches();

const locals = (draft: NamespaceConfig, index: number): number[] =>
  draft.devices[index - 1]?.addresses.map(({ local }) => local & 255) ?? [];

describe("the order of addresses", () => {
  test("narrow scopes come first, primaries in order of adding, secondaries last", () => {
    const draft = machine();
    for (const [text, scope] of [
      ["10.0.1.1", 0],
      ["10.0.1.2", 0],
      ["10.0.3.3", 0],
      ["10.0.4.4", Scope.link],
      ["10.0.5.5", 0],
      ["10.0.6.6", Scope.host],
    ] as const)
      expect(addAddress(draft, 2, address(text, 24, scope))).toBe(0);
    expect(locals(draft, 2)).toEqual([6, 4, 1, 3, 5, 2]);
    expect(draft.devices[1]?.addresses.at(-1)?.secondary).toBe(true);
  });

  test("with promote_secondaries the first secondary inherits the subnet", () => {
    const draft = machine();
    expect(writeSysctl(draft, "net/ipv4/conf/eth0/promote_secondaries", "1\n")).toBe(0);
    for (const text of ["10.0.0.1", "10.0.0.2", "10.0.0.3"])
      addAddress(draft, 2, address(text, 24));
    const gone = { local: ip("10.0.0.1"), prefixLength: 24, peer: null, label: null };
    expect(removeAddress(draft, 2, gone)).toBe(0);
    expect(locals(draft, 2)).toEqual([2, 3]);
    const mine = draft.routes.filter((route) => route.device === 2);
    expect(new Set(mine.map((route) => route.preferredSource))).toEqual(new Set([ip("10.0.0.2")]));
    expect(mine).toHaveLength(4);
  });
});

describe("devices going down", () => {
  test("addresses stay local, subnet and static routes go; up brings only the subnet back", () => {
    const draft = machine();
    addAddress(draft, 2, address("10.0.0.1", 24));
    addRoute(draft, routeOf({ gateway: ip("10.0.0.254") }), "add");
    setLinkDown(draft, 2);
    const left = draft.routes.filter((route) => route.device === 2);
    expect(left.map((route) => [route.table, route.prefixLength])).toEqual([
      [RouteTable.local, 32],
    ]);
    setLinkUp(draft, 2);
    expect(draft.routes.filter((route) => route.device === 2)).toHaveLength(3);
  });

  test("an address that is added while the device is down is local at once", () => {
    const draft = machine();
    setLinkDown(draft, 2);
    addAddress(draft, 2, address("10.0.0.1", 24));
    expect(draft.routes.filter((route) => route.device === 2)).toHaveLength(1);
  });

  test("routes whose source address is gone go too", () => {
    const draft = machine();
    addAddress(draft, 2, address("10.0.0.1", 24));
    addAddress(draft, 3, address("10.1.0.1", 24));
    const via = routeOf({ gateway: ip("10.1.0.254"), preferredSource: ip("10.0.0.1") });
    expect(addRoute(draft, via, "add").errno).toBe(0);
    removeAddress(draft, 2, { local: ip("10.0.0.1"), prefixLength: null, peer: null, label: null });
    expect(draft.routes.some((route) => route.prefixLength === 0)).toBe(false);
  });
});

test("route puts the newer default first, replace takes the place of the first", () => {
  const draft = machine();
  addAddress(draft, 2, address("10.0.0.1", 24));
  const entry = {
    destination: ip("0.0.0.0"),
    netmask: ip("0.0.0.0"),
    device: "",
    metric: 0,
    reject: false,
    mtu: 0,
  };
  for (const gateway of ["10.0.0.2", "10.0.0.3"])
    expect(addRouteByIoctl(draft, { ...entry, gateway: ip(gateway) })).toBe(0);
  expect(addRouteByIoctl(draft, { ...entry, gateway: ip("10.9.9.9") })).toBe(Errno.ENETUNREACH);
  const defaults = (): number[] =>
    draft.routes.filter((r) => r.prefixLength === 0).map((r) => r.gateway & 255);
  expect(defaults()).toEqual([3, 2]);
  addRoute(draft, routeOf({ gateway: ip("10.0.0.4") }), "replace");
  expect(defaults()).toEqual([4, 2]);
  const anyGateway = { ...entry, gateway: ip("0.0.0.0") };
  expect([0, 1, 2].map(() => removeRouteByIoctl(draft, anyGateway))).toEqual([0, 0, Errno.ESRCH]);
});

test("rules go behind those of their priority; without one they go before the second", () => {
  const draft = machine();
  expect(addRule(draft, { table: 77 }).errno).toBe(0);
  expect(addRule(draft, { table: 78 }).errno).toBe(0);
  expect(addRule(draft, { table: 79, priority: 32766 }).errno).toBe(0);
  expect(draft.rules.map(({ priority, table }) => [priority, table])).toEqual([
    [0, 255],
    [32764, 78],
    [32765, 77],
    [32766, 254],
    [32766, 79],
    [32767, 253],
  ]);
});

test.each([
  ["0.1.2.3", 0],
  ["10.0.0.1", 8],
  ["172.16.0.1", 16],
  ["192.168.0.1", 24],
  ["224.0.0.1", -1],
  ["240.0.0.1", 32],
  ["255.255.255.255", 0],
])("the class of %s gives /%d", (text, length) => {
  expect(classfulLength(ip(text))).toBe(length);
});

test("brd + sets the host bits", () => {
  expect(computedBroadcast(ip("10.1.2.3"), 20)).toBe(ip("10.1.15.255"));
  expect(computedBroadcast(ip("10.1.2.3"), 31)).toBeNull();
});

const octet = fc.integer({ min: 1, max: 4 });
const device = fc.integer({ min: 1, max: 3 });
const anyAddress = fc.tuple(octet, octet).map(([a, b]) => ip(`10.0.${a}.${b}`));
const length = fc.constantFrom(0, 16, 24, 31, 32);
const verb = fc.constantFrom<RouteVerb>("add", "append", "prepend", "replace", "change");
const label = fc.constantFrom("lo", "eth0", "eth0:1", "eth1", "eth1:a");

type Edit = (draft: NamespaceDraft) => number;
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(device, anyAddress, length).map(
    ([index, local, prefixLength]): Edit =>
      (draft) =>
        addAddress(draft, index, { ...address("10.0.0.1", prefixLength), local, peer: local }),
  ),
  fc.tuple(device, anyAddress, length).map(
    ([index, local, prefixLength]): Edit =>
      (draft) =>
        removeAddress(draft, index, { local, prefixLength, peer: null, label: null }),
  ),
  fc.tuple(device, fc.boolean()).map(
    ([index, up]): Edit =>
      (draft) =>
        (up ? setLinkUp : setLinkDown)(draft, index),
  ),
  fc.tuple(anyAddress, length, anyAddress, device, verb).map(
    ([destination, prefixLength, gateway, index, how]): Edit =>
      (draft) => {
        const network = (destination & prefixMask(prefixLength)) as Ipv4Address;
        const metric = index - 1;
        return addRoute(
          draft,
          routeOf({ destination: network, prefixLength, gateway, metric }),
          how,
        ).errno;
      },
  ),
  fc.tuple(label, length).map(
    ([name, prefixLength]): Edit =>
      (draft) =>
        setInterfaceNetmask(draft, name, prefixMask(prefixLength)),
  ),
  fc.tuple(label, fc.boolean()).map(
    ([name, up]): Edit =>
      (draft) =>
        setInterfaceUp(draft, name, up),
  ),
  fc.constantFrom("all", "default", "eth0").map(
    (name): Edit =>
      (draft) =>
        writeSysctl(draft, `net/ipv4/conf/${name}/promote_secondaries`, "1"),
  ),
);

test.prop([fc.array(edit, { maxLength: 30 })])(
  "edits do the same to a plain value and to a draft of immer, and change nothing when they refuse",
  (edits) => {
    const plain = machine();
    let config: NamespaceConfig = produce(machine() as NamespaceConfig, () => {});
    for (const change of edits) {
      let answer = 0;
      const next: NamespaceConfig = produce(config, (draft: Draft<NamespaceConfig>) => {
        answer = change(draft);
      });
      if (answer !== 0) expect(next).toBe(config);
      expect(change(plain)).toBe(answer);
      expect(plain).toEqual(next);
      config = next;
    }
  },
);
