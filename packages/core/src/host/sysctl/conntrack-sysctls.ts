/** net.netfilter.nf_conntrack_*: what connection tracking looks at, times in seconds as the files hold them. */
import type { SysctlNumbers } from "./sysctl-numbers.ts";

/** By `TcpState` of host/conntrack, which is the kernel's enum: 0 stands for NONE, 9 for SYN_SENT2. */
const TCP_TIMEOUTS = [
  "syn_sent",
  "syn_sent",
  "syn_recv",
  "established",
  "fin_wait",
  "close_wait",
  "last_ack",
  "time_wait",
  "close",
  "syn_sent",
] as const;

export class ConntrackSysctls {
  /** Entries; 0 for no limit. */
  readonly max: number;
  readonly acct: boolean;
  readonly checksum: boolean;
  /** 0 never, 1 always, 2 for entries made while somebody listens. */
  readonly events: number;
  readonly timestamps: boolean;
  readonly tcpLoose: boolean;
  readonly tcpBeLiberal: boolean;
  readonly tcpIgnoreInvalidReset: boolean;
  readonly tcpMaxRetransmissions: number;
  /** By state. */
  readonly tcpTimeouts: readonly number[];
  readonly tcpTimeoutMaxRetransmissions: number;
  readonly tcpTimeoutUnacknowledged: number;
  readonly udpTimeout: number;
  readonly udpTimeoutStream: number;
  readonly icmpTimeout: number;
  readonly genericTimeout: number;
  readonly greTimeout: number;
  readonly greTimeoutStream: number;

  constructor(values: SysctlNumbers) {
    const of = (name: string): number => values.of(`net/netfilter/nf_conntrack_${name}`);
    this.max = of("max");
    this.acct = of("acct") !== 0;
    this.checksum = of("checksum") !== 0;
    this.events = of("events");
    this.timestamps = of("timestamp") !== 0;
    this.tcpLoose = of("tcp_loose") !== 0;
    this.tcpBeLiberal = of("tcp_be_liberal") !== 0;
    this.tcpIgnoreInvalidReset = of("tcp_ignore_invalid_rst") !== 0;
    this.tcpMaxRetransmissions = of("tcp_max_retrans");
    this.tcpTimeouts = TCP_TIMEOUTS.map((name) => of(`tcp_timeout_${name}`));
    this.tcpTimeoutMaxRetransmissions = of("tcp_timeout_max_retrans");
    this.tcpTimeoutUnacknowledged = of("tcp_timeout_unacknowledged");
    this.udpTimeout = of("udp_timeout");
    this.udpTimeoutStream = of("udp_timeout_stream");
    this.icmpTimeout = of("icmp_timeout");
    this.genericTimeout = of("generic_timeout");
    this.greTimeout = of("gre_timeout");
    this.greTimeoutStream = of("gre_timeout_stream");
  }
}
