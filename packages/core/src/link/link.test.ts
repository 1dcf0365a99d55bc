import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Frame } from "../packet/frame.ts";
import { EtherType, IpProtocol, TcpFlag } from "../packet/protocol.ts";
import { WireDetail } from "../packet/wire-detail.ts";
import { Engine } from "../time/engine.ts";
import { type Duration, type Instant, milliseconds } from "../time/instant.ts";
import { NO_IMPAIRMENTS } from "./impairments.ts";
import { Bench, ms } from "./link-fixture.ts";
import { type RateConfig, Serialiser } from "./serialiser.ts";

describe("a cable", () => {
  test("brings the very frame to the other end after its delay", () => {
    const bench = new Bench();
    const [a] = bench.pair({ delay: ms(3) });
    const frame = bench.frame(1, 2);
    a.transmit(frame);
    bench.engine.run(milliseconds(10) as unknown as Instant);
    expect(bench.came).toEqual([{ at: 3, to: "d2", frame }]);
    expect(bench.came[0]?.frame).toBe(frame);
    expect(bench.engine.eventCount).toBe(1);
  });

  test("without delay shows a frame to the receiver's taps at once, and has it worked on in its turn", () => {
    const bench = new Bench();
    const [a, b] = bench.pair();
    const seen: string[] = [];
    a.taps = [{ tapped: (frame: Frame) => seen.push(`out ${frame.id}`) }];
    b.taps = [{ tapped: (frame: Frame) => seen.push(`in ${frame.id}`) }];
    a.transmit(bench.frame(1, 2));
    a.transmit(bench.frame(1, 2));
    expect(seen).toEqual(["out 1", "in 1", "out 2", "in 2"]);
    expect(bench.came).toEqual([]);
    expect(bench.run()).toEqual(["d2", "d2"]);
  });

  test.each([
    { name: "a segment of a socket", change: {}, late: true },
    { name: "a reset", change: { tcpFlags: TcpFlag.rst }, late: false },
    { name: "a datagram", change: { protocol: IpProtocol.udp }, late: false },
    { name: "ARP", change: { etherType: EtherType.arp }, late: false },
    { name: "octets from outside", change: { wire: new WireDetail() }, late: false },
  ])("without delay shows $name to taps only when it is worked off: $late", ({ change, late }) => {
    const bench = new Bench();
    const [a, b] = bench.pair();
    const seen: string[] = [];
    b.taps = [{ tapped: () => seen.push("in") }];
    const segment = Object.assign(bench.frame(1, 2), { protocol: IpProtocol.tcp }, change);
    a.transmit(segment);
    expect(seen.length).toBe(late ? 0 : 1);
    expect(bench.run()).toEqual(["d2"]);
    expect(seen).toEqual(["in"]);
  });

  test("has carrier only while it is sound and both ends are up", () => {
    const bench = new Bench();
    const [a, b, cable] = bench.pair();
    expect([a.carrier, b.carrier]).toEqual([true, true]);
    b.setUp(false);
    expect([a.carrier, b.carrier]).toEqual([false, false]);
    a.transmit(bench.frame(1, 2));
    b.transmit(bench.frame(2, 1));
    b.setUp(true);
    cable.setSound(false);
    a.transmit(bench.frame(1, 2));
    expect(bench.drops).toEqual(["link-down", "device-down", "link-down"]);
    expect([a.counters.sendDrops, a.counters.sentPackets]).toEqual([2, 0]);
    cable.setSound(true);
    a.transmit(bench.frame(1, 2));
    expect(bench.run()).toEqual(["d2"]);
  });

  test("loses what is in flight when the receiver goes down", () => {
    const bench = new Bench();
    const [a, b] = bench.pair({ delay: ms(1) });
    a.transmit(bench.frame(1, 2));
    b.setUp(false);
    expect(bench.run()).toEqual([]);
    expect(bench.drops).toEqual(["device-down"]);
  });

  test.each([0, 1])("loses what is in flight when it is unplugged (delay of %i ms)", (delay) => {
    const bench = new Bench();
    const [a, b] = bench.pair({ delay: ms(delay) });
    a.transmit(bench.frame(1, 2));
    b.unplug();
    expect(bench.run()).toEqual([]);
    expect(bench.drops).toEqual(["no-receiver"]);
    expect([a.carrier, b.carrier]).toEqual([false, false]);
  });

  test("swallows frames that are longer than the receiver's MTU and a VLAN tag allow", () => {
    const bench = new Bench();
    const [a, b] = bench.pair();
    b.mtu = 1000;
    a.transmit(bench.frame(1, 2, 1004));
    a.transmit(bench.frame(1, 2, 1005));
    expect(bench.run()).toEqual(["d2"]);
    expect(bench.drops).toEqual(["too-long-for-receiver"]);
    expect(a.counters.sentOctets).toBe(1004 + 14 + 1005 + 14);
  });
});

describe("impairments", () => {
  const impaired = (impairments: Partial<typeof NO_IMPAIRMENTS>, seed = "seed"): Bench => {
    const bench = new Bench();
    const config = { delay: ms(1), impairments: { ...NO_IMPAIRMENTS, ...impairments } };
    const [a] = bench.pair(config, seed);
    for (let i = 0; i < 2000; i++) a.transmit(bench.frame(1, 2));
    bench.engine.run(1e9 as Instant);
    return bench;
  };
  const ids = (bench: Bench): readonly number[] => bench.came.map(({ frame }) => frame.id);

  test("loss takes its share, the same frames for the same seed", () => {
    const bench = impaired({ loss: 0.25 });
    // 2000 draws at 0.25: the standard deviation is 19.4
    expect(Math.abs(bench.came.length - 1500)).toBeLessThan(80);
    expect(new Set(bench.drops)).toEqual(new Set(["link-loss"]));
    expect(ids(impaired({ loss: 0.25 }))).toEqual(ids(bench));
    expect(ids(impaired({ loss: 0.25 }, "other"))).not.toEqual(ids(bench));
    expect(impaired({ loss: 1 }).came).toEqual([]);
  });

  test("duplication sends its share twice", () => {
    const came = ids(impaired({ duplication: 0.1 }));
    expect(new Set(came).size).toBe(2000);
    // standard deviation 13.4
    expect(Math.abs(came.length - 2200)).toBeLessThan(60);
  });

  test("reordering makes a share late by its delay, and the others keep their order", () => {
    const bench = impaired({ reordering: 0.5, reorderingDelay: ms(5) });
    const late = bench.came.filter(({ at }) => at === 6);
    expect(bench.came.length).toBe(2000);
    expect(Math.abs(late.length - 1000)).toBeLessThan(100);
    const punctual = bench.came.filter(({ at }) => at === 1).map(({ frame }) => frame.id);
    expect(punctual).toEqual([...punctual].sort((x, y) => x - y));
  });

  test("jitter spreads arrivals over its whole range and no further", () => {
    const at = impaired({ jitter: 3 as Duration }).came.map((one) => Math.round(one.at * 1e6));
    expect(new Set(at)).toEqual(new Set([1_000_000, 1_000_001, 1_000_002, 1_000_003]));
  });

  test("corruption is noted as a bad checksum of IP or of what it carries", () => {
    const faults = impaired({ corruption: 1 }).came.map(({ frame }) => frame.checksumFaults);
    expect(new Set(faults)).toEqual(new Set([1, 2]));
    // 20 of 100 octets are the header
    expect(faults.filter((fault) => fault === 1).length).toBeLessThan(600);
  });
});

describe("a bit rate", () => {
  // 8 Mbit/s: an octet takes a microsecond
  const OCTET = 1000;

  /** The plain reading: a list of frames with the instants at which they begin and end to leave. */
  function plainQueue(config: RateConfig) {
    const sent: { begins: number; ends: number }[] = [];
    return (octets: number, now: number): number => {
      const pending = sent.filter(({ ends }) => ends > now);
      let waiting = 0;
      for (const { begins, ends } of pending) waiting += (ends - Math.max(begins, now)) / OCTET;
      const fits =
        config.queueOctetsMax === 0 ||
        pending.length === 0 ||
        Math.ceil(waiting) + octets <= config.queueOctetsMax;
      if (!fits) return -1;
      if (config.queueFramesMax > 0 && pending.length >= config.queueFramesMax) return -1;
      const begins = Math.max(now, ...pending.map(({ ends }) => ends));
      sent.push({ begins, ends: begins + octets * OCTET });
      return begins + octets * OCTET;
    };
  }

  /** When a frame that is sent now has left; −1 for never. */
  const leaving = (serialiser: Serialiser, octets: number): number =>
    serialiser.enter(octets) ? serialiser.busyUntil : -1;

  test.prop([
    fc.record({
      bitsPerSecond: fc.constant(8_000_000),
      queueOctetsMax: fc.constantFrom(0, 1500, 4000),
      queueFramesMax: fc.constantFrom(0, 1, 3, 7, 12),
    }),
    fc.array(
      fc.tuple(
        fc.integer({ min: 60, max: 1514 }),
        fc.oneof(fc.nat({ max: 200_000 }), fc.nat({ max: 2_000_000 })),
      ),
      { maxLength: 40, size: "max" },
    ),
  ])("lets frames leave, wait or drop as a list of them does", (config, frames) => {
    const engine = new Engine();
    const serialiser = new Serialiser(config, engine);
    const plain = plainQueue(config);
    let now = 0;
    for (const [octets, pause] of frames) {
      now += pause;
      engine.run(now as Instant);
      expect(leaving(serialiser, octets)).toBe(plain(octets, now));
    }
  });

  test.each([
    [1500, 3_000_000],
    [1501, -1],
  ])("lets %i octets wait behind 1500 in a queue of 3000: %i", (octets, leaves) => {
    const config = { bitsPerSecond: 8_000_000, queueOctetsMax: 3000, queueFramesMax: 0 };
    const serialiser = new Serialiser(config, new Engine());
    serialiser.enter(1500);
    expect(leaving(serialiser, octets)).toBe(leaves);
  });

  test("delays each frame by its own octets and those before it, header included", () => {
    const bench = new Bench();
    const rate = { bitsPerSecond: 8_000_000, queueOctetsMax: 0, queueFramesMax: 2 };
    const [a] = bench.pair({ delay: ms(1), rate });
    for (let i = 0; i < 3; i++) a.transmit(bench.frame(1, 2, 986));
    bench.engine.run(1e9 as Instant);
    expect(bench.came.map(({ at }) => at)).toEqual([2, 3]);
    expect(bench.drops).toEqual(["queue-full"]);
  });
});
