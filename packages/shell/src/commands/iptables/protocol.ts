/** Protocols as `-p` takes them. */
import { PROTOCOL_NAMES } from "@lvsim/core";
import { parseNumber } from "./numbers.ts";
import { usage } from "./problem.ts";

/** Protocols by name, with the aliases that iptables knows beyond /etc/protocols. */
const PROTOCOL_NUMBERS: ReadonlyMap<string, number> = new Map([
  ...Array.from(PROTOCOL_NAMES, ([number, name]): [string, number] => [name, number]),
  ["all", 0],
  ["icmpv6", 58],
  ["ipv6-mh", 135],
  ["mh", 135],
]);

/** A number, or a name in any case. */
export function parseProtocol(word: string): number {
  const text = word.toLowerCase();
  const number = parseNumber(text, 0, 255) ?? PROTOCOL_NUMBERS.get(text);
  return number ?? usage(`unknown protocol "${text}" specified`);
}
