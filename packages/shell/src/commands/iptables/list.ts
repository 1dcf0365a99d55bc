/** `iptables -L` and the line that `-v` prints of a rule: the columns of `print_firewall`. */
import {
  formatIpv4Address,
  formatMask,
  type Ipv4Address,
  PROTOCOL_NAMES,
  type RuleSpec,
  referenceCount,
  type TableConfig,
} from "@lvsim/core";
import type { PrintStyle } from "./extensions/extension.ts";
import { MATCHES, TARGETS } from "./extensions/registry.ts";
import type { CounterValues } from "./parse-command.ts";

export interface ListStyle extends PrintStyle {
  readonly verbose: boolean;
  readonly exact: boolean;
  readonly lineNumbers: boolean;
}

/** Reads the counters of a rule (by id) or of a chain's policy. */
export interface CounterReader {
  rule(id: number): CounterValues;
  policy(chain: string): CounterValues;
}

const THOUSANDS = ["K", "M", "G", "T"] as const;

/** Up to five digits as they are, then thousands, millions …, each rounded to the nearest. */
function abbreviated(count: number): readonly [digits: string, unit: string] {
  if (count <= 99_999) return [String(count), ""];
  let rest = count;
  for (const unit of THOUSANDS) {
    rest = Math.floor((rest + 500) / 1000);
    if (rest <= 9999 || unit === "T") return [String(rest), unit];
  }
  return [String(rest), ""];
}

function countColumn(count: number, exact: boolean): string {
  if (exact) return `${String(count).padStart(8)} `;
  const [digits, unit] = abbreviated(count);
  return unit === "" ? `${digits.padStart(5)} ` : `${digits.padStart(4)}${unit} `;
}

const countText = (count: number, exact: boolean): string =>
  exact ? String(count) : abbreviated(count).join("");

/** A host, or a network with its prefix length. */
function addressText(address: Ipv4Address, mask: Ipv4Address, style: PrintStyle): string {
  if (mask === 0 && address === 0 && !style.numeric) return "anywhere";
  const dotted = formatIpv4Address(address);
  const host = (style.numeric ? undefined : style.names.hostName(address)) ?? dotted;
  return mask === -1 ? host : `${dotted}/${formatMask(mask)}`;
}

const fragmentText = ({ fragment }: RuleSpec): string =>
  fragment === "any" ? "--" : fragment === "only" ? "-f" : "!f";

/** What stands behind the columns: goto, matches, target. */
function detailText(rule: RuleSpec, style: PrintStyle): string {
  let text = rule.goto ? "[goto] " : "";
  for (const { name, options } of rule.matches)
    text += MATCHES.get(name)?.print(options, style, rule) ?? "";
  const target = rule.goto ? undefined : TARGETS.get(rule.target);
  return text + (target?.print(rule.targetOptions, style, rule) ?? "");
}

const shownTarget = (rule: RuleSpec): string => TARGETS.get(rule.target)?.listedAs ?? rule.target;

const protocolText = (protocol: number, numeric: boolean): string => {
  if (numeric) return String(protocol);
  return protocol === 0 ? "all" : (PROTOCOL_NAMES.get(protocol) ?? String(protocol));
};

const interfaceText = (name: string, inverted: boolean, style: PrintStyle): string => {
  if (name === "") return style.numeric ? "*" : "any";
  return inverted ? `!${name}` : name;
};

function ruleLine(
  rule: RuleSpec,
  number: number,
  counters: CounterValues,
  style: ListStyle,
): string {
  let line = style.lineNumbers ? `${String(number).padEnd(4)} ` : "";
  if (style.verbose)
    line += countColumn(counters.packets, style.exact) + countColumn(counters.octets, style.exact);
  line += `${shownTarget(rule).padEnd(9)} ${rule.protocolInverted ? "!" : " "}`;
  line += `${protocolText(rule.protocol, style.numeric).padEnd(4)} ${fragmentText(rule)} `;
  if (style.verbose) {
    const input = interfaceText(rule.inputInterface, rule.inputInterfaceInverted, style);
    const output = interfaceText(rule.outputInterface, rule.outputInterfaceInverted, style);
    line += ` ${input.padEnd(6)} ${output.padEnd(6)} `;
  }
  const source = addressText(rule.source, rule.sourceMask, style);
  const destination = addressText(rule.destination, rule.destinationMask, style);
  line += `${rule.sourceInverted ? "!" : " "}${source.padEnd(19)} `;
  line += `${rule.destinationInverted ? "!" : " "}${destination.padEnd(19)} `;
  return `${line}${detailText(rule, style)}\n`;
}

/** The line that `iptables -v` prints of a rule that it adds, deletes or finds. */
export function verboseLine(rule: RuleSpec, names: PrintStyle["names"]): string {
  const style = { numeric: true, names };
  const input = interfaceText(rule.inputInterface, rule.inputInterfaceInverted, style);
  const output = interfaceText(rule.outputInterface, rule.outputInterfaceInverted, style);
  const source = addressText(rule.source, rule.sourceMask, style);
  const destination = addressText(rule.destination, rule.destinationMask, style);
  const protocol = protocolText(rule.protocol, false);
  return (
    `${shownTarget(rule)} ${rule.protocolInverted ? "!" : " "}${protocol} opt ` +
    `${fragmentText(rule)} in ${input} out ${output} ` +
    `${rule.sourceInverted ? "!" : " "}${source} ` +
    `${rule.destinationInverted ? "!" : " "}-> ${destination}  ${detailText(rule, style)}\n`
  );
}

function header(
  table: TableConfig,
  name: string,
  counters: CounterReader,
  style: ListStyle,
): string {
  const chain = table.chains.find((candidate) => candidate.name === name);
  let text = `Chain ${name}`;
  if (chain?.policy !== null && chain !== undefined) {
    text += ` (policy ${chain.policy}`;
    if (style.verbose) {
      const { packets, octets } = counters.policy(name);
      text += ` ${countText(packets, style.exact)} packets, ${countText(octets, style.exact)} bytes`;
    }
    text += ")\n";
  } else text += ` (${referenceCount(table, name)} references)\n`;
  if (style.lineNumbers) text += "num  ";
  if (style.verbose) text += style.exact ? "    pkts      bytes " : " pkts bytes ";
  text += `${"target".padEnd(9)}  prot opt`;
  if (style.verbose) text += " in     out    ";
  return `${text} ${"source".padEnd(19)}  ${"destination".padEnd(19)} \n`;
}

/** One chain with its header, or one rule of it without. */
export function listChain(
  table: TableConfig,
  name: string,
  number: number,
  counters: CounterReader,
  style: ListStyle,
): string {
  const rules = table.chains.find((chain) => chain.name === name)?.rules ?? [];
  const lines = rules.map((rule, index) =>
    number === 0 || number === index + 1
      ? ruleLine(rule, index + 1, counters.rule(rule.id), style)
      : "",
  );
  return (number === 0 ? header(table, name, counters, style) : "") + lines.join("");
}
