/** One rule of `ip rule`, its parts in iproute2's order (`print_rule`). */
import {
  formatIpv4Address,
  type Ipv4Address,
  type PolicyRuleConfig,
  RouteProtocol,
} from "@lvsim/core";
import type { IpContext } from "./context.ts";
import { protocolName, tableName } from "./names.ts";
import type { Printer } from "./printer.ts";

const hex = (value: number): string => (value === 0 ? "0" : `0x${(value >>> 0).toString(16)}`);

export function printRule(printer: Printer, context: IpContext, rule: PolicyRuleConfig): void {
  printer.field("priority", rule.priority, `${rule.priority}:\t`);
  if (rule.not) printer.field("not", null, "not ");
  printSelectors(printer, context, rule);
  printAction(printer, context, rule);
  printer.say("\n");
}

function printPrefix(
  printer: Printer,
  key: "src" | "dst",
  address: Ipv4Address,
  length: number,
): void {
  const text = formatIpv4Address(address);
  printer.field(
    key,
    text,
    ` ${key === "src" ? "from" : "to"} ${text}`.slice(key === "src" ? 1 : 0),
  );
  if (length !== 32) printer.field(`${key}len`, length, `/${length}`);
}

function printSelectors(printer: Printer, { network }: IpContext, rule: PolicyRuleConfig): void {
  const { mark, markMask, users } = rule;
  if (rule.sourceLength === 0) printer.field("src", "all", "from all");
  else printPrefix(printer, "src", rule.source, rule.sourceLength);
  if (rule.destinationLength !== 0)
    printPrefix(printer, "dst", rule.destination, rule.destinationLength);
  const tos = `0x${rule.tos.toString(16).padStart(2, "0")}`;
  if (rule.tos !== 0) printer.field("tos", tos, ` tos ${tos}`);
  if (mark !== 0 || markMask !== 0) {
    printer.field("fwmark", hex(mark), ` fwmark ${hex(mark)}`);
    if (markMask !== -1) printer.field("fwmask", hex(markMask), `/${hex(markMask)}`);
  }
  for (const [key, name] of [
    ["iif", rule.inputInterface],
    ["oif", rule.outputInterface],
  ] as const) {
    if (name === "") continue;
    printer.field(key, name, ` ${key} ${name}`);
    if (network.deviceNamed(name) === undefined)
      printer.field(`${key}_detached`, null, " [detached]");
  }
  if (users === null) return;
  printer.field("uid_start", users.first, ` uidrange ${users.first}`);
  printer.field("uid_end", users.last, `-${users.last}`);
}

function printAction(printer: Printer, context: IpContext, rule: PolicyRuleConfig): void {
  const { machine, network, options } = context;
  const { action, protocol, suppressPrefixLength, table, target } = rule;
  if (table !== 0) {
    const name = tableName(table, machine.files);
    printer.field("table", name, ` lookup ${name}`);
    if (suppressPrefixLength !== -1) {
      const text = ` suppress_prefixlength ${suppressPrefixLength}`;
      printer.field("suppress_prefixlen", suppressPrefixLength, text);
    }
  }
  if (action === "goto") {
    printer.field("goto", target, ` goto ${target}`);
    if (!network.config.rules.some(({ priority }) => priority === target))
      printer.field("unresolved", null, " [unresolved]");
  } else if (action === "nop") printer.field("nop", null, " nop");
  else if (action !== "lookup") printer.field("to", action, ` ${action}`);
  const name = protocolName(protocol);
  if ((protocol !== 0 && protocol !== RouteProtocol.kernel) || options.details)
    printer.field("protocol", name, ` proto ${name} `);
}
