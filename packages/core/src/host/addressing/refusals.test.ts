/** What the kernel refuses, with which errno and words; and then nothing has changed. */
import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Errno } from "../../base/errno.ts";
import type { MacAddress } from "../../packet/mac-address.ts";
import type { NamespaceDraft } from "../namespace-config.ts";
import { addRoute, removeRoute, selectorOf } from "../route/add-route.ts";
import { RouteProtocol } from "../route/config.ts";
import { routeOf } from "../route/route-types.ts";
import { addRule, removeRule } from "../route/rules.ts";
import { addAddress, removeAddress } from "./addresses.ts";
import {
  setInterfaceAddress,
  setInterfaceBroadcast,
  setInterfaceNetmask,
  setInterfacePeer,
  setInterfaceUp,
} from "./interface-ioctls.ts";
import { setLinkMac, setLinkMtu } from "./link-properties.ts";
import { addLink, removeLink, renameLink } from "./links.ts";
import { address, ip, link, machine } from "./machine.fixture.ts";

describe("refusals", () => {
  const route = (text: string, length: number, fields = {}) =>
    routeOf({ destination: ip(text), prefixLength: length, ...fields });
  const cases: readonly [string, number, string, (draft: NamespaceDraft) => unknown][] = [
    ["the address again", Errno.EEXIST, "", (d) => addAddress(d, 2, address("10.0.0.1", 24))],
    [
      "its subnet, other scope",
      Errno.EINVAL,
      "",
      (d) => addAddress(d, 2, address("10.0.0.2", 24, 253)),
    ],
    ["no such device", Errno.ENODEV, "", (d) => addAddress(d, 9, address("10.0.0.2", 24))],
    [
      "no such address",
      Errno.EADDRNOTAVAIL,
      "",
      (d) =>
        removeAddress(d, 2, { local: ip("1.2.3.4"), prefixLength: 32, peer: null, label: null }),
    ],
    [
      "its address, other prefix",
      Errno.EADDRNOTAVAIL,
      "",
      (d) =>
        removeAddress(d, 2, { local: ip("10.0.0.1"), prefixLength: 32, peer: null, label: null }),
    ],
    ["a name taken", Errno.EEXIST, "", (d) => addLink(d, { ...link, name: "eth1" })],
    ["a name too long", Errno.EINVAL, "", (d) => addLink(d, { ...link, name: "a234567890123456" })],
    ["an index taken", Errno.EBUSY, "", (d) => addLink(d, { ...link, name: "x", index: 2 })],
    ["lo stays", Errno.EOPNOTSUPP, "", (d) => removeLink(d, 1)],
    ["a device that is up keeps its name", Errno.EBUSY, "", (d) => renameLink(d, 2, "wan0")],
    ["a small mtu", Errno.EINVAL, "", (d) => setLinkMtu(d, 2, 67)],
    [
      "a group's mac",
      Errno.EADDRNOTAVAIL,
      "",
      (d) => setLinkMac(d, 2, 0x010000000001 as MacAddress),
    ],
    [
      "a gateway out of reach",
      Errno.ENETUNREACH,
      "Nexthop has invalid gateway",
      (d) => addRoute(d, route("10.9.0.0", 16, { gateway: ip("172.31.0.1") }), "add"),
    ],
    [
      "a broadcast gateway",
      Errno.EINVAL,
      "Nexthop has invalid gateway",
      (d) => addRoute(d, route("10.9.0.0", 16, { gateway: ip("10.0.0.255") }), "add"),
    ],
    [
      "host bits",
      Errno.EINVAL,
      "Invalid prefix for given prefix length",
      (d) => addRoute(d, route("10.0.0.1", 24, { device: 2 }), "add"),
    ],
    [
      "the route again",
      Errno.EEXIST,
      "",
      (d) => addRoute(d, route("0.0.0.0", 0, { gateway: ip("10.0.0.253") }), "add"),
    ],
    [
      "appending the same",
      Errno.EEXIST,
      "",
      (d) => addRoute(d, route("0.0.0.0", 0, { gateway: ip("10.0.0.254") }), "append"),
    ],
    [
      "changing what is not there",
      Errno.ENOENT,
      "",
      (d) => addRoute(d, route("10.9.0.0", 16, { device: 2 }), "change"),
    ],
    ["no device", Errno.ENODEV, "", (d) => addRoute(d, route("10.9.0.0", 16), "add")],
    [
      "a source that is not ours",
      Errno.EINVAL,
      "Invalid prefsrc address",
      (d) =>
        addRoute(d, route("10.9.0.0", 16, { device: 2, preferredSource: ip("10.0.0.9") }), "add"),
    ],
    [
      "blackhole by a device",
      Errno.EINVAL,
      "Gateway, device and multipath can not be specified for this route type",
      (d) => addRoute(d, route("10.9.0.0", 16, { type: 6, device: 2 }), "add"),
    ],
    [
      "a local route of link scope",
      Errno.EINVAL,
      "Invalid scope",
      (d) => addRoute(d, route("10.9.0.0", 16, { type: 2, scope: 253, device: 1 }), "add"),
    ],
    [
      "onlink, no device",
      Errno.ENODEV,
      "Nexthop device required for onlink",
      (d) => addRoute(d, route("10.9.0.0", 16, { gateway: ip("9.9.9.9"), onlink: true }), "add"),
    ],
    ["no such route", Errno.ESRCH, "", (d) => removeRoute(d, selectorOf(254, ip("10.9.0.0"), 16))],
    [
      "no such table",
      Errno.ESRCH,
      "ipv4: FIB table does not exist",
      (d) => removeRoute(d, selectorOf(77, ip("10.9.0.0"), 16)),
    ],
    [
      "the rule again",
      Errno.EEXIST,
      "",
      (d) => addRule(d, { table: 254, priority: 32766, protocol: RouteProtocol.kernel }),
    ],
    [
      "a rule that leads back",
      Errno.EINVAL,
      "Backward goto not supported",
      (d) => addRule(d, { action: "goto", target: 100, priority: 100 }),
    ],
    [
      "a rule for users from 9 to 1",
      Errno.EINVAL,
      "Invalid uid range",
      (d) => addRule(d, { users: { first: 9, last: 1 } }),
    ],
    [
      "a rule with ECN bits",
      Errno.EINVAL,
      "Invalid dsfield (tos): ECN bits must be 0",
      (d) => addRule(d, { tos: 3 }),
    ],
    ["no such rule", Errno.ENOENT, "", (d) => removeRule(d, { table: 77 })],
    ["a bad netmask", Errno.EINVAL, "", (d) => setInterfaceNetmask(d, "eth0", ip("255.0.255.0"))],
    [
      "no such label",
      Errno.EADDRNOTAVAIL,
      "",
      (d) => setInterfaceNetmask(d, "eth0:7", ip("255.0.0.0")),
    ],
    [
      "a label that is not there goes down",
      Errno.EADDRNOTAVAIL,
      "",
      (d) => setInterfaceUp(d, "eth0:7", false),
    ],
    [
      "a group as an address",
      Errno.EINVAL,
      "",
      (d) => setInterfaceAddress(d, "eth0", ip("224.0.0.1")),
    ],
    [
      "a group as the other end",
      Errno.EINVAL,
      "",
      (d) => setInterfacePeer(d, "eth0", ip("224.0.0.1")),
    ],
    [
      "no device for a broadcast",
      Errno.ENODEV,
      "",
      (d) => setInterfaceBroadcast(d, "eth7", ip("10.0.0.255")),
    ],
  ];

  test.each(cases)("%s: %d %s", (_name, errno, message, edit) => {
    const draft = machine();
    addAddress(draft, 2, { ...address("10.0.0.1", 24), broadcast: ip("10.0.0.255") });
    addRoute(draft, routeOf({ gateway: ip("10.0.0.254") }), "add");
    const before = JSON.parse(JSON.stringify(draft)) as unknown;
    const answer = edit(draft);
    expect(typeof answer === "number" ? answer : (answer as { errno: number }).errno).toBe(errno);
    if (typeof answer === "object") expect(answer).toEqual({ errno, message });
    expect(draft).toEqual(before);
  });
});
