/** Reserved words of the pcap filter language. */

/** Protocols that no frame of lvsim carries. */
export const ABSENT_PROTOCOLS: readonly string[] = [
  "icmp6",
  "igrp",
  "decnet",
  "lat",
  "aarp",
  "iso",
  "stp",
  "ipx",
  "netbeui",
  "mpls",
  "pppoes",
  "pppoed",
  "atalk",
  "moprc",
  "mopdl",
];
export const PROTOCOLS: readonly string[] = [
  "ether",
  "link",
  "ip",
  "arp",
  "rarp",
  "ip6",
  "tcp",
  "udp",
  "sctp",
  "icmp",
  "igmp",
  "ah",
  "esp",
  "pim",
  "vrrp",
  "carp",
  ...ABSENT_PROTOCOLS,
];
export const TYPES: readonly string[] = ["host", "net", "port", "portrange", "proto"];
export const DIRECTIONS: readonly string[] = ["src", "dst"];
const OTHER_WORDS: readonly string[] = [
  "broadcast",
  "multicast",
  "vlan",
  "less",
  "greater",
  "inbound",
  "outbound",
  "len",
  "length",
  "not",
  "and",
  "or",
  "gateway",
  "protochain",
  "mask",
  "ifname",
  "on",
];

/** Whether a word is reserved, so that it names nothing unless a backslash stands before it. */
export const isReserved = (word: string): boolean =>
  [PROTOCOLS, TYPES, DIRECTIONS, OTHER_WORDS].some((list) => list.includes(word));
