import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { BACKUP_FLAGS, SyncEntry } from "./entry.ts";
import { readSyncMessage, SyncMessage, type SyncVersion } from "./message.ts";

const entryOf = (values: Partial<SyncEntry>): SyncEntry => Object.assign(new SyncEntry(), values);

const read = (octets: Uint8Array, syncId = 0) => {
  const entries: SyncEntry[] = [];
  const fault = readSyncMessage(octets, syncId, (entry) => entries.push(entryOf(entry)));
  return { fault, entries };
};

const EXAMPLE = entryOf({
  protocol: 6,
  flags: 0x0083,
  state: 1,
  clientAddress: 0x0a000001 as Ipv4Address,
  clientPort: 40_000,
  virtualAddress: 0x0a000064 as Ipv4Address,
  virtualPort: 80,
  serverAddress: 0x0a010002 as Ipv4Address,
  serverPort: 8080,
  mark: 7,
  timeoutSeconds: 900,
});

const hexOf = (octets: Uint8Array): string =>
  Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join("");
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replace(/\s/g, "").match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));

const VERSION_1 = `00 05 002c 01 01 0000
  00 06 0024 00000083 0001 9c40 0050 1f90 00000007 00000384 0a000001 0a000064 0a010002`;
const VERSION_0 = `01 05 001c
  00 06 9c40 0050 1f90 0a000001 0a000064 0a010002 0083 0001`;

test.each([
  [1, VERSION_1],
  [0, VERSION_0],
] as const)("a message of version %i lies in octets as the kernel's", (version, text) => {
  const message = new SyncMessage(version, 5, 1472);
  message.add(EXAMPLE);
  expect(hexOf(message.octets())).toBe(hexOf(hex(text)));
});

test.each([
  [1, 1472, 40],
  [0, 1472, 61],
  [1, 1, 1],
  [1, 65_507, 255],
] as const)("version %i has in %i octets room for %i connections", (version, room, count) => {
  const message = new SyncMessage(version, 0, room);
  while (!message.full) message.add(EXAMPLE);
  expect(message.count).toBe(count);
  expect(read(message.octets()).entries).toHaveLength(count);
});

const u16 = fc.nat(0xffff);
const address = fc.integer({ min: -0x80000000, max: 0x7fffffff }) as fc.Arbitrary<Ipv4Address>;
const anEntry = fc
  .record({
    protocol: fc.nat(255),
    flags: fc.nat(0xffff).map((flags) => flags & BACKUP_FLAGS & ~0x600),
    state: u16,
    clientAddress: address,
    clientPort: u16,
    virtualAddress: address,
    virtualPort: u16,
    serverAddress: address,
    serverPort: u16,
    mark: address as fc.Arbitrary<number>,
    timeoutSeconds: fc.nat(0xffffffff),
  })
  .map(entryOf);

test.prop([fc.array(anEntry, { minLength: 1, maxLength: 40 }), fc.constantFrom<SyncVersion>(0, 1)])(
  "what is written is read, but for what version 0 has no room for",
  (entries, version) => {
    const message = new SyncMessage(version, 9, 1472);
    for (const entry of entries) message.add(entry);
    const known =
      version === 1
        ? entries
        : entries.map((entry) => entryOf({ ...entry, mark: 0, timeoutSeconds: 0 }));
    expect(read(message.octets(), 9)).toEqual({ fault: null, entries: known });
  },
);

const octets = fc.uint8Array({ maxLength: 200 });
/** A message with its true size, so that the rest is looked at. */
const sized = fc
  .tuple(fc.constantFrom(0, 1), fc.nat(5), fc.uint8Array({ minLength: 40, maxLength: 200 }))
  .map(([version, count, rest]) => {
    const message = new Uint8Array(rest);
    message.set([version === 1 ? 0 : count, 0, 0, message.length, count, version, 0, 0]);
    if (version === 1) message.set([0, 6, 0, 36], 8);
    return message;
  });

test.prop([fc.oneof(octets, sized)])("no octets make it throw", (message) => {
  const { entries } = read(message);
  expect(entries.length * 24).toBeLessThanOrEqual(message.length);
});

describe("a message is refused", () => {
  const good = hex(VERSION_1);
  const changed = (at: number, ...values: readonly number[]): Uint8Array => {
    const copy = good.slice();
    copy.set(values, at);
    return copy;
  };
  test.each([
    ["shorter than a header", good.slice(0, 3), "header-too-short"],
    ["with another size than it says", good.slice(0, 43), "wrong-size"],
    ["with another sync id", changed(1, 6), "other-sync-id"],
    ["that counts more than it has", changed(4, 2), "entry-too-short"],
    ["with an entry beyond its end", changed(10, 0, 40), "entry-beyond-message"],
    ["with an entry too small", changed(10, 0, 35), "entry-too-short"],
    ["with an entry of another version", changed(10, 0x10, 36), "unknown-entry-version"],
    ["with an entry of another type", changed(8, 2), "unknown-entry-type"],
  ] as const)("%s", (_what, message, fault) => {
    expect(read(message, 5).fault).toBe(fault);
  });

  test("for the syncid of a backup with 0 there is none that is another", () => {
    expect(read(changed(1, 77), 0)).toMatchObject({ fault: null, entries: [EXAMPLE] });
  });

  test.each([
    ["07 02 abcd", "malformed-options"],
    ["47 02 abcd", null],
    ["42 01 ab 00", null],
    ["01 02 abcd", "malformed-options"],
    ["02 09 abcd", "malformed-options"],
  ])("or taken by its options: %s, %s", (options, fault) => {
    const length = 44 + 4;
    const size = options === "42 01 ab 00" ? 39 : 40;
    const message = hex(`${VERSION_1}${options}`);
    message.set([0, length], 2);
    message.set([0, size], 10);
    expect(read(message).fault).toBe(fault);
  });
});
