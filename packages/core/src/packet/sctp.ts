/**
 * SCTP (RFC 9260) as frames carry it: the ports of the common header are fields of the frame; what follows them is
 * payload: verification tag, checksum and chunks. The octets of the checksum there mean nothing: the encoder computes it.
 * No host of the simulator speaks SCTP; it is forwarded, balanced and looked at.
 */
import { ChecksumFault, type Frame } from "./frame.ts";
import { IpProtocol } from "./protocol.ts";

export const SCTP_HEADER_LENGTH = 12;
export const SCTP_PORTS_LENGTH = 4;
/** Where chunks begin in the payload. */
const CHUNKS_AT = SCTP_HEADER_LENGTH - SCTP_PORTS_LENGTH;
const CHUNK_HEADER_LENGTH = 4;

/** Chunk types of RFC 9260 §3.2, and of RFC 3168's early proposal for SCTP. */
export const SctpChunk = {
  data: 0,
  init: 1,
  initAck: 2,
  sack: 3,
  heartbeat: 4,
  heartbeatAck: 5,
  abort: 6,
  shutdown: 7,
  shutdownAck: 8,
  error: 9,
  cookieEcho: 10,
  cookieAck: 11,
  ecnEcho: 12,
  congestionReduced: 13,
  shutdownComplete: 14,
} as const;

/** No chunk stands there. */
export const NO_CHUNK = -1;

/** The type of the packet's first chunk; `NO_CHUNK` when its header is not all there. */
export const firstChunk = (frame: Frame): number => chunkAt(frame, CHUNKS_AT);

/** The type of the second chunk; `NO_CHUNK` when there is none. */
export function secondChunk(frame: Frame): number {
  if (firstChunk(frame) === NO_CHUNK) return NO_CHUNK;
  const at = frame.payloadOffset + CHUNKS_AT;
  const length = ((frame.payload[at + 2] as number) << 8) | (frame.payload[at + 3] as number);
  if (length < CHUNK_HEADER_LENGTH) return NO_CHUNK;
  return chunkAt(frame, CHUNKS_AT + ((length + 3) & ~3));
}

function chunkAt(frame: Frame, offset: number): number {
  if (offset + CHUNK_HEADER_LENGTH > frame.payloadLength) return NO_CHUNK;
  return frame.payload[frame.payloadOffset + offset] as number;
}

/**
 * Where a port changes, SCTP's checksum is computed anew, so that a wrong one becomes right; those of TCP and UDP are
 * adjusted and stay as wrong as they were (`sctp_manip_pkt`, `sctp_dnat_handler`). Does nothing to other packets.
 */
export function mendChecksum(frame: Frame): void {
  if (frame.protocol !== IpProtocol.sctp) return;
  frame.checksumFaults &= ~ChecksumFault.transport;
  // a whole SCTP packet has no other detail
  frame.wire = null;
}
