/**
 * Sequence translation (the fork's `ip_vs_seq`): this host told one end another initial sequence number than the other end
 * uses. With `delta` = told − own, 32 bits wide, segments of the end that uses its own numbers are shifted by `delta`,
 * and what the other end acknowledges, SACK blocks included (RFC 2018), by −`delta`. FULLNAT translates what clients number,
 * a SYN proxy what servers do.
 */
import type { Frame } from "../../packet/frame.ts";
import { TcpFlag } from "../../packet/protocol.ts";
import { get8, get32, put32 } from "../../wire/octets.ts";
import {
  findTcpOption,
  setTcpOptionArea,
  TcpOptionKind,
  tcpOptionArea,
} from "../../wire/tcp-option-area.ts";

/** Shifts where a segment stands in its sender's stream. */
export function shiftSequence(frame: Frame, delta: number): void {
  frame.sequenceNumber = (frame.sequenceNumber + delta) | 0;
}

/** Shifts what a segment says of the stream that its sender receives. */
export function shiftAcknowledgement(frame: Frame, delta: number): void {
  if ((frame.tcpFlags & TcpFlag.ack) === 0 || delta === 0) return;
  frame.acknowledgementNumber = (frame.acknowledgementNumber + delta) | 0;
  const blocks = frame.sackBlocks;
  if (blocks === null) return;
  if (frame.wire !== null && frame.wire.tcpOptions !== null)
    return shiftWrittenBlocks(frame, delta);
  const shifted = new Array<number>(blocks.length);
  for (let i = 0; i < blocks.length; i++) shifted[i] = ((blocks[i] as number) + delta) | 0;
  frame.sackBlocks = shifted;
}

/** The same where the options are kept as octets. */
function shiftWrittenBlocks(frame: Frame, delta: number): void {
  const area = tcpOptionArea(frame);
  const at = findTcpOption(area, TcpOptionKind.sack);
  if (at < 0) return;
  const end = at + get8(area, at + 1);
  for (let edge = at + 2; edge < end; edge += 4) put32(area, edge, get32(area, edge) + delta);
  setTcpOptionArea(frame, area);
}
