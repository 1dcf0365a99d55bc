/**
 * `ip rule` (iproute2's iprule.c). Left out: what core's rules don't know (ports and protocols of transports, realms,
 * interface groups, VRFs), and saving in netlink's own format.
 */
import { addRule, RouteTable, removeRule } from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import type { Words } from "../../options/iproute2.ts";
import { type IpContext, type IpVerbs, kernelRefusal, leftOut, runVerb } from "./context.ts";
import { printRule } from "./print-rule.ts";
import { Printer } from "./printer.ts";
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
  const printer = new Printer(context.options);
  for (const rule of rules) printer.object("", () => printRule(printer, context, rule));
  return result({ stdout: printer.finish() });
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
