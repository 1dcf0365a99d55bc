/** Small choices of a random lab. */
import type { ChangeOrigin, Ipv4Address, Rng } from "@lvsim/core";

export const pick = <T>(rng: Rng, from: readonly T[]): T => from[rng.below(from.length)] as T;
export const chance = (rng: Rng, percent: number): boolean => rng.below(100) < percent;

export const ip = (a: number, b: number, c: number, d: number): Ipv4Address =>
  ((a << 24) | (b << 16) | (c << 8) | d) as Ipv4Address;

export const ORIGIN: ChangeOrigin = { machine: "swarm", process: "swarm", file: "", line: 0 };
