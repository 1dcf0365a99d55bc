/**
 * The packet that a complete set of fragments makes (RFC 791 §3.2, `ip_frag_reasm`). When and whether to put it
 * together is the host's business.
 */
import { assert } from "../base/assert.ts";
import { copyFrame } from "../packet/copy-frame.ts";
import { Frame } from "../packet/frame.ts";
import { ipHeaderLength } from "../packet/lengths.ts";
import { FragmentField } from "../packet/protocol.ts";
import { Content } from "./content.ts";
import { encodeContent } from "./encode.ts";
import { concatenate } from "./octets.ts";
import { readContent } from "./read-packet.ts";

const PACKET_LENGTH_MAX = 0xffff;

/**
 * The whole of `parts`, which are in order of offset, without gap or overlap, from the first to the last fragment.
 * Link and IPv4 header and what the host knows about it are those of the first part. Null when it would be longer
 * than a packet may be.
 */
export function reassemblePacket(parts: readonly Frame[], id: number): Frame | null {
  const first = parts[0];
  assert(first !== undefined, "nothing to put together");
  let contentLength = 0;
  for (const part of parts) contentLength += part.length - ipHeaderLength(part);
  const length = ipHeaderLength(first) + contentLength;
  if (length > PACKET_LENGTH_MAX) return null;
  const source = commonWhole(parts, contentLength);
  const frame = source === null ? new Frame(id) : copyFrame(source, id);
  takeHeader(first, frame);
  frame.fragment = mayNotBeCut(parts) ? FragmentField.dontFragment : 0;
  frame.length = length;
  if (source === null) {
    const octets = concatenate(parts.map(encodeContent));
    readContent(new Content(frame, octets, 0, contentLength, contentLength, false), 0);
  }
  // What a link did to one part is done to the whole.
  for (const part of parts) frame.checksumFaults |= part.checksumFaults;
  return frame;
}

/** The simulated packet that all parts were cut from, unless it was a fragment itself. */
function commonWhole(parts: readonly Frame[], contentLength: number): Frame | null {
  const whole = (parts[0] as Frame).fragmentOf;
  if (whole === null || !parts.every((part) => part.fragmentOf === whole)) return null;
  return whole.length - ipHeaderLength(whole) === contentLength ? whole : null;
}

/** Linux keeps DF when the longest fragment had it. */
function mayNotBeCut(parts: readonly Frame[]): boolean {
  let longest = 0;
  let longestUncut = 0;
  for (const part of parts) {
    longest = Math.max(longest, part.length);
    if ((part.fragment & FragmentField.dontFragment) !== 0)
      longestUncut = Math.max(longestUncut, part.length);
  }
  return longest === longestUncut;
}

function takeHeader(from: Frame, to: Frame): void {
  to.parentId = from.parentId;
  to.origin = from.origin;
  to.ethernet = from.ethernet;
  to.etherType = from.etherType;
  to.vlanTag = from.vlanTag;
  to.source = from.source;
  to.destination = from.destination;
  to.protocol = from.protocol;
  to.ttl = from.ttl;
  to.tos = from.tos;
  to.identification = from.identification;
  to.ipOptions = from.ipOptions;
  to.packetType = from.packetType;
  to.mark = from.mark;
  to.ipvsProperty = from.ipvsProperty;
  to.route = from.route;
  to.nextHop = from.nextHop;
  to.conntrack = from.conntrack;
  to.untracked = from.untracked;
  to.inputInterface = from.inputInterface;
}
