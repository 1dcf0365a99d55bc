/** Policy rules made ready for lookups (`fib_rules_lookup`): names of devices as numbers, tables at hand. */
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Decider } from "../../trace/trace.ts";
import type { DeviceConfig } from "../device/config.ts";
import type { PolicyRuleConfig } from "./config.ts";
import type { FibRoute } from "./fib-route.ts";
import type { PrefixTable } from "./prefix-table.ts";
import { ruleError, selectsPacket } from "./rules.ts";

/** A rule with its interfaces as indices: 0 for any, −1 for one that is not there. */
class CompiledRule implements Decider {
  readonly config: PolicyRuleConfig;
  readonly inputInterface: number;
  readonly outputInterface: number;
  readonly table: PrefixTable | null;
  /** Where `goto` goes on; −1 while there is no such rule. */
  readonly target: number;
  readonly error: Errno;

  constructor(
    config: PolicyRuleConfig,
    devices: readonly DeviceConfig[],
    table: PrefixTable | null,
    target: number,
  ) {
    this.config = config;
    this.inputInterface = indexOfName(devices, config.inputInterface);
    this.outputInterface = indexOfName(devices, config.outputInterface);
    this.table = table;
    this.target = target;
    this.error = ruleError(config);
  }

  describe(): string {
    return `rule ${this.config.priority}: ${this.config.action}`;
  }
}

/** 0 for "", which is any; −1 for a name that no device has. */
const indexOfName = (devices: readonly DeviceConfig[], name: string): number =>
  name === "" ? 0 : (devices.find((device) => device.name === name)?.index ?? -1);

export class CompiledRules {
  /** Why the last lookup gave null: a positive error number. */
  errno: Errno = 0;
  /** The route or rule that said no in the last lookup. */
  refusedBy: FibRoute | Decider | null = null;
  private readonly rules: readonly CompiledRule[];

  constructor(
    rules: readonly PolicyRuleConfig[],
    devices: readonly DeviceConfig[],
    tables: ReadonlyMap<number, PrefixTable>,
  ) {
    this.rules = rules.map((rule) => {
      const target = rules.findIndex(({ priority }) => priority === rule.target);
      const table = rule.action === "lookup" ? (tables.get(rule.table) ?? null) : null;
      return new CompiledRule(rule, devices, table, rule.action === "goto" ? target : -1);
    });
  }

  lookup(
    destination: Ipv4Address,
    source: Ipv4Address,
    tos: number,
    mark: number,
    inputInterface: number,
    outputInterface: number,
  ): FibRoute | null {
    const { rules } = this;
    const packet = { destination, source, tos, mark };
    for (let i = 0; i < rules.length; i++) {
      const rule = rules[i] as CompiledRule;
      const fits =
        (rule.inputInterface === 0 || rule.inputInterface === inputInterface) &&
        (rule.outputInterface === 0 || rule.outputInterface === outputInterface) &&
        selectsPacket(rule.config, packet);
      if (fits === rule.config.not) continue;
      // jumps only lead on
      if (rule.target >= 0) i = rule.target - 1;
      if (rule.error !== 0) return this.refuse(rule, rule.error);
      if (rule.table === null) continue;
      const route = rule.table.lookup(destination, tos, 0, outputInterface);
      if (route === null || route.error === Errno.EAGAIN) continue;
      if (route.error !== 0) return this.refuse(route, route.error as Errno);
      if (route.prefixLength > rule.config.suppressPrefixLength) return route;
    }
    return this.refuse(null, Errno.ENETUNREACH);
  }

  private refuse(by: FibRoute | Decider | null, errno: Errno): null {
    this.refusedBy = by;
    this.errno = errno;
    return null;
  }
}
