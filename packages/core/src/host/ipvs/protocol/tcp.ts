/** IPVS's view of TCP (`ip_vs_proto_tcp.c`): it judges by flags only and never looks at sequence numbers. */
import type { Frame } from "../../../packet/frame.ts";
import { hasRawContent, TCP_HEADER_LENGTH } from "../../../packet/lengths.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { IpvsSysctls } from "../../sysctl/ipvs-sysctls.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import { Candidate, Direction, Expendable, type RememberedProtocol } from "./protocol.ts";
import {
  TCP_STATE_COUNT,
  TCP_STATE_NAMES,
  TcpConnectionState,
  TcpEvent,
  TcpRow,
  type TcpRules,
  type TcpTable,
} from "./tcp-state-table.ts";

const ACK = TcpFlag.ack;
const EVENT_FLAGS = TcpFlag.rst | TcpFlag.syn | TcpFlag.fin | TcpFlag.ack;

/** The event of a segment with these flags, by priority RST, SYN, FIN, ACK; −1 for a segment without any of them. */
function eventOf(flags: number): number {
  if ((flags & TcpFlag.rst) !== 0) return TcpEvent.rst;
  if ((flags & TcpFlag.syn) !== 0) return TcpEvent.syn;
  if ((flags & TcpFlag.fin) !== 0) return TcpEvent.fin;
  return (flags & ACK) !== 0 ? TcpEvent.ack : -1;
}

/** The same, by flags. */
const EVENTS: readonly number[] = Array.from({ length: EVENT_FLAGS + 1 }, (_, flags) =>
  eventOf(flags),
);

export class TcpProtocol implements RememberedProtocol {
  readonly number = IpProtocol.tcp;
  readonly name = "TCP";
  /** Seconds, by state; `--set` changes two of them. */
  readonly timeouts: number[];
  private table: TcpTable;
  private readonly rules: TcpRules;
  private readonly rows: ConnectionRows;

  constructor(rows: ConnectionRows, rules: TcpRules) {
    this.rows = rows;
    this.rules = rules;
    this.timeouts = [...rules.timeouts];
    this.table = rules.normal;
  }

  /** `--set`, in seconds. */
  setTimeouts(established: number, finWait: number): void {
    this.timeouts[TcpConnectionState.established] = established;
    this.timeouts[TcpConnectionState.finWait] = finWait;
  }

  /** Whether vs.secure_tcp is in force. */
  setSecure(secure: boolean): void {
    this.table = secure ? this.rules.secure : this.rules.normal;
  }

  stateName(state: number): string {
    return TCP_STATE_NAMES[state] ?? "?";
  }

  isOpening(frame: Frame): boolean {
    return (frame.tcpFlags & TcpFlag.syn) !== 0;
  }

  candidate(frame: Frame, sysctls: IpvsSysctls): Candidate {
    if (frame.wire !== null && hasRawContent(frame))
      return frame.payloadLength < TCP_HEADER_LENGTH ? Candidate.cutShort : Candidate.none;
    if ((frame.tcpFlags & TcpFlag.rst) !== 0) return Candidate.none;
    const opens = (frame.tcpFlags & TcpFlag.syn) !== 0 || sysctls.sloppy_tcp !== 0;
    return opens ? Candidate.request : Candidate.none;
  }

  expendable(state: number): Expendable {
    if (state === TcpConnectionState.established) return Expendable.byRate;
    return state === TcpConnectionState.synReceived || state === TcpConnectionState.synAck
      ? Expendable.always
      : Expendable.never;
  }

  isReusable(connection: Connection, reuseMode: number): boolean {
    const state = this.rows.state(connection);
    if (state === TcpConnectionState.timeWait || state === TcpConnectionState.close) return true;
    return (
      (reuseMode & 2) !== 0 &&
      state === TcpConnectionState.finWait &&
      this.rows.has(connection, ConnectionFlag.noOutput)
    );
  }

  advance(connection: Connection, direction: Direction, frame: Frame): void {
    const { rows } = this;
    let row: number = direction === Direction.input ? TcpRow.input : TcpRow.output;
    if (rows.has(connection, ConnectionFlag.noOutput)) {
      // an answer was seen after all: from now on both directions count
      if (direction === Direction.output) rows.lower(connection, ConnectionFlag.noOutput);
      else row = TcpRow.inputOnly;
    }
    const event = EVENTS[frame.tcpFlags & EVENT_FLAGS] as number;
    const state = rows.state(connection);
    const next =
      event < 0
        ? TcpConnectionState.close
        : (this.table.cells[(row + event) * TCP_STATE_COUNT + state] as number);
    this.enter(connection, next);
  }

  /** Of segments that leave the state only acknowledgements, with data or without, are known for it: others are few. */
  leaves(connection: Connection, direction: Direction, frame: Frame): boolean {
    if ((frame.tcpFlags & EVENT_FLAGS) !== ACK) return false;
    const left =
      direction === Direction.input ? this.table.leftByRequests : this.table.leftByAnswers;
    return ((left >> this.rows.state(connection)) & 1) !== 0;
  }

  /** Puts a connection into a state, with its timeout and the server's counters. */
  enter(connection: Connection, next: number): void {
    const { rows } = this;
    rows.setTimeoutSeconds(connection, this.timeouts[next] as number);
    if (next === rows.state(connection)) return;
    rows.setState(connection, next);
    if (next === TcpConnectionState.established) {
      const template = rows.control(connection);
      if (template !== NO_CONNECTION) rows.raise(template, ConnectionFlag.assured);
    }
    rows.setActive(connection, ((this.rules.active >> next) & 1) !== 0);
  }
}
