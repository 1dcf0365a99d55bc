/**
 * A rule in the words of `iptables -S` and iptables-save, from `-s` to the target's options. Protocols have the names
 * of Debian's /etc/protocols, as far as somebody filters by them.
 */
import { formatIpv4Address, type Ipv4Address, prefixMask } from "../../packet/ipv4-address.ts";
import type { OptionValues, RuleConfig } from "./config.ts";

/** Protocols that have a name, by number; `iptables -p` takes both. */
export const PROTOCOL_NAMES: ReadonlyMap<number, string> = new Map([
  [1, "icmp"],
  [2, "igmp"],
  [4, "ipencap"],
  [6, "tcp"],
  [8, "egp"],
  [17, "udp"],
  [33, "dccp"],
  [41, "ipv6"],
  [47, "gre"],
  [50, "esp"],
  [51, "ah"],
  [58, "ipv6-icmp"],
  [89, "ospf"],
  [94, "ipip"],
  [103, "pim"],
  [108, "ipcomp"],
  [112, "vrrp"],
  [115, "l2tp"],
  [132, "sctp"],
  [135, "mobility-header"],
  [136, "udplite"],
]);

/** Options whose values are free text, which is quoted unless it is a plain word. */
const FREE_TEXT: ReadonlySet<string> = new Set(["comment", "log-prefix", "nflog-prefix"]);

const PLAIN_WORD = /^[A-Za-z0-9_-]+$/;

/** As `xtables_save_string`: in quotes with backslashes unless the text is a plain word. */
export const quoteText = (text: string): string =>
  PLAIN_WORD.test(text) ? text : `"${text.replace(/["'\\]/g, "\\$&")}"`;

/** `/24` for a prefix, else the mask in dots. */
export function formatMask(mask: Ipv4Address): string {
  for (let length = 0; length <= 32; length++) if (prefixMask(length) === mask) return `${length}`;
  return formatIpv4Address(mask);
}

function optionWords(options: OptionValues): string {
  let words = "";
  for (const name of Object.keys(options)) {
    const value = options[name] as string;
    words += name.startsWith("! ") ? ` ! --${name.slice(2)}` : ` --${name}`;
    if (FREE_TEXT.has(name)) words += ` ${quoteText(value)}`;
    else if (value !== "") words += ` ${value}`;
  }
  return words;
}

function addressWords(
  option: string,
  address: Ipv4Address,
  mask: Ipv4Address,
  inverted: boolean,
): string {
  if (mask === 0 && address === 0 && !inverted) return "";
  return `${inverted ? " !" : ""} ${option} ${formatIpv4Address(address)}/${formatMask(mask)}`;
}

/** `+` alone is any interface, and iptables keeps no word about it. */
const interfaceWords = (option: string, name: string, inverted: boolean): string =>
  name === "" || (name === "+" && !inverted) ? "" : `${inverted ? " !" : ""} ${option} ${name}`;

/** The rule without `-A CHAIN`; begins with a space unless it is empty. `counters` are put before the target. */
export function formatRule(rule: Omit<RuleConfig, "id">, counters = ""): string {
  let words = addressWords("-s", rule.source, rule.sourceMask, rule.sourceInverted);
  words += addressWords("-d", rule.destination, rule.destinationMask, rule.destinationInverted);
  words += interfaceWords("-i", rule.inputInterface, rule.inputInterfaceInverted);
  words += interfaceWords("-o", rule.outputInterface, rule.outputInterfaceInverted);
  if (rule.protocol !== 0) {
    const name = PROTOCOL_NAMES.get(rule.protocol) ?? `${rule.protocol}`;
    words += `${rule.protocolInverted ? " !" : ""} -p ${name}`;
  }
  if (rule.fragment !== "any") words += rule.fragment === "not" ? " ! -f" : " -f";
  for (const match of rule.matches) words += ` -m ${match.name}${optionWords(match.options)}`;
  words += counters;
  if (rule.target !== "")
    words += ` ${rule.goto ? "-g" : "-j"} ${rule.target}${optionWords(rule.targetOptions)}`;
  return words;
}

/** Whether two rules are the same to -D and -C: whatever their counters and ids. */
export const isSameRule = (a: Omit<RuleConfig, "id">, b: Omit<RuleConfig, "id">): boolean =>
  formatRule(a) === formatRule(b);
