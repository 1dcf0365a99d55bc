/** What ipvsadm understands, and which command takes which option. */
import type { PoptOption } from "../../options/popt.ts";
import { FORK_COMMANDS, FORK_OPTIONS, FORK_RULES, NOT_IN_FORK } from "./fork-words.ts";
import type { CommandTag, OptionName, OptionTag, Rules } from "./tags.ts";

const command = (short: string, long: string, tag: CommandTag): PoptOption<CommandTag> => ({
  short,
  long,
  value: "none",
  tag,
});
const flag = (short: string, long: string, tag: OptionTag): PoptOption<OptionTag> => ({
  short,
  long,
  value: "none",
  tag,
});
const valued = (short: string, long: string, tag: OptionTag): PoptOption<OptionTag> => ({
  short,
  long,
  value: "required",
  tag,
});

const COMMANDS: readonly PoptOption<CommandTag>[] = [
  command("A", "add-service", "add-service"),
  command("E", "edit-service", "edit-service"),
  command("D", "delete-service", "delete-service"),
  command("C", "clear", "flush"),
  command("L", "list", "list"),
  command("l", "", "list"),
  command("a", "add-server", "add-server"),
  command("d", "delete-server", "delete-server"),
  command("e", "edit-server", "edit-server"),
  command("R", "restore", "restore"),
  command("S", "save", "save"),
  command("Z", "zero", "zero"),
  command("", "set", "set"),
  { short: "", long: "start-daemon", value: "required", tag: "start-daemon" },
  { short: "", long: "stop-daemon", value: "required", tag: "stop-daemon" },
  command("h", "help", "help"),
  command("v", "version", "version"),
];

const OPTIONS: readonly PoptOption<OptionTag>[] = [
  valued("t", "tcp-service", "tcp-service"),
  valued("u", "udp-service", "udp-service"),
  valued("", "sctp-service", "sctp-service"),
  valued("f", "fwmark-service", "fwmark"),
  flag("6", "ipv6", "ipv6"),
  valued("s", "scheduler", "scheduler"),
  { short: "p", long: "persistent", value: "optional", tag: "persistent" },
  valued("M", "netmask", "netmask"),
  valued("r", "real-server", "real-server"),
  flag("m", "masquerading", "masquerading"),
  flag("i", "ipip", "ipip"),
  flag("g", "gatewaying", "gatewaying"),
  valued("w", "weight", "weight"),
  valued("x", "u-threshold", "u-threshold"),
  valued("y", "l-threshold", "l-threshold"),
  valued("", "mcast-interface", "mcast-interface"),
  flag("n", "numeric", "numeric"),
  flag("c", "connection", "connection"),
  flag("", "timeout", "timeout"),
  flag("", "daemon", "daemon"),
  flag("", "stats", "stats"),
  flag("", "rate", "rate"),
  flag("", "thresholds", "thresholds"),
  flag("", "persistent-conn", "persistent-conn"),
  flag("", "nosort", "nosort"),
  flag("", "sort", "sort"),
  valued("", "syncid", "syncid"),
  flag("X", "exact", "exact"),
  flag("o", "ops", "ops"),
  valued("", "pe", "pe"),
  valued("b", "sched-flags", "sched-flags"),
  valued("", "mcast-group", "mcast-group"),
  valued("", "mcast-port", "mcast-port"),
  valued("", "mcast-ttl", "mcast-ttl"),
  valued("", "sync-maxlen", "sync-maxlen"),
  flag("", "tun-info", "tun-info"),
  valued("", "tun-type", "tun-type"),
  valued("", "tun-port", "tun-port"),
  flag("", "tun-nocsum", "tun-nocsum"),
  flag("", "tun-csum", "tun-csum"),
  flag("", "tun-remcsum", "tun-remcsum"),
];

export type IpvsadmTag = CommandTag | OptionTag;

const COMMAND_TAGS: ReadonlySet<IpvsadmTag> = new Set(
  [...COMMANDS, ...FORK_COMMANDS].map(({ tag }) => tag),
);
export const isCommandTag = (tag: IpvsadmTag): tag is CommandTag => COMMAND_TAGS.has(tag);

/** All that a variant of the tool understands. */
export function wordsOf(fork: boolean): readonly PoptOption<IpvsadmTag>[] {
  if (!fork) return [...COMMANDS, ...OPTIONS];
  const kept = OPTIONS.filter(({ tag }) => !NOT_IN_FORK.includes(tag));
  return [...COMMANDS, ...FORK_COMMANDS, ...kept, ...FORK_OPTIONS];
}

const SERVICE_OPTIONS: readonly OptionName[] = [
  "scheduler",
  "persistent",
  "netmask",
  "ops",
  "pe",
  "sched-flags",
];
const SERVER_OPTIONS: readonly OptionName[] = [
  "forwarding-method",
  "weight",
  "u-threshold",
  "l-threshold",
  "tun-type",
  "tun-port",
  "tun-nocsum",
  "tun-csum",
  "tun-remcsum",
];

const RULES: Readonly<Record<CommandTag, Rules>> = {
  "add-service": { needs: ["service-address"], takes: SERVICE_OPTIONS },
  "edit-service": { needs: ["service-address"], takes: SERVICE_OPTIONS },
  "delete-service": { needs: ["service-address"] },
  flush: {},
  list: {
    takes: [
      "numeric",
      "stats",
      "rate",
      "thresholds",
      "persistent-conn",
      "nosort",
      "syncid",
      "exact",
      "tun-info",
    ],
    oneOf: ["connection", "service-address", "timeout", "daemon"],
  },
  "add-server": { needs: ["service-address", "real-server"], takes: SERVER_OPTIONS },
  "delete-server": { needs: ["service-address", "real-server"] },
  "edit-server": { needs: ["service-address", "real-server"], takes: SERVER_OPTIONS },
  set: {},
  "start-daemon": {
    takes: ["mcast-interface", "syncid", "mcast-group", "mcast-port", "mcast-ttl", "sync-maxlen"],
  },
  "stop-daemon": { takes: ["syncid"] },
  restore: {},
  save: { takes: ["numeric"] },
  zero: { takes: ["service-address"] },
  help: {},
  version: {},
  "add-laddr": {},
  "del-laddr": {},
  "get-laddr": {},
};

export const rulesOf = (command: CommandTag, fork: boolean): Rules =>
  (fork ? FORK_RULES[command] : undefined) ?? RULES[command];
