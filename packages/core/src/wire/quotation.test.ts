import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { icmpErrorLength, packetLength } from "../packet/lengths.ts";
import { IcmpType, IpProtocol, TcpFlag } from "../packet/protocol.ts";
import { octetsOf } from "../testing/hex.ts";
import { decodePacket } from "./decode.ts";
import { encodePacket } from "./encode.ts";

function segment(payloadLength: number): Frame {
  const frame = new Frame(1);
  frame.source = 0x0a000001 as Ipv4Address;
  frame.destination = 0x0a000002 as Ipv4Address;
  frame.protocol = IpProtocol.tcp;
  frame.sourcePort = 40_000;
  frame.destinationPort = 80;
  frame.sequenceNumber = 7;
  frame.tcpFlags = TcpFlag.ack;
  frame.hasTimestamps = true;
  frame.payload = new Uint8Array(payloadLength).fill(0xa5);
  frame.payloadLength = payloadLength;
  frame.length = packetLength(frame);
  return frame;
}

function errorAbout(quoted: Frame): Frame {
  const frame = new Frame(1);
  frame.protocol = IpProtocol.icmp;
  frame.icmpType = IcmpType.timeExceeded;
  frame.inner = quoted;
  frame.length = packetLength(frame);
  return frame;
}

test("an error about a long packet is 576 octets and quotes its first 548", () => {
  const about = segment(1400);
  const octets = encodePacket(errorAbout(about));
  expect(octets.length).toBe(576);
  expect(octets.slice(28)).toEqual(encodePacket(about).slice(0, 548));
});

test("a small path MTU shortens the quotation", () => {
  const about = segment(1400);
  const error = errorAbout(about);
  error.length = icmpErrorLength(20, about.length, 200);
  const octets = encodePacket(error);
  expect(octets.length).toBe(200);
  expect(octets.slice(28)).toEqual(encodePacket(about).slice(0, 172));
});

test.prop([fc.integer({ min: 20, max: 120 })])(
  "a packet quoted in part goes on as it came",
  (quotedLength) => {
    const error = errorAbout(segment(100));
    error.length = 28 + quotedLength;
    const octets = encodePacket(error);
    const decoded = decodePacket(octets, 1);
    expect(decoded.inner).toMatchObject({ length: 152, checksumFaults: 0 });
    expect(decoded.checksumFaults).toBe(0);
    expect(encodePacket(decoded)).toEqual(octets);
  },
);

test("eight octets of a segment show its ports and sequence number", () => {
  const error = errorAbout(segment(100));
  error.length = 28 + 28;
  const { inner } = decodePacket(encodePacket(error), 1);
  expect(inner).toMatchObject({ sourcePort: 40_000, destinationPort: 80, sequenceNumber: 7 });
});

test("a rewritten quotation keeps its checksum relation, as an incremental update does", () => {
  const error = errorAbout(segment(100));
  error.length = 28 + 60;
  const rewritten = decodePacket(encodePacket(error), 1);
  (rewritten.inner as Frame).destinationPort = 8080;

  const expected = errorAbout(segment(100));
  (expected.inner as Frame).destinationPort = 8080;
  expected.length = error.length;
  expect(encodePacket(rewritten)).toEqual(encodePacket(expected));
});

test("octets behind the quotation are payload (RFC 4884)", () => {
  const error = errorAbout(segment(0));
  error.payload = octetsOf("2000 0000 0008 0101");
  error.payloadLength = 8;
  error.length = packetLength(error);
  const octets = encodePacket(error);
  const decoded = decodePacket(octets, 1);
  expect(decoded).toMatchObject({ payloadLength: 8, inner: { length: 52 } });
  expect(encodePacket(decoded)).toEqual(octets);
});
