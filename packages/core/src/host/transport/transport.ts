/** What a namespace's transport shows to the shell (`ss`, `netstat`, /proc/net) beyond sockets. */
import type { Endpoint, SocketLayer, TcpState } from "./socket.ts";

/** A socket's timer, as inet_diag tells it: what for, and when it is due. */
export interface SocketTimer {
  readonly kind: "on" | "keepalive" | "timewait" | "persist";
  /** Milliseconds until it fires. */
  readonly left: number;
  /** Timeouts so far; for `persist`, probes. */
  readonly tries: number;
}

/** What TCP knows of a connection (`tcp_info`, as far as this stack counts). Sizes are octets unless a name says otherwise. */
export interface TcpInfo {
  readonly timestamps: boolean;
  readonly sack: boolean;
  /** Shift counts, the peer's and ours; null without window scaling. */
  readonly scales: readonly [peer: number, own: number] | null;
  /** Milliseconds. */
  readonly rto: number;
  readonly backoff: number;
  /** Microseconds; 0 before the first sample. */
  readonly rtt: number;
  readonly rttDeviation: number;
  /** Milliseconds; 0 before the first data. */
  readonly ackDelay: number;
  readonly mss: number;
  readonly pathMtu: number;
  readonly receiveMss: number;
  readonly advertisedMss: number;
  /** Segments; the threshold is null before the first loss. */
  readonly window: number;
  readonly threshold: number | null;
  /** Modulo 2^32. */
  readonly octetsSent: number;
  readonly octetsResent: number;
  readonly octetsAcknowledged: number;
  readonly octetsReceived: number;
  /** Milliseconds since then. */
  readonly sinceSent: number;
  readonly sinceReceived: number;
  readonly sinceAcknowledged: number;
  /** Segments. */
  readonly unacknowledged: number;
  readonly resentNow: number;
  readonly resentEver: number;
  readonly lost: number;
  readonly sacked: number;
  readonly receiveSpace: number;
  readonly receiveThreshold: number;
  readonly unsent: number;
  readonly sendWindow: number;
}

/** Memory of a socket's buffers in octets. */
export interface SocketMemory {
  readonly received: number;
  readonly receiveBuffer: number;
  readonly sendBuffer: number;
}

/** One line of `ss -tuna`. */
export interface SocketSummary {
  /** The number of the file that it is to a process; 0 once no process holds it, and before accept(2). */
  readonly inode: number;
  /** A number of its own for as long as anything is left of it. */
  readonly cookie: number;
  /** Null while none is armed. */
  readonly timer: SocketTimer | null;
  /** Null for all that is not a TCP connection with a full state. */
  readonly tcp: TcpInfo | null;
  /** Null for requests and TIME_WAIT. */
  readonly memory: SocketMemory | null;
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
