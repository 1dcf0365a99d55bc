/** The protocols that IPVS balances. */
import { IpProtocol } from "../../../packet/protocol.ts";
import { type Connection, ConnectionFlag } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import { FullNatTcpProtocol } from "./fullnat-tcp.ts";
import { IpsecProtocol } from "./ipsec.ts";
import { Expendable, type Protocol } from "./protocol.ts";
import { SctpProtocol } from "./sctp.ts";
import { TcpProtocol } from "./tcp.ts";
import { MAINLINE_TCP } from "./tcp-state-table.ts";
import { UdpProtocol } from "./udp.ts";

export class Protocols {
  readonly tcp: TcpProtocol;
  readonly udp: UdpProtocol;
  private readonly sctp: SctpProtocol;
  private readonly esp = new IpsecProtocol(IpProtocol.esp, "ESP");
  private readonly ah = new IpsecProtocol(IpProtocol.ah, "AH");
  private readonly rows: ConnectionRows;

  /** `fullNat`: on a kernel with FULLNAT. */
  constructor(rows: ConnectionRows, fullNat: boolean) {
    this.rows = rows;
    this.tcp = fullNat ? new FullNatTcpProtocol(rows) : new TcpProtocol(rows, MAINLINE_TCP);
    this.udp = new UdpProtocol(rows);
    this.sctp = new SctpProtocol(rows);
  }

  /** null for a protocol that IPVS leaves alone. */
  withNumber(protocol: number): Protocol | null {
    if (protocol === IpProtocol.tcp) return this.tcp;
    if (protocol === IpProtocol.udp) return this.udp;
    if (protocol === IpProtocol.sctp) return this.sctp;
    if (protocol === IpProtocol.esp) return this.esp;
    return protocol === IpProtocol.ah ? this.ah : null;
  }

  /** Whether vs.drop_entry may end an entry that is no template. */
  expendable(connection: Connection): Expendable {
    const { rows } = this;
    const protocol = this.withNumber(rows.protocol(connection));
    return protocol === null ? Expendable.byRate : protocol.expendable(rows.state(connection));
  }

  /** The state of an entry as listings print it. */
  stateName(connection: Connection): string {
    const { rows } = this;
    if (rows.has(connection, ConnectionFlag.template))
      return rows.has(connection, ConnectionFlag.assured) ? "ASSURED" : "NONE";
    return this.withNumber(rows.protocol(connection))?.stateName(rows.state(connection)) ?? "NONE";
  }
}
