/** IPVS's view of TCP (`ip_vs_proto_tcp.c`): it judges by flags only and never looks at sequence numbers. */
import type { Frame } from "../../../packet/frame.ts";
import { hasRawContent, TCP_HEADER_LENGTH } from "../../../packet/lengths.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { IpvsSysctls } from "../../sysctl/ipvs-sysctls.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import { Candidate, Direction, Expendable, type Protocol } from "./protocol.ts";
import {
  EVENT_FLAGS,
  eventOf,
  stepAt,
  TCP_STATE_COUNT,
  TCP_STATE_NAMES,
  TcpConnectionState,
  TcpRow,
  type TcpRules,
  TcpStep,
  type TcpTable,
} from "./tcp-state-table.ts";

/** The events of segments, by flags. */
const EVENTS: readonly number[] = Array.from({ length: EVENT_FLAGS + 1 }, (_, flags) =>
  eventOf(flags),
);

export class TcpProtocol implements Protocol {
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

  /** The step that a segment is for a connection of which both directions are seen; `last` was the one before. */
  stepAfter(last: number, direction: Direction, frame: Frame): number {
    const at = stepAt(direction, frame.tcpFlags & EVENT_FLAGS) | (last & TcpStep.state);
    return this.table.steps[at] as number;
  }

  /** The step that brought a connection to where it is: a mere acknowledgement, if no other is known. */
  lastStep(connection: Connection): number {
    return this.table.lastSteps[this.rows.state(connection)] as number;
  }

  /** Does what is to do after `last` for a step that changes the state; whether the timer is armed for too late. */
  take(connection: Connection, last: number, step: number): boolean {
    const { rows } = this;
    const state = step & TcpStep.state;
    if (state === TcpConnectionState.established) this.assure(connection);
    if (((last ^ step) & TcpStep.active) !== 0)
      rows.setActive(connection, (step & TcpStep.active) !== 0);
    return rows.enter(connection, state, this.timeouts[state] as number);
  }

  /** Puts a connection into a state, with its timeout and the server's counters. */
  enter(connection: Connection, next: number): void {
    const { rows } = this;
    rows.setTimeoutSeconds(connection, this.timeouts[next] as number);
    if (next === rows.state(connection)) return;
    rows.setState(connection, next);
    if (next === TcpConnectionState.established) this.assure(connection);
    rows.setActive(connection, ((this.rules.active >> next) & 1) !== 0);
  }

  /** A client of this template got through. */
  private assure(connection: Connection): void {
    const { rows } = this;
    const template = rows.control(connection);
    if (template !== NO_CONNECTION) rows.raise(template, ConnectionFlag.assured);
  }
}
