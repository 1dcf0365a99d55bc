/**
 * A `Frame` to octets as they are on the wire, with every checksum right that `wire` does not call wrong. The
 * quoted or carried packet's too: both have the checksums of the packet as it was.
 */
import { assert } from "../base/assert.ts";
import type { Frame } from "../packet/frame.ts";
import {
  frameLength,
  hasRawContent,
  ICMP_HEADER_LENGTH,
  ipHeaderLength,
  packetLength,
  tcpHeaderLength,
  UDP_HEADER_LENGTH,
} from "../packet/lengths.ts";
import { EtherType, FragmentField, IpProtocol } from "../packet/protocol.ts";
import { SCTP_PORTS_LENGTH } from "../packet/sctp.ts";
import { Malformed } from "../packet/wire-detail.ts";
import { writeArp } from "./arp.ts";
import { writeEthernetHeader } from "./ethernet.ts";
import { writeGreChecksum } from "./gre.ts";
import { writeIcmp } from "./icmp.ts";
import { writeIpv4Header } from "./ipv4.ts";
import { writeSctp } from "./sctp.ts";
import { writeTcp } from "./tcp.ts";
import { writeUdp } from "./udp.ts";
import { finishUdpTunnel } from "./udp-tunnel-checksums.ts";

/** From the destination address to the last octet: no padding to 60, no check sequence. */
export function encodeFrame(frame: Frame): Uint8Array {
  const octets = new Uint8Array(frameLength(frame));
  if (isMalformed(frame, Malformed.link)) {
    putPayload(frame, octets, 0);
    return octets;
  }
  const at = writeEthernetHeader(frame, octets);
  if (frame.etherType === EtherType.ipv4) writePacket(frame, octets, at);
  else if (frame.etherType !== EtherType.arp || isMalformed(frame, Malformed.network))
    putPayload(frame, octets, at);
  else writeArp(frame, octets, at);
  return octets;
}

/** The IPv4 packet alone, for devices without Ethernet header (tunl0). */
export function encodePacket(frame: Frame): Uint8Array {
  const octets = new Uint8Array(frame.length);
  writePacket(frame, octets, 0);
  return octets;
}

/** What follows the IPv4 header: a transport packet, or the part of one that a fragment holds. */
export function encodeContent(frame: Frame): Uint8Array {
  const octets = new Uint8Array(frame.length - ipHeaderLength(frame));
  writeContent(frame, octets, 0, octets.length);
  return octets;
}

const isMalformed = (frame: Frame, bit: number): boolean =>
  frame.wire !== null && (frame.wire.malformed & bit) !== 0;

function writePacket(frame: Frame, octets: Uint8Array, at: number): void {
  if (isMalformed(frame, Malformed.network)) {
    putPayload(frame, octets, at);
    return;
  }
  writeIpv4Header(frame, octets, at);
  writeContent(frame, octets, at + ipHeaderLength(frame), at + frame.length);
}

/** Writes octets [from, end), which are zeros so far. */
function writeContent(frame: Frame, octets: Uint8Array, from: number, end: number): void {
  if (frame.fragmentOf !== null) {
    writePart(frame, frame.fragmentOf, octets, from, end - from);
    return;
  }
  const quotes = frame.protocol === IpProtocol.icmp && frame.inner !== null;
  assert(
    quotes || frame.length === packetLength(frame),
    `frame ${frame.id} claims ${frame.length} octets and has ${packetLength(frame)}`,
  );
  if (hasRawContent(frame)) {
    putPayload(frame, octets, from);
    return;
  }
  let last: number;
  switch (frame.protocol) {
    case IpProtocol.tcp:
      last = putPayload(frame, octets, from + tcpHeaderLength(frame));
      writeTcp(frame, octets, from, last);
      break;
    case IpProtocol.udp:
      last = putCarried(frame, octets, putPayload(frame, octets, from + UDP_HEADER_LENGTH));
      if (frame.inner !== null) finishUdpTunnel(frame, octets, from + UDP_HEADER_LENGTH, last);
      writeUdp(frame, octets, from, last);
      break;
    case IpProtocol.icmp:
      putPayload(frame, octets, putQuotation(frame, octets, from + ICMP_HEADER_LENGTH, end));
      writeIcmp(frame, octets, from, end);
      break;
    case IpProtocol.sctp:
      last = putPayload(frame, octets, from + SCTP_PORTS_LENGTH);
      writeSctp(frame, octets, from, last);
      break;
    default:
      last = putCarried(frame, octets, putPayload(frame, octets, from));
      if (frame.protocol === IpProtocol.gre && frame.inner !== null)
        writeGreChecksum(frame, octets, from, last);
  }
}

/** The part of a packet that a fragment stands for; the packet may be a fragment itself. */
function writePart(
  part: Frame,
  whole: Frame,
  octets: Uint8Array,
  from: number,
  length: number,
): void {
  const mask = FragmentField.offsetMask;
  const start = ((part.fragment & mask) - (whole.fragment & mask)) * 8;
  const content = encodeContent(whole);
  assert(
    start >= 0 && start + length <= content.length,
    `frame ${part.id} is no part of frame ${whole.id}`,
  );
  octets.set(content.subarray(start, start + length), from);
}

/** Each of these writes something at `at` and tells where it ends. */
function putPayload(frame: Frame, octets: Uint8Array, at: number): number {
  const { payload, payloadOffset, payloadLength } = frame;
  if (payloadLength === 0) return at;
  octets.set(payload.subarray(payloadOffset, payloadOffset + payloadLength), at);
  return at + payloadLength;
}

function putCarried(frame: Frame, octets: Uint8Array, at: number): number {
  if (frame.inner === null) return at;
  octets.set(encodePacket(frame.inner), at);
  return at + frame.inner.length;
}

function putQuotation(frame: Frame, octets: Uint8Array, at: number, end: number): number {
  if (frame.inner === null) return at;
  const length = end - at - frame.payloadLength;
  assert(
    length >= 0 && length <= frame.inner.length,
    `frame ${frame.id} quotes ${length} of ${frame.inner.length} octets`,
  );
  octets.set(encodePacket(frame.inner).subarray(0, length), at);
  return at + length;
}
