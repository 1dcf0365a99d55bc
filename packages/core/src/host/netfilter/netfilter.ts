/**
 * iptables in one network namespace: the live counterpart of `NetfilterConfig`. A table has its hooks while it
 * exists. Connection tracking is not modelled yet, and without it the kernel passes no packet through the nat
 * table, so that table has no hooks.
 */
import type { NetfilterConfig, TableName } from "./config.ts";
import type { RuleCounter } from "./counter.ts";
import type { NetfilterEnvironment } from "./environment.ts";
import { type Hook, HookPoint } from "./hook.ts";
import type { HookTable } from "./hook-table.ts";
import { LiveTable } from "./live-table.ts";
import type { LogSink } from "./log-entry.ts";
import { LiveSets } from "./sets/live-sets.ts";
import { MangleOutputHook, TableHook } from "./table-hook.ts";
import { BUILT_IN_CHAINS } from "./tables.ts";

/** In the order in which packets meet them. */
const TABLE_NAMES = ["raw", "mangle", "nat", "filter"] as const;

export class Netfilter {
  /** ipset's sets at work. */
  readonly sets: LiveSets;
  private readonly hookTable: HookTable;
  private readonly environment: NetfilterEnvironment;
  private readonly logSinks: LogSink[] = [];
  private readonly tables = new Map<TableName, LiveTable>();
  private readonly hooks = new Map<TableName, Hook[]>();
  private config: NetfilterConfig | null = null;

  constructor(hookTable: HookTable, environment: NetfilterEnvironment) {
    this.hookTable = hookTable;
    this.environment = environment;
    this.sets = new LiveSets(environment);
  }

  /** Takes over a configuration that `checkTable` let pass; tables that did not change cost nothing. */
  configure(config: NetfilterConfig): void {
    if (config === this.config) return;
    this.config = config;
    for (const name of TABLE_NAMES) {
      const table = config.tables[name];
      if (table === undefined) this.remove(name);
      else this.table(name).replace(table);
    }
  }

  /** Every line of this namespace's LOG rules goes to `sink` from now on. */
  onLog(sink: LogSink): void {
    this.logSinks.push(sink);
  }

  /** What the rule with that id has seen; undefined when there is none. */
  ruleCounter(table: TableName, id: number): RuleCounter | undefined {
    return this.tables.get(table)?.ruleCounter(id);
  }

  /** What a built-in chain's policy has seen; undefined when the table does not exist. */
  policyCounter(table: TableName, chain: string): RuleCounter | undefined {
    return this.tables.get(table)?.policyCounter(chain);
  }

  private table(name: TableName): LiveTable {
    const existing = this.tables.get(name);
    if (existing !== undefined) return existing;
    const { environment, logSinks, sets } = this;
    const table = new LiveTable({ table: name, environment, logSinks, sets });
    this.tables.set(name, table);
    if (name !== "nat") this.addHooks(name, table);
    return table;
  }

  private addHooks(name: TableName, table: LiveTable): void {
    const hooks = BUILT_IN_CHAINS[name].map((chain) => {
      const reroutes = name === "mangle" && chain.point === HookPoint.localOut;
      const Kind = reroutes ? MangleOutputHook : TableHook;
      return new Kind(name, chain, table, this.environment);
    });
    for (const hook of hooks) this.hookTable.register(hook);
    this.hooks.set(name, hooks);
  }

  private remove(name: TableName): void {
    for (const hook of this.hooks.get(name) ?? []) this.hookTable.unregister(hook);
    this.hooks.delete(name);
    this.tables.delete(name);
  }
}
