import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { BROADCAST_MAC, type MacAddress } from "../packet/mac-address.ts";
import { DeviceLab, PLAIN_BRIDGE } from "../testing/device-lab.ts";
import { setMaster } from "./addressing/bridge-ports.ts";
import { setLinkMac, setLinkMtu } from "./addressing/link-properties.ts";
import { setLinkDown, setLinkUp } from "./addressing/links.ts";
import type { BridgeDevice } from "./device/bridge-device.ts";

const ORIGIN = { machine: "test", process: "test", file: "", line: 0 };

/** Hosts a, b, c on the ports p0, p1, p2 of sw's br0, with addresses 10.0.0.1 to .3. */
function switched(): DeviceLab {
  const lab = new DeviceLab();
  ["a", "b", "c"].forEach((host, i) => {
    lab.veth(`${host} eth0`, `sw p${i}`);
    lab.address(host, "eth0", `10.0.0.${i + 1}/24`);
  });
  lab.bridge("sw", "br0", ["p0", "p1", "p2"]);
  return lab;
}

describe("a veth pair", () => {
  test("joins two namespaces, and carrier needs both ends up", () => {
    const lab = new DeviceLab();
    lab.veth("a v0", "b v1");
    lab.address("a", "v0", "10.0.0.1/24");
    lab.address("b", "v1", "10.0.0.2/24");
    expect(lab.ping("a", "10.0.0.2")).toBe(true);
    lab.do("b", (draft) => setLinkDown(draft, lab.index("b", "v1")));
    expect(lab.ns("a").deviceNamed("v0")?.carrier).toBe(false);
    expect(lab.ping("a", "10.0.0.2")).toBe(false);
    expect(lab.drops).toContain("link-down");
  });

  test("keeps its wire when an end moves, and the moved end is down without addresses", () => {
    const lab = new DeviceLab();
    lab.veth("a v0", "b v1");
    lab.address("b", "v1", "10.0.0.2/24");
    lab.address("a", "v0", "10.0.0.1/24");
    expect(lab.move("b", "v1", "c")).toBe(0);
    expect(lab.ns("b").deviceNamed("v1")).toBeUndefined();
    expect(lab.ns("c").deviceNamed("v1")?.addresses).toEqual([]);
    lab.address("c", "v1", "10.0.0.3/24");
    expect(lab.ping("a", "10.0.0.3")).toBe(true);
  });

  test("ends with either end", () => {
    const lab = new DeviceLab();
    lab.veth("a v0", "b v1");
    const place = { namespace: lab.ns("a"), index: lab.index("a", "v0") };
    expect(lab.kernel.remove(place, ORIGIN)).toBe(0);
    expect(lab.ns("b").deviceNamed("v1")).toBeUndefined();
  });

  test("drops what is longer than the receiver takes", () => {
    const lab = new DeviceLab();
    lab.veth("a v0", "b v1");
    lab.address("a", "v0", "10.0.0.1/24");
    lab.address("b", "v1", "10.0.0.2/24");
    lab.do("b", (draft) => setLinkMtu(draft, lab.index("b", "v1"), 1000));
    expect([lab.ping("a", "10.0.0.2", 1000), lab.ping("a", "10.0.0.2", 1400)]).toEqual([
      true,
      false,
    ]);
    expect(lab.drops).toContain("too-long-for-receiver");
  });
});

describe("a bridge", () => {
  test("learns from what it floods", () => {
    const lab = switched();
    expect(lab.ping("a", "10.0.0.2")).toBe(true);
    // only the ARP request came to c
    expect(lab.received(["b eth0", "c eth0"], () => lab.ping("a", "10.0.0.2"))).toEqual([1, 0]);
  });

  test("has addresses of its own, and the least link address of its ports", () => {
    const lab = switched();
    lab.address("sw", "br0", "10.0.0.254/24");
    expect([lab.ping("a", "10.0.0.254"), lab.ping("sw", "10.0.0.3")]).toEqual([true, true]);
    const port = (i: number) => lab.ns("sw").deviceNamed(`p${i}`)?.mac ?? 0;
    expect(lab.ns("sw").deviceNamed("br0")?.mac).toBe(Math.min(port(0), port(1), port(2)));
  });

  test("forgets an address after the ageing time, and at once when its port goes down", () => {
    const lab = switched();
    lab.ping("a", "10.0.0.2");
    const bridge = lab.ns("sw").deviceNamed("br0") as BridgeDevice;
    const learnt = () =>
      bridge.fdb
        .list(lab.engine.now)
        .flatMap(({ local, port }) => (local ? [] : [port?.device.name]));
    expect(learnt().sort()).toEqual(["p0", "p1"]);
    lab.do("a", (draft) => setLinkDown(draft, lab.index("a", "eth0")));
    expect(learnt()).toEqual(["p1"]);
    lab.run(310_000);
    expect(learnt()).toEqual([]);
  });

  test.each([
    [
      "is down",
      (lab: DeviceLab) => lab.do("sw", (d) => setLinkDown(d, lab.index("sw", "br0"))),
      "bridge-port-disabled",
    ],
    [
      "has lost the port",
      (lab: DeviceLab) => lab.do("sw", (d) => setMaster(d, lab.index("sw", "p0"), 0).errno),
      "other-host",
    ],
  ] as const)("passes nothing on when it %s", (_what, change, reason) => {
    const lab = switched();
    expect(lab.ping("a", "10.0.0.2")).toBe(true);
    change(lab);
    expect(lab.ping("a", "10.0.0.2")).toBe(false);
    expect(lab.drops).toContain(reason);
  });

  test("drops what is too long for the port by which it would leave", () => {
    const lab = switched();
    expect(lab.ping("a", "10.0.0.2")).toBe(true);
    lab.do("sw", (draft) => setLinkMtu(draft, lab.index("sw", "p1"), 1000));
    expect(lab.ns("sw").deviceNamed("br0")?.mtu).toBe(1000);
    expect(lab.ping("a", "10.0.0.2", 1400)).toBe(false);
    expect(lab.drops).toContain("too-long-for-port");
  });

  test("ends a broadcast that runs in a ring", () => {
    const lab = switched();
    lab.bridge("x", "br1", []);
    for (const i of [0, 1]) {
      lab.veth(`sw r${i}`, `x q${i}`);
      lab.enslave("sw", `r${i}`, "br0");
      lab.enslave("x", `q${i}`, "br1");
    }
    lab.ping("a", "10.0.0.77");
    expect(lab.drops).toContain("switch-loop-limit");
  });

  test.prop([
    fc.array(
      fc.record({
        host: fc.integer({ min: 0, max: 3 }),
        source: fc.integer({ min: 1, max: 5 }),
        destination: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.constant(0)),
        wait: fc.constantFrom(0, 1, 2),
      }),
      { maxLength: 20 },
    ),
    fc.boolean(),
  ])(
    "sends frames where a plain table of last sightings says, seen by iptables or not",
    (steps, isSeen) => {
      const lab = new DeviceLab();
      lab.kernel.loadBridgeNetfilter(isSeen, ORIGIN);
      const hosts = [0, 1, 2, 3];
      for (const i of hosts) lab.veth(`h${i} eth0`, `sw p${i}`);
      lab.bridge(
        "sw",
        "br0",
        hosts.map((i) => `p${i}`),
        { ...PLAIN_BRIDGE, ageingTime: 150 },
      );
      const station = (n: number): MacAddress =>
        n === 0 ? BROADCAST_MAC : ((0x0a0000000000 + n) as MacAddress);
      const seen = new Map<number, { host: number; at: number }>();
      for (const { host, source, destination, wait } of steps) {
        lab.run(wait * 1000);
        const now = lab.engine.now / 1e6;
        seen.set(source, { host, at: now });
        const last = seen.get(destination);
        const known = last !== undefined && now < last.at + 1500 ? last.host : null;
        const expected = hosts.map((i) => (i !== host && (known === null || known === i) ? 1 : 0));
        const got = lab.received(
          hosts.map((i) => `h${i} eth0`),
          () => {
            const frame = lab.frame({
              sourceMac: station(source),
              destinationMac: station(destination),
            });
            lab.ns(`h${host}`).deviceNamed("eth0")?.transmit(frame);
          },
        );
        expect(got).toEqual(expected);
      }
    },
  );
});

describe("a VLAN", () => {
  test.each([
    ["on both ends of a cable", "10.0.10.1", "10.0.10.2", true],
    ["does not hear the untagged network", "10.0.10.1", "10.0.0.2", false],
  ])("%s", (_what, from, to, answered) => {
    const lab = new DeviceLab();
    lab.veth("a eth0", "b eth0");
    lab.vlan("a", "eth0", 10);
    lab.vlan("b", "eth0", 10);
    lab.address("a", "eth0.10", `${from}/16`);
    lab.address("b", "eth0.10", "10.0.10.2/16");
    lab.address("b", "eth0", "10.1.0.2/16");
    expect(lab.ping("a", to)).toBe(answered);
  });

  test("goes through a bridge with its tag, to the host that has a device for it", () => {
    const lab = switched();
    lab.vlan("a", "eth0", 10);
    lab.address("a", "eth0.10", "10.9.0.1/24");
    expect(lab.ping("a", "10.9.0.2")).toBe(false);
    lab.vlan("b", "eth0", 10);
    lab.address("b", "eth0.10", "10.9.0.2/24");
    lab.run(2000);
    expect(lab.ping("a", "10.9.0.2")).toBe(true);
    // c has no device for the tag
    expect(lab.drops).toContain("unhandled-protocol");
  });

  test("can stand on a bridge", () => {
    const lab = switched();
    lab.vlan("sw", "br0", 20);
    lab.address("sw", "br0.20", "10.9.0.254/24");
    lab.vlan("c", "eth0", 20);
    lab.address("c", "eth0.20", "10.9.0.3/24");
    expect(lab.ping("sw", "10.9.0.3")).toBe(true);
  });

  test("can be a port of a bridge, which is untagged", () => {
    const lab = new DeviceLab();
    lab.veth("a eth0", "r eth0");
    lab.veth("b eth0", "r eth1");
    lab.vlan("a", "eth0", 5);
    lab.vlan("r", "eth0", 5);
    lab.bridge("r", "br0", ["eth0.5", "eth1"]);
    lab.address("a", "eth0.5", "10.0.0.1/24");
    lab.address("b", "eth0", "10.0.0.2/24");
    expect(lab.ping("a", "10.0.0.2")).toBe(true);
  });

  test("goes down and up with the device below, and follows its link address", () => {
    const lab = new DeviceLab();
    lab.veth("a eth0", "b eth0");
    lab.vlan("a", "eth0", 10);
    const eth0 = lab.index("a", "eth0");
    const vlan = () => lab.ns("a").deviceNamed("eth0.10");
    lab.do("a", (draft) => setLinkDown(draft, eth0));
    expect(vlan()?.up).toBe(false);
    lab.do("a", (draft) => setLinkUp(draft, eth0));
    expect([vlan()?.up, vlan()?.carrier]).toEqual([true, true]);
    lab.do("a", (draft) => setLinkMac(draft, eth0, 0x02aabbccddee as MacAddress));
    expect(vlan()?.mac).toBe(0x02aabbccddee);
  });
});

describe("macvlans", () => {
  /** Two of a mode on a's eth0, in namespaces of their own; b is at the other end of the cable. */
  function pairOf(mode: "bridge" | "private" | "vepa"): DeviceLab {
    const lab = new DeviceLab();
    lab.veth("a eth0", "b eth0");
    lab.address("a", "eth0", "10.0.0.9/24");
    lab.address("b", "eth0", "10.0.0.2/24");
    for (const i of [1, 2]) {
      lab.macvlan("a", "eth0", `mv${i}`, mode);
      expect(lab.move("a", `mv${i}`, `n${i}`)).toBe(0);
      lab.address(`n${i}`, `mv${i}`, `10.0.0.1${i}/24`);
    }
    return lab;
  }

  test.each([
    ["bridge", true],
    ["private", false],
    ["vepa", false],
  ] as const)(
    "in %s mode reach what is outside, each other: %s, the device below: never",
    (mode, among) => {
      const lab = pairOf(mode);
      expect(lab.ping("n1", "10.0.0.2")).toBe(true);
      expect(lab.ping("b", "10.0.0.12")).toBe(true);
      expect(lab.ping("n1", "10.0.0.12")).toBe(among);
      expect(lab.ping("n1", "10.0.0.9")).toBe(false);
      expect(lab.ping("a", "10.0.0.11")).toBe(false);
    },
  );

  test("go with the device below, wherever they are", () => {
    const lab = pairOf("bridge");
    const place = { namespace: lab.ns("a"), index: lab.index("a", "eth0") };
    expect(lab.kernel.remove(place, ORIGIN)).toBe(0);
    expect([lab.ns("n1").deviceNamed("mv1"), lab.ns("n2").deviceNamed("mv2")]).toEqual([
      undefined,
      undefined,
    ]);
  });

  test("with a virtual router's address answer beside the device below", () => {
    const lab = new DeviceLab();
    lab.veth("a eth0", "b eth0");
    lab.address("a", "eth0", "10.0.0.1/24");
    lab.address("b", "eth0", "10.0.0.2/24");
    lab.macvlan("a", "eth0", "vrrp.51", "private");
    lab.address("a", "vrrp.51", "10.0.0.100/32");
    expect([lab.ping("b", "10.0.0.100"), lab.ping("b", "10.0.0.1")]).toEqual([true, true]);
  });
});

test("a namespace that ends takes its virtual devices along and gives hardware back", () => {
  const lab = new DeviceLab();
  lab.veth("a v0", "b v1");
  const first = lab.kernel.first;
  first.addEthernet("eth0", 0x0200000000ff as MacAddress);
  expect(lab.move("", "eth0", "a")).toBe(0);
  lab.kernel.destroy(lab.ns("a"), ORIGIN);
  expect(first.deviceNamed("eth0")?.mac).toBe(0x0200000000ff);
  expect(lab.ns("b").deviceNamed("v1")).toBeUndefined();
});

test("interface numbers are never given out twice", () => {
  const lab = new DeviceLab();
  lab.veth("a v0", "a v1");
  const before = lab.index("a", "v0");
  lab.kernel.remove({ namespace: lab.ns("a"), index: before }, ORIGIN);
  lab.veth("a v0", "a v1");
  expect(lab.index("a", "v0")).toBe(before + 2);
});
