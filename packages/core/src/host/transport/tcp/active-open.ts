/** The client's side of the handshake: connect(2) and SYN-SENT (RFC 9293 §3.10.7.3, `tcp_rcv_synsent_state_process`). */

import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { portPair } from "../secrets.ts";
import { TcpState } from "../socket.ts";
import { AckResult, acknowledge } from "./acknowledge.ts";
import { microsecondsAt } from "./clock.ts";
import { resetByPeer } from "./close.ts";
import type { Departure } from "./departure.ts";
import { agreeOptions, beginTransfer, initialiseTransfer, startOf } from "./establish.ts";
import { outstanding } from "./output.ts";
import { firstScale, firstWindow } from "./receive-window.ts";
import { sendReset } from "./reset.ts";
import type { SentSegment } from "./segment.ts";
import { after } from "./sequence.ts";
import { setState, type Tcb, TcbFlag, TransmitTimer } from "./tcb.ts";
import {
  advertisedMssFor,
  announcedMss,
  NO_OCTETS,
  routeOf,
  sendAck,
  timestampClock,
  transmit,
} from "./transmit.ts";
import { armTransmitTimer, rearmRetransmit } from "./transmit-timer.ts";

const TWO_JIFFIES = 8;

/** Chooses what the SYN of `tcb` offers. */
function chooseOffer(tcb: Tcb): void {
  const { sysctls } = tcb.context.host;
  tcb.advertisedMss =
    tcb.route === null ? advertisedMssFor(tcb.pathMtu) : announcedMss(tcb.route, tcb.pathMtu);
  tcb.receiveBuffer = sysctls.tcp_rmem_default;
  tcb.receiveWindow = firstWindow(tcb.receiveBuffer, tcb.advertisedMss);
  tcb.receiveThreshold = tcb.receiveWindow;
  tcb.receiveScale = sysctls.tcp_window_scaling === 0 ? 0 : firstScale(sysctls.tcp_rmem_max);
  tcb.windowClamp = 0xffff << tcb.receiveScale;
}

/** Finds the route of a connection to where none went before. */
export function depart(tcb: Tcb, departure: Departure): void {
  routeOf(tcb);
  chooseOffer(tcb);
  tcb.timestampOffset = tcb.context.secrets.timestampOffset(tcb.localAddress, tcb.remoteAddress);
  departure.learn(tcb);
}

/** Sends the SYN: addresses, ports and route are set, and what it offers. */
export function open(tcb: Tcb): void {
  const { context } = tcb;
  const { host, secrets } = context;
  const ports = portPair(tcb.localPort, tcb.remotePort);
  const { localAddress, remoteAddress } = tcb;
  const iss = secrets.initialSequence(localAddress, remoteAddress, ports, host.engine.now);
  tcb.identification = secrets.identification();
  tcb.initialSequence = iss;
  tcb.sendUnacknowledged = iss;
  tcb.smallSent = iss;
  context.counters.ActiveOpens++;
  setState(tcb, TcpState.synSent);
  tcb.sendNext = iss;
  const syn = outstanding(tcb, TcpFlag.syn, NO_OCTETS, 0, 0);
  tcb.writeEnd = syn.end;
  syn.frameId = transmit(tcb, syn);
  armTransmitTimer(tcb, TransmitTimer.retransmit, tcb.rto);
}

/** A segment in SYN-SENT; null when it was consumed, otherwise why not. */
export function answerArrives(tcb: Tcb, frame: Frame): DropReason | null {
  const flags = frame.tcpFlags;
  const rst = (flags & TcpFlag.rst) !== 0;
  const syn = (flags & TcpFlag.syn) !== 0;
  if ((flags & TcpFlag.ack) === 0) {
    if (rst || !syn) return "tcp-invalid-segment";
    simultaneousOpen(tcb, frame);
    return null;
  }
  const ack = frame.acknowledgementNumber;
  if (!after(ack, tcb.sendUnacknowledged) || after(ack, tcb.sendNext)) {
    // an old incarnation of the peer: our RST ends it, and the SYN follows at once
    if ((tcb.setbacks?.retransmits ?? 0) === 0)
      armTransmitTimer(tcb, TransmitTimer.retransmit, TWO_JIFFIES);
    sendReset(tcb.context, frame);
    return "tcp-old-acknowledgement";
  }
  if (frame.hasTimestamps && frame.timestampEcho !== 0 && echoesNonsense(tcb, frame)) {
    sendReset(tcb.context, frame);
    return "tcp-paws";
  }
  if (rst) {
    resetByPeer(tcb);
    return null;
  }
  if (!syn) return "tcp-invalid-segment";
  established(tcb, frame);
  return null;
}

/** The echo must lie between our first SYN and now. */
function echoesNonsense(tcb: Tcb, frame: Frame): boolean {
  const { now } = tcb.context.host.engine;
  const clock = timestampClock(now, tcb.timestampOffset);
  const age = (clock - frame.timestampEcho) | 0;
  return age < 0 || age > 300_000;
}

function takeSyn(tcb: Tcb, frame: Frame): void {
  tcb.receiveNext = (frame.sequenceNumber + 1) | 0;
  tcb.receiveFirst = tcb.receiveNext;
  tcb.receiveUpdate = tcb.receiveNext;
  tcb.sendWindow = frame.window;
  tcb.maxWindow = frame.window;
  tcb.sendWindowSequence = frame.sequenceNumber;
}

function established(tcb: Tcb, frame: Frame): void {
  const { departure } = tcb.context;
  takeSyn(tcb, frame);
  const start = departure === null ? null : departure.startFor(tcb, frame);
  if (start === null) {
    if (!establishedAnew(tcb, frame, departure)) return;
  } else {
    start.give(tcb);
    tcb.timestampRecent = frame.timestampValue;
    if (acknowledge(tcb, frame) !== AckResult.acceptable) return;
    setState(tcb, TcpState.established);
    beginTransfer(tcb);
    tcb.timestampRecentAt = tcb.lastReceived;
  }
  tcb.flags |= TcbFlag.wakePending;
  sendAck(tcb);
}

/** Where the answer is not like the last one; whether it was acceptable. */
function establishedAnew(tcb: Tcb, frame: Frame, departure: Departure | null): boolean {
  const alike = departure?.fits(tcb) === true;
  agreeOptions(tcb, frame);
  if (acknowledge(tcb, frame) !== AckResult.acceptable) return false;
  setState(tcb, TcpState.established);
  initialiseTransfer(tcb);
  if (alike) departure.learnStart(startOf(tcb), frame);
  return true;
}

/** Both ends sent a SYN: ours goes out again, with the acknowledgement. */
function simultaneousOpen(tcb: Tcb, frame: Frame): void {
  setState(tcb, TcpState.synReceived);
  takeSyn(tcb, frame);
  agreeOptions(tcb, frame);
  const syn = tcb.sentHead as SentSegment;
  syn.flags = TcpFlag.syn | TcpFlag.ack;
  syn.sentAt = microsecondsAt(tcb.context.host.engine.now);
  transmit(tcb, syn);
  rearmRetransmit(tcb);
}
