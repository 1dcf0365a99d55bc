/**
 * IPVS's view of SCTP (`ip_vs_proto_sctp.c`): it judges by the first chunk of a packet, and looks behind it only where an
 * abort may follow a cookie. No verification tag is looked at, and all of an association is one path.
 */
import type { Frame } from "../../../packet/frame.ts";
import { hasRawContent } from "../../../packet/lengths.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { firstChunk, NO_CHUNK, SctpChunk, secondChunk } from "../../../packet/sctp.ts";
import type { IpvsSysctls } from "../../sysctl/ipvs-sysctls.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import { Candidate, Direction, Expendable, type Protocol } from "./protocol.ts";
import {
  eventOf,
  SCTP_STATE_COUNT,
  SCTP_STATE_NAMES,
  SCTP_TABLE,
  SCTP_TIMEOUTS,
  SctpRow,
  SctpState,
} from "./sctp-state-table.ts";

/** The chunk by which a packet is judged; `NO_CHUNK` for one without any. */
function decidingChunk(frame: Frame): number {
  const first = firstChunk(frame);
  if (first !== SctpChunk.cookieEcho && first !== SctpChunk.cookieAck) return first;
  return secondChunk(frame) === SctpChunk.abort ? SctpChunk.abort : first;
}

export class SctpProtocol implements Protocol {
  readonly number = IpProtocol.sctp;
  readonly name = "SCTP";
  private readonly rows: ConnectionRows;

  constructor(rows: ConnectionRows) {
    this.rows = rows;
  }

  stateName(state: number): string {
    return SCTP_STATE_NAMES[state] ?? "ERR!";
  }

  isOpening(frame: Frame): boolean {
    return firstChunk(frame) === SctpChunk.init;
  }

  candidate(frame: Frame, sysctls: IpvsSysctls): Candidate {
    const chunk = hasRawContent(frame) ? NO_CHUNK : firstChunk(frame);
    if (chunk === NO_CHUNK) return Candidate.cutShort;
    if (chunk === SctpChunk.init) return Candidate.request;
    return sysctls.sloppy_sctp !== 0 && chunk !== SctpChunk.abort
      ? Candidate.request
      : Candidate.none;
  }

  isReusable(connection: Connection): boolean {
    return this.rows.state(connection) === SctpState.closed;
  }

  expendable(state: number): Expendable {
    if (state === SctpState.established) return Expendable.byRate;
    return state === SctpState.init1 || state === SctpState.init
      ? Expendable.always
      : Expendable.never;
  }

  advance(connection: Connection, direction: Direction, frame: Frame): void {
    const { rows } = this;
    const chunk = decidingChunk(frame);
    if (chunk === NO_CHUNK) return;
    let row: number = direction === Direction.input ? SctpRow.input : SctpRow.output;
    if (rows.has(connection, ConnectionFlag.noOutput)) {
      if (direction === Direction.output) rows.lower(connection, ConnectionFlag.noOutput);
      else row = SctpRow.inputOnly;
    }
    const state = rows.state(connection);
    const next = SCTP_TABLE[(row + eventOf(chunk)) * SCTP_STATE_COUNT + state] as number;
    if (next !== state) {
      const established = next === SctpState.established;
      rows.setActive(connection, established);
      const template = rows.control(connection);
      if (established && template !== NO_CONNECTION) rows.raise(template, ConnectionFlag.assured);
      rows.setState(connection, next);
    }
    rows.setTimeoutSeconds(connection, SCTP_TIMEOUTS[next] as number);
  }
}
