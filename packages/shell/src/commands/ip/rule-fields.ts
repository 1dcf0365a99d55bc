/** The words of `ip rule add | del` and of `ip rule show | flush` (`iprule_modify`, `iprule_list_flush_or_save`). */
import { Errno, type PolicyRuleConfig, type RuleAction } from "@lvsim/core";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readPrefix } from "./arguments.ts";
import { type IpContext, kernelRefusal, leftOut, usageOf } from "./context.ts";
import { protocolNumber, tableNumber, typeNumber } from "./names.ts";

export type RuleFields = { -readonly [K in keyof PolicyRuleConfig]?: PolicyRuleConfig[K] };

const EVERY_MARK_BIT = -1;
const PREFERENCE = ["preference", "order", "priority"];
const LEFT_OUT = [
  ...["realms", "tun_id", "suppress_ifgroup", "sup_group", "l3mdev"],
  ...["nat", "map-to", "ipproto", "sport", "dport"],
];

type Taker = (context: IpContext, words: Words, fields: RuleFields) => void;

/** Words that selectors and actions of a rule begin with, and what they take. */
const TAKERS: ReadonlyMap<string, Taker> = new Map<string, Taker>([
  [
    "not",
    (_, __, fields) => {
      fields.not = true;
    },
  ],
  ["from", takeSource],
  ["to", takeDestination],
  ["tos", takeTos],
  ["fwmark", (_, words, fields) => takeMark(words.value(), fields)],
  ["lookup", takeTable],
  ["suppress_prefixlength", takeSuppression],
  ["sup_pl", takeSuppression],
  [
    "dev",
    (_, words, fields) => {
      fields.inputInterface = words.value();
    },
  ],
  [
    "iif",
    (_, words, fields) => {
      fields.inputInterface = words.value();
    },
  ],
  [
    "oif",
    (_, words, fields) => {
      fields.outputInterface = words.value();
    },
  ],
  ["uidrange", takeUsers],
]);

/** Those that may be cut short. */
const ABBREVIATED: readonly (readonly [string, Taker])[] = [
  ...PREFERENCE.map((name) => [name, takePreference] as const),
  ["dsfield", takeTos],
  ["protocol", takeProtocol],
  ["table", takeTable],
];

const takerOf = (word: string): Taker | undefined =>
  TAKERS.get(word) ?? ABBREVIATED.find(([name]) => isPrefix(word, name))?.[1];

/** What `add` and `del` say of a rule. */
export function takeRule(context: IpContext, words: Words): RuleFields {
  const fields: RuleFields = {};
  while (!words.done) {
    const word = words.take() as string;
    const take = takerOf(word);
    if (take !== undefined) take(context, words, fields);
    else if (LEFT_OUT.includes(word)) throw leftOut(`${word} of a rule`);
    else takeAction(word === "type" ? words.value() : word, words, fields);
  }
  if (context.options.family === "inet6") throw kernelRefusal(Errno.EOPNOTSUPP);
  return fields;
}

function takeSource({ options }: IpContext, words: Words, fields: RuleFields): void {
  const { address, length } = readPrefix(words.value(), options.family);
  fields.source = address;
  fields.sourceLength = length;
}

function takeDestination({ options }: IpContext, words: Words, fields: RuleFields): void {
  const { address, length } = readPrefix(words.value(), options.family);
  fields.destination = address;
  fields.destinationLength = length;
}

function takePreference(_: IpContext, words: Words, fields: RuleFields): void {
  fields.priority = number(words.value(), "preference value is invalid\n");
}

function takeTos(_: IpContext, words: Words, fields: RuleFields): void {
  // a number without 0x is hexadecimal too
  const word = words.value();
  const tos = /^(0x)?[0-9a-f]{1,2}$/i.test(word) ? Number.parseInt(word, 16) : undefined;
  if (tos === undefined) throw invalidArgument("TOS value is invalid\n", word);
  fields.tos = tos;
}

/** Without a mask every bit counts, but for a mark of 0. */
function takeMark(word: string, fields: RuleFields): void {
  const [mark = "", mask] = word.split("/");
  fields.mark = number(mark, "fwmark value is invalid\n") | 0;
  if (mask !== undefined) fields.markMask = number(mask, "fwmask value is invalid\n") | 0;
  else fields.markMask = fields.mark === 0 ? 0 : EVERY_MARK_BIT;
}

function takeProtocol(_: IpContext, words: Words, fields: RuleFields): void {
  const word = words.value();
  const protocol = protocolNumber(word);
  if (protocol === undefined) throw invalidArgument('"protocol" value is invalid\n', word);
  fields.protocol = protocol;
}

function takeTable({ machine }: IpContext, words: Words, fields: RuleFields): void {
  const word = words.value();
  const table = tableNumber(word, machine.files);
  if (table === undefined) throw invalidArgument("invalid table ID\n", word);
  fields.table = table;
}

function takeSuppression(_: IpContext, words: Words, fields: RuleFields): void {
  const word = words.value();
  const length = word === "-1" ? -1 : parseUnsigned(word);
  if (length === undefined || length > 0x7fffffff)
    throw invalidArgument("suppress_prefixlength value is invalid\n", word);
  fields.suppressPrefixLength = length;
}

function takeUsers(_: IpContext, words: Words, fields: RuleFields): void {
  const word = words.value();
  const match = /^(\d+)-(\d+)/.exec(word);
  if (match === null) throw invalidArgument("invalid UID range\n", word);
  fields.users = { first: Number(match[1]), last: Number(match[2]) };
}

const ENDINGS: readonly RuleAction[] = ["blackhole", "unreachable", "prohibit"];

function takeAction(word: string, words: Words, fields: RuleFields): void {
  if (isPrefix(word, "help")) throw new CommandFailure(255, usageOf("rule"));
  if (isPrefix(word, "goto")) {
    fields.action = "goto";
    fields.target = number(words.value(), "invalid target\n");
    return;
  }
  if (isPrefix(word, "nop")) {
    fields.action = "nop";
    return;
  }
  if (typeNumber(word) === undefined) throw invalidArgument("Failed to parse rule type", word);
  const ending = ENDINGS.find((name) => name === word);
  if (ending !== undefined) fields.action = ending;
  // what routes know besides means nothing to the kernel's rules
  else if (word !== "unicast") throw kernelRefusal(Errno.EINVAL);
}

function number(word: string, complaint: string): number {
  const value = parseUnsigned(word);
  if (value === undefined) throw invalidArgument(complaint, word);
  return value;
}

const FILTERS = ["from", "to", "fwmark", "lookup", "dev", "iif", "oif", "tos", "uidrange"];

/** Whether a rule is to be shown or flushed. */
export type RuleFilter = (rule: PolicyRuleConfig) => boolean;

/** What `show` and `flush` say; what is not said fits. */
export function takeRuleFilter(context: IpContext, words: Words): RuleFilter {
  const fields: RuleFields = {};
  while (!words.done) {
    const word = words.take() as string;
    const isAbbreviated = ABBREVIATED.some(([name]) => isPrefix(word, name));
    const take = FILTERS.includes(word) || isAbbreviated ? takerOf(word) : undefined;
    if (take !== undefined) take(context, words, fields);
    else if (LEFT_OUT.includes(word)) throw leftOut(`${word} of a rule`);
    else {
      if (!isPrefix(word, "dst")) words.back();
      takeDestination(context, words, fields);
    }
  }
  const asked = Object.entries(fields) as [keyof PolicyRuleConfig, unknown][];
  const isAny = ([field, value]: readonly [string, unknown]): boolean =>
    (field === "source" && fields.sourceLength === 0) ||
    (field === "destination" && fields.destinationLength === 0) ||
    (field.endsWith("Length") && value === 0) ||
    (field === "table" && value === 0) ||
    (field === "markMask" && value === EVERY_MARK_BIT);
  const filters = asked.filter((one) => !isAny(one));
  return (rule) => filters.every(([field, value]) => equals(rule[field], value));
}

const equals = (a: unknown, b: unknown): boolean =>
  a === b || (typeof a === "object" && JSON.stringify(a) === JSON.stringify(b));
