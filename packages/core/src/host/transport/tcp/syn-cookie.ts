/**
 * SYN cookies (`cookie_v4_init_sequence`, `cookie_v4_check`): when the queue of requests is full, the SYN+ACK carries all
 * that a connection needs: the MSS in the sequence number, scale and SACK in the low bits of the timestamp.
 */
import { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import type { Instant } from "../../../time/instant.ts";
import type { Route } from "../../route/route.ts";
import { mix, portPair } from "../secrets.ts";
import { type ConnectionRequest, requestFor } from "./connection-request.ts";
import type { Listener } from "./listener.ts";
import type { TcpContext } from "./tcb.ts";

const MSS_TABLE = [536, 1300, 1440, 1460] as const;
const MINUTE = 60_000_000_000;
/** A cookie is good for two minutes. */
const AGE_MAX = 2;
const SCALE_NONE = 15;
const SCALE_BITS = 0xf;
const SACK_BIT = 0x10;
const OPTION_MASK = 0x3f;
const MSS_BITS = 3;

export function sendCookie(listener: Listener, syn: Frame, route: Route): void {
  const { context } = listener;
  const { engine } = context.host;
  context.counters.SyncookiesSent++;
  const offered = syn.synOptions?.maximumSegmentSize ?? 0;
  let index = MSS_TABLE.length - 1;
  while (index > 0 && (MSS_TABLE[index] as number) > offered) index--;
  const sequence = cookieFor(context, syn, syn.sequenceNumber, minuteOf(engine.now), index);
  const request = requestFor(listener, syn, route, sequence);
  request.stampWith(optionBits(syn));
  request.sendSynAck();
}

/** The request that a valid cookie stands for, null when `frame` brings none. */
export function checkCookie(listener: Listener, frame: Frame): ConnectionRequest | null {
  const { context } = listener;
  const { host, counters } = context;
  if (host.sysctls.tcp_syncookies === 0 || counters.SyncookiesSent === 0) return null;
  const sequence = (frame.acknowledgementNumber - 1) | 0;
  const irs = (frame.sequenceNumber - 1) | 0;
  const index = sequence & MSS_BITS;
  const minute = minuteOf(host.engine.now);
  for (let age = 0; age < AGE_MAX; age++) {
    if (cookieFor(context, frame, irs, minute - age, index) !== sequence) continue;
    const syn = rebuildSyn(context, frame, irs, index);
    const route = host.ip.routeOutput(frame.source, frame.destination, 0, 0, 0);
    if (typeof route === "number") return null;
    const request = requestFor(listener, syn, route, sequence);
    request.timestampRecent = frame.timestampValue;
    return request;
  }
  return null;
}

const minuteOf = (now: Instant): number => Math.floor(now / MINUTE);

function cookieFor(
  context: TcpContext,
  frame: Frame,
  irs: number,
  minute: number,
  index: number,
): number {
  const ports = portPair(frame.destinationPort, frame.sourcePort);
  const { cookieKey } = context.secrets;
  const flow = mix(frame.source, frame.destination, ports, cookieKey);
  return (mix(flow, irs, minute, cookieKey) & ~MSS_BITS) | index;
}

function optionBits(syn: Frame): number {
  const scale = syn.synOptions?.windowScale ?? -1;
  const sack = syn.synOptions?.sackPermitted ?? false;
  return (scale < 0 ? SCALE_NONE : scale & SCALE_BITS) | (sack ? SACK_BIT : 0);
}

/** The SYN as far as the cookie remembers it: without timestamps there is no scale and no SACK. */
function rebuildSyn(context: TcpContext, frame: Frame, irs: number, index: number): Frame {
  const syn = new Frame(frame.id);
  syn.source = frame.source;
  syn.destination = frame.destination;
  syn.sourcePort = frame.sourcePort;
  syn.destinationPort = frame.destinationPort;
  syn.tcpFlags = TcpFlag.syn;
  syn.sequenceNumber = irs;
  syn.window = frame.window;
  syn.hasTimestamps = frame.hasTimestamps;
  syn.timestampValue = frame.timestampValue;
  const offset = context.secrets.timestampOffset(frame.destination, frame.source);
  const bits = frame.hasTimestamps
    ? ((frame.timestampEcho - offset) | 0) & OPTION_MASK
    : SCALE_NONE;
  const scale = bits & SCALE_BITS;
  syn.synOptions = {
    maximumSegmentSize: MSS_TABLE[index] as number,
    windowScale: scale === SCALE_NONE ? -1 : scale,
    sackPermitted: (bits & SACK_BIT) !== 0,
  };
  return syn;
}
