/** iptables' own options: which there are, which command allows which. */
import type { Arity } from "./word-reader.ts";

/** Commands by letter; deleting, zeroing by number count as commands of their own. */
export type CommandLetter =
  | "A"
  | "C"
  | "D"
  | "E"
  | "F"
  | "I"
  | "L"
  | "N"
  | "P"
  | "R"
  | "S"
  | "X"
  | "Z";

/** getopt's option string. */
export const SHORT_ARITY: ReadonlyMap<string, Arity> = new Map<string, Arity>([
  ...[..."ACDEINPRMopstdjigmc"].map((letter): [string, Arity] => [letter, 1]),
  ...[..."LSFZXhwW"].map((letter): [string, Arity] => [letter, 2]),
  ...[..."Vfbvnx46"].map((letter): [string, Arity] => [letter, 0]),
]);

/** Long names of short options; `0` is --line-numbers, which has no letter. */
export const LONG_LETTERS: ReadonlyMap<string, string> = new Map([
  ["append", "A"],
  ["delete", "D"],
  ["check", "C"],
  ["insert", "I"],
  ["replace", "R"],
  ["list", "L"],
  ["list-rules", "S"],
  ["flush", "F"],
  ["zero", "Z"],
  ["new-chain", "N"],
  ["delete-chain", "X"],
  ["rename-chain", "E"],
  ["policy", "P"],
  ["source", "s"],
  ["destination", "d"],
  ["src", "s"],
  ["dst", "d"],
  ["protocol", "p"],
  ["in-interface", "i"],
  ["jump", "j"],
  ["table", "t"],
  ["match", "m"],
  ["numeric", "n"],
  ["out-interface", "o"],
  ["verbose", "v"],
  ["wait", "w"],
  ["wait-interval", "W"],
  ["exact", "x"],
  ["fragments", "f"],
  ["version", "V"],
  ["help", "h"],
  ["line-numbers", "0"],
  ["modprobe", "M"],
  ["set-counters", "c"],
  ["goto", "g"],
  ["ipv4", "4"],
  ["ipv6", "6"],
]);

/** Options that rules and listings have, in the order in which the illegal one is looked for. */
const RULE_OPTIONS = ["n", "s", "d", "p", "j", "v", "x", "i", "o", "0", "c", "f"] as const;
export type RuleOption = (typeof RULE_OPTIONS)[number];

const ON_RULE = "nx0";
const NOTHING = "nsdpjxio0cf";

/** What each command forbids; "#" marks the form with a rule number. */
const FORBIDDEN: ReadonlyMap<string, string> = new Map([
  ["I", ON_RULE],
  ["D", `${ON_RULE}c`],
  ["D#", NOTHING],
  ["R", ON_RULE],
  ["A", ON_RULE],
  ["L", "sdpjiocf"],
  ["F", NOTHING],
  ["Z", NOTHING],
  ["Z#", NOTHING],
  ["N", NOTHING],
  ["X", NOTHING],
  ["P", "nsdpjxio0f"],
  ["E", NOTHING],
  ["S", NOTHING],
  ["C", `${ON_RULE}c`],
]);

/** The first option given that the command forbids. */
export const forbiddenOption = (
  command: string,
  given: ReadonlySet<string>,
): RuleOption | undefined =>
  RULE_OPTIONS.find((option) => given.has(option) && FORBIDDEN.get(command)?.includes(option));

/** Options before which a `!` may stand. */
export const INVERTIBLE = "sdpiof";
