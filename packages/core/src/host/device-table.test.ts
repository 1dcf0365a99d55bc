/** What neighbours notice of a device's ups and downs. */
import { expect, test } from "vitest";
import type { MacAddress } from "../packet/mac-address.ts";
import { address, SmallNetwork } from "../testing/small-network.ts";
import { Recorder } from "../trace/recorder.ts";
import { setLinkMac } from "./addressing/link-properties.ts";
import { addLink, removeLink, setLinkDown, setLinkUp } from "./addressing/links.ts";
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

test("a device that is made when it is asked for is as one that was there, also when it came up unasked", () => {
  const seen = (trace: Recorder | null) => {
    const a = new SmallNetwork(trace).host("a", "lan 10.0.0.1/24");
    change(a, (draft) => setLinkUp(draft, 3));
    return a
      .devices()
      .map(({ index, name, mtu, noArp, up, activated, conf, neigh, pointToPoint }) => {
        return { index, name, mtu, noArp, up, activated, conf, neigh, pointToPoint };
      });
  };
  const lazily = seen(null);
  expect(lazily.map(({ name }) => name)).toEqual("lo tunl0 gre0 gretap0 erspan0 eth0".split(" "));
  expect(lazily).toEqual(seen(new Recorder(16)));
});

test("a device that goes before anybody asked for it is not there", () => {
  const { a } = pair(0);
  const dummy = {
    name: "d0",
    kind: "dummy",
    mac: 1 as MacAddress,
    mtu: 1500,
    noArp: true,
    index: 0,
  } as const;
  change(a, (draft) => addLink(draft, dummy));
  const { lastIndex } = a.config;
  change(a, (draft) => removeLink(draft, lastIndex));
  expect(a.device(lastIndex)).toBeUndefined();
  expect(a.deviceNamed("d0")).toBeUndefined();
  expect(a.devices()).toHaveLength(6);
});
