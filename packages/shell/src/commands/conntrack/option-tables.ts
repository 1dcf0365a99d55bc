/** The options of `conntrack` (conntrack-tools 1.4.7), and which of its commands takes, wants or refuses which. */
import { IpProtocol } from "@lvsim/core";
import { flag, type GetoptOption, valued } from "../../options/getopt.ts";

export type CommandLetter = "L" | "G" | "D" | "I" | "U" | "E" | "F" | "C" | "S";

/** Tags of commands begin with an exclamation mark; the letter follows. */
export const COMMANDS: readonly GetoptOption<string>[] = [
  flag("L", "dump", "!L"),
  flag("G", "get", "!G"),
  flag("D", "delete", "!D"),
  flag("I", "create", "!I"),
  flag("A", "add", "!I"),
  flag("U", "update", "!U"),
  flag("E", "event", "!E"),
  flag("F", "flush", "!F"),
  flag("C", "count", "!C"),
  flag("S", "stats", "!S"),
  flag("V", "version", "version"),
  flag("h", "help", "help"),
];

/** What every command reads, whether it takes it or refuses it. */
export const COMMON: readonly GetoptOption<string>[] = [
  valued("s", "src", "src"),
  valued("", "orig-src", "src"),
  valued("d", "dst", "dst"),
  valued("", "orig-dst", "dst"),
  valued("r", "reply-src", "reply-src"),
  valued("q", "reply-dst", "reply-dst"),
  valued("p", "protonum", "protonum"),
  valued("t", "timeout", "timeout"),
  valued("u", "status", "status"),
  flag("z", "zero", "zero"),
  valued("e", "event-mask", "event-mask"),
  valued("m", "mark", "mark"),
  valued("f", "family", "family"),
  { short: "n", long: "src-nat", value: "optional", tag: "src-nat" },
  { short: "g", long: "dst-nat", value: "optional", tag: "dst-nat" },
  { short: "j", long: "any-nat", value: "optional", tag: "any-nat" },
  valued("o", "output", "output"),
  valued("c", "secmark", "secmark"),
  valued("b", "buffer-size", "buffer-size"),
  valued("w", "zone", "zone"),
  valued("", "orig-zone", "orig-zone"),
  valued("", "reply-zone", "reply-zone"),
  valued("", "mask-src", "mask-src"),
  valued("", "mask-dst", "mask-dst"),
  valued("i", "id", "id"),
  valued("a", "nat-range", "nat-range"),
];

const PORTS: readonly GetoptOption<string>[] = [
  valued("", "sport", "sport"),
  valued("", "orig-port-src", "sport"),
  valued("", "dport", "dport"),
  valued("", "orig-port-dst", "dport"),
  valued("", "reply-port-src", "reply-port-src"),
  valued("", "reply-port-dst", "reply-port-dst"),
];

/** What is an option only after `-p`. */
export const BY_PROTOCOL: ReadonlyMap<number, readonly GetoptOption<string>[]> = new Map([
  [IpProtocol.tcp, [...PORTS, valued("", "state", "state")]],
  [IpProtocol.udp, PORTS],
  [IpProtocol.icmp, ["icmp-type", "icmp-code", "icmp-id"].map((name) => valued("", name, name))],
]);

/** Every tag of COMMON once, in the order in which conntrack checks them. */
export const ALL = COMMON.map(({ tag }) => tag).filter(
  (tag, index, tags) => tags.indexOf(tag) === index,
);
const NEVER = ["nat-range"];
const but = (...allowed: readonly string[]): readonly string[] =>
  ALL.filter((tag) => !allowed.includes(tag) && !NEVER.includes(tag));

/** Options that a command refuses. */
export const ILLEGAL: Readonly<Record<CommandLetter, readonly string[]>> = {
  L: ["timeout", "event-mask", "buffer-size", "id"],
  G: ["timeout", "status", "zero", "event-mask", "any-nat", "secmark", "buffer-size"],
  D: ["zero", "event-mask", "any-nat", "secmark", "buffer-size"],
  I: ["zero", "event-mask", "secmark", "buffer-size", "id"],
  U: ["zero", "event-mask", "any-nat", "secmark", "buffer-size", "zone", "orig-zone", "reply-zone"],
  E: ["timeout", "status", "zero", "id"],
  F: but("family"),
  C: but(),
  S: but(),
};

/** Options that a command cannot do without. */
export const COMPULSORY: Partial<Record<CommandLetter, readonly string[]>> = {
  G: ["protonum"],
  I: ["protonum", "timeout"],
};

/** What names a flow of a protocol, in the order in which it is missed. */
export const NEEDED: ReadonlyMap<number, readonly string[]> = new Map([
  [IpProtocol.tcp, ["state", "sport", "dport"]],
  [IpProtocol.udp, ["sport", "dport"]],
  [IpProtocol.icmp, ["icmp-type", "icmp-code", "icmp-id"]],
]);
