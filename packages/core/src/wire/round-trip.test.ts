import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Frame } from "../packet/frame.ts";
import { ARP_LENGTH, frameLength, packetLength } from "../packet/lengths.ts";
import { EtherType, IpProtocol } from "../packet/protocol.ts";
import {
  arbitraryFrame,
  arbitraryPacket,
  arbitraryPlainPacket,
} from "../testing/arbitrary-frame.ts";
import { wireFields } from "../testing/wire-fields.ts";
import { decodeFrame, decodePacket } from "./decode.ts";
import { encodeFrame, encodePacket } from "./encode.ts";

/** RFC 1071 in the plainest reading: add word by word, and every carry at once. */
function addsUpToOnes(words: readonly number[]): boolean {
  let sum = 0;
  for (const word of words) {
    sum += word;
    if (sum > 0xffff) sum -= 0xffff;
  }
  return sum === 0xffff;
}

function wordsOf(octets: Uint8Array): number[] {
  const words: number[] = [];
  for (let i = 0; i < octets.length; i += 2)
    words.push((octets[i] as number) * 256 + (octets[i + 1] ?? 0));
  return words;
}

/** Whether all checksums of an IPv4 packet are right, found without our own decoder. */
function hasRightChecksums(packet: Uint8Array): boolean {
  const header = ((packet[0] as number) % 16) * 4;
  if (!addsUpToOnes(wordsOf(packet.slice(0, header)))) return false;
  const protocol = packet[9] as number;
  const content = packet.slice(header);
  if (protocol === IpProtocol.icmp) return addsUpToOnes(wordsOf(content));
  if (protocol === IpProtocol.ipip) return hasRightChecksums(content);
  const isUdp = protocol === IpProtocol.udp;
  if (isUdp && content[6] === 0 && content[7] === 0) return true;
  if (!isUdp && protocol !== IpProtocol.tcp) return true;
  const pseudo = [...wordsOf(packet.slice(12, 20)), protocol, content.length];
  return addsUpToOnes([...pseudo, ...wordsOf(content)]);
}

/** Valid octets of which a few were changed, and the end perhaps cut off. */
const damaged = fc
  .tuple(
    arbitraryFrame,
    fc.array(fc.tuple(fc.nat({ max: 200 }), fc.nat({ max: 255 })), { maxLength: 4 }),
    fc.nat({ max: 200 }),
  )
  .map(([frame, changes, cut]) => {
    const octets = encodeFrame(frame);
    for (const [at, value] of changes) if (at < octets.length) octets[at] = value;
    return octets.slice(0, octets.length - Math.max(0, cut - 100));
  });

describe("frames and octets", () => {
  test.prop([arbitraryFrame], { numRuns: 500 })("a frame comes back from its octets", (frame) => {
    const octets = encodeFrame(frame);
    expect(octets.length).toBe(frameLength(frame));
    expect(wireFields(decodeFrame(octets, 1))).toEqual(wireFields(frame));
  });

  test.prop([arbitraryPacket])("a packet's length is that of its octets", (packet) => {
    const octets = encodePacket(packet);
    expect(octets.length).toBe(packet.length);
    expect(octets.length).toBe(packetLength(packet));
    expect(wireFields(decodePacket(octets, 1))).toEqual(wireFields(packet));
  });

  test.prop([arbitraryPacket])("every checksum is right by a plain reading", (packet) => {
    expect(hasRightChecksums(encodePacket(packet))).toBe(true);
  });

  test.prop([arbitraryPlainPacket, fc.nat(), fc.integer({ min: 1, max: 255 })])(
    "one changed octet of a TCP segment is a fault, and the frame leaves as it came",
    (packet, where, change) => {
      packet.protocol = IpProtocol.tcp;
      packet.length = packetLength(packet);
      const octets = encodePacket(packet);
      const header = octets.length - packetLength(packet) + 20 + (packet.ipOptions?.length ?? 0);
      const at = header + 4 + (where % 8);
      octets[at] = (octets[at] as number) ^ change;
      const decoded = decodePacket(octets, 1);
      expect(decoded.checksumFaults).toBe(2);
      expect(encodePacket(decoded)).toEqual(octets);
    },
  );

  test.prop([fc.uint8Array({ maxLength: 120 })])("no octets make the decoder throw", (octets) => {
    expect(encodeFrame(decodeFrame(octets, 1)).length).toBeLessThanOrEqual(octets.length);
    decodePacket(octets, 1);
  });

  test.prop([damaged], { numRuns: 1000 })("damaged frames settle after one pass", (octets) => {
    const first = decodeFrame(octets, 1);
    const again = decodeFrame(encodeFrame(first), 1);
    expect(wireFields(again)).toEqual(wireFields(first));
  });

  test("padding of a short Ethernet frame belongs to nobody", () => {
    const frame = new Frame(1);
    frame.etherType = EtherType.arp;
    frame.length = ARP_LENGTH;
    const padded = new Uint8Array(60).fill(7, 42);
    padded.set(encodeFrame(frame));
    expect(wireFields(decodeFrame(padded, 1))).toEqual(wireFields(frame));
  });
});
