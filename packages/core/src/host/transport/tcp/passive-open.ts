/** The server's side of the handshake: LISTEN (`tcp_conn_request`) and the last ACK (`tcp_check_req`). */
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { DropReason } from "../../../trace/drop-reason.ts";
import { TcpState } from "../socket.ts";
import { ConnectionRequest, requestFor } from "./connection-request.ts";
import { segmentArrives } from "./input.ts";
import type { Listener } from "./listener.ts";
import { replyTo, segmentEnd, sendReply, sendReset } from "./reset.ts";
import { after, before } from "./sequence.ts";
import { checkCookie, sendCookie } from "./syn-cookie.ts";
import { type Tcb, TcbFlag } from "./tcb.ts";
import { timestampClock } from "./transmit.ts";
import { rateLimited } from "./validate.ts";

/** A segment for a listener; null when it was consumed. `initialSequence` is fixed when a TIME_WAIT gave way to a SYN. */
export function listenerReceives(
  listener: Listener,
  frame: Frame,
  initialSequence: number | null,
): DropReason | null {
  const flags = frame.tcpFlags;
  if ((flags & TcpFlag.rst) !== 0) return "tcp-invalid-segment";
  if ((flags & TcpFlag.ack) !== 0) {
    if ((flags & TcpFlag.syn) === 0) {
      const request = checkCookie(listener, frame);
      if (request !== null) return complete(request, frame);
    }
    sendReset(listener.context, frame);
    return "tcp-no-socket";
  }
  if ((flags & TcpFlag.syn) === 0 || (flags & TcpFlag.fin) !== 0) return "tcp-invalid-segment";
  return synArrives(listener, frame, initialSequence);
}

function synArrives(
  listener: Listener,
  syn: Frame,
  initialSequence: number | null,
): DropReason | null {
  const { counters, host } = listener.context;
  const { tcp_syncookies: cookies } = host.sysctls;
  const crowded = cookies === 2 || listener.requestsFull;
  if ((crowded && cookies === 0) || listener.full) {
    counters.ListenDrops++;
    if (listener.full) counters.ListenOverflows++;
    return "tcp-listen-overflow";
  }
  const route = host.ip.routeOutput(syn.source, syn.destination, 0, 0, 0);
  if (typeof route === "number") return "ip-no-route";
  if (crowded && initialSequence === null) sendCookie(listener, syn, route);
  else requestFor(listener, syn, route, initialSequence).start();
  return null;
}

/** A segment for a connection request; null when it was consumed. */
export function requestReceives(request: ConnectionRequest, frame: Frame): DropReason | null {
  const flags = frame.tcpFlags;
  const { now } = request.context.host.engine;
  const controls = flags & (TcpFlag.rst | TcpFlag.syn | TcpFlag.ack);
  const old = isOldByTimestamp(request, frame);
  if (frame.sequenceNumber === request.syn.sequenceNumber && controls === TcpFlag.syn && !old) {
    if (!rateLimited(request, frame, now)) request.answerAgain();
    return null;
  }
  const expected = (request.initialSequence + 1) | 0;
  if ((flags & TcpFlag.ack) !== 0 && frame.acknowledgementNumber !== expected) {
    sendReset(request.context, frame);
    return "tcp-old-acknowledgement";
  }
  if (old || !inWindow(request, frame)) {
    if ((flags & TcpFlag.rst) === 0 && !rateLimited(request, frame, now))
      acknowledgeAnyway(request, frame);
    return old ? "tcp-paws" : "tcp-out-of-window";
  }
  if (frame.hasTimestamps === true && !after(frame.sequenceNumber, request.receiveNext))
    request.timestampRecent = frame.timestampValue;
  if ((flags & (TcpFlag.rst | TcpFlag.syn)) !== 0) {
    if ((flags & TcpFlag.rst) === 0) sendReset(request.context, frame);
    request.remove();
    return null;
  }
  if ((flags & TcpFlag.ack) === 0) return "tcp-invalid-segment";
  return complete(request, frame);
}

/** The last ACK: a connection, if the accept queue has room. */
function complete(request: ConnectionRequest, frame: Frame): DropReason | null {
  const { listener } = request;
  const { counters, host } = request.context;
  if (listener.full) {
    counters.ListenOverflows++;
    counters.ListenDrops++;
    if (host.sysctls.tcp_abort_on_overflow !== 0) {
      sendReset(request.context, frame);
      request.remove();
    }
    return "tcp-listen-overflow";
  }
  const tcb = request.becomeConnection(frame);
  listener.push(tcb);
  const refused = segmentArrives(tcb, frame);
  // nobody owns it yet: the listener's owner is told instead
  tcb.flags &= ~TcbFlag.wakePending;
  listener.onEvent?.();
  return refused;
}

const isOldByTimestamp = (request: ConnectionRequest, frame: Frame): boolean =>
  request.terms.timestamps === true &&
  frame.hasTimestamps === true &&
  (frame.tcpFlags & TcpFlag.rst) === 0 &&
  ((frame.timestampValue - request.timestampRecent) | 0) < 0;

function inWindow(request: ConnectionRequest, frame: Frame): boolean {
  const start = frame.sequenceNumber;
  const end = segmentEnd(frame);
  const low = request.receiveNext;
  const high = (low + request.terms.receiveWindow) | 0;
  if (start === low) return true;
  if (after(end, low) && before(start, high)) return true;
  return start === high && start === end;
}

/** Says what is expected, in the name of a connection that is not there yet (`tcp_v4_reqsk_send_ack`). */
function acknowledgeAnyway(request: ConnectionRequest, cause: Frame): void {
  const { context, terms } = request;
  const frame = replyTo(context, cause);
  if (frame === null) return;
  frame.tcpFlags = TcpFlag.ack;
  frame.sequenceNumber = (request.initialSequence + 1) | 0;
  frame.acknowledgementNumber = request.receiveNext;
  frame.window = terms.receiveWindow >> terms.receiveScale;
  if (terms.timestamps === true) {
    frame.hasTimestamps = true;
    frame.timestampValue = timestampClock(context.host.engine.now, request.timestampOffset);
    frame.timestampEcho = request.timestampRecent;
  }
  sendReply(context, frame);
}

/** Drops what waits on a listener that closes: connections are reset, requests forgotten (`inet_csk_listen_stop`). */
export function stopListener(listener: Listener, reset: (tcb: Tcb) => void): void {
  listener.closed = true;
  for (let tcb = listener.shift(); tcb !== undefined; tcb = listener.shift())
    if (tcb.state !== TcpState.close) reset(tcb);
  const requests: ConnectionRequest[] = [];
  listener.context.flows.forEach((entry) => {
    if (entry instanceof ConnectionRequest && entry.listener === listener) requests.push(entry);
  });
  for (const request of requests) request.remove();
}
