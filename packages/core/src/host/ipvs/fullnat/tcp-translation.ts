/**
 * What FULLNAT changes in TCP segments beside addresses and ports (the fork's `tcp_fnat_in_handler` and
 * `tcp_fnat_out_handler`). Towards the server: a SYN loses its timestamps and gets another initial sequence number, by
 * which all that follows is shifted; it and the segments that acknowledge nothing but the server's SYN carry the client's
 * address. Towards the client: a SYN+ACK announces less by the length of that option.
 *
 * DPVS puts the address into no SYN, and into a segment with FIN as well.
 */
import type { Frame } from "../../../packet/frame.ts";
import { tcpHeaderLength } from "../../../packet/lengths.ts";
import { TcpFlag } from "../../../packet/protocol.ts";
import { addClientAddress, CLIENT_ADDRESS_LENGTH } from "../../../wire/client-address-option.ts";
import type { ConnectionRows } from "../connection-rows.ts";
import type { FullNatHost, IpvsHost } from "../host.ts";
import type { LocalBinding } from "../local-binding.ts";
import { TcpConnectionState } from "../protocol/tcp-state-table.ts";
import { reduceSegmentSize, removeTimestamps } from "../segment-options.ts";
import { shiftAcknowledgement, shiftSequence } from "../sequence-shift.ts";
import type { FullNatCounters } from "./counters.ts";
import { InitialSequences } from "./initial-sequences.ts";

const TCP_HEADER_LENGTH_MAX = 60;
/** Flags with which a segment that opens nothing carries no address. */
const BARE_IN_DPVS = TcpFlag.syn | TcpFlag.rst;
const BARE = BARE_IN_DPVS | TcpFlag.fin;

export class TcpTranslation {
  private readonly host: IpvsHost;
  private readonly fullNat: FullNatHost;
  private readonly rows: ConnectionRows;
  private readonly counters: FullNatCounters;
  private readonly sequences: InitialSequences;

  constructor(
    host: IpvsHost,
    fullNat: FullNatHost,
    rows: ConnectionRows,
    counters: FullNatCounters,
  ) {
    this.host = host;
    this.fullNat = fullNat;
    this.rows = rows;
    this.counters = counters;
    this.sequences = new InitialSequences(host.rng);
  }

  /** A segment of the client, about to leave on a way with this MTU. */
  request(frame: Frame, binding: LocalBinding, mtu: number): void {
    const { fullNat } = this;
    const { sysctls } = fullNat;
    if ((frame.tcpFlags & (TcpFlag.syn | TcpFlag.ack)) === TcpFlag.syn) {
      if (sysctls.timestamp_remove_entry !== 0) removeTimestamps(frame);
      this.begin(frame, binding);
      if (fullNat.variant !== "dpvs") this.tellClient(frame, binding, mtu);
    } else if (
      frame.acknowledgementNumber === binding.serverData &&
      (frame.tcpFlags & (fullNat.variant === "dpvs" ? BARE_IN_DPVS : BARE)) === 0 &&
      sysctls.toa_entry !== 0
    )
      this.tellClient(frame, binding, mtu);
    shiftSequence(frame, binding.sequenceDelta);
    binding.lastState = this.rows.state(binding.connection);
  }

  /** A segment of the server. */
  answer(frame: Frame, binding: LocalBinding): void {
    this.rememberEnds(frame, binding);
    const { syn, ack } = TcpFlag;
    const opens = (frame.tcpFlags & (syn | ack)) === (syn | ack);
    if (opens && this.fullNat.sysctls.mss_adjust_entry !== 0)
      reduceSegmentSize(frame, CLIENT_ADDRESS_LENGTH);
    shiftAcknowledgement(frame, -binding.sequenceDelta);
    if (opens) binding.serverData = (frame.sequenceNumber + 1) | 0;
    binding.lastState = this.rows.state(binding.connection);
  }

  /** The client's SYN; one that comes again keeps its number. */
  private begin(syn: Frame, binding: LocalBinding): void {
    const { initialSequence, sequenceDelta } = binding;
    if (initialSequence !== 0) {
      if (sequenceDelta === ((initialSequence - syn.sequenceNumber) | 0)) return;
      if (this.fullNat.sysctls.conn_reused_entry === 0) return;
      const state = this.rows.state(binding.connection);
      if (state !== TcpConnectionState.synReceived && state !== TcpConnectionState.synSent) return;
      this.countReuse(binding.lastState);
    }
    const { localAddress, port, serverAddress, serverPort } = binding;
    binding.initialSequence = this.sequences.of(
      localAddress.address,
      port,
      serverAddress,
      serverPort,
      this.host.engine.now,
    );
    binding.sequenceDelta = (binding.initialSequence - syn.sequenceNumber) | 0;
  }

  private tellClient(frame: Frame, binding: LocalBinding, mtu: number): void {
    const { counters, rows } = this;
    if (frame.length + CLIENT_ADDRESS_LENGTH > mtu) counters.fullnat_add_toa_fail_len++;
    else if (tcpHeaderLength(frame) + CLIENT_ADDRESS_LENGTH > TCP_HEADER_LENGTH_MAX)
      counters.fullnat_add_toa_head_full++;
    else {
      const { connection } = binding;
      addClientAddress(frame, rows.clientAddress(connection), rows.clientPort(connection));
      counters.fullnat_add_toa_ok++;
    }
  }

  /** Where the server stands, for a reset when the entry expires; a segment that was overtaken says nothing new. */
  private rememberEnds(frame: Frame, binding: LocalBinding): void {
    if (this.fullNat.sysctls.conn_expire_tcp_rst === 0) return;
    if ((frame.tcpFlags & TcpFlag.rst) !== 0) return;
    const known = binding.serverAcknowledged;
    if (known !== 0 && ((frame.acknowledgementNumber - known) | 0) < 0) return;
    const syn = (frame.tcpFlags & TcpFlag.syn) !== 0 ? 1 : 0;
    binding.serverEnd = (frame.sequenceNumber + syn + frame.payloadLength) | 0;
    binding.serverAcknowledged = frame.acknowledgementNumber;
  }

  private countReuse(state: number): void {
    const { counters } = this;
    counters.fullnat_conn_reused++;
    switch (state) {
      case TcpConnectionState.close:
        counters.fullnat_conn_reused_close++;
        break;
      case TcpConnectionState.timeWait:
        counters.fullnat_conn_reused_timewait++;
        break;
      case TcpConnectionState.finWait:
        counters.fullnat_conn_reused_finwait++;
        break;
      case TcpConnectionState.closeWait:
        counters.fullnat_conn_reused_closewait++;
        break;
      case TcpConnectionState.lastAck:
        counters.fullnat_conn_reused_lastack++;
        break;
      case TcpConnectionState.established:
        counters.fullnat_conn_reused_estab++;
    }
  }
}
