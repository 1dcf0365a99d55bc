/** What neighbours notice of a device's ups and downs. */
import { expect, test } from "vitest";
import type { MacAddress } from "../packet/mac-address.ts";
import { address, SmallNetwork } from "../testing/small-network.ts";
import { setLinkMac } from "./addressing/link-properties.ts";
import { setLinkDown, setLinkUp } from "./addressing/links.ts";
import type { NetworkNamespace } from "./namespace.ts";
import type { NamespaceDraft } from "./namespace-config.ts";

const ORIGIN = { machine: "a", process: "test", file: "", line: 0 };
const IPV4 = 0x0800;

function pair(notify: number) {
  const net = new SmallNetwork();
  const a = net.host("a", "lan 10.0.0.1/24");
  const b = net.host("b", "lan 10.0.0.2/24");
  net.sysctl(a, "net/ipv4/conf/eth0/arp_notify", notify);
  const heard = net.listen(b);
  return { net, a, b, heard: () => heard.filter(({ frame }) => frame.etherType !== IPV4).length };
}

const change = (namespace: NetworkNamespace, recipe: (draft: NamespaceDraft) => number): number =>
  namespace.change(ORIGIN, recipe);
const eth0 = (namespace: NetworkNamespace): number => namespace.deviceNamed("eth0")?.index ?? 0;

test.each([
  [0, 0],
  [1, 1],
])("arp_notify %i announces a device that is brought up %i times", (notify, times) => {
  const { net, a, heard } = pair(notify);
  change(a, (draft) => setLinkDown(draft, eth0(a)));
  net.run(10);
  change(a, (draft) => setLinkUp(draft, eth0(a)));
  net.run(10);
  expect(heard()).toBe(times);
});

test("arp_notify announces a new link address, and a cable that is plugged in again not", () => {
  const { net, a, b, heard } = pair(1);
  change(a, (draft) => setLinkMac(draft, eth0(a), 0x020000000abc as MacAddress));
  net.run(10);
  expect(heard()).toBe(1);
  b.deviceNamed("eth0")?.setUp(false);
  b.deviceNamed("eth0")?.setUp(true);
  net.run(10);
  expect(heard()).toBe(1);
});

test("addresses answered for by hand go when their device goes down", () => {
  const { a } = pair(0);
  a.proxies.add(address("10.0.0.7"), eth0(a));
  a.proxies.add(address("10.0.0.8"), 0);
  change(a, (draft) => setLinkDown(draft, eth0(a)));
  expect(a.proxies.list()).toHaveLength(1);
});
