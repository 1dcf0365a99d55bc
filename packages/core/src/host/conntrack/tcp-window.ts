/**
 * Whether a segment lies in the windows of its connection (`tcp_in_window`, after Guido van Rooij's "Real stateful TCP
 * packet filtering"), and what it teaches about both ends. Left out: sequence numbers that helpers have shifted.
 */
import type { Frame } from "../../packet/frame.ts";
import { TcpFlag } from "../../packet/protocol.ts";
import { SegmentKind, TrackedTcpState } from "./tcp-state-table.ts";
import {
  EndFlag,
  endOf,
  isAfter,
  isBefore,
  optionFlags,
  optionScale,
  type TcpEnd,
  type TcpTrack,
} from "./tcp-track.ts";
import { Way } from "./way.ts";

/** What the window says of a segment. */
export const WindowVerdict = {
  accepted: 0,
  /** An old one: it passes, and changes nothing. */
  ignored: 1,
  invalid: 2,
} as const;
export type WindowVerdict = (typeof WindowVerdict)[keyof typeof WindowVerdict];

/** The least that an acknowledgement may lag behind (MAXACKWINCONST). */
const ACK_LAG_MIN = 66_000;

const ackLag = (end: TcpEnd): number => Math.max(end.maxWindow, ACK_LAG_MIN);

/** Begins what is known of an end with its SYN. */
function startEnd(sender: TcpEnd, receiver: TcpEnd, way: Way, frame: Frame, end: number): void {
  sender.end = end;
  sender.maxEnd = end;
  sender.maxWindow = Math.max(1, frame.window);
  sender.flags = (sender.flags & EndFlag.beLiberal) | optionFlags(frame);
  sender.scale = optionScale(frame);
  // scaling needs both ends, and only the answer shows whether there are
  if (way === Way.original || (sender.flags & receiver.flags & EndFlag.windowScale) !== 0) return;
  sender.scale = 0;
  receiver.scale = 0;
}

/** The history of the sender is lost: what the segment says must do. */
function adopt(sender: TcpEnd, receiver: TcpEnd, frame: Frame, end: number, sack: number): void {
  sender.end = end;
  sender.maxWindow = Math.max(1, frame.window << sender.scale);
  sender.maxEnd = (end + sender.maxWindow) | 0;
  if (receiver.maxWindow === 0) {
    receiver.end = sack;
    receiver.maxEnd = sack;
  } else if (sack === ((receiver.end + 1) | 0)) {
    // an answer to a keepalive
    receiver.end = (receiver.end + 1) | 0;
  }
}

/** The highest number that the segment acknowledges, selectively or not. */
function highestSack(frame: Frame, receiver: TcpEnd): number {
  const { sackBlocks } = frame;
  let highest = frame.acknowledgementNumber;
  if (sackBlocks === null || (receiver.flags & EndFlag.sackPermitted) === 0) return highest;
  for (let i = 1; i < sackBlocks.length; i += 2)
    if (isAfter(sackBlocks[i] as number, highest)) highest = sackBlocks[i] as number;
  return highest;
}

/** Takes a segment of `way` into account if it is in window. */
export function passWindow(
  track: TcpTrack,
  way: Way,
  kind: SegmentKind,
  frame: Frame,
  beLiberal: boolean,
): WindowVerdict {
  const sender = track.ends[way];
  const receiver = track.ends[way === Way.original ? Way.reply : Way.original];
  const flags = frame.tcpFlags;
  const syn = (flags & TcpFlag.syn) !== 0;
  let sequence = frame.sequenceNumber;
  let ack = frame.acknowledgementNumber;
  let sack = highestSack(frame, receiver);
  let end = endOf(frame);
  if (sender.maxWindow === 0) {
    if (syn) {
      startEnd(sender, receiver, way, frame, end);
      // a simultaneous opening
      if ((flags & TcpFlag.ack) === 0) return WindowVerdict.accepted;
    } else adopt(sender, receiver, frame, end, sack);
  } else if (
    syn &&
    isAfter(end, sender.end) &&
    (track.state === TrackedTcpState.synSent || track.state === TrackedTcpState.synReceived)
  ) {
    startEnd(sender, receiver, way, frame, end);
    if (way === Way.reply && (flags & TcpFlag.ack) === 0) return WindowVerdict.accepted;
  }
  // without an acknowledgement, or in a RST that sets the flag and no number, it counts as right
  const claims = (flags & TcpFlag.ack) !== 0;
  if (!claims || ((flags & TcpFlag.rst) !== 0 && ack === 0)) {
    ack = receiver.end;
    sack = receiver.end;
  }
  if ((flags & TcpFlag.rst) !== 0 && sequence === 0 && track.state === TrackedTcpState.synSent) {
    sequence = sender.end;
    end = sender.end;
  }
  const verdict = judge(sender, receiver, sequence, end, sack);
  if (verdict !== WindowVerdict.accepted)
    return beLiberal || (sender.flags & EndFlag.beLiberal) !== 0 ? WindowVerdict.accepted : verdict;
  learn(sender, receiver, frame, end, ack, sack);
  if (kind === SegmentKind.ack) countRepetition(track, way, frame, sequence, ack, end);
  return WindowVerdict.accepted;
}

function judge(
  sender: TcpEnd,
  receiver: TcpEnd,
  sequence: number,
  end: number,
  sack: number,
): WindowVerdict {
  const acknowledgesFuture = !isBefore(sack, (receiver.end + 1) | 0);
  const acknowledgesPast = !isAfter(sack, (receiver.end - ackLag(sender) - 1) | 0);
  const isOld = !isAfter(end, (sender.end - receiver.maxWindow - 1) | 0);
  if (!isBefore(sequence, (sender.maxEnd + 1) | 0)) {
    // some senders go beyond the window that they were given; what they send may well be acknowledged
    const beyond = (end - sender.maxEnd + 1) >>> 0;
    if (receiver.maxWindow === 0 || isOld || beyond > receiver.maxWindow)
      return WindowVerdict.invalid;
    if (acknowledgesFuture || acknowledgesPast) return WindowVerdict.invalid;
    sender.end = end;
    sender.flags |= EndFlag.dataUnacknowledged;
    return WindowVerdict.ignored;
  }
  if (acknowledgesFuture) return WindowVerdict.invalid;
  if (receiver.maxWindow !== 0 && isOld) return WindowVerdict.ignored;
  return acknowledgesPast ? WindowVerdict.ignored : WindowVerdict.accepted;
}

function learn(
  sender: TcpEnd,
  receiver: TcpEnd,
  frame: Frame,
  end: number,
  ack: number,
  sack: number,
): void {
  const { tcpFlags } = frame;
  // a SYN's window is never scaled
  const window = (tcpFlags & TcpFlag.syn) !== 0 ? frame.window : frame.window << sender.scale;
  sender.maxWindow = Math.max(sender.maxWindow, window + ((sack - ack) | 0));
  if (isAfter(end, sender.end)) {
    sender.end = end;
    sender.flags |= EndFlag.dataUnacknowledged;
  }
  if ((tcpFlags & TcpFlag.ack) !== 0) {
    const first = (sender.flags & EndFlag.maxAckSet) === 0;
    if (first || isAfter(ack, sender.maxAck)) sender.maxAck = ack;
    sender.flags |= EndFlag.maxAckSet;
  }
  if (receiver.maxWindow !== 0 && isAfter(end, sender.maxEnd))
    receiver.maxWindow += (end - sender.maxEnd) | 0;
  if (isAfter((sack + window) | 0, (receiver.maxEnd - 1) | 0))
    receiver.maxEnd = (sack + window + (window === 0 ? 1 : 0)) | 0;
  if (ack === receiver.end) receiver.flags &= ~EndFlag.dataUnacknowledged;
}

function countRepetition(
  track: TcpTrack,
  way: Way,
  frame: Frame,
  sequence: number,
  ack: number,
  end: number,
): void {
  if (
    track.lastWay === way &&
    track.lastSequence === sequence &&
    track.lastAck === ack &&
    track.lastEnd === end &&
    track.lastWindow === frame.window
  ) {
    track.retransmissions++;
    return;
  }
  track.lastWay = way;
  track.lastSequence = sequence;
  track.lastAck = ack;
  track.lastEnd = end;
  track.lastWindow = frame.window;
  track.retransmissions = 0;
}
