/**
 * One iptables table at work (`ipt_do_table`): rules are tried in order; a jump remembers where to go on, a goto does
 * not; past the end of a built-in chain stands its policy. Counters stay with their rule, by its id, when the table
 * is replaced. Left out: the drop of a TCP fragment at offset 8, and of packets too short for their header.
 */
import { assert } from "../../base/assert.ts";
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Decider } from "../../trace/trace.ts";
import { CompiledChain, Policy } from "./compiled-chain.ts";
import { Action, CompiledRule, RulePlace } from "./compiled-rule.ts";
import type { ChainConfig, RuleConfig, TableConfig } from "./config.ts";
import { RuleCounter } from "./counter.ts";
import { HOOK_POINT_NAMES, type HookPoint, Verdict } from "./hook.ts";
import { PacketTracer } from "./packet-tracer.ts";
import { GO_ON, type Target, type TargetContext } from "./targets/target.ts";

export class LiveTable {
  /** What decided about the latest packet: a rule's place or a policy. */
  decidedBy: Decider | null = null;
  private readonly context: TargetContext;
  private readonly tracer: PacketTracer;
  private config: TableConfig | null = null;
  private chains: CompiledChain[] = [];
  /** Built-in chains by hook point; undefined where the table has none. */
  private readonly entries: (CompiledChain | undefined)[] = [];
  private rulesById = new Map<number, CompiledRule>();
  /** Where jumps return to. A packet that a target sends meanwhile uses the part above `depth`. */
  private readonly returnChains: CompiledChain[] = [];
  private readonly returnIndexes: number[] = [];
  private depth = 0;

  constructor(context: TargetContext) {
    this.context = context;
    this.tracer = new PacketTracer(context);
  }

  /** The verdict of the rules at `point`. */
  run(point: HookPoint, frame: Frame, input: NetDevice | null, output: NetDevice | null): Verdict {
    const base = this.depth;
    const entry = this.entries[point] as CompiledChain;
    let chain = entry;
    let { rules }: { rules: readonly CompiledRule[] } = entry;
    let next = 0;
    for (;;) {
      if (next >= rules.length) {
        if (frame.traced && chain !== entry) this.tracer.end(chain, frame, input, output, point);
        if (this.depth === base) break;
        chain = this.returnChains[--this.depth] as CompiledChain;
        rules = chain.rules;
        next = this.returnIndexes[this.depth] as number;
        continue;
      }
      const rule = rules[next++] as CompiledRule;
      if (!rule.matches(frame, input, output)) continue;
      const { counter } = rule;
      counter.packets++;
      counter.octets += frame.length;
      if (frame.traced) this.tracer.rule(rule, chain, next, frame, input, output, point);
      switch (rule.action) {
        case Action.goOn:
          break;
        case Action.accept:
          return this.decide(base, rule, Verdict.accept);
        case Action.drop:
          return this.decide(base, rule, Verdict.drop);
        case Action.return:
          if (this.depth === base) return this.policyOf(entry, point, frame, input, output);
          chain = this.returnChains[--this.depth] as CompiledChain;
          rules = chain.rules;
          next = this.returnIndexes[this.depth] as number;
          break;
        case Action.jump:
          this.returnChains[this.depth] = chain;
          this.returnIndexes[this.depth++] = next;
          chain = rule.jumpsTo as CompiledChain;
          rules = chain.rules;
          next = 0;
          break;
        case Action.goto:
          chain = rule.jumpsTo as CompiledChain;
          rules = chain.rules;
          next = 0;
          break;
        case Action.target: {
          const verdict = (rule.target as Target).apply(frame, input, output, point, rule.place);
          if (verdict !== GO_ON) return this.decide(base, rule, verdict);
        }
      }
    }
    return this.policyOf(entry, point, frame, input, output);
  }

  /** Compiles what changed. Does nothing when `config` is the one at work. */
  replace(config: TableConfig): void {
    if (config === this.config) return;
    this.config = config;
    const before = this.rulesById;
    this.rulesById = new Map();
    const chains = new Map<string, CompiledChain>();
    for (const chain of config.chains) chains.set(chain.name, this.chainFor(chain));
    for (const chain of config.chains)
      (chains.get(chain.name) as CompiledChain).rules = chain.rules.map((rule, index) =>
        this.link(this.compile(rule, before), chain.name, index + 1, chains),
      );
    this.chains = [...chains.values()];
    HOOK_POINT_NAMES.forEach((name, point) => {
      this.entries[point] = chains.get(name);
    });
  }

  /** The counter of the rule with that id; undefined when the table has no such rule. */
  ruleCounter(id: number): RuleCounter | undefined {
    return this.rulesById.get(id)?.counter;
  }

  /** The counter of a built-in chain's policy. */
  policyCounter(chain: string): RuleCounter | undefined {
    const found = this.chains.find((candidate) => candidate.name === chain);
    return found?.policy === null ? undefined : found?.counter;
  }

  private decide(base: number, rule: CompiledRule, verdict: Verdict): Verdict {
    this.depth = base;
    this.decidedBy = rule.place;
    return verdict;
  }

  private policyOf(
    entry: CompiledChain,
    point: HookPoint,
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
  ): Verdict {
    const policy = entry.policy as Policy;
    if (frame.traced) this.tracer.end(entry, frame, input, output, point);
    entry.counter.packets++;
    entry.counter.octets += frame.length;
    this.decidedBy = policy;
    return policy.verdict;
  }

  /** The chain of that name, kept with its counter if it was there before. */
  private chainFor(config: ChainConfig): CompiledChain {
    const chain =
      this.chains.find((candidate) => candidate.name === config.name) ??
      new CompiledChain(config.name);
    const { policy } = config;
    chain.policy = policy === null ? null : new Policy(this.context.table, config.name, policy);
    return chain;
  }

  private compile(config: RuleConfig, before: ReadonlyMap<number, CompiledRule>): CompiledRule {
    const old = before.get(config.id);
    const rule =
      old?.config === config
        ? old
        : new CompiledRule(config, old?.counter ?? new RuleCounter(), this.context);
    rule.restart();
    this.rulesById.set(config.id, rule);
    return rule;
  }

  private link(
    rule: CompiledRule,
    chain: string,
    number: number,
    chains: ReadonlyMap<string, CompiledChain>,
  ): CompiledRule {
    if (!rule.place.isAt(chain, number))
      rule.place = new RulePlace(this.context.table, chain, number, rule.config);
    if (rule.action === Action.jump || rule.action === Action.goto) {
      const destination = chains.get(rule.config.target);
      assert(destination !== undefined, `a rule jumps to no chain: ${rule.config.target}`);
      rule.jumpsTo = destination;
    }
    return rule;
  }
}
