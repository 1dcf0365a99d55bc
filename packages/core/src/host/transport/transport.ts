/** What a namespace's transport shows to the shell (`ss`, `netstat`, /proc/net) beyond sockets. */
import type { Endpoint, SocketLayer, TcpState } from "./socket.ts";

/** One line of `ss -tuna`. */
export interface SocketSummary {
  readonly protocol: "tcp" | "udp";
  /** UDP: `close` (UNCONN) or `established` when connected. */
  readonly state: TcpState;
  /** Octets not yet read; for a listener, connections not yet accepted. */
  readonly receiveQueue: number;
  /** Octets not yet acknowledged; for a listener, its backlog. */
  readonly sendQueue: number;
  readonly local: Endpoint;
  /** Port 0 for none. */
  readonly remote: Endpoint;
}

/** Counters of /proc/net/snmp and /proc/net/netstat, under their names there. */
export class TransportCounters {
  ActiveOpens = 0;
  PassiveOpens = 0;
  AttemptFails = 0;
  EstabResets = 0;
  InSegs = 0;
  OutSegs = 0;
  RetransSegs = 0;
  InErrs = 0;
  OutRsts = 0;
  InCsumErrors = 0;
  ListenOverflows = 0;
  ListenDrops = 0;
  TCPTimeouts = 0;
  TCPLossProbes = 0;
  TCPFastRetrans = 0;
  TCPChallengeACK = 0;
  TCPAbortOnData = 0;
  TCPAbortOnClose = 0;
  TCPAbortOnTimeout = 0;
  PAWSEstab = 0;
  SyncookiesSent = 0;
  UdpInDatagrams = 0;
  UdpNoPorts = 0;
  UdpInErrors = 0;
  UdpOutDatagrams = 0;
  UdpRcvbufErrors = 0;
  UdpInCsumErrors = 0;
}

export interface Transport extends SocketLayer {
  /** Every socket, listeners first, then in order of making. */
  summaries(): SocketSummary[];
  readonly counters: TransportCounters;
}
