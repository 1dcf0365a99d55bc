import { expect, test } from "vitest";
import { ChecksumFault } from "../packet/frame.ts";
import { Malformed } from "../packet/wire-detail.ts";
import { hexOf, octetsOf } from "../testing/hex.ts";
import { checksumOf, sumOctets } from "./checksum.ts";
import { decodeFrame } from "./decode.ts";
import { encodeFrame } from "./encode.ts";
import { put16 } from "./octets.ts";

const LINK = "020000000005 020000000001";

/** A frame with this IPv4 packet, whose header checksum is made right. */
function ipFrame(hex: string): Uint8Array {
  const frame = octetsOf(`${LINK} 0800 ${hex}`);
  put16(frame, 14 + 10, 0);
  const end = Math.min(frame.length, 14 + ((frame[14] as number) & 15) * 4);
  put16(frame, 14 + 10, checksumOf(sumOctets(frame, 14, end)));
  return frame;
}

const FAULT: Readonly<Record<number, number>> = {
  [Malformed.link]: 0,
  [Malformed.network]: ChecksumFault.header,
  [Malformed.transport]: ChecksumFault.transport,
};
const ADDRESSES = "c0a80002 c0a80064";

test.each([
  { name: "a frame shorter than its header", octets: octetsOf("0200"), bit: Malformed.link },
  {
    name: "an IPv4 header cut short",
    octets: octetsOf(`${LINK} 0800 4500`),
    bit: Malformed.network,
  },
  {
    name: "version 6 in an IPv4 frame",
    octets: ipFrame(`6500001400000000403d0000${ADDRESSES}`),
    bit: Malformed.network,
  },
  {
    name: "a header length of 16",
    octets: ipFrame(`4400001400000000403d0000${ADDRESSES}`),
    bit: Malformed.network,
  },
  {
    name: "a header longer than the packet",
    octets: ipFrame(`4600001400000000403d0000${ADDRESSES}00000000`),
    bit: Malformed.network,
  },
  {
    name: "a total length beyond the frame",
    octets: ipFrame(`4500001500000000403d0000${ADDRESSES}`),
    bit: Malformed.network,
  },
  {
    name: "ARP for another kind of network",
    octets: octetsOf(`${LINK} 0806 00060800 0604 0001 ${"00".repeat(20)}`),
    bit: Malformed.network,
  },
  {
    name: "a UDP header cut short",
    octets: ipFrame(`4500001800000000 40110000${ADDRESSES} 00010002`),
    bit: Malformed.transport,
  },
  {
    name: "a UDP datagram longer than its packet",
    octets: ipFrame(`4500001c00000000 40110000${ADDRESSES} 0001000200090000`),
    bit: Malformed.transport,
  },
  {
    name: "a TCP header of 16 octets",
    octets: ipFrame(`4500002800000000 40060000${ADDRESSES} ${"00".repeat(12)}40020000 00000000`),
    bit: Malformed.transport,
  },
  {
    name: "a TCP header longer than its segment",
    octets: ipFrame(`4500002800000000 40060000${ADDRESSES} ${"00".repeat(12)}60020000 00000000`),
    bit: Malformed.transport,
  },
  {
    name: "an ICMP header cut short",
    octets: ipFrame(`4500001800000000 40010000${ADDRESSES} 08000000`),
    bit: Malformed.transport,
  },
])("$name is malformed and leaves as it came", ({ octets, bit }) => {
  const frame = decodeFrame(octets, 1);
  expect(frame.wire?.malformed).toBe(bit);
  expect(frame.checksumFaults).toBe(FAULT[bit]);
  expect(hexOf(encodeFrame(frame))).toBe(hexOf(octets));
});

test.each([ChecksumFault.ip, ChecksumFault.transport])(
  "a frame that a link damaged (%i) shows it on the wire",
  (fault) => {
    const octets = ipFrame(`4500001d00000000 40110000${ADDRESSES} 0001000200090000 61`);
    const frame = decodeFrame(octets, 1);
    frame.udpChecksumAbsent = false;
    frame.checksumFaults = fault;
    expect(decodeFrame(encodeFrame(frame), 1).checksumFaults).toBe(fault);
  },
);

test("a wrong header checksum makes the packet unreadable, but its addresses can be shown", () => {
  const octets = ipFrame(`4500001400000000403d0000${ADDRESSES}`);
  octets[14 + 8] = 63;
  const frame = decodeFrame(octets, 1);
  expect(frame.checksumFaults).toBe(ChecksumFault.ip);
  expect(frame.wire?.malformed).toBe(Malformed.network);
  expect(frame.destination).toBe(0xc0a80064 | 0);
  expect(hexOf(encodeFrame(frame))).toBe(hexOf(octets));
});

test("a datagram shorter than its packet ends where it says", () => {
  const octets = ipFrame(`4500001f00000000 40110000${ADDRESSES} 0001000200090000 610000`);
  const frame = decodeFrame(octets, 1);
  expect([frame.payloadLength, frame.length, frame.wire?.padding]).toEqual([1, 31, 2]);
  expect(hexOf(encodeFrame(frame))).toBe(hexOf(octets));
});

test("a frame that claims another length than it has is our own bug", () => {
  const frame = decodeFrame(ipFrame(`4500001400000000403d0000${ADDRESSES}`), 7);
  frame.length = 21;
  expect(() => encodeFrame(frame)).toThrow("frame 7 claims 21 octets and has 20");
});
