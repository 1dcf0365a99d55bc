import { expect, test } from "vitest";
import { Frame } from "./frame.ts";
import { frameLength, icmpErrorLength, packetLength, tcpHeaderLength } from "./lengths.ts";
import { EtherType, IpProtocol } from "./protocol.ts";

function packet(changes: Partial<Frame>): Frame {
  const frame = Object.assign(new Frame(1), changes);
  frame.length = packetLength(frame);
  return frame;
}

const syn = { maximumSegmentSize: 1460, windowScale: 7, sackPermitted: true };
const { tcp, udp, icmp, ipip, gre } = IpProtocol;
const long = packet({ protocol: udp, payloadLength: 1000 });
const short = packet({ protocol: udp, payloadLength: 100 });

test.each<{ name: string; fields: Partial<Frame>; length: number }>([
  { name: "UDP", fields: { protocol: udp, payloadLength: 5 }, length: 33 },
  { name: "a bare acknowledgement", fields: { protocol: tcp }, length: 40 },
  { name: "one with timestamps", fields: { protocol: tcp, hasTimestamps: true }, length: 52 },
  {
    name: "Linux's SYN",
    fields: { protocol: tcp, hasTimestamps: true, synOptions: syn },
    length: 60,
  },
  { name: "a SYN without timestamps", fields: { protocol: tcp, synOptions: syn }, length: 52 },
  {
    name: "three SACK blocks and timestamps",
    fields: { protocol: tcp, hasTimestamps: true, sackBlocks: [1, 2, 3, 4, 5, 6] },
    length: 80,
  },
  { name: "ping", fields: { protocol: icmp, payloadLength: 56 }, length: 84 },
  { name: "an error about a short packet", fields: { protocol: icmp, inner: short }, length: 156 },
  { name: "an error about a long packet", fields: { protocol: icmp, inner: long }, length: 576 },
  { name: "IP in IP", fields: { protocol: ipip, inner: long }, length: 1048 },
  { name: "GRE", fields: { protocol: gre, inner: long, payloadLength: 4 }, length: 1052 },
  { name: "GUE", fields: { protocol: udp, inner: long, payloadLength: 4 }, length: 1060 },
  {
    name: "IPv4 options",
    fields: { protocol: udp, ipOptions: new Uint8Array(8), payloadLength: 5 },
    length: 41,
  },
])("$name: $length octets", ({ fields, length }) => {
  expect(packetLength(packet(fields))).toBe(length);
});

test("SACK blocks that are none take no room", () => {
  expect(tcpHeaderLength(packet({ protocol: tcp, sackBlocks: [] }))).toBe(20);
});

test("an ICMP error is bound by the path MTU and by 576", () => {
  expect(icmpErrorLength(20, 100, 1500)).toBe(128);
  expect(icmpErrorLength(20, 1480, 1500)).toBe(576);
  expect(icmpErrorLength(20, 1480, 300)).toBe(300);
});

test("a frame's length counts its link header and tag", () => {
  expect(frameLength(packet({ protocol: udp, payloadLength: 5 }))).toBe(47);
  expect(frameLength(packet({ protocol: udp, payloadLength: 5, vlanTag: 0 }))).toBe(51);
  expect(frameLength(packet({ etherType: EtherType.arp }))).toBe(42);
  expect(frameLength(packet({ etherType: 0x88cc, payloadLength: 3 }))).toBe(17);
});
