/**
 * What iptables edits, as functions on a draft of the configuration (a plain object or immer's): each either does its
 * whole work or returns an error and changes nothing. `checkTable` is the kernel's own look at the result.
 */
import type { ChainConfig, NetfilterConfig, RuleConfig, TableConfig, TableName } from "./config.ts";
import { isSameRule } from "./rule-text.ts";
import { BUILT_IN_CHAINS, STANDARD_TARGETS } from "./tables.ts";

export interface ChainDraft {
  name: string;
  policy: ChainConfig["policy"];
  rules: RuleConfig[];
}

export interface TableDraft {
  chains: ChainDraft[];
}

export interface NetfilterDraft {
  nextRuleId: number;
  tables: Partial<Record<TableName, TableDraft>>;
}

/** A rule before it has an id. */
export type RuleSpec = Omit<RuleConfig, "id">;

/** Why an edit failed; each has a text of its own in iptables. */
export type NetfilterError =
  /** ENOENT: no chain, match or target of that name. */
  | "no-such-name"
  /** ENOENT of -D and -C: no rule like that. */
  | "no-such-rule"
  /** EEXIST of -N. */
  | "chain-exists"
  /** EEXIST of -E. */
  | "name-taken"
  /** ENOTEMPTY of -X. */
  | "chain-not-empty"
  /** EMLINK of -X: rules jump to it. */
  | "chain-in-use"
  /** EINVAL of -X. */
  | "built-in-chain"
  /** E2BIG of -I, -R, -D: the rule number is beyond the end. */
  | "insert-index"
  | "replace-index"
  | "delete-index"
  | "zero-index"
  /** ENOENT of -P: a chain that is not built in. */
  | "not-built-in"
  /** EINVAL of -P: a policy other than ACCEPT and DROP. */
  | "bad-policy"
  /** EINVAL: the target is a built-in chain. */
  | "bad-target"
  /** ELOOP: jumps make a circle. */
  | "loop"
  /** EINVAL: a target or match where it may not stand. */
  | "invalid";

export type EditResult = NetfilterError | null;

/** Makes the table with empty chains if it does not exist: the kernel does so when it is first looked at. */
export function ensureTable(draft: NetfilterDraft, name: TableName): TableDraft {
  const existing = draft.tables[name];
  if (existing !== undefined) return existing;
  draft.tables[name] = {
    chains: BUILT_IN_CHAINS[name].map((chain) => ({
      name: chain.name,
      policy: "ACCEPT",
      rules: [],
    })),
  };
  return draft.tables[name];
}

/** A copy that may be edited to see what comes of it: rules are shared, lists are not. */
export const copyTable = (table: TableConfig): TableDraft => ({
  chains: table.chains.map(({ name, policy, rules }) => ({ name, policy, rules: [...rules] })),
});

/** As `copyTable`, of everything. */
export function copyNetfilter(config: NetfilterConfig): NetfilterDraft {
  const copy: NetfilterDraft = { nextRuleId: config.nextRuleId, tables: {} };
  for (const name of Object.keys(config.tables) as TableName[])
    copy.tables[name] = copyTable(config.tables[name] as TableConfig);
  return copy;
}

export const findChain = (table: TableDraft, name: string): ChainDraft | undefined =>
  table.chains.find((chain) => chain.name === name);

const withId = (draft: NetfilterDraft, spec: RuleSpec): RuleConfig => ({
  id: draft.nextRuleId++,
  ...spec,
});

/** -A. */
export function appendRule(
  draft: NetfilterDraft,
  table: TableName,
  chain: string,
  spec: RuleSpec,
): EditResult {
  const found = findChain(ensureTable(draft, table), chain);
  if (found === undefined) return "no-such-name";
  found.rules.push(withId(draft, spec));
  return null;
}

/** -I: before the rule with that number, from 1; one beyond the last appends. */
export function insertRule(
  draft: NetfilterDraft,
  table: TableName,
  chain: string,
  number: number,
  spec: RuleSpec,
): EditResult {
  const found = findChain(ensureTable(draft, table), chain);
  if (found === undefined) return "no-such-name";
  if (number > found.rules.length + 1) return "insert-index";
  found.rules.splice(number - 1, 0, withId(draft, spec));
  return null;
}

/** -R: the new rule counts from 0. */
export function replaceRule(
  draft: NetfilterDraft,
  table: TableName,
  chain: string,
  number: number,
  spec: RuleSpec,
): EditResult {
  const found = findChain(ensureTable(draft, table), chain);
  if (found === undefined) return "no-such-name";
  if (number > found.rules.length) return "replace-index";
  found.rules[number - 1] = withId(draft, spec);
  return null;
}

/** -D by number. */
export function deleteRuleAt(
  draft: NetfilterDraft,
  table: TableName,
  chain: string,
  number: number,
): EditResult {
  const found = findChain(ensureTable(draft, table), chain);
  if (found === undefined) return "no-such-name";
  if (number > found.rules.length) return "delete-index";
  found.rules.splice(number - 1, 1);
  return null;
}

/** How libiptc says that no rule is like `spec`: it forgets what it was doing when the target is not a plain verdict. */
const noSuchRule = ({ target }: RuleSpec): NetfilterError =>
  target === "" || STANDARD_TARGETS.has(target) ? "no-such-rule" : "no-such-name";

/** -D by description: the first rule like that. */
export function deleteRule(
  draft: NetfilterDraft,
  table: TableName,
  chain: string,
  spec: RuleSpec,
): EditResult {
  const found = findChain(ensureTable(draft, table), chain);
  if (found === undefined) return "no-such-rule";
  const index = found.rules.findIndex((rule) => isSameRule(rule, spec));
  if (index < 0) return noSuchRule(spec);
  found.rules.splice(index, 1);
  return null;
}

/** -C. */
export function checkRule(table: TableConfig, chain: string, spec: RuleSpec): EditResult {
  const found = table.chains.find((candidate) => candidate.name === chain);
  if (found === undefined) return "no-such-rule";
  return found.rules.some((rule) => isSameRule(rule, spec)) ? null : noSuchRule(spec);
}

/** -N. */
export function newChain(draft: NetfilterDraft, table: TableName, name: string): EditResult {
  const { chains } = ensureTable(draft, table);
  if (chains.some((chain) => chain.name === name)) return "chain-exists";
  chains.push({ name, policy: null, rules: [] });
  sortUserChains(chains);
  return null;
}

/** iptables keeps users' chains in the order of their names' octets, behind the built-in ones. */
function sortUserChains(chains: ChainDraft[]): void {
  const builtIn = chains.filter((chain) => chain.policy !== null);
  const users = chains.filter((chain) => chain.policy === null);
  users.sort((a, b) => (a.name < b.name ? -1 : 1));
  chains.splice(0, chains.length, ...builtIn, ...users);
}

/** -F: one chain, or all for null. */
export function flushChain(
  draft: NetfilterDraft,
  table: TableName,
  name: string | null,
): EditResult {
  const { chains } = ensureTable(draft, table);
  if (name !== null && !chains.some((chain) => chain.name === name)) return "no-such-name";
  for (const chain of chains)
    if ((name === null || chain.name === name) && chain.rules.length > 0) chain.rules = [];
  return null;
}

/** How many rules of the table jump to the chain. */
export const referenceCount = (table: TableConfig, name: string): number =>
  table.chains.reduce(
    (sum, chain) => sum + chain.rules.filter((rule) => rule.target === name).length,
    0,
  );

/** -X CHAIN. */
export function deleteChain(draft: NetfilterDraft, table: TableName, name: string): EditResult {
  const { chains } = ensureTable(draft, table);
  const chain = chains.find((candidate) => candidate.name === name);
  if (chain === undefined) return "no-such-name";
  if (chain.policy !== null) return "built-in-chain";
  if (referenceCount({ chains }, name) > 0) return "chain-in-use";
  if (chain.rules.length > 0) return "chain-not-empty";
  chains.splice(chains.indexOf(chain), 1);
  return null;
}

/** -E: rules that jump to the chain follow it. */
export function renameChain(
  draft: NetfilterDraft,
  table: TableName,
  name: string,
  newName: string,
): EditResult {
  const { chains } = ensureTable(draft, table);
  if (chains.some((chain) => chain.name === newName)) return "name-taken";
  const chain = chains.find((candidate) => candidate.name === name);
  if (chain === undefined) return "no-such-name";
  if (chain.policy !== null) return "no-such-name";
  chain.name = newName;
  for (const { rules } of chains)
    rules.forEach((rule, index) => {
      if (rule.target === name) rules[index] = { ...rule, target: newName };
    });
  sortUserChains(chains);
  return null;
}

/** -P. */
export function setPolicy(
  draft: NetfilterDraft,
  table: TableName,
  name: string,
  policy: "ACCEPT" | "DROP",
): EditResult {
  const chain = findChain(ensureTable(draft, table), name);
  if (chain === undefined || chain.policy === null) return "not-built-in";
  chain.policy = policy;
  return null;
}
