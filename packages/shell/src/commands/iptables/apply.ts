/** What a command line does to the configuration, on a draft: it either does all of it or gives an error. */
import {
  appendRule,
  checkRule,
  deleteChain,
  deleteRule,
  deleteRuleAt,
  type EditResult,
  ensureTable,
  flushChain,
  insertRule,
  type NetfilterDraft,
  newChain,
  renameChain,
  replaceRule,
  setPolicy,
} from "@lvsim/core";
import type { CounterValues, ParsedCommand } from "./parse-command.ts";

/** Counters to be set once the kernel has the new table. */
export interface CounterPlan {
  readonly rules: { readonly id: number; readonly values: CounterValues }[];
  readonly policies: { readonly chain: string; readonly values: CounterValues }[];
}

export const noCounters = (): CounterPlan => ({ rules: [], policies: [] });

const ZERO: CounterValues = { packets: 0, octets: 0 };

type Step = (draft: NetfilterDraft, command: ParsedCommand, plan: CounterPlan) => EditResult;

/** Runs `edit` for each rule of the command line until one fails. */
const forEachRule =
  (edit: (draft: NetfilterDraft, command: ParsedCommand, index: number) => EditResult): Step =>
  (draft, command, plan) => {
    for (let index = 0; index < command.rules.length; index++) {
      const id = draft.nextRuleId;
      const error = edit(draft, command, index);
      if (error !== null) return error;
      if (command.counters !== null && draft.nextRuleId !== id)
        plan.rules.push({ id, values: command.counters });
    }
    return null;
  };

const chainOf = (command: ParsedCommand): string => command.chain ?? "";
const specOf = (command: ParsedCommand, index: number) =>
  command.rules[index] as ParsedCommand["rules"][number];

function deleteChains(draft: NetfilterDraft, { table, chain }: ParsedCommand): EditResult {
  if (chain !== null) return deleteChain(draft, table, chain);
  const { chains } = ensureTable(draft, table);
  const users = chains.filter(({ policy }) => policy === null).map(({ name }) => name);
  // it goes on after a chain that must stay, and tells of the last one
  let latest: EditResult = null;
  for (const name of users) latest = deleteChain(draft, table, name) ?? latest;
  return latest;
}

/** -Z of a chain, of all, or of one rule. */
function zeroCounters(
  draft: NetfilterDraft,
  { table, chain, number }: ParsedCommand,
  plan: CounterPlan,
): EditResult {
  const { chains } = ensureTable(draft, table);
  const wanted = chains.filter(({ name }) => chain === null || name === chain);
  if (wanted.length === 0) return "no-such-name";
  for (const { rules } of wanted) {
    if (number > rules.length) return "zero-index";
    rules.forEach((rule, index) => {
      if (number === 0 || number === index + 1) plan.rules.push({ id: rule.id, values: ZERO });
    });
  }
  return null;
}

function changePolicy(
  draft: NetfilterDraft,
  command: ParsedCommand,
  plan: CounterPlan,
): EditResult {
  const { table, policy, counters } = command;
  const chain = ensureTable(draft, table).chains.find(({ name }) => name === command.chain);
  if (chain === undefined || chain.policy === null) return "not-built-in";
  if (policy !== "ACCEPT" && policy !== "DROP") return "bad-policy";
  if (counters !== null) plan.policies.push({ chain: chainOf(command), values: counters });
  return setPolicy(draft, table, chainOf(command), policy);
}

const STEPS: Readonly<Record<ParsedCommand["command"], Step>> = {
  A: forEachRule((draft, command, index) =>
    appendRule(draft, command.table, chainOf(command), specOf(command, index)),
  ),
  I: forEachRule((draft, command, index) =>
    insertRule(
      draft,
      command.table,
      chainOf(command),
      command.number === 0 ? 1 : command.number,
      specOf(command, index),
    ),
  ),
  R: forEachRule((draft, command, index) =>
    replaceRule(draft, command.table, chainOf(command), command.number, specOf(command, index)),
  ),
  D: (draft, command, plan) =>
    command.number !== 0
      ? deleteRuleAt(draft, command.table, chainOf(command), command.number)
      : forEachRule((_, { table }, index) =>
          deleteRule(draft, table, chainOf(command), specOf(command, index)),
        )(draft, command, plan),
  C: forEachRule((draft, command, index) =>
    checkRule(ensureTable(draft, command.table), chainOf(command), specOf(command, index)),
  ),
  F: (draft, { table, chain }) => flushChain(draft, table, chain),
  Z: zeroCounters,
  N: (draft, command) => newChain(draft, command.table, chainOf(command)),
  X: deleteChains,
  E: (draft, command) => renameChain(draft, command.table, chainOf(command), command.newName),
  P: changePolicy,
  L: () => null,
  S: () => null,
};

export const applyCommand: Step = (draft, command, plan) =>
  STEPS[command.command](draft, command, plan);
