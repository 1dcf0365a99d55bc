/** ipvsadm's commands and options by the names that its messages use. */

export type CommandTag =
  | "add-service"
  | "edit-service"
  | "delete-service"
  | "flush"
  | "list"
  | "add-server"
  | "delete-server"
  | "edit-server"
  | "set"
  | "start-daemon"
  | "stop-daemon"
  | "restore"
  | "save"
  | "zero"
  | "help"
  | "version"
  | "add-laddr"
  | "del-laddr"
  | "get-laddr";

/** In the order in which they are checked. */
export const OPTION_NAMES = [
  "numeric",
  "connection",
  "service-address",
  "scheduler",
  "persistent",
  "netmask",
  "real-server",
  "forwarding-method",
  "weight",
  "u-threshold",
  "l-threshold",
  "mcast-interface",
  "timeout",
  "daemon",
  "stats",
  "rate",
  "thresholds",
  "persistent-conn",
  "nosort",
  "syncid",
  "exact",
  "ops",
  "pe",
  "sched-flags",
  "mcast-group",
  "mcast-port",
  "mcast-ttl",
  "sync-maxlen",
  "tun-info",
  "tun-type",
  "tun-port",
  "tun-nocsum",
  "tun-csum",
  "tun-remcsum",
  "local-address",
  "synproxy",
  "est-timeout",
] as const;
export type OptionName = (typeof OPTION_NAMES)[number];

export type OptionTag =
  | OptionName
  | "tcp-service"
  | "udp-service"
  | "sctp-service"
  | "fwmark"
  | "ipv6"
  | "masquerading"
  | "gatewaying"
  | "ipip"
  | "full-nat"
  | "sort";

/** How a command treats an option: must have it, may have it, at most one of these. What is not named is refused. */
export interface Rules {
  readonly needs?: readonly OptionName[];
  readonly takes?: readonly OptionName[];
  readonly oneOf?: readonly OptionName[];
}
