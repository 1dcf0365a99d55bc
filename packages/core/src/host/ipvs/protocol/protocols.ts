/** The protocols that IPVS balances here. SCTP, AH and ESP are left out: their packets go to the local stack. */
import { IpProtocol } from "../../../packet/protocol.ts";
import type { Connection } from "../connection.ts";
import { ConnectionFlag } from "../connection.ts";
import type { Protocol } from "./protocol.ts";
import { TcpProtocol } from "./tcp.ts";
import { UdpProtocol } from "./udp.ts";

export class Protocols {
  readonly tcp = new TcpProtocol();
  readonly udp = new UdpProtocol();

  /** null for a protocol that IPVS leaves alone. */
  withNumber(protocol: number): Protocol | null {
    if (protocol === IpProtocol.tcp) return this.tcp;
    if (protocol === IpProtocol.udp) return this.udp;
    return null;
  }

  /** The state of an entry as listings print it. */
  stateName(connection: Connection): string {
    if (connection.has(ConnectionFlag.template))
      return connection.has(ConnectionFlag.assured) ? "ASSURED" : "NONE";
    return this.withNumber(connection.protocol)?.stateName(connection.state) ?? "NONE";
  }
}
