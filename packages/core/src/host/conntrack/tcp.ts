/**
 * TCP as connection tracking follows it (`nf_conntrack_tcp_packet`): the transition table, the exceptions that it cannot
 * express, and the timeout that comes of it. Left out: SYN proxy and what nf_conntrack_log_invalid would print.
 */
import type { Frame } from "../../packet/frame.ts";
import { TcpFlag } from "../../packet/protocol.ts";
import {
  type ConnectionKeeper,
  JIFFIES_PER_SECOND,
  type ProtocolTracker,
  TrackOutcome,
} from "./protocol.ts";
import {
  areValidFlags,
  SegmentKind,
  segmentKind,
  TCP_TRANSITIONS,
  TcpOutcome,
  TrackedTcpState,
} from "./tcp-state-table.ts";
import { EndFlag, endOf, isBefore, optionFlags, optionScale, TcpTrack } from "./tcp-track.ts";
import { passWindow, WindowVerdict } from "./tcp-window.ts";
import { ConnectionStatus, EventBit, type TrackedConnection } from "./tracked-connection.ts";
import { type PacketInfo, Way, wayOf } from "./way.ts";

const NOTHING = -1;

const isClosing = ({ state }: TcpTrack): boolean =>
  state === TrackedTcpState.finWait ||
  state === TrackedTcpState.lastAck ||
  state === TrackedTcpState.timeWait ||
  state === TrackedTcpState.close ||
  state === TrackedTcpState.closeWait;

const isEstablished = (connection: TrackedConnection, track: TcpTrack): boolean =>
  track.state === TrackedTcpState.established && connection.has(ConnectionStatus.assured);

export class TcpTracker implements ProtocolTracker {
  /** Whether the window has nothing to say about the segment at hand. */
  private skipsWindow = false;

  packet(
    keeper: ConnectionKeeper,
    connection: TrackedConnection,
    info: PacketInfo,
    frame: Frame,
  ): TrackOutcome {
    if (!areValidFlags(frame.tcpFlags)) return TrackOutcome.invalid;
    const kind = segmentKind(frame.tcpFlags);
    const track = connection.tcp ?? open(keeper, frame, kind);
    if (track === null) return TrackOutcome.invalid;
    connection.tcp = track;
    const way = wayOf(info);
    const before = track.state;
    this.skipsWindow = false;
    const transitions = (TCP_TRANSITIONS[way] as readonly (readonly number[])[])[kind];
    let after = (transitions as readonly number[])[before] as number;
    if (after === TcpOutcome.invalid) return TrackOutcome.invalid;
    if (
      after === TrackedTcpState.synSent &&
      before >= TrackedTcpState.timeWait &&
      mayReopen(track)
    ) {
      keeper.kill(connection);
      return TrackOutcome.again;
    }
    if (
      after === TcpOutcome.ignored ||
      (after === TrackedTcpState.synSent && before >= TrackedTcpState.timeWait)
    ) {
      if (!this.resynchronises(track, way, kind, frame)) {
        ignore(track, way, kind, frame, before);
        return TrackOutcome.tracked;
      }
      after = TrackedTcpState.synReceived;
    } else if (after === TrackedTcpState.timeWait) {
      if (isChallenge(track, way, kind, before)) return TrackOutcome.tracked;
    } else if (after === TrackedTcpState.synSent2) track.simultaneousOpen = true;
    else if (after === TrackedTcpState.synReceived) {
      if (way === Way.reply && kind === SegmentKind.ack && track.simultaneousOpen)
        after = TrackedTcpState.established;
    } else if (after === TrackedTcpState.close && kind === SegmentKind.reset) {
      after = this.judgeReset(keeper, connection, track, way, frame);
      if (after === NOTHING) return TrackOutcome.invalid;
    }
    if (!this.skipsWindow) {
      const verdict = passWindow(track, way, kind, frame, keeper.sysctls.tcpBeLiberal);
      if (verdict === WindowVerdict.ignored) return TrackOutcome.tracked;
      if (verdict === WindowVerdict.invalid) {
        outOfWindow(keeper, connection, track, way, kind);
        return TrackOutcome.invalid;
      }
    }
    track.lastKind = kind;
    track.lastWay = way;
    track.state = after as TrackedTcpState;
    if (before !== after && after === TrackedTcpState.finWait)
      track.ends[way].flags |= EndFlag.closeInit;
    if (before !== after) keeper.note(connection, EventBit.protocol);
    settle(keeper, connection, track, info, kind, before, frame);
    return TrackOutcome.tracked;
  }

  /** Whether a SYN,ACK answers a SYN that was ignored: both ends agree, and we follow. */
  private resynchronises(track: TcpTrack, way: Way, kind: SegmentKind, frame: Frame): boolean {
    if (
      kind !== SegmentKind.synAck ||
      track.lastKind !== SegmentKind.syn ||
      track.lastWay === way ||
      frame.acknowledgementNumber !== track.lastEnd
    )
      return false;
    const opener = track.ends[track.lastWay];
    opener.end = track.lastEnd;
    opener.maxEnd = track.lastEnd;
    opener.maxWindow = Math.max(1, track.lastWindow);
    opener.scale = track.lastScale;
    opener.flags = track.lastFlags;
    track.expectsChallenge = false;
    track.ends[way].clear();
    return true;
  }

  /** What a RST leads to; `NOTHING` when it cannot be meant. */
  private judgeReset(
    keeper: ConnectionKeeper,
    connection: TrackedConnection,
    track: TcpTrack,
    way: Way,
    frame: Frame,
  ): number {
    const { close } = TrackedTcpState;
    // the ports may be in use again, and what is remembered is old
    if (isClosing(track)) {
      this.skipsWindow = true;
      return close;
    }
    const peer = track.ends[way === Way.original ? Way.reply : Way.original];
    const sequence = frame.sequenceNumber;
    if ((peer.flags & EndFlag.maxAckSet) !== 0 && track.lastKind !== SegmentKind.syn) {
      const established = isEstablished(connection, track);
      if (sequence === 0 && !established) return close;
      if (isBefore(sequence, peer.maxAck) && !keeper.sysctls.tcpIgnoreInvalidReset) return NOTHING;
      if (!established || sequence === peer.maxAck) return close;
      const follows =
        track.lastKind === SegmentKind.ack && track.lastWay === way && sequence === track.lastEnd;
      // it may be answered by a challenge
      return follows ? close : track.state;
    }
    const answersSyn =
      connection.has(ConnectionStatus.seenReply) && track.lastKind === SegmentKind.syn;
    const answersAck =
      !connection.has(ConnectionStatus.assured) && track.lastKind === SegmentKind.ack;
    const answers = track.lastWay !== way && frame.acknowledgementNumber === track.lastEnd;
    if (answers && (answersSyn || answersAck)) this.skipsWindow = true;
    if (
      track.state === TrackedTcpState.synSent &&
      track.lastKind === SegmentKind.ack &&
      track.lastWay === Way.reply &&
      sequence === track.lastAck
    )
      this.skipsWindow = true;
    return close;
  }
}

/** `tcp_new`: what a first segment is the beginning of; null when it is of nothing. */
function open(keeper: ConnectionKeeper, frame: Frame, kind: SegmentKind): TcpTrack | null {
  const transitions = (TCP_TRANSITIONS[Way.original] as readonly (readonly number[])[])[kind];
  const state = (transitions as readonly number[])[TrackedTcpState.none] as number;
  if (state === TcpOutcome.invalid) return null;
  const track = new TcpTrack();
  const [sender, receiver] = track.ends;
  sender.end = endOf(frame);
  sender.maxWindow = Math.max(1, frame.window);
  sender.maxEnd = sender.end;
  if (state === TrackedTcpState.synSent) {
    sender.flags = optionFlags(frame);
    sender.scale = optionScale(frame);
    return track;
  }
  if (!keeper.sysctls.tcpLoose) return null;
  // its beginning was not seen, and so its window scale is not known
  sender.maxEnd = (sender.end + sender.maxWindow) | 0;
  sender.flags = EndFlag.sackPermitted | EndFlag.beLiberal;
  receiver.flags = sender.flags;
  return track;
}

/** Whether a SYN on a connection that is over may begin another one. */
function mayReopen(track: TcpTrack): boolean {
  const [a, b] = track.ends;
  if (((a.flags | b.flags) & EndFlag.closeInit) !== 0) return true;
  return track.lastWay === Way.original && track.lastKind === SegmentKind.reset;
}

/** Notes a segment that is let through without being believed. */
function ignore(
  track: TcpTrack,
  way: Way,
  kind: SegmentKind,
  frame: Frame,
  before: TrackedTcpState,
): void {
  track.lastKind = kind;
  track.lastWay = way;
  track.lastSequence = frame.sequenceNumber;
  track.lastEnd = endOf(frame);
  track.lastWindow = frame.window;
  if (kind === SegmentKind.syn && way === Way.original) {
    track.lastFlags = optionFlags(frame);
    track.lastScale = optionScale(frame);
    track.expectsChallenge = before === TrackedTcpState.lastAck;
    track.simultaneousOpen = false;
  }
  if (before === TrackedTcpState.synSent && kind === SegmentKind.ack && way === Way.reply)
    track.lastAck = frame.acknowledgementNumber;
}

/** Whether an ACK answers a SYN that came in LAST_ACK, and not the last FIN (RFC 5961 §4). */
function isChallenge(
  track: TcpTrack,
  way: Way,
  kind: SegmentKind,
  before: TrackedTcpState,
): boolean {
  if (
    before !== TrackedTcpState.lastAck ||
    kind !== SegmentKind.ack ||
    track.lastWay === way ||
    track.lastKind !== SegmentKind.syn ||
    !track.expectsChallenge
  )
    return false;
  track.expectsChallenge = false;
  return true;
}

/** FIN and RST out of window from both ends: the connection is probably over, and is not remembered for days. */
function outOfWindow(
  keeper: ConnectionKeeper,
  connection: TrackedConnection,
  track: TcpTrack,
  way: Way,
  kind: SegmentKind,
): void {
  if (!connection.has(ConnectionStatus.assured) || connection.has(ConnectionStatus.fixedTimeout))
    return;
  if (kind !== SegmentKind.reset && kind !== SegmentKind.fin) return;
  const closedBefore = track.lastKind === SegmentKind.reset || track.lastKind === SegmentKind.fin;
  if (track.lastWay === way || !closedBefore) {
    track.lastKind = kind;
    track.lastWay = way;
    return;
  }
  const timeout = keeper.sysctls.tcpTimeoutUnacknowledged * JIFFIES_PER_SECOND;
  const left = connection.timeout - keeper.jiffies;
  if (left > timeout) connection.timeout = keeper.jiffies + timeout;
}

function timeoutOf(keeper: ConnectionKeeper, track: TcpTrack, kind: SegmentKind): number {
  const { sysctls } = keeper;
  const { tcpTimeouts, tcpTimeoutMaxRetransmissions, tcpTimeoutUnacknowledged } = sysctls;
  const timeout = tcpTimeouts[track.state] as number;
  if (
    track.retransmissions >= sysctls.tcpMaxRetransmissions &&
    timeout > tcpTimeoutMaxRetransmissions
  )
    return tcpTimeoutMaxRetransmissions;
  if (kind === SegmentKind.reset) return tcpTimeouts[TrackedTcpState.close] as number;
  const [a, b] = track.ends;
  if (
    ((a.flags | b.flags) & EndFlag.dataUnacknowledged) !== 0 &&
    timeout > tcpTimeoutUnacknowledged
  )
    return tcpTimeoutUnacknowledged;
  if (track.lastWindow === 0 && timeout > tcpTimeoutMaxRetransmissions)
    return tcpTimeoutMaxRetransmissions;
  return timeout;
}

/** Timeout and ASSURED, once the segment is believed. */
function settle(
  keeper: ConnectionKeeper,
  connection: TrackedConnection,
  track: TcpTrack,
  info: PacketInfo,
  kind: SegmentKind,
  before: TrackedTcpState,
  frame: Frame,
): void {
  const { state } = track;
  let timeout = timeoutOf(keeper, track, kind);
  if (!connection.has(ConnectionStatus.seenReply)) {
    // nothing but a refusal was heard
    if ((frame.tcpFlags & TcpFlag.rst) !== 0) return keeper.kill(connection);
    // a SYN once more does not keep the entry alive
    if (kind === SegmentKind.syn && before === TrackedTcpState.synSent) return;
    if (state === TrackedTcpState.established)
      timeout = Math.min(timeout, keeper.sysctls.tcpTimeoutUnacknowledged);
  } else if (
    !connection.has(ConnectionStatus.assured) &&
    (before === TrackedTcpState.synReceived || before === TrackedTcpState.established) &&
    state === TrackedTcpState.established
  ) {
    connection.status |= ConnectionStatus.assured;
    keeper.note(connection, EventBit.assured);
  }
  keeper.refresh(connection, info, frame, timeout);
}
