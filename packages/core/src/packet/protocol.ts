/** Numbers of the protocols that frames carry (IANA registries). */

export const EtherType = { ipv4: 0x0800, arp: 0x0806, vlan: 0x8100 } as const;

export const IpProtocol = {
  icmp: 1,
  ipip: 4,
  tcp: 6,
  udp: 17,
  gre: 47,
  esp: 50,
  ah: 51,
  vrrp: 112,
  sctp: 132,
} as const;

export const ArpOperation = { request: 1, reply: 2 } as const;

/** TCP flag bits of RFC 9293 §3.1. */
export const TcpFlag = {
  fin: 1,
  syn: 2,
  rst: 4,
  psh: 8,
  ack: 16,
  urg: 32,
  ece: 64,
  cwr: 128,
} as const;

/** Bits of the IPv4 fragment field (RFC 791 §3.1); the rest is the offset in units of 8 octets. */
export const FragmentField = {
  dontFragment: 0x4000,
  moreFragments: 0x2000,
  offsetMask: 0x1fff,
} as const;

export const IcmpType = {
  echoReply: 0,
  destinationUnreachable: 3,
  sourceQuench: 4,
  redirect: 5,
  echoRequest: 8,
  timeExceeded: 11,
  parameterProblem: 12,
  timestampRequest: 13,
  timestampReply: 14,
} as const;

/** Codes of ICMP destination unreachable (RFC 792, RFC 1122 §3.2.2.1, RFC 1812 §5.2.7.1). */
export const UnreachableCode = {
  network: 0,
  host: 1,
  protocol: 2,
  port: 3,
  fragmentationNeeded: 4,
  sourceRouteFailed: 5,
  networkProhibited: 9,
  hostProhibited: 10,
  communicationProhibited: 13,
} as const;
