/**
 * What the IPv4 and ICMP layers of a namespace count (`struct ipstats_mib`, `icmp_mib`, parts of `linux_mib`), under the
 * names of /proc/net/snmp and /proc/net/netstat. Transports count for themselves. Left out: octets (IpExt InOctets and
 * the like), multicast, and what lvsim never does (truncated packets, encapsulation).
 */
export class IpCounters {
  // Ip
  InReceives = 0;
  InHdrErrors = 0;
  InAddrErrors = 0;
  ForwDatagrams = 0;
  InUnknownProtos = 0;
  InDelivers = 0;
  OutRequests = 0;
  OutNoRoutes = 0;
  ReasmTimeout = 0;
  ReasmReqds = 0;
  ReasmOKs = 0;
  ReasmFails = 0;
  FragOKs = 0;
  FragFails = 0;
  FragCreates = 0;
  // IpExt
  InNoRoutes = 0;
  InCsumErrors = 0;
  ReasmOverlaps = 0;
  // Icmp
  IcmpInErrors = 0;
  IcmpInCsumErrors = 0;
  IcmpOutRateLimitGlobal = 0;
  IcmpOutRateLimitHost = 0;
  // TcpExt, where Linux keeps them
  IPReversePathFilter = 0;
  /** IcmpMsg InType*: by type. */
  readonly icmpIn: number[] = [];
  /** IcmpMsg OutType*: by type. */
  readonly icmpOut: number[] = [];
}

/** Counts one message of a type; types that never came cost nothing. */
export function countType(counts: number[], type: number): void {
  while (counts.length <= type) counts.push(0);
  counts[type] = (counts[type] as number) + 1;
}
