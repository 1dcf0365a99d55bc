import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Destination } from "../destination.ts";
import { address, realServer } from "../director.fixture.ts";
import { SchedulerFlag } from "../scheduler.ts";
import { Statistics } from "../statistics.ts";
import { permutationOf } from "./mh.ts";
import { from, Pool, pool } from "./pool.fixture.ts";
import { sipHash13 } from "./sip-hash.ts";

const FIRST_KEY = 2654435761;
const SECOND_KEY = 2654446892;

/** 192.168.1.11:80, .12 and so on, added in this order, with these weights. */
const web = (...weights: number[]): Pool => {
  const made = new Pool().bind("mh");
  weights.forEach((weight, i) => {
    const config = realServer(0, { address: (address("192.168.1.11") + i) as never, weight });
    made.insert(new Destination({ kind: "fwmark", mark: 1 }, config, new Statistics()));
  });
  return made;
};

const lastOctet = (server: Destination | null): number | null =>
  server === null ? null : server.address & 255;

test.each([
  ["192.168.1.11", 80, 0x8b942875, 0xa552e28d, 2340, 414],
  ["192.168.1.12", 80, 0x2f82849b, 0x0ea0b77c, 3773, 149],
  ["192.168.1.13", 80, 0x5564f0d6, 0xb36ad846, 1731, 3635],
])("%s:%i has its place in the table", (text, port, place, step, offset, skip) => {
  const key = address(text) + port;
  expect(sipHash13(key, FIRST_KEY) >>> 0).toBe(place);
  expect(sipHash13(key, SECOND_KEY) >>> 0).toBe(step);
  const config = realServer(0, { address: address(text), port });
  const server = new Destination({ kind: "fwmark", mark: 1 }, config, new Statistics());
  expect(permutationOf(server)).toEqual({ offset, skip });
});

test.each([
  ["10.0.0.1", 3711, 2940],
  ["10.0.0.2", 1884, 273],
  ["203.0.113.7", 1705, 2964],
])("%s has slot %i, with port 40000 %i", (text, slot, withPort) => {
  expect((sipHash13(address(text), FIRST_KEY) >>> 0) % 4093).toBe(slot);
  expect((sipHash13(address(text) + 40_000, FIRST_KEY) >>> 0) % 4093).toBe(withPort);
});

/** SipHash by its definition, in 64-bit words. */
function plainSipHash13(word: number, key: number): number {
  const mask = (1n << 64n) - 1n;
  const turn = (v: bigint, by: bigint): bigint => ((v << by) | (v >> (64n - by))) & mask;
  const k = BigInt(key >>> 0);
  let [a, b] = [0x736f6d6570736575n ^ k, 0x646f72616e646f6dn ^ k];
  let [c, d] = [0x6c7967656e657261n ^ k, 0x7465646279746573n ^ k];
  const round = (): void => {
    a = (a + b) & mask;
    b = turn(b, 13n) ^ a;
    a = turn(a, 32n);
    c = (c + d) & mask;
    d = turn(d, 16n) ^ c;
    a = (a + d) & mask;
    d = turn(d, 21n) ^ a;
    c = (c + b) & mask;
    b = turn(b, 17n) ^ c;
    c = turn(c, 32n);
  };
  const block = (4n << 56n) | BigInt(word >>> 0);
  d ^= block;
  round();
  a ^= block;
  c ^= 0xffn;
  for (let i = 0; i < 3; i++) round();
  return Number((a ^ b ^ c ^ d) & 0xffffffffn);
}

test.prop([fc.integer(), fc.integer()])("the hash is SipHash-1-3 of four octets", (word, key) => {
  expect(sipHash13(word, key) >>> 0).toBe(plainSipHash13(word, key));
});

test("three servers of one weight take the clients that they take in Linux", () => {
  const made = web(1, 1, 1);
  const clients = ["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4", "203.0.113.7"];
  const picks = clients.map((client) => lastOctet(made.select(from(address(client)))));
  expect(picks).toEqual([12, 11, 11, 11, 12]);
});

describe("a server with weight 0", () => {
  const clients = Array.from({ length: 500 }, (_, i) => address("10.0.0.1") + 257 * i);

  test("keeps its slots: its clients get none, and nobody else moves", () => {
    const made = pool("mh", 1, 1, 1);
    const before = clients.map((client) => made.nameOf(made.select(from(client))));
    made.edit("B", 0);
    const after = clients.map((client) => made.nameOf(made.select(from(client))));
    expect(after).toEqual(before.map((name) => (name === "B" ? "-" : name)));
  });

  test("leaves its clients to others with mh-fallback", () => {
    const made = pool("mh", 1, 1, 1);
    const before = clients.map((client) => made.nameOf(made.select(from(client))));
    made.edit("B", 0).schedulerFlags = SchedulerFlag.fallback;
    const after = clients.map((client) => made.nameOf(made.select(from(client))));
    expect(after.map((name, i) => (before[i] === "B" ? "moved" : name))).toEqual(
      before.map((name) => (name === "B" ? "moved" : name)),
    );
    expect(after).not.toContain("-");
    expect(after).not.toContain("B");
  });

  test("has no slot if it never had a weight", () => {
    expect(pool("mh", 0, 0).picks(1)).toBe("-");
    expect(pool("mh", 0, 1).picks(1)).toBe("B");
  });
});

test("an overloaded server's clients get none", () => {
  const made = pool("mh", 1);
  made.named("A").overloaded = true;
  expect(made.picks(1)).toBe("-");
});

test("with mh-port the ports of one client are spread", () => {
  const made = pool("mh", 1, 1, 1);
  const picks = (): string =>
    Array.from({ length: 50 }, (_, i) => made.nameOf(made.select(from(1, 1000 + i)))).join("");
  expect(new Set(picks()).size).toBe(1);
  made.schedulerFlags = SchedulerFlag.port;
  expect(new Set(picks()).size).toBe(3);
});
