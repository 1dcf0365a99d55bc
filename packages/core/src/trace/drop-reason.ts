/**
 * Why a frame disappeared: a closed set, named after Linux's `SKB_DROP_REASON_*` and its SNMP counters where
 * they have a word. Small integers on the hot path; the words are for people.
 */
export const DROP_REASONS = [
  // links and switches
  "link-down",
  "queue-full",
  "link-loss",
  "no-receiver",
  "vlan-mismatch",
  "switch-loop-limit",
  "device-down",
  "too-long-for-receiver",
  // Ethernet and ARP
  "other-host",
  "unhandled-protocol",
  "arp-ignored",
  "arp-invalid",
  "arp-not-for-us",
  "neighbour-failed",
  "neighbour-queue-full",
  "neighbour-table-full",
  // IPv4 input
  "ip-header-error",
  "ip-checksum",
  "ip-reverse-path-filter",
  "ip-martian-source",
  "ip-martian-destination",
  "ip-no-route",
  "ip-forwarding-off",
  "ip-unreachable-route",
  "ip-ttl-exceeded",
  "ip-too-big",
  "ip-bad-option",
  "ip-protocol-unknown",
  "ip-fragment-error",
  "ip-fragment-timeout",
  // netfilter and IPVS
  "netfilter-drop",
  "ipvs-no-destination",
  "ipvs-destination-gone",
  "ipvs-connection-refused-by-conntrack",
  "ipvs-local-loopback-destination",
  "ipvs-drop-rate",
  "ipvs-no-local-port",
  "ipvs-unreachable-server",
  // transport
  "icmp-checksum",
  "icmp-ignored",
  "icmp-rate-limited",
  "udp-checksum",
  "udp-no-socket",
  "udp-receive-buffer-full",
  "tcp-checksum",
  "tcp-no-socket",
  "tcp-invalid-segment",
  "tcp-out-of-window",
  "tcp-paws",
  "tcp-listen-overflow",
  "tcp-old-acknowledgement",
  "tcp-receive-buffer-full",
  "tunnel-no-device",
  "tunnel-error",
  "tunnel-checksum",
  "tunnel-out-of-sequence",
  "tunnel-no-remote",
  "tunnel-no-route",
  "tunnel-dead-loop",
  "tunnel-too-big",
  // bridges of a host
  "too-long-for-port",
  "bridge-port-disabled",
  // FULLNAT
  "ipvs-defence",
  // its SYN proxy
  "ipvs-bad-syn-cookie",
  "ipvs-syn-proxy-deferred",
  "ipvs-syn-proxy-store-full",
  "ipvs-syn-proxy-no-answer",
  "ipvs-ack-storm",
] as const;

export type DropReason = (typeof DROP_REASONS)[number];
