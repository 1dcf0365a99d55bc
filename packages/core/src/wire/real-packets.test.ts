import { expect, test } from "vitest";
import { ChecksumFault, type Frame } from "../packet/frame.ts";
import { hexOf, octetsOf } from "../testing/hex.ts";
import { decodeFrame } from "./decode.ts";
import { encodeFrame } from "./encode.ts";

/** Frames that a Linux 6.1.192 kernel sent, and some of what they say. */
const CAPTURED: readonly { name: string; hex: string; says: Partial<Frame> }[] = [
  {
    name: "an ARP request",
    hex: `ffffffffffff 020000000001 0806 0001 0800 06 04 0001
      020000000001 c0a800fe 000000000000 c0a80064`,
    says: { arpOperation: 1, arpSenderMac: 0x020000000001 as Frame["arpSenderMac"] },
  },
  {
    name: "a SYN",
    hex: `020000000005 020000000001 0800 4500003c41644000400677a1c0a80002c0a80064
      9c410050438897f400000000a002faf0bfaa0000 020405b4 0402 080a6b5f284000000000 01 030307`,
    says: {
      synOptions: { maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true },
      timestampValue: 0x6b5f2840,
      tcpOptions: null,
      window: 0xfaf0,
    },
  },
  {
    name: "a segment with data",
    hex: `020000000005 020000000001 0800 4500004641664000400 67795c0a80002c0a80064
      9c410050438897f50bc2362d801801f661670000 0101080a6b5f28a618174cd4
      474554202f20485454502f312e300d0a0d0a`,
    says: { payloadLength: 18, hasTimestamps: true, timestampEcho: 0x18174cd4, synOptions: null },
  },
  {
    name: "a reset that answers a SYN",
    hex: `020000000001 020000000005 0800 45000028000040004006b919c0a80064c0a80002
      00509c41000000003f2fa7fa50140000aa5e0000`,
    says: { tcpFlags: 0x14, acknowledgementNumber: 0x3f2fa7fa, hasTimestamps: false },
  },
  {
    name: "an ICMP error about a datagram",
    hex: `020000000001 020000000013 0800 45c0003938c400004001be8dc0a80064c0a800fe
      03037fca00000000 4500001d44fc400040117321c0a800fec0a80064 9c410009000968de 78`,
    says: { icmpType: 3, icmpCode: 3, payloadLength: 0 },
  },
  {
    name: "an ICMP error about IP in IP",
    hex: `020000000003 020000000102 0800 45c0006c3eff00003f01b574c0a8050cc0a80001
      03036a4a00000000 45000050000040003d04b74cc0a80001c0a8050c
      4500003c965540003e063948ac100002c0a80064
      9c4100508476114200000000a002faf0657000000 20405b40402080a5d2aeb0b0000000001030307`,
    says: { icmpType: 3, payloadLength: 0 },
  },
  {
    name: "GRE with a checksum",
    hex: `020000000102 020000000003 0800 45000040000040003e2fb631c0a80001c0a8050c
      80000800e53f0000 4500002446b440003e1188f6ac100002c0a80064
      9c75003500103b44 7175657374696f6e`,
    says: { payloadLength: 8 },
  },
  {
    name: "GUE",
    hex: `020000000102 020000000003 0800 4500005c000040003e11b633c0a80001c0a8050c
      d23d17c00048fc4b 00040000 4500003c28be40003e06a6dfac100002c0a80064
      9c410050761e68a500000000a002faf0588d0000020405b40402080a5d2aaee30000000001030307`,
    says: { destinationPort: 6080, payloadLength: 64, inner: null },
  },
];

test.each(CAPTURED)("$name is read, and written as the kernel wrote it", ({ hex, says }) => {
  const octets = octetsOf(hex);
  const frame = decodeFrame(octets, 1);
  expect(frame).toMatchObject(says);
  expect([frame.checksumFaults, frame.wire, frame.inner?.wire ?? null]).toEqual([0, null, null]);
  expect(hexOf(encodeFrame(frame))).toBe(hexOf(octets));
});

test("a quoted tunnel packet shows the packet inside", () => {
  const { hex } = CAPTURED[5] as (typeof CAPTURED)[number];
  const inside = decodeFrame(octetsOf(hex), 1).inner?.inner;
  expect(inside).toMatchObject({ protocol: 6, sourcePort: 40001, destinationPort: 80 });
});

test("a wrong checksum is told apart by layer", () => {
  const { hex } = CAPTURED[3] as (typeof CAPTURED)[number];
  const faultsWith = (at: number): number => {
    const octets = octetsOf(hex);
    octets[at] = (octets[at] as number) ^ 1;
    return decodeFrame(octets, 1).checksumFaults;
  };
  const inTtl = 14 + 8;
  const inWindow = 14 + 20 + 14;
  expect(faultsWith(inTtl)).toBe(ChecksumFault.ip);
  expect(faultsWith(inWindow)).toBe(ChecksumFault.transport);
});
