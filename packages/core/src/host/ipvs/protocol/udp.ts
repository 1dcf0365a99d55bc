/** IPVS's view of UDP (`ip_vs_proto_udp.c`): one state, never active. */

import type { Frame } from "../../../packet/frame.ts";
import { hasRawContent, UDP_HEADER_LENGTH } from "../../../packet/lengths.ts";
import { IpProtocol } from "../../../packet/protocol.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import { Candidate, Direction, Expendable, type Protocol } from "./protocol.ts";

export class UdpProtocol implements Protocol {
  readonly number = IpProtocol.udp;
  readonly name = "UDP";
  /** Seconds; `--set` changes it. */
  timeout = 300;
  private readonly rows: ConnectionRows;

  constructor(rows: ConnectionRows) {
    this.rows = rows;
  }

  stateName(): string {
    return "UDP";
  }

  isOpening(): boolean {
    return false;
  }

  candidate(frame: Frame): Candidate {
    if (frame.wire === null || !hasRawContent(frame)) return Candidate.request;
    return frame.payloadLength < UDP_HEADER_LENGTH ? Candidate.cutShort : Candidate.none;
  }

  expendable(): Expendable {
    return Expendable.byRate;
  }

  isReusable(): boolean {
    return false;
  }

  advance(connection: Connection, direction: Direction): void {
    const { rows } = this;
    rows.setTimeoutSeconds(connection, this.timeout);
    if (direction === Direction.input) return;
    const template = rows.control(connection);
    if (template !== NO_CONNECTION) rows.raise(template, ConnectionFlag.assured);
  }
}
