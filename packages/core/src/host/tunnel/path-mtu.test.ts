import { expect, test } from "vitest";
import type { Frame } from "../../packet/frame.ts";
import { FragmentField, IpProtocol } from "../../packet/protocol.ts";
import { address, type Heard, SmallNetwork } from "../../testing/small-network.ts";
import { dropsOf, makeTunnel, tunnelPair } from "../../testing/tunnel-network.ts";
import { Recorder } from "../../trace/recorder.ts";
import { setLinkMtu } from "../addressing/link-properties.ts";
import { setLinkDown } from "../addressing/links.ts";
import type { NetworkNamespace } from "../namespace.ts";

const mayNotBeCut = (frame: Frame): void => {
  frame.fragment = FragmentField.dontFragment;
};

/** What went out, as `protocol length DF offset`; for ICMP errors their MTU. */
const outs = (heard: readonly Heard[], direction = "out"): string[] =>
  heard
    .filter((item) => item.direction === direction && item.frame.arpOperation === 0)
    .map(({ frame }) => {
      const df = (frame.fragment & FragmentField.dontFragment) !== 0 ? " DF" : "";
      const at = (frame.fragment & FragmentField.offsetMask) * 8;
      const more = (frame.fragment & FragmentField.moreFragments) !== 0;
      const cut = at > 0 || more ? ` @${at}` : "";
      const says =
        frame.icmpType === 3 ? ` ${frame.icmpType}/${frame.icmpCode} mtu ${frame.icmpRest}` : "";
      return `${frame.protocol} ${frame.length}${df}${cut}${says}`;
    });

/** `a` – router – `b` with a tunnel between `a` and `b`, and a host behind `a` that uses it. */
function routedTunnel(nopmtudisc: boolean): {
  net: SmallNetwork;
  user: NetworkNamespace;
  a: NetworkNamespace;
  b: NetworkNamespace;
  router: NetworkNamespace;
} {
  const net = new SmallNetwork();
  const user = net.host("user", "site 192.168.0.2/24");
  const a = net.host("a", "left 10.0.0.2/24", "site 192.168.0.1/24");
  const router = net.host("router", "left 10.0.0.1/24", "right 10.0.1.1/24");
  const b = net.host("b", "right 10.0.1.2/24");
  net.defaultRoute(user, "192.168.0.1");
  net.defaultRoute(a, "10.0.0.1");
  net.defaultRoute(b, "10.0.1.1");
  for (const forwarder of [a, router]) net.sysctl(forwarder, "net/ipv4/ip_forward", 1);
  const pathMtuDiscovery = !nopmtudisc;
  const [hereA, hereB] = [address("10.0.0.2"), address("10.0.1.2")];
  makeTunnel(a, "t0", "ipip", { local: hereA, remote: hereB, pathMtuDiscovery });
  makeTunnel(b, "t0", "ipip", { local: hereB, remote: hereA, pathMtuDiscovery });
  net.addAddress(a, "t0", "10.9.0.1/24");
  net.addAddress(b, "t0", "10.9.0.2/24");
  net.sysctl(b, "net/ipv4/conf/all/rp_filter", 0);
  net.sysctl(b, "net/ipv4/conf/t0/rp_filter", 0);
  return { net, user, a, b, router };
}

const lower = (at: NetworkNamespace, device: string, mtu: number): void => {
  const index = at.deviceNamed(device)?.index ?? 0;
  at.configure((draft) => setLinkMtu(draft, index, mtu));
};

test("a packet that fits the cable but not the tunnel is sent back with the tunnel's MTU", () => {
  const { net, user } = routedTunnel(false);
  const heard = net.listen(user);
  net.ping(user, "10.9.0.2", { length: 1500, change: mayNotBeCut });
  net.run(10);
  expect(outs(heard, "in")).toEqual(["1 576 3/4 mtu 1480"]);
});

test("without DF it is cut before the tunnel, and each part goes in a packet of its own", () => {
  const { net, user, a } = routedTunnel(false);
  const heard = net.listen(a);
  net.ping(user, "10.9.0.2", { length: 1500 });
  net.run(10);
  expect(outs(heard).slice(0, 2)).toEqual(["4 1496 DF", "4 64 DF"]);
});

test("a narrow place in the tunnel's way is learnt from the second packet on", () => {
  const { net, user, a, router, b } = routedTunnel(false);
  lower(router, "eth1", 1400);
  lower(b, "eth0", 1400);
  const heard = net.listen(user);
  const outer = net.listen(a);
  const ping = (): void => {
    net.ping(user, "10.9.0.2", { length: 1480, change: mayNotBeCut });
    net.run(10);
  };
  ping();
  // the router tells the tunnel, and nobody tells the user
  expect(outs(outer, "in").at(-1)).toBe("1 576 3/4 mtu 1400");
  expect(outs(heard, "in")).toEqual([]);
  ping();
  expect(outs(heard, "in")).toEqual(["1 576 3/4 mtu 1380"]);
});

test("with nopmtudisc and no DF inside, the outer packet is cut on its way", () => {
  const { net, user, router, b } = routedTunnel(true);
  lower(router, "eth1", 1400);
  lower(b, "eth0", 1400);
  const [cut, answered] = [net.listen(router, "eth1"), net.listen(user)];
  net.ping(user, "10.9.0.2", { length: 1480 });
  net.run(10);
  expect(outs(cut).slice(0, 2)).toEqual(["4 1396 @0", "4 124 @1376"]);
  expect(answered.at(-1)?.frame.length).toBe(1480);
});

test("with nopmtudisc DF inside is DF outside", () => {
  const { net, a } = tunnelPair("gre", { pathMtuDiscovery: false }, {});
  const heard = net.listen(a);
  net.ping(a, "10.9.0.2", { change: mayNotBeCut });
  net.ping(a, "10.9.0.2");
  net.run(10);
  expect(outs(heard)).toEqual(["47 108 DF", "47 108"]);
});

test("ignore-df takes DF inside for nothing", () => {
  const { net, a } = tunnelPair("gre", { pathMtuDiscovery: false, ignoreDf: true }, {});
  const heard = net.listen(a);
  net.ping(a, "10.9.0.2", { change: mayNotBeCut });
  net.run(10);
  expect(outs(heard)).toEqual(["47 108"]);
});

test("a tunnel through a tunnel has both headers", () => {
  const { net, a } = tunnelPair("ipip", {}, {});
  const heard = net.listen(a);
  makeTunnel(a, "t1", "gre", { remote: address("10.9.0.7") });
  net.addAddress(a, "t1", "10.10.0.1/24");
  net.ping(a, "10.10.0.9");
  net.run(10);
  expect(outs(heard)).toEqual(["4 128 DF"]);
  expect(heard.at(-1)?.frame.inner?.protocol).toBe(IpProtocol.gre);
});

test("a tunnel whose other end lies behind itself sends nothing", () => {
  const { net, a } = tunnelPair("ipip", {}, {});
  const heard = net.listen(a);
  const loop = makeTunnel(a, "t1", "ipip", { remote: address("10.10.0.9") });
  net.addAddress(a, "t1", "10.10.0.1/24");
  net.ping(a, "10.10.0.9");
  net.run(10);
  expect(outs(heard)).toEqual([]);
  expect([loop.errors.collisions, loop.errors.sendErrors, loop.counters.sentPackets]).toEqual([
    1, 1, 0,
  ]);
});

test("tunnels that lead through each other end at eight", () => {
  const recorder = new Recorder();
  const net = new SmallNetwork(recorder);
  const a = net.host("a", "lan 10.0.0.1/24");
  const one = makeTunnel(a, "t1", "ipip", { remote: address("10.2.0.9") });
  const two = makeTunnel(a, "t2", "ipip", { remote: address("10.1.0.9") });
  net.addAddress(a, "t1", "10.1.0.1/24");
  net.addAddress(a, "t2", "10.2.0.1/24");
  const heard = net.listen(a);
  net.ping(a, "10.1.0.5");
  net.run(10);
  expect(outs(heard)).toEqual([]);
  expect(one.counters.sentPackets + two.counters.sentPackets).toBe(9);
  expect(dropsOf(recorder)).toEqual(["tunnel-dead-loop"]);
});

test("who sends after the other end became unreachable is told so", () => {
  const { net, user, b } = routedTunnel(false);
  const index = b.deviceNamed("eth0")?.index ?? 0;
  b.configure((draft) => setLinkDown(draft, index));
  const heard = net.listen(user);
  net.ping(user, "10.9.0.2");
  net.run(5000);
  expect(outs(heard, "in")).toEqual([]);
  net.ping(user, "10.9.0.2");
  net.run(10);
  expect(heard.at(-1)?.frame).toMatchObject({ icmpType: 3, icmpCode: 1 });
});
