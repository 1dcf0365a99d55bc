/**
 * What `ss`, `netstat` and /proc/net/tcp are told of TCP's sockets (`inet_diag`, `tcp_get_info`): read only, made when
 * somebody asks. Left out, as nothing counts it: segments in and out, delivery rates, the least round trip.
 */
import { ANY_ADDRESS } from "../../../packet/ipv4-address.ts";
import { UNARMED } from "../../../time/timer.ts";
import { TcpState } from "../socket.ts";
import { inodeOf } from "../socket-numbers.ts";
import type { SocketSummary, SocketTimer, TcpInfo } from "../transport.ts";
import { millisecondsAt } from "./clock.ts";
import type { ConnectionRequest } from "./connection-request.ts";
import { chainsFor, type FlowEntry, hashOf } from "./flow-table.ts";
import { queued, sendBuffer } from "./input.ts";
import type { Listener } from "./listener.ts";
import { Setbacks } from "./setbacks.ts";
import { type Tcb, type TcpContext, TransmitTimer } from "./tcb.ts";
import type { TimeWaitTable } from "./time-wait-table.ts";

/** A threshold this high was never set. */
const THRESHOLD_SHOWN_MAX = 0xffff;
const NO_SETBACKS: Readonly<Setbacks> = new Setbacks();

export function listenerSummary(listener: Listener): SocketSummary {
  const { sysctls } = listener.context.host;
  return {
    protocol: "tcp",
    inode: inodeOf(listener.cookie),
    cookie: listener.cookie,
    state: TcpState.listen,
    receiveQueue: listener.waiting,
    sendQueue: listener.backlog,
    local: { address: listener.address, port: listener.port },
    remote: { address: ANY_ADDRESS, port: 0 },
    timer: null,
    tcp: null,
    memory: {
      received: 0,
      receiveBuffer: sysctls.tcp_rmem_default,
      sendBuffer: sysctls.tcp_wmem_default,
    },
  };
}

/** All flows as one hash would list them that had the TIME_WAITs in it too, as Linux's has: in each chain the newest first. */
export function flowSummaries(context: TcpContext): SocketSummary[] {
  const lines: SocketSummary[] = [];
  context.flows.forEach((entry) => {
    lines.push(flowSummary(entry));
  });
  const table = context.timeWaits?.table;
  table?.forEach((row) => {
    lines.push(timeWaitSummary(context, table, row));
  });
  const chains = chainsFor(lines.length);
  const chainOf = ({ local, remote }: SocketSummary): number =>
    hashOf(local.address, remote.address, local.port, remote.port) & (chains - 1);
  return lines.sort((a, b) => chainOf(a) - chainOf(b) || b.cookie - a.cookie);
}

function timeWaitSummary(context: TcpContext, table: TimeWaitTable, row: number): SocketSummary {
  return {
    local: { address: table.localAddress(row), port: table.localPort(row) },
    remote: { address: table.remoteAddress(row), port: table.remotePort(row) },
    protocol: "tcp",
    inode: 0,
    cookie: table.cookie(row),
    state: table.state(row),
    receiveQueue: 0,
    sendQueue: 0,
    timer: timerOf({ context }, table.timerSlot(row), table.due(row), "timewait", 0),
    tcp: null,
    memory: null,
  };
}

function flowSummary(entry: FlowEntry): SocketSummary {
  const ends = {
    local: { address: entry.localAddress, port: entry.localPort },
    remote: { address: entry.remoteAddress, port: entry.remotePort },
  };
  if (entry.state !== TcpState.newSynReceived)
    return { ...ends, ...connectionSummary(entry as Tcb) };
  const request = entry as ConnectionRequest;
  return {
    ...ends,
    protocol: "tcp",
    inode: 0,
    cookie: request.cookie,
    state: TcpState.synReceived,
    receiveQueue: 0,
    sendQueue: 0,
    timer: timerOf(request, request.slot, request.due, "on", request.timeouts),
    tcp: null,
    memory: null,
  };
}

function connectionSummary(tcb: Tcb): Omit<SocketSummary, "local" | "remote"> {
  return {
    protocol: "tcp",
    inode: tcb.held && !tcb.orphan ? inodeOf(tcb.cookie) : 0,
    cookie: tcb.cookie,
    state: tcb.state,
    receiveQueue: tcb.available,
    sendQueue: queued(tcb),
    timer: connectionTimer(tcb),
    tcp: infoOf(tcb),
    memory: {
      received: tcb.receiveMemory,
      receiveBuffer: tcb.receiveBuffer,
      sendBuffer: sendBuffer(tcb),
    },
  };
}

/** The kernel counts what is left in jiffies of 4 ms. */
const JIFFY = 4;

function timerOf(
  { context }: { readonly context: TcpContext },
  slot: number,
  due: number,
  kind: SocketTimer["kind"],
  tries: number,
): SocketTimer | null {
  const { engine } = context.host;
  if (slot === UNARMED || !engine.timers.isArmed(slot)) return null;
  const left = (due - millisecondsAt(engine.now)) | 0;
  return { kind, left: Math.max(0, Math.ceil(left / JIFFY) * JIFFY), tries };
}

/** The sending side's timer is named first; the keepalive timer, which also waits for the peer's FIN, otherwise. */
function connectionTimer(tcb: Tcb): SocketTimer | null {
  const { transmitTimer, transmitSlot, transmitDue } = tcb;
  const setbacks = tcb.setbacks ?? NO_SETBACKS;
  if (transmitTimer === TransmitTimer.none)
    return timerOf(tcb, setbacks.finWaitSlot, setbacks.finWaitDue, "keepalive", setbacks.probesOut);
  return transmitTimer === TransmitTimer.probe
    ? timerOf(tcb, transmitSlot, transmitDue, "persist", setbacks.probesOut)
    : timerOf(tcb, transmitSlot, transmitDue, "on", setbacks.retransmits);
}

function infoOf(tcb: Tcb): TcpInfo {
  const now = millisecondsAt(tcb.context.host.engine.now);
  const setbacks = tcb.setbacks ?? NO_SETBACKS;
  const sent = (tcb.sendNext - tcb.initialSequence - 1 - (tcb.finSent ? 1 : 0)) >>> 0;
  // the SYN of an active open counts as acknowledged
  const acknowledgedFrom = (tcb.initialSequence + (tcb.passive ? 1 : 0)) | 0;
  return {
    timestamps: tcb.timestamps,
    sack: tcb.sack,
    scales: tcb.windowScaling ? [tcb.sendScale, tcb.receiveScale] : null,
    rto: tcb.rto,
    backoff: setbacks.backoff,
    rtt: tcb.srtt >> 3,
    rttDeviation: tcb.deviation >> 2,
    ackDelay: tcb.ackDelay,
    mss: tcb.mss,
    pathMtu: tcb.pathMtu,
    receiveMss: tcb.receiveMss,
    advertisedMss: tcb.advertisedMss,
    window: tcb.window,
    threshold: tcb.threshold > THRESHOLD_SHOWN_MAX ? null : tcb.threshold,
    octetsSent: (sent + setbacks.resentOctets) >>> 0,
    octetsResent: setbacks.resentOctets >>> 0,
    octetsAcknowledged: (tcb.sendUnacknowledged - acknowledgedFrom) >>> 0,
    octetsReceived: (tcb.receiveNext - tcb.receiveFirst) >>> 0,
    sinceSent: (now - tcb.lastSent) | 0,
    sinceReceived: (now - tcb.lastReceived) | 0,
    sinceAcknowledged: (now - tcb.peerHeardAt) | 0,
    unacknowledged: tcb.packetsOut,
    resentNow: setbacks.resentOut,
    resentEver: setbacks.totalRetransmits,
    lost: setbacks.lostOut,
    sacked: setbacks.sackedOut,
    receiveSpace: tcb.roundSpace,
    receiveThreshold: tcb.receiveThreshold,
    unsent: tcb.unsent,
    sendWindow: tcb.sendWindow,
  };
}
