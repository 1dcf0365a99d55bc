/** Policy rules (`ip rule`; net/core/fib_rules.c): in which order which tables are asked for which packets. */
import { Errno } from "../../base/errno.ts";
import { ANY_ADDRESS, inPrefix } from "../../packet/ipv4-address.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { type PolicyRuleConfig, RouteProtocol, RouteTable } from "./config.ts";
import { DONE, type RouteOutcome, refused } from "./route-outcome.ts";

const forEverything = (priority: number, table: number): PolicyRuleConfig =>
  Object.freeze({
    priority,
    not: false,
    action: "lookup",
    target: 0,
    tos: 0,
    suppressPrefixLength: -1,
    users: null,
    protocol: RouteProtocol.kernel,
    source: ANY_ADDRESS,
    sourceLength: 0,
    destination: ANY_ADDRESS,
    destinationLength: 0,
    mark: 0,
    markMask: 0,
    inputInterface: "",
    outputInterface: "",
    table,
  });

const LOCAL = forEverything(0, RouteTable.local);
const MAIN = forEverything(32766, RouteTable.main);
const DEFAULT = forEverything(32767, RouteTable.default);
/** What a rule is where nothing is said. */
const PLAIN: PolicyRuleConfig = { ...LOCAL, protocol: RouteProtocol.unspecified };

/** The rules of a new namespace; the array is the caller's. */
export const initialRules = (): PolicyRuleConfig[] => [LOCAL, MAIN, DEFAULT];

/** Whether the rules are those that a namespace starts with. */
export const hasDefaultRules = (rules: readonly PolicyRuleConfig[]): boolean =>
  rules.length === 3 &&
  isInitial(rules[0] as PolicyRuleConfig, LOCAL) &&
  isInitial(rules[1] as PolicyRuleConfig, MAIN) &&
  isInitial(rules[2] as PolicyRuleConfig, DEFAULT);

const isInitial = (rule: PolicyRuleConfig, initial: PolicyRuleConfig): boolean =>
  rule === initial || (!rule.not && rule.tos === 0 && sameRule(rule, initial));

/**
 * Whether the kernel takes a new rule for one that is there (`rule_exists`): it compares neither `not` nor, where the new
 * one says nothing, prefixes and TOS.
 */
export const sameRule = (old: PolicyRuleConfig, added: PolicyRuleConfig): boolean =>
  old === added ||
  (old.priority === added.priority &&
    old.action === added.action &&
    old.table === added.table &&
    old.protocol === added.protocol &&
    old.mark === added.mark &&
    old.markMask === added.markMask &&
    old.inputInterface === added.inputInterface &&
    old.outputInterface === added.outputInterface &&
    old.suppressPrefixLength === added.suppressPrefixLength &&
    sameUsers(old, added) &&
    comparesEqual(old, added));

const sameUsers = (a: PolicyRuleConfig, b: PolicyRuleConfig): boolean =>
  a.users?.first === b.users?.first && a.users?.last === b.users?.last;

/** `fib4_rule_compare`: what `asked` leaves open fits everything. */
const comparesEqual = (
  rule: PolicyRuleConfig,
  asked: Pick<
    PolicyRuleConfig,
    "source" | "sourceLength" | "destination" | "destinationLength" | "tos"
  >,
): boolean => {
  const { sourceLength, destinationLength } = asked;
  if (sourceLength !== 0 && (rule.sourceLength !== sourceLength || rule.source !== asked.source))
    return false;
  if (
    destinationLength !== 0 &&
    (rule.destinationLength !== destinationLength || rule.destination !== asked.destination)
  )
    return false;
  return asked.tos === 0 || rule.tos === asked.tos;
};

/** What the kernel gives a rule without a priority: one before the second rule. */
export function nextRulePriority(config: NamespaceConfig): number {
  const second = config.rules[1];
  return second === undefined || second.priority === 0 ? 0 : second.priority - 1;
}

const ECN_BITS = 3;
const TOS_BITS = 0x1e;

/** What the kernel demands of a rule (`fib_nl2rule`, `fib4_rule_configure`). */
function checkRule(rule: PolicyRuleConfig): RouteOutcome {
  if (rule.action === "goto" && rule.target <= rule.priority)
    return refused(Errno.EINVAL, "Backward goto not supported");
  if ((rule.tos & ECN_BITS) !== 0)
    return refused(Errno.EINVAL, "Invalid dsfield (tos): ECN bits must be 0");
  if ((rule.tos & ~TOS_BITS) !== 0) return refused(Errno.EINVAL, "Invalid tos");
  const { users } = rule;
  return users !== null && users.first > users.last
    ? refused(Errno.EINVAL, "Invalid uid range")
    : DONE;
}

/** `ip rule add`: without a priority the kernel chooses one. EEXIST: there is the same rule. */
export function addRule(draft: NamespaceDraft, rule: Partial<PolicyRuleConfig>): RouteOutcome {
  const whole: PolicyRuleConfig = { ...PLAIN, priority: nextRulePriority(draft), ...rule };
  const outcome = checkRule(whole);
  if (outcome.errno !== 0) return outcome;
  if (draft.rules.some((other) => sameRule(other, whole))) return refused(Errno.EEXIST);
  const after = draft.rules.findIndex((other) => other.priority > whole.priority);
  draft.rules.splice(after === -1 ? draft.rules.length : after, 0, whole);
  return DONE;
}

/** `rule_find`: whether a rule has all that a command says; what it leaves out or says as 0 is not asked. */
function isMeant(rule: PolicyRuleConfig, said: Partial<PolicyRuleConfig>): boolean {
  if (said.priority !== undefined && said.priority !== rule.priority) return false;
  if (said.action !== undefined && said.action !== rule.action) return false;
  const asks = (field: keyof PolicyRuleConfig, open: unknown): boolean =>
    said[field] === undefined || said[field] === open || said[field] === rule[field];
  const { users } = said;
  const isFor =
    users === undefined ||
    users === null ||
    (users.first === rule.users?.first && users.last === rule.users?.last);
  return (
    isFor &&
    asks("table", 0) &&
    asks("protocol", 0) &&
    asks("mark", 0) &&
    asks("markMask", 0) &&
    asks("inputInterface", "") &&
    asks("outputInterface", "") &&
    asks("suppressPrefixLength", -1) &&
    comparesEqual(rule, { ...PLAIN, ...said })
  );
}

/** `ip rule del`: removes the first rule that has all that `said` says. ENOENT: there is none. */
export function removeRule(draft: NamespaceDraft, said: Partial<PolicyRuleConfig>): Errno {
  const index = draft.rules.findIndex((rule) => isMeant(rule, said));
  if (index === -1) return Errno.ENOENT;
  draft.rules.splice(index, 1);
  return 0;
}

/** What a packet says to a rule's selectors. */
export interface RuleQuestion {
  readonly destination: PolicyRuleConfig["destination"];
  readonly source: PolicyRuleConfig["source"];
  readonly tos: number;
  readonly mark: number;
}

/** Everybody is root in a lab. */
const USER = 0;

/** `fib4_rule_match` without the devices, of which a packet may know names or numbers. */
export const selectsPacket = (rule: PolicyRuleConfig, packet: RuleQuestion): boolean =>
  ((rule.mark ^ packet.mark) & rule.markMask) === 0 &&
  inPrefix(packet.source, rule.source, rule.sourceLength) &&
  inPrefix(packet.destination, rule.destination, rule.destinationLength) &&
  (rule.tos === 0 || rule.tos === packet.tos) &&
  (rule.users === null || rule.users.first <= USER);

/** The error of a rule that ends a lookup itself; 0 for the others. */
export function ruleError({ action }: PolicyRuleConfig): Errno {
  if (action === "blackhole") return Errno.EINVAL;
  if (action === "unreachable") return Errno.ENETUNREACH;
  return action === "prohibit" ? Errno.EACCES : 0;
}
