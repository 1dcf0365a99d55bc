/**
 * Counters of a namespace as /proc/net/snmp and /proc/net/netstat group them (net/ipv4/proc.c, 6.1). What core does not
 * count is 0 in snmp, and absent in netstat.
 */
import { IcmpType, type NetworkNamespace, TcpState } from "@lvsim/core";

type Counter = readonly [name: string, value: number];

interface CounterGroup {
  /** As `Ip`, `TcpExt`. */
  readonly name: string;
  readonly counters: readonly Counter[];
}

/** ICMP's counters by type, in the kernel's order. */
const ICMP_TYPES: readonly (readonly [string, number])[] = [
  ["DestUnreachs", IcmpType.destinationUnreachable],
  ["TimeExcds", IcmpType.timeExceeded],
  ["ParmProbs", IcmpType.parameterProblem],
  ["SrcQuenchs", IcmpType.sourceQuench],
  ["Redirects", IcmpType.redirect],
  ["Echos", IcmpType.echoRequest],
  ["EchoReps", IcmpType.echoReply],
  ["Timestamps", IcmpType.timestampRequest],
  ["TimestampReps", IcmpType.timestampReply],
  ["AddrMasks", 17],
  ["AddrMaskReps", 18],
];

const sum = (counts: readonly number[]): number => counts.reduce((all, count) => all + count, 0);

const byType = (prefix: string, counts: readonly number[]): Counter[] =>
  counts.flatMap((count, type) => (count === 0 ? [] : [[`${prefix}${type}`, count] as const]));

function ipGroup({ config, counters }: NetworkNamespace): CounterGroup {
  const { values } = config.sysctls;
  return {
    name: "Ip",
    counters: [
      ["Forwarding", Number(values["net/ipv4/ip_forward"] ?? 0) === 0 ? 2 : 1],
      ["DefaultTTL", Number(values["net/ipv4/ip_default_ttl"] ?? 64)],
      ["InReceives", counters.InReceives],
      ["InHdrErrors", counters.InHdrErrors],
      ["InAddrErrors", counters.InAddrErrors],
      ["ForwDatagrams", counters.ForwDatagrams],
      ["InUnknownProtos", counters.InUnknownProtos],
      ["InDiscards", 0],
      ["InDelivers", counters.InDelivers],
      ["OutRequests", counters.OutRequests],
      ["OutDiscards", 0],
      ["OutNoRoutes", counters.OutNoRoutes],
      ["ReasmTimeout", counters.ReasmTimeout],
      ["ReasmReqds", counters.ReasmReqds],
      ["ReasmOKs", counters.ReasmOKs],
      ["ReasmFails", counters.ReasmFails],
      ["FragOKs", counters.FragOKs],
      ["FragFails", counters.FragFails],
      ["FragCreates", counters.FragCreates],
    ],
  };
}

function icmpGroups({ counters }: NetworkNamespace): CounterGroup[] {
  const { icmpIn, icmpOut } = counters;
  const types = (direction: string, counts: readonly number[]): Counter[] =>
    ICMP_TYPES.map(([name, type]) => [`${direction}${name}`, counts[type] ?? 0]);
  const messages = [...byType("InType", icmpIn), ...byType("OutType", icmpOut)];
  return [
    {
      name: "Icmp",
      counters: [
        ["InMsgs", sum(icmpIn)],
        ["InErrors", counters.IcmpInErrors],
        ["InCsumErrors", counters.IcmpInCsumErrors],
        ...types("In", icmpIn),
        ["OutMsgs", sum(icmpOut)],
        ["OutErrors", 0],
        ...types("Out", icmpOut),
      ],
    },
    ...(messages.length === 0 ? [] : [{ name: "IcmpMsg", counters: messages }]),
  ];
}

function transportGroups({ sockets }: NetworkNamespace): CounterGroup[] {
  const { counters } = sockets;
  const established = sockets
    .summaries()
    .filter(
      ({ protocol, state }) =>
        protocol === "tcp" && (state === TcpState.established || state === TcpState.closeWait),
    ).length;
  return [
    {
      name: "Tcp",
      counters: [
        ["RtoAlgorithm", 1],
        ["RtoMin", 200],
        ["RtoMax", 120_000],
        ["MaxConn", -1],
        ["ActiveOpens", counters.ActiveOpens],
        ["PassiveOpens", counters.PassiveOpens],
        ["AttemptFails", counters.AttemptFails],
        ["EstabResets", counters.EstabResets],
        ["CurrEstab", established],
        ["InSegs", counters.InSegs],
        ["OutSegs", counters.OutSegs],
        ["RetransSegs", counters.RetransSegs],
        ["InErrs", counters.InErrs],
        ["OutRsts", counters.OutRsts],
        ["InCsumErrors", counters.InCsumErrors],
      ],
    },
    {
      name: "Udp",
      counters: [
        ["InDatagrams", counters.UdpInDatagrams],
        ["NoPorts", counters.UdpNoPorts],
        ["InErrors", counters.UdpInErrors],
        ["OutDatagrams", counters.UdpOutDatagrams],
        ["RcvbufErrors", counters.UdpRcvbufErrors],
        ["SndbufErrors", 0],
        ["InCsumErrors", counters.UdpInCsumErrors],
        ["IgnoredMulti", 0],
        ["MemErrors", 0],
      ],
    },
  ];
}

/** Groups of /proc/net/snmp. */
export const snmpGroups = (namespace: NetworkNamespace): CounterGroup[] => [
  ipGroup(namespace),
  ...icmpGroups(namespace),
  ...transportGroups(namespace),
];

/** Groups of /proc/net/netstat. */
export function netstatGroups({ counters: ip, sockets }: NetworkNamespace): CounterGroup[] {
  const tcp = sockets.counters;
  return [
    {
      name: "TcpExt",
      counters: [
        ["SyncookiesSent", tcp.SyncookiesSent],
        ["PAWSEstab", tcp.PAWSEstab],
        ["ListenOverflows", tcp.ListenOverflows],
        ["ListenDrops", tcp.ListenDrops],
        ["TCPTimeouts", tcp.TCPTimeouts],
        ["TCPLossProbes", tcp.TCPLossProbes],
        ["TCPAbortOnData", tcp.TCPAbortOnData],
        ["TCPAbortOnClose", tcp.TCPAbortOnClose],
        ["TCPAbortOnTimeout", tcp.TCPAbortOnTimeout],
        ["TCPFastRetrans", tcp.TCPFastRetrans],
        ["IPReversePathFilter", ip.IPReversePathFilter],
        ["TCPChallengeACK", tcp.TCPChallengeACK],
      ],
    },
    {
      name: "IpExt",
      counters: [
        ["InNoRoutes", ip.InNoRoutes],
        ["InCsumErrors", ip.InCsumErrors],
        ["ReasmOverlaps", ip.ReasmOverlaps],
      ],
    },
  ];
}

const fileText = (groups: readonly CounterGroup[]): string =>
  groups
    .map(({ counters, name }) => {
      const names = counters.map(([counter]) => counter).join(" ");
      return `${name}: ${names}\n${name}: ${counters.map(([, value]) => value).join(" ")}\n`;
    })
    .join("");

export const snmpFile = (namespace: NetworkNamespace): string => fileText(snmpGroups(namespace));
export const netstatFile = (namespace: NetworkNamespace): string =>
  fileText(netstatGroups(namespace));
