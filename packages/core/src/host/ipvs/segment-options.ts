/** What the fork does to the options of segments that open a connection (`tcp_opt_remove_timestamp`, `tcp_opt_adjust_mss`). */
import type { Frame } from "../../packet/frame.ts";
import { get8, get16, put16 } from "../../wire/octets.ts";
import {
  findTcpOption,
  setTcpOptionArea,
  TcpOptionKind,
  tcpOptionArea,
} from "../../wire/tcp-option-area.ts";

/** Puts NOPs in the place of the timestamps (vs.timestamp_remove_entry): many clients speak through one local address. */
export function removeTimestamps(frame: Frame): void {
  if (!frame.hasTimestamps) return;
  const area = tcpOptionArea(frame);
  const at = findTcpOption(area, TcpOptionKind.timestamps);
  if (at < 0) return;
  area.fill(TcpOptionKind.noOperation, at, at + get8(area, at + 1));
  setTcpOptionArea(frame, area);
}

/** Takes `octets` off the maximum segment size that a SYN or SYN+ACK announces (vs.mss_adjust_entry). */
export function reduceSegmentSize(frame: Frame, octets: number): void {
  const area = tcpOptionArea(frame);
  const at = findTcpOption(area, TcpOptionKind.maximumSegmentSize);
  if (at < 0) return;
  put16(area, at + 2, get16(area, at + 2) - octets);
  setTcpOptionArea(frame, area);
}
