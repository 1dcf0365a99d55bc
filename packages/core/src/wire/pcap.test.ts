import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { hexOf, octetsOf } from "../testing/hex.ts";
import { readPcap, readPcapng } from "../testing/pcap-reader.ts";
import type { Instant } from "../time/instant.ts";
import { LinkType } from "./capture.ts";
import { PcapWriter } from "./pcap.ts";
import { PcapngWriter } from "./pcapng.ts";
import { encodeUtf8 } from "./utf8.ts";

const LATE = 5_000_000_123 as Instant;

test("a classic capture file is what tshark was seen to read", () => {
  const writer = new PcapWriter(LinkType.raw);
  writer.add(LATE, octetsOf("010203"));
  expect(hexOf(writer.file())).toBe(
    "4d3cb2a1020004000000000000000000000004006500000005000000" + "7b0000000300000003000000010203",
  );
});

test("a pcapng file is what tshark was seen to read", () => {
  const writer = new PcapngWriter("lvsim");
  writer.addInterface("rs1/tunl0", LinkType.raw).add(LATE, octetsOf("010203"), "in", "→ rs1");
  const section = `0a0d0d0a2c000000 4d3c2b1a01000000ffffffffffffffff
    04000500 6c7673696d000000 00000000 2c000000`;
  const description = `0100000030000000 6500000000000400 02000900 7273312f74756e6c30000000
    09000100 09000000 00000000 30000000`;
  const packet = `060000003c000000 00000000 01000000 7bf2052a 0300000003000000 01020300
    02000400 01000000 01000700 e28692207273 3100 00000000 3c000000`;
  expect(hexOf(writer.file())).toBe((section + description + packet).replace(/\s/g, ""));
});

const instants = fc.nat({ max: 2 ** 53 - 1 }).map((value) => value as Instant);
const contents = fc.uint8Array({ maxLength: 20 });

test.prop([fc.array(fc.tuple(instants, contents))])("pcap gives back every packet", (packets) => {
  const writer = new PcapWriter(LinkType.ethernet);
  for (const [at, octets] of packets) writer.add((at % 2 ** 52) as Instant, octets);
  const file = readPcap(writer.file());
  expect(file.linkType).toBe(LinkType.ethernet);
  expect(file.packets).toEqual(packets.map(([at, octets]) => ({ at: at % 2 ** 52, octets })));
});

const records = fc.record({
  interfaceIndex: fc.nat({ max: 1 }),
  at: instants,
  octets: contents,
  direction: fc.constantFrom("in" as const, "out" as const),
  comment: fc.string({ unit: "grapheme", maxLength: 8 }),
});

test.prop([fc.array(records)])("pcapng gives back packets, directions and comments", (packets) => {
  const writer = new PcapngWriter("lvsim");
  const captures = [
    writer.addInterface("dir/eth0", LinkType.ethernet),
    writer.addInterface("dir/tunl0", LinkType.raw),
  ];
  for (const { interfaceIndex, at, octets, direction, comment } of packets)
    captures[interfaceIndex]?.add(at, octets, direction, comment);
  const file = readPcapng(writer.file());
  expect(file.interfaces).toEqual([
    { linkType: LinkType.ethernet, name: encodeUtf8("dir/eth0") },
    { linkType: LinkType.raw, name: encodeUtf8("dir/tunl0") },
  ]);
  expect(file.packets).toEqual(
    packets.map((packet) => ({
      ...packet,
      comment: packet.comment === "" ? null : encodeUtf8(packet.comment),
    })),
  );
});

test.prop([fc.string({ unit: "binary" })])("UTF-8 is read back as the same text", (text) => {
  const escaped = Array.from(encodeUtf8(text), (octet) => `%${hexOf(Uint8Array.of(octet))}`);
  expect(decodeURIComponent(escaped.join(""))).toBe(text);
});

test("half a surrogate pair becomes the replacement character", () => {
  expect(hexOf(encodeUtf8("a\ud83d"))).toBe("61efbfbd");
});
