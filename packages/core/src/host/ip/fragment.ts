/**
 * Cutting an IPv4 packet into fragments (RFC 791 §3.2, `ip_fragment`). A fragment names the whole packet and the
 * part of it that it carries; octets appear only on the wire. Left out: options that are not copied to later fragments.
 */
import { copyFrame } from "../../packet/copy-frame.ts";
import { type Frame, FrameOrigin } from "../../packet/frame.ts";
import { FragmentField } from "../../packet/protocol.ts";

/** The fragments of `frame` for `mtu` octets, first part first. A packet that is a fragment already is cut further. */
export function fragmentPacket(frame: Frame, mtu: number, newId: () => number): Frame[] {
  const headerLength = 20 + (frame.ipOptions?.length ?? 0);
  const whole = frame.fragmentOf ?? frame;
  const room = (mtu - headerLength) & ~7;
  const total = frame.length - headerLength;
  const first = frame.fragment & FragmentField.offsetMask;
  const wasLast = (frame.fragment & FragmentField.moreFragments) === 0;
  const parts: Frame[] = [];
  for (let at = 0; at < total; at += room) {
    const size = Math.min(room, total - at);
    const part = copyFrame(frame, newId());
    part.parentId = frame.id;
    part.origin = FrameOrigin.fragmented;
    part.fragmentOf = whole;
    part.length = headerLength + size;
    const last = at + size === total && wasLast;
    part.fragment = (first + (at >> 3)) | (last ? 0 : FragmentField.moreFragments);
    parts.push(part);
  }
  return parts;
}
