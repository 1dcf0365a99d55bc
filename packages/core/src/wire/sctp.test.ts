import { expect, test } from "vitest";
import { ChecksumFault, Frame } from "../packet/frame.ts";
import { type Ipv4Address, parseIpv4Address } from "../packet/ipv4-address.ts";
import { packetLength } from "../packet/lengths.ts";
import { IpProtocol } from "../packet/protocol.ts";
import { firstChunk, NO_CHUNK, SctpChunk, secondChunk } from "../packet/sctp.ts";
import { crc32c } from "./crc32c.ts";
import { encodePacket } from "./encode.ts";
import { readPacket } from "./read-packet.ts";

const TAG_AND_CHECKSUM = [0, 0, 0, 0, 9, 9, 9, 9];
const COOKIE_ECHO = [10, 0, 0, 6, 0xaa, 0xbb, 0, 0];
const ABORT = [6, 0, 0, 4];

function packet(...octets: readonly number[]): Frame {
  const frame = new Frame(1);
  frame.source = parseIpv4Address("10.0.0.1") as Ipv4Address;
  frame.destination = parseIpv4Address("10.0.0.2") as Ipv4Address;
  frame.protocol = IpProtocol.sctp;
  frame.sourcePort = 4000;
  frame.destinationPort = 5060;
  frame.payload = Uint8Array.from(octets);
  frame.payloadLength = octets.length;
  frame.length = packetLength(frame);
  return frame;
}

function read(octets: Uint8Array): Frame {
  const frame = new Frame(2);
  readPacket(frame, octets, 0, octets.length, 0);
  return frame;
}

/** RFC 3720 §B.4. */
test.each([
  [new Uint8Array(32), 0x8a9136aa],
  [new Uint8Array(32).fill(255), 0x62a8ab43],
  [Uint8Array.from({ length: 32 }, (_, i) => i), 0x46dd794e],
])("crc32c has the published values", (octets, expected) => {
  expect(crc32c(octets) >>> 0).toBe(expected);
});

test("the checksum is computed over the packet with zeros in its place, its lowest octet first", () => {
  const octets = encodePacket(packet(...TAG_AND_CHECKSUM, ...ABORT)).slice(20);
  expect([...octets.slice(0, 4)]).toEqual([0x0f, 0xa0, 0x13, 0xc4]);
  const checksum = new DataView(octets.buffer).getUint32(8, true);
  octets.fill(0, 8, 12);
  expect(checksum).toBe(crc32c(octets) >>> 0);
});

test("a packet is read with its ports, and its checksum judged and kept", () => {
  const octets = encodePacket(packet(...TAG_AND_CHECKSUM, ...COOKIE_ECHO));
  const right = read(octets);
  expect(right).toMatchObject({ sourcePort: 4000, destinationPort: 5060, wire: null });
  octets[28] = (octets[28] as number) ^ 0x40;
  const wrong = read(octets);
  expect(wrong.checksumFaults).toBe(ChecksumFault.transport);
  expect(encodePacket(wrong)).toEqual(octets);
});

test("a header of eleven octets is none", () => {
  const octets = encodePacket(packet(...TAG_AND_CHECKSUM)).slice(0, 31);
  octets[3] = 31;
  octets[11] = (octets[11] as number) + 1;
  expect(read(octets)).toMatchObject({ sourcePort: 0, payloadLength: 11 });
});

test.each([
  [[], NO_CHUNK, NO_CHUNK],
  [[1, 0, 0], NO_CHUNK, NO_CHUNK],
  [ABORT, SctpChunk.abort, NO_CHUNK],
  [[...COOKIE_ECHO, ...ABORT], SctpChunk.cookieEcho, SctpChunk.abort],
  [[11, 0, 0, 3, ...ABORT], SctpChunk.cookieAck, NO_CHUNK],
])("chunks %j are of types %i and %i", (chunks, first, second) => {
  const frame = packet(...TAG_AND_CHECKSUM, ...chunks);
  expect([firstChunk(frame), secondChunk(frame)]).toEqual([first, second]);
});
