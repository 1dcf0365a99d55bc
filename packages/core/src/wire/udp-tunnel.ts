/**
 * Packets inside UDP datagrams, which only the port tells apart from other content (FOU, GUE). A datagram that a
 * simulated host made has its packet as `inner` behind the header; one from outside is octets and is read here.
 */
import { copyFrame } from "../packet/copy-frame.ts";
import type { Frame } from "../packet/frame.ts";
import { UDP_HEADER_LENGTH } from "../packet/lengths.ts";
import { WireDetail } from "../packet/wire-detail.ts";
import { checksumOf, sumOctets } from "./checksum.ts";
import { Content } from "./content.ts";
import { encodeContent } from "./encode.ts";
import { put16 } from "./octets.ts";
import { readContent } from "./read-packet.ts";

/** The datagram with all that follows its UDP header as octets. */
export function asOctets(datagram: Frame): Frame {
  if (datagram.inner === null) return datagram;
  const plain = copyFrame(datagram, datagram.id);
  plain.payload = encodeContent(datagram);
  plain.payloadOffset = UDP_HEADER_LENGTH;
  plain.payloadLength = plain.payload.length - UDP_HEADER_LENGTH - paddingOf(datagram);
  plain.inner = null;
  return plain;
}

/**
 * The datagram with the packet of `protocol` that stands `skip` octets into its payload as `inner`, and what is before
 * it as payload. Its `inner` is null when there is nothing that could be read.
 */
export function withCarriedPacket(datagram: Frame, protocol: number, skip: number): Frame {
  const { payload, payloadOffset, payloadLength } = datagram;
  const from = payloadOffset + skip;
  const end = payloadOffset + payloadLength;
  const reading = copyFrame(datagram, datagram.id);
  reading.protocol = protocol;
  reading.wire = null;
  reading.payloadLength = 0;
  readContent(new Content(reading, payload, from, end, end, false), 0);
  const carrying = copyFrame(datagram, datagram.id);
  carrying.checksumFaults = reading.checksumFaults;
  if (reading.inner === null) return carrying;
  carrying.inner = reading.inner;
  carrying.payloadLength = skip + reading.payloadLength;
  const after = paddingOf(reading);
  if (after > 0) carrying.wire = padded(datagram, after);
  return carrying;
}

const paddingOf = ({ wire }: Frame): number => wire?.padding ?? 0;

/** Octets after the carried packet belong to the datagram all the same. */
function padded({ wire, payloadLength }: Frame, after: number): WireDetail {
  const detail = new WireDetail();
  detail.checksumError = wire?.checksumError ?? 0;
  detail.padding = after + (wire === null ? 0 : wire.padding);
  detail.udpLength = UDP_HEADER_LENGTH + payloadLength;
  return detail;
}

/**
 * Does for the sender what remote checksum offload left open (`gue_remcsum`): the checksum over all octets from
 * `start` on goes to `at`; both count from `skip` octets into the payload. Null when there are no such octets.
 */
export function withRemoteChecksum(
  datagram: Frame,
  skip: number,
  start: number,
  at: number,
): Frame | null {
  const { payload, payloadOffset, payloadLength } = datagram;
  const octets = payload.slice(payloadOffset, payloadOffset + payloadLength);
  if (skip + start > octets.length || skip + at + 2 > octets.length) return null;
  put16(octets, skip + at, checksumOf(sumOctets(octets, skip + start, octets.length)));
  const done = copyFrame(datagram, datagram.id);
  done.payload = octets;
  done.payloadOffset = 0;
  return done;
}
