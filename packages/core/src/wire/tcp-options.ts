/**
 * TCP options: maximum segment size (RFC 9293 §3.2), window scale and timestamps (RFC 7323), SACK (RFC 2018),
 * written in the order and with the padding of Linux's `tcp_options_write`. Octets that Linux would lay out
 * otherwise are kept as they are, beside what they mean. Left out: fast open, MD5, MPTCP (further options, raw).
 */
import type { Frame, TcpSynOptions } from "../packet/frame.ts";
import { TcpFlag } from "../packet/protocol.ts";
import type { WireDetail } from "../packet/wire-detail.ts";
import { get8, get16, get32, put16, put32 } from "./octets.ts";

const Kind = {
  end: 0,
  noOperation: 1,
  maximumSegmentSize: 2,
  windowScale: 3,
  sackPermitted: 4,
  sack: 5,
  timestamps: 8,
} as const;
/** TCPOLEN_*: octets of an option, kind and length included. */
const Length = { maximumSegmentSize: 4, windowScale: 3, sackPermitted: 2, timestamps: 10 } as const;
const SACK_BLOCK_LENGTH = 8;
const OPTIONS_LENGTH_MAX = 40;
const WINDOW_SCALE_MAX = 14;

/** Writes what the fields say and tells where it ends. */
export function writeTcpOptions(frame: Frame, octets: Uint8Array, from: number): number {
  const syn = frame.synOptions;
  let at = from;
  if (syn !== null && syn.maximumSegmentSize !== 0) {
    at = putHead(octets, at, 0, Kind.maximumSegmentSize, Length.maximumSegmentSize);
    put16(octets, at, syn.maximumSegmentSize);
    at += 2;
  }
  const permitted = syn?.sackPermitted === true;
  if (frame.hasTimestamps) {
    if (permitted) at = putHead(octets, at, 0, Kind.sackPermitted, Length.sackPermitted);
    at = putHead(octets, at, permitted ? 0 : 2, Kind.timestamps, Length.timestamps);
    put32(octets, at, frame.timestampValue);
    put32(octets, at + 4, frame.timestampEcho);
    at += 8;
  } else if (permitted) at = putHead(octets, at, 2, Kind.sackPermitted, Length.sackPermitted);
  if (syn !== null && syn.windowScale >= 0) {
    at = putHead(octets, at, 1, Kind.windowScale, Length.windowScale);
    octets[at++] = syn.windowScale;
  }
  return writeSackAndRest(frame, octets, at);
}

function writeSackAndRest(frame: Frame, octets: Uint8Array, from: number): number {
  const edges = frame.sackBlocks;
  let at = from;
  if (edges !== null && edges.length !== 0) {
    at = putHead(octets, at, 2, Kind.sack, 2 + 4 * edges.length);
    for (const edge of edges) {
      put32(octets, at, edge);
      at += 4;
    }
  }
  if (frame.tcpOptions === null) return at;
  octets.set(frame.tcpOptions, at);
  return at + frame.tcpOptions.length;
}

/** Kind and length after `padding` NOPs; tells where the value goes. */
function putHead(
  octets: Uint8Array,
  at: number,
  padding: number,
  kind: number,
  length: number,
): number {
  octets.fill(Kind.noOperation, at, at + padding);
  octets[at + padding] = kind;
  octets[at + padding + 1] = length;
  return at + padding + 2;
}

/** Reads a segment's options area into the fields, and notes in `detail` when it is not laid out as ours. */
export function readTcpOptions(frame: Frame, detail: WireDetail, area: Uint8Array): void {
  const found = new FoundOptions();
  parseOptions(area, found, (frame.tcpFlags & TcpFlag.syn) !== 0);
  frame.hasTimestamps = found.hasTimestamps;
  frame.timestampValue = found.timestampValue;
  frame.timestampEcho = found.timestampEcho;
  frame.sackBlocks = found.sackBlocks;
  if ((frame.tcpFlags & TcpFlag.syn) !== 0) frame.synOptions = found.synOptions();
  // Room for the worst that the fields can say, which may be more than an area holds.
  const ours = new Uint8Array(2 * OPTIONS_LENGTH_MAX);
  const length = writeTcpOptions(frame, ours, 0);
  if (!startsWith(area, ours, length)) detail.tcpOptions = area;
  else if (area.length > length) frame.tcpOptions = area.subarray(length);
}

function startsWith(area: Uint8Array, head: Uint8Array, length: number): boolean {
  if (length > area.length) return false;
  for (let i = 0; i < length; i++) if (area[i] !== head[i]) return false;
  return true;
}

class FoundOptions {
  hasTimestamps = false;
  timestampValue = 0;
  timestampEcho = 0;
  sackBlocks: number[] | null = null;
  maximumSegmentSize = 0;
  windowScale = -1;
  sackPermitted = false;

  synOptions(): TcpSynOptions {
    const { maximumSegmentSize, windowScale, sackPermitted } = this;
    return { maximumSegmentSize, windowScale, sackPermitted };
  }
}

/** `tcp_parse_options`: stops at the end of the list or at the first impossible length. */
function parseOptions(area: Uint8Array, found: FoundOptions, syn: boolean): void {
  let at = 0;
  while (at < area.length) {
    const kind = get8(area, at);
    if (kind === Kind.end) return;
    if (kind === Kind.noOperation) {
      at++;
      continue;
    }
    const length = at + 1 < area.length ? get8(area, at + 1) : 0;
    if (length < 2 || at + length > area.length) return;
    takeOption(area, at, kind, length, found, syn);
    at += length;
  }
}

function takeOption(
  area: Uint8Array,
  at: number,
  kind: number,
  length: number,
  found: FoundOptions,
  syn: boolean,
): void {
  if (kind === Kind.timestamps && length === Length.timestamps) {
    found.hasTimestamps = true;
    found.timestampValue = get32(area, at + 2);
    found.timestampEcho = get32(area, at + 6);
  } else if (kind === Kind.sack && length > 2 && (length - 2) % SACK_BLOCK_LENGTH === 0) {
    found.sackBlocks = [];
    for (let i = 2; i < length; i += 4) found.sackBlocks.push(get32(area, at + i));
  } else if (!syn) return;
  else if (kind === Kind.maximumSegmentSize && length === Length.maximumSegmentSize)
    found.maximumSegmentSize = get16(area, at + 2);
  else if (kind === Kind.windowScale && length === Length.windowScale)
    found.windowScale = Math.min(get8(area, at + 2), WINDOW_SCALE_MAX);
  else if (kind === Kind.sackPermitted && length === Length.sackPermitted)
    found.sackPermitted = true;
}
