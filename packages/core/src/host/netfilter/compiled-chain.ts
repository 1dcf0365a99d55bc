/** One chain ready to run. Only a built-in chain has a policy. */
import type { Decider } from "../../trace/trace.ts";
import type { CompiledRule, RuleList } from "./compiled-rule.ts";
import type { TableName } from "./config.ts";
import { RuleCounter } from "./counter.ts";
import { Verdict } from "./hook.ts";

/** A built-in chain's policy, as the trace names it. */
export class Policy implements Decider {
  readonly verdict: Verdict;
  private readonly table: TableName;
  private readonly chain: string;

  constructor(table: TableName, chain: string, word: "ACCEPT" | "DROP") {
    this.table = table;
    this.chain = chain;
    this.verdict = word === "DROP" ? Verdict.drop : Verdict.accept;
  }

  describe(): string {
    const word = this.verdict === Verdict.drop ? "DROP" : "ACCEPT";
    return `${this.table} ${this.chain} policy ${word}`;
  }
}

export class CompiledChain implements RuleList {
  readonly name: string;
  rules: CompiledRule[] = [];
  /** null for a user's chain. */
  policy: Policy | null = null;
  /** What the policy has seen. */
  readonly counter = new RuleCounter();

  constructor(name: string) {
    this.name = name;
  }
}
