/** `ip rule`. Left out: what core's rules don't know (tos, ports, actions other than looking a table up, `not`). */
import {
  addRule,
  formatIpv4Address,
  type Ipv4Address,
  type PolicyRuleConfig,
  RouteTable,
  removeRule,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readPrefix } from "./arguments.ts";
import {
  type IpContext,
  type IpVerbs,
  kernelRefusal,
  leftOut,
  runVerb,
  usageOf,
} from "./context.ts";
import { tableName, tableNumber, typeNumber } from "./names.ts";

type RuleFields = { -readonly [K in keyof PolicyRuleConfig]?: PolicyRuleConfig[K] };

const EVERY_MARK_BIT = -1;
const LEFT_OUT = [
  ...["not", "tos", "dsfield", "realms", "protocol", "tun_id", "suppress_prefixlength", "goto"],
  ...[
    "suppress_ifgroup",
    "l3mdev",
    "uidrange",
    "nat",
    "map-to",
    "ipproto",
    "sport",
    "dport",
    "nop",
  ],
];

function takeFields(context: IpContext, words: Words): RuleFields {
  const fields: RuleFields = {};
  while (!words.done) takeWord(context, words, fields);
  return fields;
}

const PREFERENCE = ["preference", "order", "priority"];

function takeWord({ options }: IpContext, words: Words, fields: RuleFields): void {
  const word = words.take() as string;
  if (word === "from") {
    const { address, length } = readPrefix(words.value(), options.family);
    fields.source = address;
    fields.sourceLength = length;
  } else if (word === "to") {
    const { address, length } = readPrefix(words.value(), options.family);
    fields.destination = address;
    fields.destinationLength = length;
  } else if (PREFERENCE.some((name) => isPrefix(word, name)))
    fields.priority = number(words.value(), "preference value is invalid\n");
  else if (word === "fwmark") takeMark(words.value(), fields);
  else if (isPrefix(word, "table") || word === "lookup") fields.table = takeTable(words.value());
  else if (word === "dev" || word === "iif") fields.inputInterface = words.value();
  else if (word === "oif") fields.outputInterface = words.value();
  else if (LEFT_OUT.includes(word)) throw leftOut(`${word} of a rule`);
  else takeAction(word === "type" ? words.value() : word);
}

function takeAction(word: string): void {
  if (isPrefix(word, "help")) throw new CommandFailure(255, usageOf("rule"));
  const type = typeNumber(word);
  if (type === undefined) throw invalidArgument("Failed to parse rule type", word);
  if (word !== "unicast") throw leftOut(`a rule that says ${word}`);
}

function takeMark(word: string, fields: RuleFields): void {
  const [mark = "", mask] = word.split("/");
  fields.mark = number(mark, "fwmark value is invalid\n") | 0;
  fields.markMask =
    mask === undefined ? EVERY_MARK_BIT : number(mask, "fwmask value is invalid\n") | 0;
}

function takeTable(word: string): number {
  const table = tableNumber(word);
  if (table === undefined) throw invalidArgument("invalid table ID\n", word);
  return table;
}

function number(word: string, complaint: string): number {
  const value = parseUnsigned(word);
  if (value === undefined) throw invalidArgument(complaint, word);
  return value;
}

function addVerb(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, '"ip rule add" requires arguments.\n');
  const fields = takeFields(context, words);
  const { network, origin } = context;
  const errno = network.change(origin, (draft) =>
    addRule(draft, { ...fields, table: fields.table ?? RouteTable.main }),
  );
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

function deleteVerb(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, '"ip rule del" requires arguments.\n');
  const fields = takeFields(context, words);
  const { network, origin } = context;
  const errno = network.change(origin, (draft) => removeRule(draft, fields));
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

const fits = (fields: RuleFields, rule: PolicyRuleConfig): boolean =>
  (Object.keys(fields) as (keyof PolicyRuleConfig)[]).every(
    (field) => fields[field] === rule[field],
  );

/** What a host without IPv6 routes of its own has. */
const IPV6_RULES = "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n";

function showVerb(context: IpContext, words: Words): SimpleResult {
  const fields = takeFields(context, words);
  if (context.options.family === "inet6") return result({ stdout: IPV6_RULES });
  const rules = context.network.config.rules.filter((rule) => fits(fields, rule));
  return result({ stdout: rules.map((rule) => ruleLine(rule, context.options.details)).join("") });
}

const addressText = (address: Ipv4Address, length: number): string =>
  `${formatIpv4Address(address)}${length === 32 ? "" : `/${length}`}`;

function ruleLine(rule: PolicyRuleConfig, details: boolean): string {
  const { inputInterface, outputInterface, mark, markMask } = rule;
  const parts = [
    `from ${rule.sourceLength === 0 ? "all" : addressText(rule.source, rule.sourceLength)}`,
  ];
  if (rule.destinationLength !== 0)
    parts.push(`to ${addressText(rule.destination, rule.destinationLength)}`);
  if (mark !== 0 || markMask !== 0) {
    const mask = markMask === EVERY_MARK_BIT ? "" : `/0x${(markMask >>> 0).toString(16)}`;
    parts.push(`fwmark 0x${(mark >>> 0).toString(16)}${mask}`);
  }
  if (inputInterface !== "") parts.push(`iif ${inputInterface}`);
  if (outputInterface !== "") parts.push(`oif ${outputInterface}`);
  parts.push(`lookup ${tableName(rule.table)}`);
  if (details) parts.push(`proto ${isKernelRule(rule) ? "kernel" : "unspec"}`);
  return `${rule.priority}:\t${parts.join(" ")}\n`;
}

const isKernelRule = ({ priority, table }: PolicyRuleConfig): boolean =>
  (priority === 0 && table === RouteTable.local) || priority >= 32766;

/** All rules that fit, but for those of priority 0. */
function flushVerb(context: IpContext, words: Words): SimpleResult {
  const fields = takeFields(context, words);
  context.network.change(context.origin, (draft) => {
    draft.rules = draft.rules.filter((rule) => rule.priority === 0 || !fits(fields, rule));
    return 0;
  });
  return result({});
}

const RULE_VERBS: IpVerbs = [
  ["list", showVerb],
  ["lst", showVerb],
  ["show", showVerb],
  ["add", addVerb],
  ["delete", deleteVerb],
  ["flush", flushVerb],
];

export const ruleObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(RULE_VERBS, "rule", context, words);
