/** TCP on a kernel with FULLNAT: a service may say how long its established connections may be idle (`-V`). */
import type { Frame } from "../../../packet/frame.ts";
import type { Connection } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import type { Direction } from "./protocol.ts";
import { TcpProtocol } from "./tcp.ts";
import { FULLNAT_TCP, TcpConnectionState } from "./tcp-state-table.ts";

export class FullNatTcpProtocol extends TcpProtocol {
  private readonly connections: ConnectionRows;

  constructor(rows: ConnectionRows) {
    super(rows, FULLNAT_TCP);
    this.connections = rows;
  }

  override advance(connection: Connection, direction: Direction, frame: Frame): void {
    super.advance(connection, direction, frame);
    const { connections } = this;
    if (connections.state(connection) !== TcpConnectionState.established) return;
    const seconds = connections.server(connection)?.establishedTimeout ?? 0;
    if (seconds !== 0) connections.setTimeoutSeconds(connection, seconds);
  }
}
