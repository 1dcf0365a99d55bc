/**
 * Octets of an IPv4 packet to a frame. Total: what cannot be read is kept as raw payload with a `Malformed` bit.
 *
 * A later fragment holds its octets as raw payload; a first one has its transport header in the fields and the
 * rest as payload. A quoted packet that was cut short is filled up with zeros to the length that it claims, so
 * that its fields say what the whole packet was. GUE is UDP payload: only the listening port tells it apart.
 */
import { ChecksumFault, Frame } from "../packet/frame.ts";
import { ICMP_HEADER_LENGTH, IPV4_HEADER_LENGTH, UDP_HEADER_LENGTH } from "../packet/lengths.ts";
import { FragmentField, IpProtocol } from "../packet/protocol.ts";
import { SCTP_PORTS_LENGTH } from "../packet/sctp.ts";
import { Malformed, WireDetail } from "../packet/wire-detail.ts";
import { Content } from "./content.ts";
import { readGre } from "./gre.ts";
import { quotesPacket, readIcmp } from "./icmp.ts";
import { hasRightHeaderChecksum, readIpv4Header } from "./ipv4.ts";
import { readSctp } from "./sctp.ts";
import { readTcp } from "./tcp.ts";
import { readUdp } from "./udp.ts";

/** Packets in packets beyond this depth stay raw payload. */
const NESTING_MAX = 8;

/** Reads the packet in octets [from, end); `nesting` counts the packets around it. */
export function readPacket(
  frame: Frame,
  octets: Uint8Array,
  from: number,
  end: number,
  nesting: number,
): void {
  const header = readIpv4Header(frame, octets, from, end);
  if (header !== 0 && !hasRightHeaderChecksum(octets, from, header))
    frame.checksumFaults |= ChecksumFault.ip;
  const isWhole = header !== 0 && frame.length >= header && frame.length <= end - from;
  if (!isWhole) frame.checksumFaults |= ChecksumFault.header;
  if (frame.checksumFaults !== 0) {
    frame.length = end - from;
    keepRaw(frame, octets, from, end, Malformed.network);
    return;
  }
  const last = from + frame.length;
  readContent(new Content(frame, octets, from + header, last, last, false), nesting);
}

/** Keeps octets that cannot be read, and says of which layer. */
export function keepRaw(
  frame: Frame,
  octets: Uint8Array,
  from: number,
  end: number,
  malformed: number,
): void {
  const detail = new WireDetail();
  detail.malformed = malformed;
  frame.wire = detail;
  setPayload(frame, octets, from, end);
}

export function setPayload(frame: Frame, octets: Uint8Array, from: number, end: number): void {
  frame.payload = octets;
  frame.payloadOffset = from;
  frame.payloadLength = end - from;
}

/** A packet quoted in octets [from, end), perhaps cut short; null when it cannot be read. */
function readQuoted(id: number, octets: Uint8Array, from: number, end: number, nesting: number) {
  const frame = new Frame(id);
  const header = readIpv4Header(frame, octets, from, end);
  if (header === 0 || frame.length < header) return null;
  const here = Math.min(frame.length, end - from);
  const whole = new Uint8Array(frame.length);
  whole.set(octets.subarray(from, from + here));
  readContent(new Content(frame, whole, header, whole.length, here, true), nesting);
  return frame;
}

/** Reads what follows the IPv4 header, whose fields the frame has already. */
export function readContent(content: Content, nesting: number): void {
  const detail = new WireDetail();
  const { frame, octets, from, end } = content;
  if ((frame.fragment & FragmentField.offsetMask) !== 0) setPayload(frame, octets, from, end);
  else if (!readTransport(content, detail, nesting)) {
    detail.malformed = Malformed.transport;
    content.blame();
    setPayload(frame, octets, from, end);
  }
  if (says(detail)) frame.wire = detail;
}

const says = (detail: WireDetail): boolean =>
  (detail.malformed |
    detail.checksumError |
    detail.udpLength |
    detail.padding |
    detail.tcpReserved |
    detail.urgentPointer) !==
    0 || detail.tcpOptions !== null;

/** False when the transport header cannot be read. */
function readTransport(content: Content, detail: WireDetail, nesting: number): boolean {
  const { frame, octets, from, end } = content;
  switch (frame.protocol) {
    case IpProtocol.tcp: {
      const header = readTcp(frame, detail, content);
      if (header === 0) return false;
      setPayload(frame, octets, from + header, end);
      return true;
    }
    case IpProtocol.udp: {
      const last = readUdp(frame, detail, content);
      if (last < 0) return false;
      detail.padding = end - last;
      setPayload(frame, octets, from + UDP_HEADER_LENGTH, last);
      return true;
    }
    case IpProtocol.sctp:
      if (!readSctp(frame, detail, content)) return false;
      setPayload(frame, octets, from + SCTP_PORTS_LENGTH, end);
      return true;
    case IpProtocol.icmp:
      if (!readIcmp(frame, detail, content)) return false;
      readQuotation(content, nesting);
      return true;
    case IpProtocol.ipip:
      if (!readCarried(content, from, detail, nesting)) setPayload(frame, octets, from, end);
      return true;
    case IpProtocol.gre: {
      const header = readGre(detail, content);
      const carries = header !== 0 && readCarried(content, from + header, detail, nesting);
      setPayload(frame, octets, from, carries ? from + header : end);
      return true;
    }
    default:
      setPayload(frame, octets, from, end);
      return true;
  }
}

function readQuotation(content: Content, nesting: number): void {
  const { frame, octets, end } = content;
  let at = content.from + ICMP_HEADER_LENGTH;
  // An error about an error never was, and of a fragment's quotation nobody knows the end.
  if (quotesPacket(frame.icmpType) && !content.quoted && !content.isFirstFragment()) {
    frame.inner = readQuoted(frame.id, octets, at, end, nesting + 1);
    if (frame.inner !== null) at = Math.min(end, at + frame.inner.length);
  }
  setPayload(frame, octets, at, end);
}

/** Reads the packet that a tunnel carries from `at` on; false when it is to stay raw. */
function readCarried(content: Content, at: number, detail: WireDetail, nesting: number): boolean {
  const { frame, octets, end, realEnd } = content;
  if (content.isFirstFragment() || nesting >= NESTING_MAX) return false;
  if (content.quoted) {
    if (realEnd - at < IPV4_HEADER_LENGTH) return false;
    const inner = readQuoted(frame.id, octets, at, realEnd, nesting + 1);
    if (inner === null || inner.length > end - at) return false;
    frame.inner = inner;
  } else {
    frame.inner = new Frame(frame.id);
    readPacket(frame.inner, octets, at, end, nesting + 1);
  }
  detail.padding = end - at - frame.inner.length;
  return true;
}
