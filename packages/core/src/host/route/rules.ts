/** Policy rules (`ip rule`): in which order which tables are asked for which packets. */
import { Errno } from "../../base/errno.ts";
import { ANY_ADDRESS } from "../../packet/ipv4-address.ts";
import type { NamespaceConfig, NamespaceDraft } from "../namespace-config.ts";
import { type PolicyRuleConfig, RouteTable } from "./config.ts";

const forEverything = (priority: number, table: number): PolicyRuleConfig =>
  Object.freeze({
    priority,
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

/** The rules of a new namespace; the array is the caller's. */
export const initialRules = (): PolicyRuleConfig[] => [LOCAL, MAIN, DEFAULT];

/** Whether the rules are those that a namespace starts with. */
export const hasDefaultRules = (rules: readonly PolicyRuleConfig[]): boolean =>
  rules.length === 3 &&
  sameRule(rules[0] as PolicyRuleConfig, LOCAL) &&
  sameRule(rules[1] as PolicyRuleConfig, MAIN) &&
  sameRule(rules[2] as PolicyRuleConfig, DEFAULT);

/** Whether both rules have the same priority, selector and table. */
export const sameRule = (a: PolicyRuleConfig, b: PolicyRuleConfig): boolean =>
  a === b ||
  (a.priority === b.priority &&
    a.table === b.table &&
    a.source === b.source &&
    a.sourceLength === b.sourceLength &&
    a.destination === b.destination &&
    a.destinationLength === b.destinationLength &&
    a.mark === b.mark &&
    a.markMask === b.markMask &&
    a.inputInterface === b.inputInterface &&
    a.outputInterface === b.outputInterface);

/** What the kernel gives a rule without a priority: one before the second rule. */
export function nextRulePriority(config: NamespaceConfig): number {
  const second = config.rules[1];
  return second === undefined || second.priority === 0 ? 0 : second.priority - 1;
}

/** `ip rule add`: without a priority the kernel chooses one. EEXIST: there is the same rule. */
export function addRule(
  draft: NamespaceDraft,
  rule: Partial<PolicyRuleConfig> & { readonly table: number },
): Errno {
  const whole = { ...LOCAL, priority: nextRulePriority(draft), ...rule };
  if (draft.rules.some((other) => sameRule(other, whole))) return Errno.EEXIST;
  const after = draft.rules.findIndex((other) => other.priority > whole.priority);
  draft.rules.splice(after === -1 ? draft.rules.length : after, 0, whole);
  return 0;
}

/** `ip rule del`: removes the first rule that has all that `selector` says. ENOENT: there is none. */
export function removeRule(draft: NamespaceDraft, selector: Partial<PolicyRuleConfig>): Errno {
  const wanted = Object.entries(selector);
  const index = draft.rules.findIndex((rule) =>
    wanted.every(([field, value]) => rule[field as keyof PolicyRuleConfig] === value),
  );
  if (index === -1) return Errno.ENOENT;
  draft.rules.splice(index, 1);
  return 0;
}
