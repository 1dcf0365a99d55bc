/**
 * `netstat -s`: the counters of /proc/net/snmp and /proc/net/netstat in words. What it has no words for appears under its
 * own name, unless it is 0. Left out: counters that core does not keep, and those of IPv6.
 */
import type { NetworkNamespace } from "@lvsim/core";
import { netstatGroups, snmpGroups } from "../../proc-net/snmp.ts";

/** `always`: shown even when it is 0. */
interface Wording {
  readonly words: string;
  readonly always: boolean;
}

const always = (words: string): Wording => ({ words, always: true });
const ifAny = (words: string): Wording => ({ words, always: false });

const IP: readonly (readonly [string, Wording])[] = [
  ["Forwarding", always("Forwarding: #")],
  ["InReceives", always("# total packets received")],
  ["InHdrErrors", ifAny("# with invalid headers")],
  ["InAddrErrors", ifAny("# with invalid addresses")],
  ["ForwDatagrams", always("# forwarded")],
  ["InUnknownProtos", ifAny("# with unknown protocol")],
  ["InDiscards", always("# incoming packets discarded")],
  ["InDelivers", always("# incoming packets delivered")],
  ["OutRequests", always("# requests sent out")],
  ["OutDiscards", ifAny("# outgoing packets dropped")],
  ["OutNoRoutes", ifAny("# dropped because of missing route")],
  ["ReasmTimeout", ifAny("# fragments dropped after timeout")],
  ["ReasmReqds", ifAny("# reassemblies required")],
  ["ReasmOKs", ifAny("# packets reassembled ok")],
  ["ReasmFails", ifAny("# packet reassemblies failed")],
  ["FragOKs", ifAny("# outgoing packets fragmented ok")],
  ["FragFails", ifAny("# outgoing packets failed fragmentation")],
  ["FragCreates", ifAny("# fragments created")],
];

const ICMP: readonly (readonly [string, Wording])[] = [
  ["InMsgs", always("# ICMP messages received")],
  ["InErrors", always("# input ICMP message failed")],
  ["OutMsgs", always("# ICMP messages sent")],
  ["OutErrors", always("# ICMP messages failed")],
];

/** Below "ICMP input histogram" and its like for output. */
const HISTOGRAM: readonly (readonly [string, string])[] = [
  ["InDestUnreachs", "destination unreachable"],
  ["InTimeExcds", "timeout in transit"],
  ["InParmProbs", "wrong parameters"],
  ["InSrcQuenchs", "source quenches"],
  ["InRedirects", "redirects"],
  ["InEchos", "echo requests"],
  ["InEchoReps", "echo replies"],
  ["InTimestamps", "timestamp request"],
  ["InTimestampReps", "timestamp reply"],
  ["InAddrMasks", "address mask request"],
  ["InAddrMaskReps", "address mask replies"],
  ["OutDestUnreachs", "destination unreachable"],
  ["OutTimeExcds", "time exceeded"],
  ["OutParmProbs", "wrong parameters"],
  ["OutSrcQuenchs", "source quench"],
  ["OutRedirects", "redirect"],
  ["OutEchos", "echo requests"],
  ["OutEchoReps", "echo replies"],
  ["OutTimestamps", "timestamp requests"],
  ["OutTimestampReps", "timestamp replies"],
  ["OutAddrMasks", "address mask requests"],
  ["OutAddrMaskReps", "address mask replies"],
];

const TCP: readonly (readonly [string, Wording])[] = [
  ["ActiveOpens", always("# active connection openings")],
  ["PassiveOpens", always("# passive connection openings")],
  ["AttemptFails", always("# failed connection attempts")],
  ["EstabResets", always("# connection resets received")],
  ["CurrEstab", always("# connections established")],
  ["InSegs", always("# segments received")],
  ["OutSegs", always("# segments sent out")],
  ["RetransSegs", always("# segments retransmitted")],
  ["InErrs", always("# bad segments received")],
  ["OutRsts", always("# resets sent")],
];

const UDP: readonly (readonly [string, Wording])[] = [
  ["InDatagrams", always("# packets received")],
  ["NoPorts", always("# packets to unknown port received")],
  ["InErrors", always("# packet receive errors")],
  ["OutDatagrams", always("# packets sent")],
  ["RcvbufErrors", always("# receive buffer errors")],
  ["SndbufErrors", always("# send buffer errors")],
];

const TCP_EXT: readonly (readonly [string, Wording])[] = [
  ["SyncookiesSent", ifAny("# SYN cookies sent")],
  ["PAWSEstab", ifAny("# packets rejected in established connections because of timestamp")],
  ["ListenOverflows", ifAny("# times the listen queue of a socket overflowed")],
  ["ListenDrops", ifAny("# SYNs to LISTEN sockets dropped")],
  ["TCPTimeouts", ifAny("# other TCP timeouts")],
  ["TCPAbortOnData", ifAny("# connections reset due to unexpected data")],
  ["TCPAbortOnClose", ifAny("# connections reset due to early user close")],
  ["TCPAbortOnTimeout", ifAny("# connections aborted due to timeout")],
  ["TCPFastRetrans", ifAny("# fast retransmits")],
];

const WORDINGS: ReadonlyMap<string, ReadonlyMap<string, Wording>> = new Map([
  ["Ip", new Map(IP)],
  ["Icmp", new Map(ICMP)],
  ["Tcp", new Map(TCP)],
  ["Udp", new Map(UDP)],
  ["TcpExt", new Map(TCP_EXT)],
]);
const HISTOGRAM_WORDS: ReadonlyMap<string, string> = new Map(HISTOGRAM);
/** Settings that the kernel's file has among its counters. */
const UNSAID: readonly string[] = ["DefaultTTL", "RtoAlgorithm", "RtoMin", "RtoMax", "MaxConn"];
const INDENT = "    ";

/** Which kinds are asked for; what belongs to none is always shown. */
export interface StatisticsChoice {
  readonly tcp: boolean;
  readonly udp: boolean;
  readonly raw: boolean;
}

function isChosen(group: string, { raw, tcp, udp }: StatisticsChoice): boolean {
  if (group === "Tcp" || group === "TcpExt") return tcp;
  if (group === "Ip" || group === "Icmp") return raw;
  return group !== "Udp" || udp;
}

export function statisticsText(namespace: NetworkNamespace, choice: StatisticsChoice): string {
  const groups = [
    ...snmpGroups(namespace),
    { name: "UdpLite", counters: [] },
    ...netstatGroups(namespace),
    { name: "MPTcpExt", counters: [] },
  ];
  return groups
    .filter(({ name }) => isChosen(name, choice))
    .map(({ counters, name }) => `${name}:\n${linesOf(name, counters).join("")}`)
    .join("");
}

function linesOf(
  group: string,
  counters: readonly (readonly [name: string, value: number])[],
): string[] {
  const wordings = WORDINGS.get(group);
  const lines: string[] = [];
  for (const [name, value] of counters) {
    const histogram = group === "Icmp" ? HISTOGRAM_WORDS.get(name) : undefined;
    const wording = wordings?.get(name);
    if (histogram !== undefined) {
      if (value !== 0) lines.push(`${INDENT}${INDENT}${histogram}: ${value}\n`);
    } else if (wording !== undefined) {
      if (value !== 0 || wording.always)
        lines.push(`${INDENT}${wording.words.replace("#", String(value))}\n`);
    } else if (value !== 0 && !UNSAID.includes(name))
      lines.push(`${group === "IcmpMsg" ? INDENT : ""}${INDENT}${name}: ${value}\n`);
    // after the errors of either direction come its types
    if (group === "Icmp" && name === "InErrors") lines.push(`${INDENT}ICMP input histogram:\n`);
    if (group === "Icmp" && name === "OutErrors") lines.push(`${INDENT}ICMP output histogram:\n`);
  }
  return lines;
}
