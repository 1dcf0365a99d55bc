import { fc, test } from "@fast-check/vitest";
import { describe, expect, test as fact } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { createRng } from "../../../rng/rng.ts";
import { type Instant, seconds } from "../../../time/instant.ts";
import { type CookieData, type CookieFlow, SEGMENT_SIZES, SynCookies } from "./cookies.ts";

const cookies = (): SynCookies => new SynCookies(createRng("cookies"));

const address = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) as fc.Arbitrary<Ipv4Address>;
const port = fc.integer({ min: 0, max: 65_535 });
const flows: fc.Arbitrary<CookieFlow> = fc.record({
  source: address,
  sourcePort: port,
  destination: address,
  destinationPort: port,
});
const data: fc.Arbitrary<CookieData> = fc.record({
  segmentSize: fc.integer({ min: 0, max: 65_535 }),
  windowScale: fc.integer({ min: 0, max: 14 }),
  timestamps: fc.boolean(),
  sackPermitted: fc.boolean(),
});
const sequence = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });
const second = fc.integer({ min: 0, max: 10_000_000 });

const FLOW: CookieFlow = {
  source: 1 as Ipv4Address,
  sourcePort: 1024,
  destination: 2 as Ipv4Address,
  destinationPort: 80,
};
const DATA: CookieData = {
  segmentSize: 1452,
  windowScale: 7,
  timestamps: false,
  sackPermitted: true,
};
const at = (count: number): Instant => seconds(count) as number as Instant;

describe("a SYN cookie", () => {
  test.prop([flows, sequence, data, second, fc.integer({ min: 0, max: 180 })])(
    "gives back what went in for three minutes at least",
    (flow, isn, given, now, later) => {
      const all = cookies();
      const cookie = all.make(flow, isn, given, at(now));
      const read = all.read(flow, isn, cookie, at(now + later));
      const segmentSize = SEGMENT_SIZES.findLast((size) => size <= given.segmentSize) ?? 64;
      expect(read).toEqual({ ...given, segmentSize });
      expect(cookie).toBe(cookie | 0);
    },
  );

  test.prop([flows, sequence, data, second, fc.integer({ min: 240, max: 15_000 })])(
    "is good for less than four minutes",
    (flow, isn, given, now, later) => {
      const all = cookies();
      expect(all.read(flow, isn, all.make(flow, isn, given, at(now)), at(now + later))).toBeNull();
    },
  );

  fact.each([
    [59.9, 239.9, true],
    [60, 299.9, true],
    [59.9, 240, false],
    [60, 300, false],
  ])("made after %d s is good after %d s: %s", (made, read, good) => {
    const all = cookies();
    const cookie = all.make(FLOW, 5, DATA, at(made));
    expect(all.read(FLOW, 5, cookie, at(read)) !== null).toBe(good);
  });

  fact("is nobody else's, and guessing hits one in thousands", () => {
    const all = cookies();
    const cookie = all.make(FLOW, 5, DATA, at(0));
    expect(all.read({ ...FLOW, sourcePort: 1025 }, 5, cookie, at(0))).toBeNull();
    expect(all.read({ ...FLOW, source: 3 as Ipv4Address }, 5, cookie, at(0))).toBeNull();
    expect(all.read({ ...FLOW, destinationPort: 81 }, 5, cookie, at(0))).toBeNull();
    let hits = 0;
    for (let guess = 0; guess < 100_000; guess++)
      if (all.read(FLOW, 5, Math.imul(guess, 0x9e3779b1), at(0)) !== null) hits++;
    // 4 minutes of 256, 10 × 64 values of 2^24
    expect(hits).toBeLessThan(3);
  });

  fact("differs by seed and by minute, and is the same for the same", () => {
    const cookie = cookies().make(FLOW, 5, DATA, at(0));
    expect(cookies().make(FLOW, 5, DATA, at(59))).toBe(cookie);
    expect(cookies().make(FLOW, 5, DATA, at(60))).not.toBe(cookie);
    expect(new SynCookies(createRng("other")).make(FLOW, 5, DATA, at(0))).not.toBe(cookie);
  });

  fact.each([
    [0, 64],
    [63, 64],
    [536, 536],
    [1459, 1452],
    [1460, 1460],
    [9000, 4312],
  ])("says of segments of %i octets that they have %i", (segmentSize, told) => {
    const all = cookies();
    const cookie = all.make(FLOW, 5, { ...DATA, segmentSize }, at(0));
    expect(all.read(FLOW, 5, cookie, at(0))?.segmentSize).toBe(told);
  });
});
