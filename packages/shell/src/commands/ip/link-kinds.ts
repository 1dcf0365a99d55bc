/** What stands behind `type KIND` for bridges, ports, VLANs and macvlans (`bridge_parse_opt` and its like). */
import type { BridgeDetails, BridgePortConfig, MacvlanMode } from "@lvsim/core";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned } from "./arguments.ts";
import { leftOut } from "./context.ts";
import { BRIDGE_SLAVE_USAGE, BRIDGE_USAGE } from "./link-usage-bridge.ts";
import { readSwitch } from "./link-words.ts";

export type Changes<T> = { -readonly [K in keyof T]?: T[K] };

function readNumber(words: Words, name: string, max: number): number {
  const word = words.value();
  const value = parseUnsigned(word);
  if (value === undefined || value > max) throw invalidArgument(`invalid ${name}`, word);
  return value;
}

/** As the kernel makes a bridge. */
export const NEW_BRIDGE: BridgeDetails = {
  kind: "bridge",
  ageingTime: 30_000,
  forwardDelay: 1500,
  helloTime: 200,
  maxAge: 2000,
  priority: 32_768,
  stp: false,
  macIsSet: false,
  mtuIsSet: false,
  callIptables: false,
  addresses: [],
};

/** Options of multicast, VLANs and filters: read and forgotten, as long as they ask for nothing. */
const IDLE_BRIDGE_OPTIONS = [
  ...["vlan_filtering", "vlan_default_pvid", "vlan_stats_enabled", "vlan_stats_per_port"],
  ...["group_fwd_mask", "mcast_router", "mcast_snooping", "mcast_query_use_ifaddr"],
  ...["mcast_querier", "mcast_hash_elasticity", "mcast_hash_max", "mcast_last_member_count"],
  ...["mcast_startup_query_count", "mcast_last_member_interval", "mcast_membership_interval"],
  ...["mcast_querier_interval", "mcast_query_interval", "mcast_query_response_interval"],
  ...["mcast_startup_query_interval", "mcast_stats_enabled", "mcast_igmp_version"],
  ...["mcast_mld_version", "nf_call_ip6tables", "nf_call_arptables"],
  ...["no_linklocal_learn", "mcast_vlan_snooping"],
];
/** Of these, what cannot be asked for. */
const NOT_MODELLED = ["vlan_filtering", "nf_call_arptables"];

export function readBridge(words: Words): Changes<BridgeDetails> {
  const changes: Changes<BridgeDetails> = {};
  while (!words.done) {
    const word = words.take() as string;
    if (isPrefix(word, "forward_delay"))
      changes.forwardDelay = readNumber(words, "forward_delay", 0xffffffff);
    else if (isPrefix(word, "hello_time"))
      changes.helloTime = readNumber(words, "hello_time", 0xffffffff);
    else if (isPrefix(word, "max_age")) changes.maxAge = readNumber(words, "max_age", 0xffffffff);
    else if (isPrefix(word, "ageing_time"))
      changes.ageingTime = readNumber(words, "ageing_time", 0xffffffff);
    else if (isPrefix(word, "stp_state"))
      changes.stp = readNumber(words, "stp_state", 0xffffffff) !== 0;
    else if (isPrefix(word, "priority")) changes.priority = readNumber(words, "priority", 0xffff);
    else if (isPrefix(word, "nf_call_iptables"))
      changes.callIptables = readNumber(words, "nf_call_iptables", 0xff) !== 0;
    else takeIdleOption(word, words);
  }
  return changes;
}

/** `help` says what there is, whatever else is not known says it too. */
const unknownWord = (kind: string, what: string, word: string, usage: string): CommandFailure =>
  new CommandFailure(
    1,
    isPrefix(word, "help") ? usage : `${kind}: unknown ${what} "${word}"?\n${usage}`,
  );

function takeIdleOption(word: string, words: Words): void {
  const option = IDLE_BRIDGE_OPTIONS.find((name) => isPrefix(word, name));
  if (option === undefined) throw unknownWord("bridge", "command", word, BRIDGE_USAGE);
  const value = words.value();
  if (parseUnsigned(value) === undefined) throw invalidArgument(`invalid ${option}`, value);
  if (NOT_MODELLED.includes(option) && Number(value) !== 0) throw leftOut(`${option} of a bridge`);
}

const PORT_SWITCHES: ReadonlyMap<string, "hairpin" | "learning" | "flood" | "isolated"> = new Map([
  ["hairpin", "hairpin"],
  ["learning", "learning"],
  ["flood", "flood"],
  ["isolated", "isolated"],
]);

/** `type bridge_slave`: all that is left, or with `once` one property. */
export function readPort(words: Words, once = false): Changes<BridgePortConfig> {
  const changes: Changes<BridgePortConfig> = {};
  while (!words.done && !(once && Object.keys(changes).length > 0)) {
    const word = words.take() as string;
    const property = PORT_SWITCHES.get(word);
    if (property !== undefined) changes[property] = readSwitch(word, words.value());
    else if (isPrefix(word, "cost")) changes.cost = readNumber(words, "cost", 65_535);
    else if (isPrefix(word, "priority")) changes.priority = readNumber(words, "priority", 63);
    else throw unknownWord("bridge_slave", "option", word, BRIDGE_SLAVE_USAGE);
  }
  return changes;
}

const VLAN_USAGE = `Usage: ... vlan id VLANID
		[ protocol VLANPROTO ]
		[ reorder_hdr { on | off } ]
		[ gvrp { on | off } ]
		[ mvrp { on | off } ]
		[ loose_binding { on | off } ]
		[ bridge_binding { on | off } ]
		[ ingress-qos-map QOS-MAP ]
		[ egress-qos-map QOS-MAP ]

VLANID := 0-4095
VLANPROTO: [ 802.1Q | 802.1ad ]
QOS-MAP := [ QOS-MAP ] QOS-MAPPING
QOS-MAPPING := FROM:TO
`;

const VLAN_SWITCHES: ReadonlyMap<string, boolean> = new Map([
  ["reorder_hdr", true],
  ["gvrp", false],
  ["mvrp", false],
  ["loose_binding", false],
  ["bridge_binding", false],
]);

/** The VLAN id; null when none was said. */
export function readVlan(words: Words): number | null {
  let id: number | null = null;
  while (!words.done) {
    const word = words.take() as string;
    const position = VLAN_SWITCHES.get(word);
    if (isPrefix(word, "protocol")) readVlanProtocol(words.value());
    else if (isPrefix(word, "id")) {
      const value = words.value();
      const number = parseUnsigned(value);
      if (number === undefined || number > 0xffff) throw invalidArgument("id is invalid", value);
      id = number;
    } else if (position !== undefined) {
      const value = words.value();
      if (readSwitch(word, value) !== position) throw leftOut(`${word} ${value} of a VLAN`);
    } else if (isPrefix(word, "ingress-qos-map") || isPrefix(word, "egress-qos-map"))
      throw leftOut("priorities of VLANs");
    else
      throw new CommandFailure(
        1,
        isPrefix(word, "help") ? VLAN_USAGE : `vlan: unknown command "${word}"?\n${VLAN_USAGE}`,
      );
  }
  return id;
}

function readVlanProtocol(word: string): void {
  if (/^802\.1ad$/i.test(word)) throw leftOut("VLANs of 802.1ad");
  if (!/^802\.1q$/i.test(word)) throw invalidArgument("protocol is invalid", word);
}

const MACVLAN_USAGE = `Usage: ... macvlan mode MODE [flag MODE_FLAG] MODE_OPTS [bcqueuelen QUEUE_LENGTH]

MODE: private | vepa | bridge | passthru | source
MODE_FLAG: null | nopromisc
MODE_OPTS: for mode "source":
	macaddr { { add | del } <macaddr> | set [ <macaddr> [ <macaddr>  ... ] ] | flush }
QUEUE_LENGTH := 0-4294967295
`;

const MODES: readonly MacvlanMode[] = ["private", "vepa", "bridge", "passthru"];

/** The mode; null when none was said. */
export function readMacvlan(words: Words): MacvlanMode | null {
  let mode: MacvlanMode | null = null;
  while (!words.done) {
    const word = words.take() as string;
    if (isPrefix(word, "mode")) mode = readMode(words.value());
    else if (isPrefix(word, "flag")) words.value();
    else if (isPrefix(word, "nopromisc")) continue;
    else if (isPrefix(word, "bcqueuelen")) readNumber(words, "bcqueuelen", 0xffffffff);
    else if (isPrefix(word, "macaddr")) throw leftOut("macvlans of source mode");
    else
      throw new CommandFailure(
        1,
        isPrefix(word, "help")
          ? MACVLAN_USAGE
          : `macvlan: unknown option "${word}"?\n${MACVLAN_USAGE}`,
      );
  }
  return mode;
}

function readMode(word: string): MacvlanMode {
  if (word === "source") throw leftOut("macvlans of source mode");
  const mode = MODES.find((name) => name === word);
  if (mode !== undefined) return mode;
  throw new CommandFailure(
    1,
    `Error: argument of "mode" must be "private", "vepa", "bridge", "passthru" or "source", not "${word}"\n`,
  );
}
