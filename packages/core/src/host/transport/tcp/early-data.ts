/**
 * Segments that came before their turn, in order of sequence (`tcp_data_queue_ofo`), and the SACK blocks about them:
 * the newest block first (RFC 2018 §4), before them a duplicate just received (D-SACK, RFC 2883).
 */
import type { Frame } from "../../../packet/frame.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import { segmentCost } from "./receive-window.ts";
import { EarlySegment } from "./segment.ts";
import { after, before } from "./sequence.ts";
import { setbacksOf, type Tcb } from "./tcb.ts";

/** With timestamps three blocks fit into the options; one more without. */
const BLOCKS_MAX = 4;

/** Keeps what `frame` brings that is not there yet. */
export function keepEarly(tcb: Tcb, frame: Frame): void {
  const start = frame.sequenceNumber;
  const end = (start + frame.payloadLength) | 0;
  const fin = (frame.tcpFlags & TcpFlag.fin) !== 0;
  const cost = segmentCost(frame.payloadLength);
  const { payload, payloadOffset } = frame;
  const early = new EarlySegment(start, end, payload, payloadOffset, fin, cost);
  let previous: EarlySegment | null = null;
  let next = tcb.earlyHead;
  while (next !== null && !after(next.sequence, start)) {
    previous = next;
    next = next.next;
  }
  if (previous !== null && !before(previous.end, end) && (!fin || previous.fin)) {
    noteDuplicate(tcb, start, end);
  } else {
    early.next = next;
    if (previous === null) tcb.earlyHead = early;
    else previous.next = early;
    tcb.receiveMemory += cost;
    swallowCovered(tcb, early);
  }
  noteBlock(tcb, start);
}

/** Drops segments behind `early` that it covers whole. */
function swallowCovered(tcb: Tcb, early: EarlySegment): void {
  for (let next = early.next; next !== null; next = early.next) {
    if (after(next.end, early.end) || (next.fin && !early.fin)) return;
    noteDuplicate(tcb, next.sequence, next.end);
    tcb.receiveMemory -= next.truesize;
    early.next = next.next;
  }
}

/** Moves the contiguous block that holds `sequence` to the front. */
function noteBlock(tcb: Tcb, sequence: number): void {
  let segment = tcb.earlyHead;
  let left = 0;
  let right = 0;
  while (segment !== null) {
    left = segment.sequence;
    right = segment.end;
    let next = segment.next;
    while (next !== null && !after(next.sequence, right)) {
      if (after(next.end, right)) right = next.end;
      next = next.next;
    }
    if (!before(right, sequence)) break;
    segment = next;
  }
  if (left === right) return;
  const setbacks = setbacksOf(tcb);
  const old = setbacks.sackBlocks;
  const blocks = [left, right];
  if (old !== null)
    for (let i = 0; i < old.length && blocks.length < 2 * BLOCKS_MAX; i += 2) {
      const l = old[i] as number;
      const r = old[i + 1] as number;
      if (before(l, left) || after(r, right)) blocks.push(l, r);
    }
  setbacks.sackBlocks = blocks;
}

export function noteDuplicate(tcb: Tcb, left: number, right: number): void {
  if (tcb.sack === false || left === right) return;
  setbacksOf(tcb).duplicate = [left, right];
}

/** The blocks for the next segment; the duplicate is told once. */
export function earlyBlocks(tcb: Tcb): number[] | null {
  const most = 2 * (tcb.timestamps === true ? BLOCKS_MAX - 1 : BLOCKS_MAX);
  const setbacks = setbacksOf(tcb);
  const { sackBlocks: old, duplicate } = setbacks;
  if (duplicate === null) return old === null || old.length === 0 ? null : old.slice(0, most);
  const blocks: number[] = [...duplicate];
  setbacks.duplicate = null;
  if (old !== null)
    for (let i = 0; i < old.length && blocks.length < most; i++) blocks.push(old[i] as number);
  return blocks;
}

/** Forgets blocks that are no longer ahead. */
export function dropPassedBlocks(tcb: Tcb): void {
  const { setbacks } = tcb;
  const old = setbacks === null ? null : setbacks.sackBlocks;
  if (setbacks === null || old === null) return;
  if (tcb.earlyHead === null) {
    setbacks.sackBlocks = null;
    return;
  }
  const blocks: number[] = [];
  for (let i = 0; i < old.length; i += 2)
    if (after(old[i] as number, tcb.receiveNext))
      blocks.push(old[i] as number, old[i + 1] as number);
  setbacks.sackBlocks = blocks;
}
