/** What an ICMP error means, in the words of iputils' `ping`. */
import { formatIpv4Address, IcmpType, type Ipv4Address } from "@lvsim/core";

const UNREACHABLE: readonly string[] = [
  "Destination Net Unreachable",
  "Destination Host Unreachable",
  "Destination Protocol Unreachable",
  "Destination Port Unreachable",
  "", // with the MTU
  "Source Route Failed",
  "Destination Net Unknown",
  "Destination Host Unknown",
  "Source Host Isolated",
  "Destination Net Prohibited",
  "Destination Host Prohibited",
  "Destination Net Unreachable for Type of Service",
  "Destination Host Unreachable for Type of Service",
  "Packet filtered",
  "Precedence Violation",
  "Precedence Cutoff",
];

const REDIRECT: readonly string[] = [
  "Redirect Network",
  "Redirect Host",
  "Redirect Type of Service and Network",
  "Redirect Type of Service and Host",
];

const TIME_EXCEEDED: readonly string[] = ["Time to live exceeded", "Frag reassembly time exceeded"];

const FRAGMENTATION_NEEDED = 4;

/** `rest` are the four octets after the checksum: an MTU in its lower half, a gateway. */
export function icmpText(type: number, code: number, rest: number): string {
  switch (type) {
    case IcmpType.destinationUnreachable:
      if (code === FRAGMENTATION_NEEDED) return `Frag needed and DF set (mtu = ${rest & 0xffff})`;
      return UNREACHABLE[code] ?? `Dest Unreachable, Bad Code: ${code}`;
    case IcmpType.sourceQuench:
      return "Source Quench";
    case IcmpType.redirect:
      return `${REDIRECT[code] ?? `Redirect, Bad Code: ${code}`}(New nexthop: ${formatIpv4Address(rest as Ipv4Address)})`;
    case IcmpType.timeExceeded:
      return TIME_EXCEEDED[code] ?? `Time exceeded, Bad Code: ${code}`;
    case IcmpType.parameterProblem:
      return `Parameter problem: pointer = ${rest >>> 24}`;
    default:
      return `Bad ICMP type: ${type}`;
  }
}
