/** What the iptables programs need of the kernel of their namespace: the configuration, its counters, a way to change it. */
import type { NetfilterConfig, NetfilterDraft, RuleCounter, TableName } from "@lvsim/core";

export interface IptablesKernel {
  /** The configuration as it is now. */
  readonly netfilter: NetfilterConfig;
  /** Applies an edit as one change of the namespace. */
  change(edit: (draft: NetfilterDraft) => void): void;
  ruleCounter(table: TableName, id: number): RuleCounter | undefined;
  policyCounter(table: TableName, chain: string): RuleCounter | undefined;
  /** Whether the kernel has the module of a match or target. */
  hasMatch(name: string): boolean;
  hasTarget(name: string): boolean;
  /** Whether there is an ipset of that name. */
  hasSet(name: string): boolean;
}

/** What a program leaves behind. */
export interface Outcome {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}
