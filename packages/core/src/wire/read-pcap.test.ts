import { fc, test as property } from "@fast-check/vitest";
import { expect, test } from "vitest";
import { octetsOf } from "../testing/hex.ts";
import type { Instant } from "../time/instant.ts";
import { LinkType } from "./capture.ts";
import { PcapWriter } from "./pcap.ts";
import { readPcap } from "./read-pcap.ts";

test("what was written is read back, and a cut file gives what is whole", () => {
  const writer = new PcapWriter(LinkType.ethernet);
  writer.add(5_000_000_123 as Instant, octetsOf("010203"));
  writer.add(6_000_000_000 as Instant, octetsOf("04"));
  const file = writer.file();
  const packets = [
    { at: 5_000_000_123, octets: octetsOf("010203") },
    { at: 6_000_000_000, octets: octetsOf("04") },
  ];
  expect(readPcap(file)).toEqual({ linkType: 1, packets });
  expect(readPcap(file.subarray(0, file.length - 1))?.packets).toEqual(packets.slice(0, 1));
});

test("microseconds of a machine with the other order of octets are read", () => {
  const header = "a1b2c3d4 0002 0004 00000000 00000000 00040000 00000001";
  const packet = "00000005 00000007 00000002 00000002 beef";
  expect(readPcap(octetsOf((header + packet).replace(/ /g, "")))).toEqual({
    linkType: 1,
    packets: [{ at: 5_000_007_000, octets: octetsOf("beef") }],
  });
});

property.prop([fc.uint8Array({ maxLength: 80 })])("never throws, whatever the octets", (octets) => {
  expect(() => readPcap(octets)).not.toThrow();
});
