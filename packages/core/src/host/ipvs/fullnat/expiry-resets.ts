/**
 * vs.conn_expire_tcp_rst (`tcp_conn_expire_handler`): when the entry of an established full-nat connection expires, both
 * ends get a RST in the other's name, so that they learn of it before they send again. Left out: masquerading, and
 * connections that a SYN proxy has half opened.
 */
import { Frame } from "../../../packet/frame.ts";
import { packetLength } from "../../../packet/lengths.ts";
import { FragmentField, IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import type { Connection } from "../connection.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import type { ExpiryListener } from "../connections.ts";
import type { FullNat } from "../forwarding/full-nat.ts";
import type { FullNatHost, IpvsHost } from "../host.ts";
import { TcpConnectionState } from "../protocol/tcp-state-table.ts";
import type { FullNatCounters } from "./counters.ts";

export class ExpiryResets implements ExpiryListener {
  private readonly host: IpvsHost;
  private readonly fullNat: FullNatHost;
  private readonly rows: ConnectionRows;
  private readonly forwarder: FullNat;
  private readonly counters: FullNatCounters;

  constructor(
    host: IpvsHost,
    fullNat: FullNatHost,
    rows: ConnectionRows,
    forwarder: FullNat,
    counters: FullNatCounters,
  ) {
    this.host = host;
    this.fullNat = fullNat;
    this.rows = rows;
    this.forwarder = forwarder;
    this.counters = counters;
  }

  expiring(connection: Connection): void {
    const { rows, counters } = this;
    const binding = rows.local(connection);
    if (binding === null || binding.protocol !== IpProtocol.tcp) return;
    if (rows.state(connection) !== TcpConnectionState.established) return;
    if (this.fullNat.sysctls.conn_expire_tcp_rst === 0) return;
    // each is made as it would come in, and translated on its way out like everything else
    const toServer = this.reset((binding.serverAcknowledged - binding.sequenceDelta) | 0);
    toServer.source = rows.clientAddress(connection);
    toServer.sourcePort = rows.clientPort(connection);
    toServer.destination = rows.virtualAddress(connection);
    toServer.destinationPort = rows.virtualPort(connection);
    counters.rst_in_established++;
    this.forwarder.forward(toServer, connection, null, false);
    const toClient = this.reset(binding.serverEnd);
    toClient.source = binding.serverAddress;
    toClient.sourcePort = binding.serverPort;
    toClient.destination = binding.localAddress.address;
    toClient.destinationPort = binding.port;
    counters.rst_out_established++;
    this.forwarder.answer(toClient, connection);
  }

  private reset(sequence: number): Frame {
    const frame = new Frame(this.host.engine.newFrameId());
    frame.protocol = IpProtocol.tcp;
    frame.fragment = FragmentField.dontFragment;
    frame.tcpFlags = TcpFlag.rst;
    frame.sequenceNumber = sequence;
    frame.length = packetLength(frame);
    return frame;
  }
}
