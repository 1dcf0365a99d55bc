/**
 * `ip rule` (iproute2's iprule.c). Left out: what core's rules don't know (ports and protocols of transports, realms,
 * interface groups, VRFs), and saving in netlink's own format.
 */
import {
  addRule,
  formatIpv4Address,
  type PolicyRuleConfig,
  RouteProtocol,
  RouteTable,
  removeRule,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import type { Words } from "../../options/iproute2.ts";
import { type IpContext, type IpVerbs, kernelRefusal, leftOut, runVerb } from "./context.ts";
import { protocolName, tableName } from "./names.ts";
import { takeRule, takeRuleFilter } from "./rule-fields.ts";

function addVerb(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, '"ip rule add" requires arguments.\n');
  const fields = takeRule(context, words);
  const { network, origin } = context;
  const isLookup = fields.action === undefined || fields.action === "lookup";
  const table = fields.table ?? (isLookup ? RouteTable.main : 0);
  let message = "";
  const errno = network.change(origin, (draft) => {
    const outcome = addRule(draft, { ...fields, table });
    message = outcome.message;
    return outcome.errno;
  });
  if (errno !== 0) throw kernelRefusal(errno, message);
  return result({});
}

function deleteVerb(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, '"ip rule del" requires arguments.\n');
  const fields = takeRule(context, words);
  const { network, origin } = context;
  const errno = network.change(origin, (draft) => removeRule(draft, fields));
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

/** What a host without IPv6 routes of its own has. */
const IPV6_RULES = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n";

function showVerb(context: IpContext, words: Words): SimpleResult {
  const filter = takeRuleFilter(context, words);
  if (context.options.family === "inet6") return result({ stdout: IPV6_RULES });
  const rules = context.network.config.rules.filter(filter);
  return result({ stdout: rules.map((rule) => ruleLine(context, rule)).join("") });
}

const prefixText = (address: PolicyRuleConfig["source"], length: number): string =>
  `${formatIpv4Address(address)}${length === 32 ? "" : `/${length}`}`;

const hex = (value: number): string => (value === 0 ? "0" : `0x${(value >>> 0).toString(16)}`);

/** One line; its parts in iproute2's order (`print_rule`). */
function ruleLine(context: IpContext, rule: PolicyRuleConfig): string {
  return `${rule.priority}:\t${selectorText(context, rule)}${actionText(context, rule)}\n`;
}

function selectorText({ network }: IpContext, rule: PolicyRuleConfig): string {
  const { inputInterface, outputInterface, mark, markMask, users } = rule;
  const isThere = (name: string): boolean => network.deviceNamed(name) !== undefined;
  const detached = (name: string): string => (isThere(name) ? "" : " [detached]");
  let text = rule.not ? "not " : "";
  text += `from ${rule.sourceLength === 0 ? "all" : prefixText(rule.source, rule.sourceLength)}`;
  if (rule.destinationLength !== 0)
    text += ` to ${prefixText(rule.destination, rule.destinationLength)}`;
  if (rule.tos !== 0) text += ` tos 0x${rule.tos.toString(16).padStart(2, "0")}`;
  if (mark !== 0 || markMask !== 0)
    text += ` fwmark ${hex(mark)}${markMask === -1 ? "" : `/${hex(markMask)}`}`;
  if (inputInterface !== "") text += ` iif ${inputInterface}${detached(inputInterface)}`;
  if (outputInterface !== "") text += ` oif ${outputInterface}${detached(outputInterface)}`;
  return users === null ? text : `${text} uidrange ${users.first}-${users.last}`;
}

function actionText({ machine, network, options }: IpContext, rule: PolicyRuleConfig): string {
  const { action, protocol, suppressPrefixLength, table, target } = rule;
  let text = "";
  if (table !== 0) {
    text += ` lookup ${tableName(table, machine.files)}`;
    if (suppressPrefixLength !== -1) text += ` suppress_prefixlength ${suppressPrefixLength}`;
  }
  if (action === "goto") {
    const isResolved = network.config.rules.some(({ priority }) => priority === target);
    text += ` goto ${target}${isResolved ? "" : " [unresolved]"}`;
  } else if (action !== "lookup") text += ` ${action}`;
  const isSaid = protocol !== 0 && protocol !== RouteProtocol.kernel;
  return isSaid || options.details ? `${text} proto ${protocolName(protocol)} ` : text;
}

/** All rules that fit, but for those of priority 0. */
function flushVerb(context: IpContext, words: Words): SimpleResult {
  const filter = takeRuleFilter(context, words);
  context.network.change(context.origin, (draft) => {
    const kept = draft.rules.filter((rule) => rule.priority === 0 || !filter(rule));
    if (kept.length !== draft.rules.length) draft.rules = kept;
    return 0;
  });
  return result({});
}

const notModelled = (): never => {
  throw leftOut("saving and restoring rules in netlink's own format");
};

const RULE_VERBS: IpVerbs = [
  ["list", showVerb],
  ["lst", showVerb],
  ["show", showVerb],
  ["save", notModelled],
  ["restore", notModelled],
  ["add", addVerb],
  ["delete", deleteVerb],
  ["flush", flushVerb],
];

export const ruleObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(RULE_VERBS, "rule", context, words);
