import { fc, test } from "@fast-check/vitest";
import { beforeEach, describe, expect } from "vitest";
import { ZERO_MAC } from "../packet/mac-address.ts";
import { type Instant, seconds } from "../time/instant.ts";
import type { CableDevice } from "./cable-device.ts";
import { FORGOTTEN, ForwardingDatabase } from "./forwarding-database.ts";
import { PLAIN_LINK } from "./link.ts";
import { Bench, macOf, ms } from "./link-fixture.ts";
import { PortVlan } from "./port-vlan.ts";
import { DEFAULT_AGEING, Switch } from "./switch.ts";

let bench: Bench;
let bridge: Switch;
/** d1 to d4, plugged into ports in this order. */
let station: readonly CableDevice[];

beforeEach(() => {
  bench = new Bench();
  bridge = new Switch("br0", bench.engine, bench.trace, DEFAULT_AGEING);
  station = [1, 2, 3, 4].map((octet) =>
    bench.station(octet, bridge.addPort(`p${octet}`, ZERO_MAC)),
  );
});

/** `from` sends to `to` (null: everybody); which devices get it, in order. */
function send(from: number, to: number | null): readonly string[] {
  (station[from - 1] as CableDevice).transmit(bench.frame(from, to, 60));
  return bench.run();
}

describe("a switch", () => {
  test("floods what it doesn't know, the port added last first, and never back", () => {
    expect(send(1, null)).toEqual(["d4", "d3", "d2"]);
    expect(send(2, 4)).toEqual(["d4", "d3", "d1"]);
  });

  test("floods with one event for all ports", () => {
    const before = bench.engine.eventCount;
    send(1, null);
    expect(bench.engine.eventCount - before).toBe(2);
  });

  test("shares one frame among the receivers of a flood, but passes a frame for one on as it is", () => {
    (station[0] as CableDevice).transmit(bench.frame(1, null));
    bench.engine.run(1e9 as Instant);
    const frames = bench.came.splice(0).map(({ frame }) => frame);
    expect(new Set(frames).size).toBe(1);
    expect(frames[0]?.shared).toBe(true);
    const single = bench.frame(2, 1);
    (station[1] as CableDevice).transmit(single);
    bench.engine.run(2e9 as Instant);
    expect(bench.came.map(({ to, frame }) => [to, frame === single, frame.shared])).toEqual([
      ["d1", true, false],
    ]);
  });

  test("floods anew after each change of a cable, a port or its VLAN", () => {
    send(1, null);
    const [, p2, p3] = bridge.ports;
    const slow = { ...PLAIN_LINK, delay: ms(9) };
    p3?.cable?.link.configure(slow);
    expect(send(1, null)).toEqual(["d4", "d2", "d3"]);
    p3?.cable?.link.configure({ ...slow, delay: ms(1) });
    expect(send(1, null)).toEqual(["d4", "d3", "d2"]);
    station[3]?.setUp(false);
    expect(send(1, null)).toEqual(["d3", "d2"]);
    if (p2 !== undefined) p2.vlan = PortVlan.access(7);
    expect(send(1, null)).toEqual(["d3"]);
    bench.station(5, bridge.addPort("p5", ZERO_MAC));
    expect(send(1, null)).toEqual(["d5", "d3"]);
  });

  test("floods long frames only to those whose MTU lets them in", () => {
    const [, d2] = station;
    if (d2 !== undefined) d2.mtu = 200;
    (station[0] as CableDevice).transmit(bench.frame(1, null, 300));
    expect(bench.run()).toEqual(["d4", "d3"]);
    expect(bench.drops).toEqual(["too-long-for-receiver"]);
  });

  test("counts what it sends on every port, planned or not", () => {
    const short = bench.frame(1, null, 60);
    station[0]?.transmit(short);
    station[0]?.transmit(bench.frame(1, null, 100));
    bench.run();
    expect(bridge.ports.map(({ counters }) => counters.sentOctets)).toEqual([0, 188, 188, 188]);
    expect(bridge.ports.map(({ counters }) => counters.receivedPackets)).toEqual([2, 0, 0, 0]);
  });

  test("sends to the port where it saw the address, for 300 s", () => {
    send(2, null);
    expect(send(1, 2)).toEqual(["d2"]);
    bench.engine.run((bench.engine.now + 300e9) as Instant);
    expect(send(1, 2)).toEqual(["d4", "d3", "d2"]);
  });

  test("follows an address that moved, and forgets a port that went down", () => {
    send(2, null);
    (station[2] as CableDevice).transmit(bench.frame(2, null));
    bench.run();
    expect(send(1, 2)).toEqual(["d3"]);
    station[2]?.setUp(false);
    station[2]?.setUp(true);
    expect(send(1, 2)).toEqual(["d4", "d3", "d2"]);
  });

  test("neither learns nor forwards impossible sources, and keeps link-local groups to the cable", () => {
    const group = bench.frame(1, 2);
    group.sourceMac = 0x010000000001 as typeof group.sourceMac;
    station[0]?.transmit(group);
    const pause = bench.frame(1, 2);
    pause.destinationMac = 0x0180c2000001 as typeof pause.sourceMac;
    station[0]?.transmit(pause);
    expect(bench.run()).toEqual([]);
    expect(bridge.database.list(bench.engine.now).map(({ mac }) => mac)).toEqual([macOf(1)]);
  });

  test("drops a frame whose receiver is behind the port that it came from", () => {
    send(2, null);
    (station[1] as CableDevice).transmit(bench.frame(9, 2));
    expect(bench.run()).toEqual([]);
    expect(bench.drops).toEqual(["no-receiver"]);
  });
});

describe("switches in a row", () => {
  test("carry a shared frame on without writing it", () => {
    const second = new Switch("br1", bench.engine, bench.trace, DEFAULT_AGEING);
    const [here, there] = [bridge.addPort("up", ZERO_MAC), second.addPort("up", ZERO_MAC)];
    const cable = bench.link();
    here.plug(cable.a);
    there.plug(cable.b);
    const far = bench.station(9, second.addPort("p9", ZERO_MAC));
    far.transmit(bench.frame(9, 8));
    bench.run();
    // known there, unknown here: the flooded frame is one for a single port at the second switch
    second.database.learn(macOf(7), 0, 1, bench.engine.now);
    expect(send(1, 7)).toEqual(["d4", "d3", "d2", "d9"]);
    expect(send(1, 9)).toEqual(["d9"]);
  });

  test("in a loop without delay end at the limit, not in memory", () => {
    const second = new Switch("br1", bench.engine, bench.trace, DEFAULT_AGEING);
    for (let i = 0; i < 3; i++) {
      const cable = bench.link();
      bridge.addPort(`a${i}`, ZERO_MAC).plug(cable.a);
      second.addPort(`b${i}`, ZERO_MAC).plug(cable.b);
    }
    (station[0] as CableDevice).transmit(bench.frame(1, null));
    for (let i = 0; i < 400_000; i++) bench.engine.step();
    expect(bench.drops).toContain("switch-loop-limit");
    expect(bench.engine.queue.size).toBeLessThan(2 * 65_536 + 10);
  });
});

describe("a switch that nobody watches remembers how frames went", () => {
  test.each<[string, () => void, readonly string[]]>([
    ["as long as nothing changes", () => {}, ["d2"]],
    ["until the station is seen elsewhere", () => station[2]?.transmit(bench.frame(2, 1)), ["d3"]],
    ["until it has aged", () => bench.run(400_000), ["d4", "d3", "d2"]],
    ["until its port gets a VLAN", () => setVlan(2), []],
    ["until the port where it came in gets a VLAN", () => setVlan(1), ["d4", "d3", "d2"]],
    ["until its port is switched off", () => bridge.ports[1]?.setUp(false), ["d4", "d3"]],
  ])("%s", (_, change, gets) => {
    bridge = new Switch("s", bench.engine, null, seconds(300));
    station = [1, 2, 3, 4].map((octet) =>
      bench.station(octet, bridge.addPort(`p${octet}`, ZERO_MAC)),
    );
    for (let i = 0; i < 3; i++) [send(1, 2), send(2, 1)];
    change();
    bench.run();
    expect(send(1, 2)).toEqual(gets);
  });

  test("and learns anew where a station is that was seen elsewhere", () => {
    bridge = new Switch("s", bench.engine, null, seconds(300));
    station = [1, 2, 3].map((octet) => bench.station(octet, bridge.addPort(`p${octet}`, ZERO_MAC)));
    for (let i = 0; i < 3; i++) [send(1, 2), send(2, 1)];
    station[2]?.transmit(bench.frame(1, 2));
    bench.run();
    expect([send(2, 1), send(1, 2), send(2, 1)]).toEqual([["d3"], ["d2"], ["d1"]]);
  });

  function setVlan(octet: number): void {
    const port = bridge.ports[octet - 1];
    if (port !== undefined) port.vlan = PortVlan.access(7);
  }
});

describe("VLANs", () => {
  // p1 and p2 in VLAN 10, p3 in 20, p4 a trunk for 10 and 30
  beforeEach(() => {
    const [p1, p2, p3, p4] = bridge.ports;
    for (const [port, vlan] of [
      [p1, PortVlan.access(10)],
      [p2, PortVlan.access(10)],
      [p3, PortVlan.access(20)],
      [p4, PortVlan.trunk(new Set([10, 30]), 0)],
    ] as const) {
      if (port !== undefined) port.vlan = vlan;
    }
  });

  test("do not hear each other; a trunk gets a tag, an access port does not", () => {
    (station[0] as CableDevice).transmit(bench.frame(1, null));
    bench.engine.run(1e9 as Instant);
    expect(bench.came.map(({ to, frame }) => [to, frame.vlanTag])).toEqual([
      ["d4", 10],
      ["d2", -1],
    ]);
  });

  test("keep apart what they learn", () => {
    send(1, null);
    expect(send(2, 1)).toEqual(["d1"]);
    expect(send(3, 1)).toEqual([]);
  });

  test("refuse a tag that the port does not belong to, and untagged frames on a trunk without a native VLAN", () => {
    const wrong = bench.frame(4, null);
    wrong.vlanTag = 20;
    station[3]?.transmit(wrong);
    station[3]?.transmit(bench.frame(4, null));
    expect(bench.run()).toEqual([]);
    expect(bench.drops).toEqual(["vlan-mismatch", "vlan-mismatch"]);
  });

  test("keep the priority of a tagged frame and lose its tag on an access port", () => {
    const tagged = bench.frame(4, null);
    tagged.vlanTag = (5 << 13) | 10;
    station[3]?.transmit(tagged);
    bench.engine.run(1e9 as Instant);
    expect(bench.came.map(({ to, frame }) => [to, frame.vlanTag])).toEqual([
      ["d2", -1],
      ["d1", -1],
    ]);
    expect(PortVlan.trunk(null, 0).tagFor(10, (5 << 13) | 10)).toBe((5 << 13) | 10);
    expect(PortVlan.trunk(null, 1).classify(7 << 13)).toBe(1);
  });
});

describe("the forwarding database", () => {
  const action = fc.oneof(
    fc.record({ learn: fc.nat({ max: 40 }), port: fc.nat({ max: 5 }) }),
    fc.record({ wait: fc.nat({ max: 200 }) }),
    fc.record({ forget: fc.nat({ max: 5 }) }),
  );

  /** Where `database` would send a frame for `mac`; FORGOTTEN for anywhere. */
  function portFor(database: ForwardingDatabase, mac: number, now: number): number {
    const entry = database.find(mac as ReturnType<typeof macOf>, 0);
    return entry !== null && database.isFresh(entry, now as Instant) ? entry.port : FORGOTTEN;
  }

  test.each([
    [299_999_999_999, 3],
    [300_000_000_000, FORGOTTEN],
  ])("says after %i ns of silence: port %i", (age, port) => {
    const database = new ForwardingDatabase(seconds(300));
    database.learn(macOf(1), 0, 3, 5 as Instant);
    expect(portFor(database, macOf(1), 5 + age)).toBe(port);
  });

  test.prop([fc.array(action, { maxLength: 200 })])("answers as a plain map does", (actions) => {
    const database = new ForwardingDatabase(seconds(300));
    const plain = new Map<number, { port: number; at: number }>();
    let now = 0;
    for (const one of actions) {
      if ("learn" in one) {
        // addresses that differ in the high octets only must not be taken for each other
        const mac = (one.learn * 0x100000000 + 1) as ReturnType<typeof macOf>;
        database.learn(mac, 0, one.port, now as Instant);
        plain.set(mac, { port: one.port, at: now });
      } else if ("wait" in one) now += one.wait * 1e9;
      else {
        database.forgetPort(one.forget);
        for (const [mac, { port }] of plain) if (port === one.forget) plain.delete(mac);
      }
      for (const [mac, { port, at }] of plain) {
        expect(portFor(database, mac, now)).toBe(now - at < 300e9 ? port : FORGOTTEN);
      }
    }
    const live = [...plain].filter(([, { at }]) => now - at < 300e9).map(([mac]) => mac);
    const listed = database.list(now as Instant).map(({ mac }) => mac);
    expect(listed).toEqual(live.sort((x, y) => x - y));
  });
});
