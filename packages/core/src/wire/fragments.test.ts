import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { copyFrame } from "../packet/copy-frame.ts";
import { ChecksumFault, Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { ipHeaderLength, packetLength } from "../packet/lengths.ts";
import { FragmentField, IpProtocol } from "../packet/protocol.ts";
import { arbitraryPacket } from "../testing/arbitrary-frame.ts";
import { hexOf } from "../testing/hex.ts";
import { wireFields } from "../testing/wire-fields.ts";
import { decodePacket } from "./decode.ts";
import { encodePacket } from "./encode.ts";
import { reassemblePacket } from "./reassemble.ts";

/** Cuts `packet` into parts of at most `size` octets of content, a multiple of 8. */
function cut(packet: Frame, size: number): Frame[] {
  const header = ipHeaderLength(packet);
  const parts: Frame[] = [];
  const begin = packet.fragment & FragmentField.offsetMask;
  for (let at = 0; at < packet.length - header; at += size) {
    const part = copyFrame(packet, 1);
    const isLast = at + size >= packet.length - header;
    const more = isLast ? packet.fragment & FragmentField.moreFragments : 0x2000;
    part.fragment = more | (begin + at / 8);
    part.length = header + Math.min(size, packet.length - header - at);
    part.fragmentOf = packet;
    parts.push(part);
  }
  return parts;
}

const overTheWire = (part: Frame): Frame => decodePacket(encodePacket(part), 1);

function datagram(length: number): Frame {
  const frame = new Frame(1);
  frame.source = 0x0a000001 as Ipv4Address;
  frame.destination = 0x0a000002 as Ipv4Address;
  frame.protocol = IpProtocol.udp;
  frame.sourcePort = 1000;
  frame.destinationPort = 53;
  frame.payload = Uint8Array.from({ length }, (_, i) => i);
  frame.payloadLength = length;
  frame.length = packetLength(frame);
  return frame;
}

const uncut = arbitraryPacket.map((packet) => {
  packet.fragment = 0;
  return packet;
});
const size = fc.constantFrom(8, 16, 24, 48);

describe("fragments", () => {
  test.prop([uncut, size])("parts of one packet make it again", (packet, octets) => {
    const parts = cut(packet, octets);
    fc.pre(parts.length > 0);
    const whole = reassemblePacket(parts, 1) as Frame;
    expect(wireFields(whole)).toEqual(wireFields(packet));
  });

  test.prop([uncut, size, size])(
    "parts that came as octets, and parts of parts, make the packet again",
    (packet, octets, again) => {
      const parts = cut(packet, octets).flatMap((part) => cut(overTheWire(part), again));
      fc.pre(parts.length > 0);
      const whole = reassemblePacket(parts.map(overTheWire), 1) as Frame;
      expect(wireFields(whole)).toEqual(wireFields(packet));
    },
  );

  test("a decoded first part shows its ports, a later one only octets", () => {
    const [first, second] = cut(datagram(40), 24).map(overTheWire) as [Frame, Frame];
    expect(first).toMatchObject({ destinationPort: 53, payloadLength: 16, checksumFaults: 0 });
    expect(second).toMatchObject({ destinationPort: 0, payloadLength: 24, checksumFaults: 0 });
  });

  test("a first part whose port is rewritten keeps the rest of its datagram right", () => {
    const parts = cut(datagram(40), 24).map(overTheWire);
    (parts[0] as Frame).destinationPort = 54;
    const whole = reassemblePacket(parts, 1) as Frame;
    expect([whole.destinationPort, whole.checksumFaults]).toEqual([54, 0]);
  });

  test("a changed octet in a later part shows when the whole is put together", () => {
    const parts = cut(datagram(40), 24).map(encodePacket);
    const last = parts[1] as Uint8Array;
    last[last.length - 1] = 0;
    const whole = reassemblePacket(
      parts.map((part) => decodePacket(part, 1)),
      1,
    ) as Frame;
    expect(whole.checksumFaults).toBe(ChecksumFault.transport);
  });

  test("a part that a link damaged makes the whole wrong", () => {
    const parts = cut(datagram(40), 24);
    (parts[1] as Frame).checksumFaults = ChecksumFault.transport;
    expect(reassemblePacket(parts, 1)?.checksumFaults).toBe(ChecksumFault.transport);
  });

  test("the whole has the time to live of its first part", () => {
    const parts = cut(datagram(40), 24);
    (parts[0] as Frame).ttl = 9;
    expect(reassemblePacket(parts, 1)?.ttl).toBe(9);
  });

  test.each([
    { flags: [0x4000, 0x4000], whole: 0x4000 },
    { flags: [0x4000, 0], whole: 0x4000 },
    { flags: [0, 0x4000], whole: 0 },
  ])("the whole keeps DF if its longest part has it: $flags", ({ flags, whole }) => {
    const parts = cut(datagram(20), 24);
    for (const [i, part] of parts.entries()) part.fragment |= flags[i] as number;
    expect(reassemblePacket(parts, 1)?.fragment).toBe(whole);
  });

  test("more than 65,535 octets are no packet", () => {
    const whole = datagram(65_535 - 28);
    const parts = cut(whole, 32_768);
    expect(reassemblePacket(parts, 1)?.length).toBe(65_535);
    (parts[0] as Frame).ipOptions = new Uint8Array(4);
    (parts[0] as Frame).length += 4;
    expect(reassemblePacket(parts, 1)).toBeNull();
  });

  test("a fragment on the wire is the octets of the whole's part", () => {
    const whole = encodePacket(datagram(40));
    const [, second] = cut(datagram(40), 24) as [Frame, Frame];
    expect(hexOf(encodePacket(second).slice(20))).toBe(hexOf(whole.slice(44)));
  });
});
