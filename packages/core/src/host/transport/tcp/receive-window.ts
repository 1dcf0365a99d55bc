/**
 * The window that a receiver advertises (`tcp_select_window`), its first size and its growth with the buffer
 * (`tcp_rcv_space_adjust`). Half of the buffer counts as window (tcp_adv_win_scale = 1). Left out: memory pressure.
 */

import { pagedTruesize } from "../truesize.ts";
import { microsecondsAt } from "./clock.ts";
import type { Tcb } from "./tcb.ts";

const WINDOW_FIELD_MAX = 0xffff;
const SCALE_MAX = 14;
const WINDOW_SPACE_MIN = 212_992;

const windowOf = (space: number): number => space >> 1;
const fullSpace = (tcb: Tcb): number => windowOf(tcb.receiveBuffer);
const freeSpace = (tcb: Tcb): number => windowOf(tcb.receiveBuffer - tcb.receiveMemory);
const roundUp = (value: number, shift: number): number =>
  ((value + (1 << shift) - 1) >> shift) << shift;

/** The cost of a segment in the receive buffer. */
export const segmentCost = (length: number): number => pagedTruesize(length);

/** The window of a SYN or SYN+ACK: whole segments of `mss` octets, before any scaling. */
export const firstWindow = (buffer: number, mss: number): number => {
  const space = windowOf(buffer);
  return Math.min(space > mss ? space - (space % mss) : space, WINDOW_FIELD_MAX);
};

/** The shift count that a buffer which may grow to `maximum` octets asks for, and at any rate to WINDOW_SPACE_MIN. */
export const firstScale = (maximum: number): number => {
  const bits = 31 - Math.clz32(Math.max(maximum, WINDOW_SPACE_MIN));
  return Math.max(0, Math.min(bits - 15, SCALE_MAX));
};

/** Once the connection is there: one segment of the buffer is kept back (`tcp_init_buffer_space`). */
export function initialiseReceiveSpace(tcb: Tcb): void {
  const space = fullSpace(tcb);
  const { advertisedMss } = tcb;
  tcb.windowClamp = Math.min(tcb.windowClamp, space);
  if (tcb.windowClamp > 2 * advertisedMss && tcb.windowClamp + advertisedMss > space)
    tcb.windowClamp = Math.max(2 * advertisedMss, space - advertisedMss);
  tcb.receiveThreshold = Math.min(tcb.receiveThreshold, tcb.windowClamp);
  tcb.roundSpace = Math.min(tcb.receiveThreshold, tcb.receiveWindow, 10 * advertisedMss);
  tcb.roundStart = microsecondsAt(tcb.context.host.engine.now);
}

/**
 * Advertises `chosen`, or more, in a segment that is about to leave, and returns the field as sent. What `chooseWindow` does is
 * the caller's, in two steps: together they are too much for V8 to inline.
 */
export function advertise(tcb: Tcb, chosen: number): number {
  const { receiveScale: scale, receiveNext } = tcb;
  const left = (tcb.receiveUpdate + tcb.receiveWindow - receiveNext) | 0;
  // never take back what was offered; the field says whole steps of the scale, rounded up
  let window = chosen;
  if (window < left) window = left;
  let field = (((window + (1 << scale)) | 0) - 1) >> scale;
  if (field > WINDOW_FIELD_MAX) field = WINDOW_FIELD_MAX;
  tcb.receiveWindow = field << scale;
  tcb.receiveUpdate = receiveNext;
  return field;
}

/** The window that the buffer would allow now; 0 instead of a silly one (RFC 9293 §3.8.6.2.2). */
export const chooseWindow = (tcb: Tcb): number =>
  isEmpty(tcb) ? roundUp(emptyWindow(tcb), tcb.receiveScale) : chooseCarefully(tcb);

/** An empty buffer is free, and `emptyWindow` is its window. */
export const isEmpty = (tcb: Tcb): boolean =>
  tcb.receiveMemory === 0 && tcb.receiveScale > 0 && tcb.windowClamp > 0 && tcb.receiveMss > 0;

/** Before it is rounded for the scale. */
export const emptyWindow = (tcb: Tcb): number =>
  Math.min(windowOf(tcb.receiveBuffer), tcb.receiveThreshold);

/** The window of a buffer that is not empty. */
export function chooseCarefully(tcb: Tcb): number {
  const full = Math.min(tcb.windowClamp, fullSpace(tcb));
  const mss = Math.min(tcb.receiveMss, full);
  if (mss <= 0) return 0;
  let free = freeSpace(tcb);
  if (free < full >> 1) {
    tcb.quickAcks = 0;
    free = free > 0 ? (free >> tcb.receiveScale) << tcb.receiveScale : 0;
    if (free < fullSpace(tcb) >> 4 || free < mss) return 0;
  }
  free = Math.min(free, tcb.receiveThreshold);
  if (tcb.receiveScale > 0) return roundUp(free, tcb.receiveScale);
  const window = tcb.receiveWindow;
  if (window <= free - mss || window > free) return free - (free % mss);
  return mss === full && free > window + (full >> 1) ? free : window;
}

/** A segment of `length` octets came: the threshold follows the buffer's growth. */
export function growThreshold(tcb: Tcb, length: number): void {
  const room = Math.min(tcb.windowClamp, freeSpace(tcb)) - tcb.receiveThreshold;
  if (room <= 0) return;
  tcb.receiveThreshold += Math.min(room, Math.max(2 * tcb.advertisedMss, 2 * length));
  tcb.quickAcks |= 1;
}

/** The owner read `count` octets: a buffer that limits the sender grows, once per round trip. */
export function adjustReceiveSpace(tcb: Tcb, count: number): void {
  tcb.roundCopied += count;
  const { engine, sysctls } = tcb.context.host;
  if (tcb.srtt === 0 || ((microsecondsAt(engine.now) - tcb.roundStart) | 0) < tcb.srtt >> 3) return;
  const copied = tcb.roundCopied;
  if (copied > tcb.roundSpace) {
    let window = 2 * copied + 16 * tcb.advertisedMss;
    window += 2 * Math.floor((window * (copied - tcb.roundSpace)) / Math.max(tcb.roundSpace, 1));
    const cost = Math.max(segmentCost(tcb.advertisedMss), 2 * tcb.advertisedMss);
    const buffer = Math.min(Math.floor(window / tcb.advertisedMss) * cost, sysctls.tcp_rmem_max);
    if (buffer > tcb.receiveBuffer) {
      tcb.receiveBuffer = buffer;
      tcb.windowClamp = windowOf(buffer);
    }
    tcb.roundSpace = copied;
  }
  tcb.roundCopied = 0;
  tcb.roundStart = microsecondsAt(engine.now);
}
