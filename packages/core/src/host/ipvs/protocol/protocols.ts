/** The protocols that IPVS balances here. SCTP, AH and ESP are left out: their packets go to the local stack. */
import { IpProtocol } from "../../../packet/protocol.ts";
import { type Connection, ConnectionFlag } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import type { Protocol } from "./protocol.ts";
import { TcpProtocol } from "./tcp.ts";
import { UdpProtocol } from "./udp.ts";

export class Protocols {
  readonly tcp: TcpProtocol;
  readonly udp: UdpProtocol;
  private readonly rows: ConnectionRows;

  constructor(rows: ConnectionRows) {
    this.rows = rows;
    this.tcp = new TcpProtocol(rows);
    this.udp = new UdpProtocol(rows);
  }

  /** null for a protocol that IPVS leaves alone. */
  withNumber(protocol: number): Protocol | null {
    if (protocol === IpProtocol.tcp) return this.tcp;
    if (protocol === IpProtocol.udp) return this.udp;
    return null;
  }

  /** The state of an entry as listings print it. */
  stateName(connection: Connection): string {
    const { rows } = this;
    if (rows.has(connection, ConnectionFlag.template))
      return rows.has(connection, ConnectionFlag.assured) ? "ASSURED" : "NONE";
    return this.withNumber(rows.protocol(connection))?.stateName(rows.state(connection)) ?? "NONE";
  }
}
