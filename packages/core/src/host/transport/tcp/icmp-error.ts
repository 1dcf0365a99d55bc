/**
 * ICMP errors about our segments (`tcp_v4_err`): they end a handshake and are a remark to a connection. An error that
 * comes at the very instant of connect(2) finds the socket locked by the caller, as it does in Linux where packets of a
 * veth cross while the call lasts; then it is only remembered. Left out: the revert of a backoff (RFC 6069).
 */
import { Errno } from "../../../base/errno.ts";
import type { Frame } from "../../../packet/frame.ts";
import { IcmpType, UnreachableCode } from "../../../packet/protocol.ts";
import { icmpErrno } from "../icmp-errno.ts";
import { TcpState } from "../socket.ts";
import { abortWith } from "./close.ts";
import { ConnectionRequest } from "./connection-request.ts";
import { resendLongSegments } from "./recovery.ts";
import { between } from "./sequence.ts";
import { setbacksOf, Tcb, type TcpContext } from "./tcb.ts";
import { syncMss } from "./transmit.ts";

export function icmpErrorArrives(context: TcpContext, error: Frame): void {
  const quoted = error.inner;
  if (quoted === null) return;
  const { source, destination, sourcePort, destinationPort } = quoted;
  const entry = context.flows.find(source, destination, sourcePort, destinationPort);
  if (entry instanceof ConnectionRequest) errorForRequest(entry, error, quoted);
  else if (entry instanceof Tcb) errorForConnection(entry, error, quoted);
}

/** Only what says that the client is out of reach ends a request. */
function errorForRequest(request: ConnectionRequest, error: Frame, quoted: Frame): void {
  if (quoted.sequenceNumber !== request.initialSequence) return;
  const { icmpType, icmpCode } = error;
  const unreachable =
    icmpType === IcmpType.destinationUnreachable &&
    (icmpCode === UnreachableCode.network || icmpCode === UnreachableCode.host);
  if (unreachable || icmpType === IcmpType.parameterProblem || icmpType === IcmpType.timeExceeded)
    request.remove();
}

function errorForConnection(tcb: Tcb, error: Frame, quoted: Frame): void {
  if (!between(tcb.sendUnacknowledged, quoted.sequenceNumber, tcb.sendNext)) return;
  const { icmpType, icmpCode } = error;
  if (
    icmpType === IcmpType.destinationUnreachable &&
    icmpCode === UnreachableCode.fragmentationNeeded
  )
    return pathShrinks(tcb, error.icmpRest & 0xffff);
  const errno = icmpErrno(error);
  if (errno === 0) return;
  const opening = tcb.state === TcpState.synSent || tcb.state === TcpState.synReceived;
  if (opening && tcb.lockedAt !== (tcb.context.host.engine.now | 0)) {
    abortWith(tcb, errno);
    tcb.context.wake(tcb);
  } else setbacksOf(tcb).softError = errno;
}

/** `tcp_v4_mtu_reduced`. */
function pathShrinks(tcb: Tcb, mtu: number): void {
  const { ip } = tcb.context.host;
  if (tcb.route === null) return;
  const learnt = ip.mtuOf(tcb.route, tcb.remoteAddress);
  const now = mtu === 0 ? learnt : Math.min(mtu, learnt);
  if (tcb.state === TcpState.synSent) {
    setbacksOf(tcb).softError = Errno.EMSGSIZE;
    return;
  }
  if (now >= tcb.pathMtu) return;
  syncMss(tcb, now);
  resendLongSegments(tcb);
}
