import { describe, expect, test } from "vitest";
import { FragmentField, IcmpType, UnreachableCode } from "../../packet/protocol.ts";
import { address, type Heard, SmallNetwork } from "../../testing/small-network.ts";
import { setLinkMtu } from "../addressing/link-properties.ts";
import type { NetworkNamespace } from "../namespace.ts";

interface Routed {
  readonly net: SmallNetwork;
  readonly a: NetworkNamespace;
  readonly router: NetworkNamespace;
  readonly b: NetworkNamespace;
}

/** a – router – b, forwarding on. */
function routed(): Routed {
  const net = new SmallNetwork();
  const a = net.host("a", "left 10.0.0.2/24");
  const router = net.host("router", "left 10.0.0.1/24", "right 10.0.1.1/24");
  const b = net.host("b", "right 10.0.1.2/24");
  net.defaultRoute(a, "10.0.0.1");
  net.defaultRoute(b, "10.0.1.1");
  net.sysctl(router, "net/ipv4/ip_forward", 1);
  return { net, a, router, b };
}

const icmp = (heard: readonly Heard[], direction: "in" | "out"): string[] =>
  heard
    .filter((item) => item.direction === direction && item.frame.protocol === 1)
    .map(({ frame }) => `${frame.icmpType}/${frame.icmpCode} ttl ${frame.ttl}`);

test("a forwarded packet loses one from its TTL, and the answer too", () => {
  const { net, a, b } = routed();
  const [atA, atB] = [net.listen(a), net.listen(b)];
  net.ping(a, "10.0.1.2");
  net.run(100);
  expect(icmp(atB, "in")).toEqual(["8/0 ttl 63"]);
  expect(icmp(atA, "in")).toEqual(["0/0 ttl 63"]);
});

test("at TTL 1 the router answers time exceeded from the address towards the sender", () => {
  const { net, a, b } = routed();
  const [atA, atB] = [net.listen(a), net.listen(b)];
  net.ping(a, "10.0.1.2", {
    change: (frame) => {
      frame.ttl = 1;
    },
  });
  net.run(100);
  expect(icmp(atB, "in")).toEqual([]);
  expect(icmp(atA, "in")).toEqual(["11/0 ttl 64"]);
  const error = atA.find(({ direction, frame }) => direction === "in" && frame.protocol === 1);
  expect(error?.frame.source).toBe(address("10.0.0.1"));
  expect(error?.frame.inner?.ttl).toBe(1);
  expect(error?.frame.tos).toBe(0xc0);
});

test("without forwarding a packet for somebody else disappears silently", () => {
  const { net, a, router, b } = routed();
  net.sysctl(router, "net/ipv4/ip_forward", 0);
  const [atA, atB] = [net.listen(a), net.listen(b)];
  net.ping(a, "10.0.1.2");
  net.run(100);
  expect([icmp(atA, "in"), icmp(atB, "in")]).toEqual([[], []]);
});

test("a destination without a route is answered with network unreachable", () => {
  const { net, a } = routed();
  const atA = net.listen(a);
  net.ping(a, "192.168.99.1");
  net.run(100);
  expect(icmp(atA, "in")).toEqual([`3/${UnreachableCode.network} ttl 64`]);
});

test("nobody home on the last link is answered with host unreachable after three requests", () => {
  const { net, a } = routed();
  const atA = net.listen(a);
  net.ping(a, "10.0.1.99");
  net.run(2500);
  expect(icmp(atA, "in")).toEqual([]);
  net.run(1500);
  expect(icmp(atA, "in")).toEqual([`3/${UnreachableCode.host} ttl 64`]);
});

/** The right-hand link takes only 1000 octets. */
function narrow(): Routed {
  const all = routed();
  for (const [host, name] of [
    [all.router, "eth1"],
    [all.b, "eth0"],
  ] as const) {
    const index = host.deviceNamed(name)?.index ?? 0;
    host.configure((draft) => setLinkMtu(draft, index, 1000));
  }
  return all;
}

test("a packet that may be fragmented is, and is put together again", () => {
  const { net, a, b } = narrow();
  const [atA, atB] = [net.listen(a), net.listen(b)];
  net.ping(a, "10.0.1.2", { length: 1400 });
  net.run(100);
  const shapes = (heard: readonly Heard[]): unknown[] =>
    heard
      .filter(({ direction, frame }) => direction === "in" && frame.protocol === 1)
      .map(({ frame }) => [
        frame.length,
        (frame.fragment & FragmentField.offsetMask) * 8,
        (frame.fragment & FragmentField.moreFragments) !== 0,
      ]);
  const parts = [
    [996, 0, true],
    [424, 976, false],
  ];
  expect(shapes(atB)).toEqual(parts);
  // the answer to the whole request, cut by b itself
  expect(shapes(atA)).toEqual(parts);
});

test("with DF the sender learns the path's MTU, and fragments its next packet", () => {
  const { net, a } = narrow();
  const atA = net.listen(a);
  const df = {
    length: 1400,
    change: (frame: { fragment: number }): void => {
      frame.fragment = FragmentField.dontFragment;
    },
  };
  net.ping(a, "10.0.1.2", df);
  net.run(100);
  const error = atA.find(({ direction, frame }) => direction === "in" && frame.icmpType === 3);
  expect(error?.frame.icmpCode).toBe(UnreachableCode.fragmentationNeeded);
  expect(error?.frame.icmpRest).toBe(1000);
  expect(error?.frame.length).toBe(576);
  atA.length = 0;
  net.ping(a, "10.0.1.2", { length: 1400 });
  net.run(100);
  expect(atA.filter(({ direction }) => direction === "out")).toHaveLength(2);
});

test("a fragment whose rest never comes is given up after 30 s, and the sender is told", () => {
  const { net, a } = routed();
  const atA = net.listen(a);
  net.ping(a, "10.0.1.2", {
    change: (frame) => {
      frame.fragment = FragmentField.moreFragments;
      frame.length = 84;
    },
  });
  net.run(29_000);
  expect(icmp(atA, "in")).toEqual([]);
  net.run(4000);
  expect(icmp(atA, "in")).toEqual([`${IcmpType.timeExceeded}/1 ttl 63`]);
});

test("a router on the same link tells the sender of the better way, at first only once", () => {
  const net = new SmallNetwork();
  const a = net.host("a", "lan 10.0.0.2/24");
  const router = net.host("router", "lan 10.0.0.1/24");
  net.host("other", "lan 10.0.0.3/24");
  net.defaultRoute(a, "10.0.0.1");
  net.defaultRoute(router, "10.0.0.3");
  net.sysctl(router, "net/ipv4/ip_forward", 1);
  const atA = net.listen(a);
  net.sysctl(a, "net/ipv4/conf/all/accept_redirects", 0);
  net.sysctl(a, "net/ipv4/conf/eth0/accept_redirects", 0);
  for (let i = 0; i < 3; i++) net.ping(a, "8.8.8.8");
  net.run(10);
  const redirects = atA.filter(
    ({ direction, frame }) => direction === "in" && frame.icmpType === 5,
  );
  expect(redirects).toHaveLength(1);
  expect(redirects[0]?.frame.icmpRest).toBe(address("10.0.0.3"));
});

describe("a redirect", () => {
  function redirected(settings: readonly (readonly [string, number])[] = []) {
    const net = new SmallNetwork();
    const a = net.host("a", "lan 10.0.0.2/24");
    const router = net.host("router", "lan 10.0.0.1/24");
    net.host("other", "lan 10.0.0.3/24");
    net.defaultRoute(a, "10.0.0.1");
    net.defaultRoute(router, "10.0.0.3");
    net.sysctl(router, "net/ipv4/ip_forward", 1);
    for (const [path, value] of settings) net.sysctl(a, `net/ipv4/conf/${path}`, value);
    const atA = net.listen(a);
    /** By which host the next packet of a leaves: the last octet of its MAC. */
    return (ms: number): number => {
      net.run(ms);
      net.ping(a, "8.8.8.8");
      net.run(10);
      const sent = atA.filter(
        ({ direction, frame }) => direction === "out" && frame.icmpType === 8,
      );
      return (sent.at(-1)?.frame.destinationMac ?? 0) & 255;
    };
  }

  test("changes the next hop for five minutes, once the better gateway is a known neighbour", () => {
    const leavesBy = redirected();
    // the first one only makes the host ask for the gateway
    expect([leavesBy(0), leavesBy(100), leavesBy(100), leavesBy(100)]).toEqual([2, 2, 3, 3]);
    expect(leavesBy(300_000)).toBe(2);
  });

  test.each([
    [
      "accept_redirects is off",
      [
        ["all/accept_redirects", 0],
        ["eth0/accept_redirects", 0],
      ],
    ],
    [
      "it names no gateway of ours, and secure_redirects holds without shared_media",
      [
        ["all/shared_media", 0],
        ["eth0/shared_media", 0],
      ],
    ],
  ] as const)("is not heeded where %s", (_, settings) => {
    const leavesBy = redirected(settings);
    expect([leavesBy(0), leavesBy(100), leavesBy(100), leavesBy(100)]).toEqual([2, 2, 2, 2]);
  });
});

test("packets of others keep to the device's MTU unless ip_forward_use_pmtu is set", () => {
  const { net, a, router } = routed();
  router.paths.learnMtu(address("10.0.1.2"), 1000, net.simulation.engine.now);
  const heard = net.listen(router, "eth1");
  const sizes = (): number[] =>
    heard
      .splice(0)
      .flatMap(({ direction, frame }) =>
        direction === "out" && frame.protocol === 1 ? [frame.length] : [],
      );
  net.ping(a, "10.0.1.2", { length: 1400 });
  net.run(10);
  expect(sizes()).toEqual([1400]);
  net.sysctl(router, "net/ipv4/ip_forward_use_pmtu", 1);
  net.ping(a, "10.0.1.2", { length: 1400 });
  net.run(10);
  expect(sizes()).toEqual([996, 424]);
});

test.each([
  [[7, 3, 4, 0], 1],
  [[131, 7, 4, 10, 0, 0, 9, 0], 0],
  [[7, 9, 4, 0], 0],
  [[68, 3, 5, 0], 0],
  [[1, 1, 1, 0], 1],
])("a packet with the options %j arrives %i times", (options, times) => {
  const { net, a, b } = routed();
  const heard = net.listen(b);
  net.ping(a, "10.0.1.2", {
    length: 84 + options.length,
    change: (frame) => {
      frame.ipOptions = new Uint8Array(options);
    },
  });
  net.run(10);
  expect(
    heard.filter(({ direction, frame }) => direction === "in" && frame.icmpType === 8),
  ).toHaveLength(times);
});

test("martians are logged where log_martians is set", () => {
  const { net, a, router } = routed();
  const lines: string[] = [];
  router.messages.onMessage((_at, _level, text) => lines.push(text));
  const spoof = (source: string): void => {
    net.ping(a, "10.0.1.2", {
      change: (frame) => {
        frame.source = address(source);
      },
    });
    net.run(10);
  };
  // a host that does not know its router yet would ask for it as 127.0.0.1
  spoof("10.0.0.2");
  spoof("127.0.0.1");
  expect(lines).toEqual([]);
  net.sysctl(router, "net/ipv4/conf/all/log_martians", 1);
  spoof("127.0.0.1");
  expect(lines).toEqual([
    "IPv4: martian source 10.0.1.2 from 127.0.0.1, on dev eth0",
    "ll header: 00000000: 02 00 00 00 00 02 02 00 00 00 00 01 08 00",
  ]);
  for (let i = 0; i < 20; i++) spoof("127.0.0.1");
  expect(lines.length).toBe(2 * 10);
});
