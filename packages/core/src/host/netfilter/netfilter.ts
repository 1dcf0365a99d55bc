/**
 * iptables in one network namespace: the live counterpart of `NetfilterConfig`. A table has its hooks while it
 * exists. Connections are tracked only while a rule, or FTP through IPVS, needs it; without that the kernel passes no packet through the nat
 * table, so that table has no hooks then.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { DeviceConfig } from "../device/config.ts";
import type { NetfilterConfig, TableName } from "./config.ts";
import { Connections, usesTracking } from "./connections.ts";
import type { RuleCounter } from "./counter.ts";
import type { NetfilterEnvironment } from "./environment.ts";
import { type Hook, HookPoint } from "./hook.ts";
import type { HookTable } from "./hook-table.ts";
import { LiveTable } from "./live-table.ts";
import type { LogSink } from "./log-entry.ts";
import { NatHook } from "./nat-hook.ts";
import { LiveSets } from "./sets/live-sets.ts";
import { MangleOutputHook, TableHook } from "./table-hook.ts";
import { BUILT_IN_CHAINS } from "./tables.ts";
import { trackingHooks } from "./tracking-hooks.ts";

const NO_ADDRESS = 0 as Ipv4Address;

/** In the order in which packets meet them. */
const TABLE_NAMES = ["raw", "mangle", "nat", "filter"] as const;

export class Netfilter {
  /** ipset's sets at work. */
  readonly sets: LiveSets;
  /** Connection tracking; not loaded while nobody needs it. */
  readonly connections: Connections;
  private readonly hookTable: HookTable;
  private readonly environment: NetfilterEnvironment;
  private readonly logSinks: readonly LogSink[];
  private readonly tables = new Map<TableName, LiveTable>();
  private readonly hooks = new Map<TableName, Hook[]>();
  private readonly tracking: Hook[] = [];
  private config: NetfilterConfig | null = null;
  private trackingRequired = false;

  /** Every line of the LOG rules goes to all of `logSinks`, which may grow. */
  constructor(
    hookTable: HookTable,
    environment: NetfilterEnvironment,
    logSinks: readonly LogSink[],
  ) {
    this.hookTable = hookTable;
    this.environment = environment;
    this.logSinks = logSinks;
    this.sets = new LiveSets(environment);
    this.connections = new Connections(environment.tracking);
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
    this.keepTracking();
  }

  /** Somebody beside the rules wants connections tracked, or does no more. */
  requireTracking(required: boolean): void {
    this.trackingRequired = required;
    this.keepTracking();
  }

  /** Connections that were masqueraded as an address end with it. */
  devicesChanged(before: readonly DeviceConfig[], after: readonly DeviceConfig[]): void {
    if (this.connections.loaded === null) return;
    for (const { index, addresses, up } of before) {
      const now = after.find((device) => device.index === index);
      if (now === undefined || (up && !now.up))
        this.connections.nat.forgetMasquerades(index, NO_ADDRESS);
      else if (now.addresses !== addresses)
        for (const { local } of addresses)
          if (!now.addresses.some((address) => address.local === local))
            this.connections.nat.forgetMasquerades(index, local);
    }
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
    const { environment, connections, logSinks, sets } = this;
    const table = new LiveTable({ table: name, environment, connections, logSinks, sets });
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

  /** Has the hooks of tracking while it is needed, and those of NAT while there is its table as well. */
  private keepTracking(): void {
    const { connections, environment, config } = this;
    const needed = this.trackingRequired || (config !== null && usesTracking(config));
    const translates = config !== null && config.tables.nat !== undefined;
    if (needed && this.tracking.length === 0) {
      this.tracking.push(...trackingHooks(connections, environment));
      for (const hook of this.tracking) this.hookTable.register(hook);
    } else if (!needed) {
      for (const hook of this.tracking) this.hookTable.unregister(hook);
      this.tracking.length = 0;
    }
    const hooks = this.hooks.get("nat");
    if (needed && translates && hooks === undefined) this.addNatHooks(this.table("nat"));
    else if (!needed && hooks !== undefined) this.removeHooks("nat");
  }

  private addNatHooks(table: LiveTable): void {
    const { connections, environment } = this;
    const hooks = BUILT_IN_CHAINS.nat.map((chain) => {
      const rules = new TableHook("nat", chain, table, environment);
      return new NatHook(rules, connections, environment);
    });
    for (const hook of hooks) this.hookTable.register(hook);
    this.hooks.set("nat", hooks);
  }

  private remove(name: TableName): void {
    this.removeHooks(name);
    this.tables.delete(name);
  }

  private removeHooks(name: TableName): void {
    for (const hook of this.hooks.get(name) ?? []) this.hookTable.unregister(hook);
    this.hooks.delete(name);
  }
}
