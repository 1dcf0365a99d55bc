/** Carries a command line out: the kernel takes a whole new table or none, and then all policies count from 0. */
import {
  checkTable,
  copyNetfilter,
  ensureTable,
  type NetfilterDraft,
  type TableConfig,
  type TableName,
} from "@lvsim/core";
import { applyCommand, type CounterPlan, noCounters } from "./apply.ts";
import type { IptablesKernel } from "./kernel.ts";
import { type CounterReader, type ListStyle, listChain, verboseLine } from "./list.ts";
import { kernelProblem } from "./messages.ts";
import type { Names } from "./names.ts";
import type { ParsedCommand } from "./parse-command.ts";
import { usage } from "./problem.ts";
import { checkTarget } from "./rule-options.ts";
import { listRules } from "./save.ts";

/** The table, made if nobody has looked at it yet. */
export function lookAtTable(kernel: IptablesKernel, name: TableName): TableConfig {
  if (kernel.netfilter.tables[name] === undefined)
    kernel.change((draft) => {
      ensureTable(draft, name);
    });
  return kernel.netfilter.tables[name] as TableConfig;
}

/** Live counters of one table. */
export function readCounters(kernel: IptablesKernel, table: TableName): CounterReader {
  const none = { packets: 0, octets: 0 };
  return {
    rule: (id) => kernel.ruleCounter(table, id) ?? none,
    policy: (chain) => kernel.policyCounter(table, chain) ?? none,
  };
}

/** libiptc does not carry policies' counters over to the new table: they begin at 0, unless they are set. */
export function setCounters(kernel: IptablesKernel, table: TableName, plan: CounterPlan): void {
  for (const { name, policy } of kernel.netfilter.tables[table]?.chains ?? [])
    if (policy !== null) kernel.policyCounter(table, name)?.set(0, 0);
  for (const { chain, values } of plan.policies)
    kernel.policyCounter(table, chain)?.set(values.packets, values.octets);
  for (const { id, values } of plan.rules)
    kernel.ruleCounter(table, id)?.set(values.packets, values.octets);
}

/** Interfaces that a packet cannot have yet or any more in some built-in chains. */
export function checkInterfaces({ chain, rules }: ParsedCommand): void {
  const [rule] = rules;
  if ((chain === "PREROUTING" || chain === "INPUT") && rule?.outputInterface)
    usage(`Can't use -o with ${chain}\n`);
  if ((chain === "POSTROUTING" || chain === "OUTPUT") && rule?.inputInterface)
    usage(`Can't use -i with ${chain}\n`);
}

/** What -v prints beforehand. */
export function announcement(command: ParsedCommand, table: TableConfig, names: Names): string {
  if (command.verbose === 0) return "";
  const chains = table.chains.filter(
    ({ name }) => command.chain === null || name === command.chain,
  );
  switch (command.command) {
    case "A":
    case "I":
    case "R":
    case "C":
      return command.rules.map((rule) => verboseLine(rule, names)).join("");
    case "D":
      return command.number !== 0
        ? ""
        : command.rules.map((rule) => verboseLine(rule, names)).join("");
    case "F":
      return chains.map(({ name }) => `Flushing chain \`${name}'\n`).join("");
    case "Z":
      if (command.number !== 0) return "";
      return chains.map(({ name }) => `Zeroing chain \`${name}'\n`).join("");
    case "X":
      return chains
        .filter(({ policy }) => policy === null)
        .map(({ name }) => `Deleting chain \`${name}'\n`)
        .join("");
    default:
      return "";
  }
}

/** What -L and -S print. */
export function listing(
  command: ParsedCommand,
  table: TableConfig,
  counters: CounterReader,
  names: Names,
): string {
  const { chain, number } = command;
  if (chain !== null && !table.chains.some(({ name }) => name === chain))
    throw kernelProblem("no-such-name");
  if (command.command === "S")
    return listRules(table, chain, number, counters, command.verbose > 0);
  const style: ListStyle = {
    numeric: command.numeric,
    names,
    verbose: command.verbose > 0,
    exact: command.exact,
    lineNumbers: command.lineNumbers,
  };
  return table.chains
    .filter(({ name }) => chain === null || name === chain)
    .map(({ name }) => listChain(table, name, number, counters, style))
    .join("\n");
}

/** Applies a command that changes something. */
function commit(command: ParsedCommand, kernel: IptablesKernel): void {
  const { table } = command;
  const trial = copyNetfilter(kernel.netfilter);
  const plan = noCounters();
  const error =
    applyCommand(trial, command, plan) ??
    (command.command === "C" ? null : checkTable(table, ensureTable(trial, table), kernel));
  if (error !== null) throw kernelProblem(error);
  if (command.command === "C") return;
  if (command.command !== "Z")
    kernel.change((draft: NetfilterDraft) => {
      applyCommand(draft, command, noCounters());
    });
  setCounters(kernel, table, plan);
}

/** Carries `command` out; `print` gets standard output as it comes, also what came before a problem is thrown. */
export function execute(
  command: ParsedCommand,
  kernel: IptablesKernel,
  names: Names,
  print: (text: string) => void,
): void {
  const table = lookAtTable(kernel, command.table);
  if ("ACDIR".includes(command.command)) {
    checkInterfaces(command);
    for (const rule of command.rules) checkTarget(rule, table);
  }
  print(announcement(command, table, names));
  if (command.command !== "L" && command.command !== "S") return commit(command, kernel);
  print(listing(command, table, readCounters(kernel, command.table), names));
  if (!command.zeroes) return;
  const zeroing: ParsedCommand = { ...command, command: "Z" };
  print(announcement(zeroing, table, names));
  commit(zeroing, kernel);
}
