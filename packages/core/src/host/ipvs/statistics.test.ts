import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Statistics } from "./statistics.ts";
import { Traffic } from "./traffic.ts";

function countIn(statistics: Statistics, octets: number): void {
  const traffic = new Traffic();
  traffic.countIn(octets);
  statistics.add(traffic);
}

test("a constant rate R shows R·(1 − 0.75^n) after n periods, rounded", () => {
  const statistics = new Statistics();
  const shown: number[] = [];
  for (let period = 0; period < 4; period++) {
    for (let i = 0; i < 200; i++) countIn(statistics, 100);
    statistics.estimate();
    shown.push(statistics.view().inPacketsPerSecond, statistics.view().inOctetsPerSecond);
  }
  expect(shown).toEqual([25, 2500, 44, 4375, 58, 5781, 68, 6836]);
});

test("what is counted shows at the next estimation only", () => {
  const statistics = new Statistics();
  const traffic = new Traffic();
  traffic.countOut(60);
  statistics.add(traffic);
  expect(statistics.view().outPackets).toBe(0);
  statistics.estimate();
  expect(statistics.view().outOctets).toBe(60);
});

test("-Z takes away what is shown and leaves what was counted since", () => {
  const statistics = new Statistics();
  countIn(statistics, 40);
  statistics.estimate();
  countIn(statistics, 50);
  statistics.zero();
  expect(statistics.view().inOctets).toBe(0);
  statistics.estimate();
  expect(statistics.view().inOctets).toBe(50);
});

/** Octets of a packet, so many that 32 bits do not hold their sums. */
const LARGE = 65_535;

test.prop([fc.array(fc.nat({ max: 1_000_000 }), { maxLength: 20 })])(
  "averages are the kernel's shifts",
  (counts) => {
    const statistics = new Statistics();
    let average = 0n;
    let ofOctets = 0n;
    for (const count of counts) {
      statistics.connections += count;
      statistics.inOctets += LARGE * count;
      statistics.estimate();
      average += ((BigInt(count) << 9n) - average) >> 2n;
      ofOctets += ((BigInt(LARGE * count) << 4n) - ofOctets) >> 2n;
    }
    const { connectionsPerSecond, inOctetsPerSecond } = statistics.view();
    expect(connectionsPerSecond).toBe(Number((average + 0x1ffn) >> 10n));
    expect(inOctetsPerSecond).toBe(Number((ofOctets + 0xfn) >> 5n));
  },
);
