/** iptables' tables as immutable values (`struct ipt_replace`): what `iptables` and `iptables-restore` edit. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

export type TableName = "raw" | "mangle" | "nat" | "filter";

/** A condition of a rule beyond addresses, interfaces and protocol, in iptables' own words. */
export interface MatchConfig {
  /** As after `-m`. */
  readonly name: string;
  /** Its options as iptables-save prints them, in that order: name → value, "" for one without; the name of a negated one begins with "! ". */
  readonly options: OptionValues;
}

/** Options by name without the dashes, as `dport` or `! dport`; quoting is left to whoever prints them. */
export type OptionValues = Readonly<Record<string, string>>;

export interface RuleConfig {
  /** Names the rule for its counters, given out once per namespace. */
  readonly id: number;
  readonly source: Ipv4Address;
  readonly sourceMask: Ipv4Address;
  readonly sourceInverted: boolean;
  readonly destination: Ipv4Address;
  readonly destinationMask: Ipv4Address;
  readonly destinationInverted: boolean;
  /** Interface name, a trailing `+` for a prefix, "" for any. */
  readonly inputInterface: string;
  readonly inputInterfaceInverted: boolean;
  readonly outputInterface: string;
  readonly outputInterfaceInverted: boolean;
  /** IP protocol number; 0 for any. */
  readonly protocol: number;
  readonly protocolInverted: boolean;
  /** -f: only later fragments; `! -f` is "not". */
  readonly fragment: "any" | "only" | "not";
  readonly matches: readonly MatchConfig[];
  /** As after `-j` or `-g`; "" for a rule without a target. */
  readonly target: string;
  readonly goto: boolean;
  /** In the form of `MatchConfig.options`. */
  readonly targetOptions: OptionValues;
}

export interface ChainConfig {
  readonly name: string;
  /** Of a built-in chain; null for a user's chain. */
  readonly policy: "ACCEPT" | "DROP" | null;
  readonly rules: readonly RuleConfig[];
}

export interface TableConfig {
  readonly chains: readonly ChainConfig[];
}

export interface NetfilterConfig {
  /** The id for the next rule: from 1, never given out twice in a namespace. */
  readonly nextRuleId: number;
  /** Only the tables that exist, in order of making: the kernel makes one when somebody first looks at it. */
  readonly tables: Readonly<Partial<Record<TableName, TableConfig>>>;
}

/** A namespace in which nobody has used iptables yet. */
/** Whether nobody has looked at a table yet. */
export function hasNoTables({ tables }: NetfilterConfig): boolean {
  for (const _ in tables) return false;
  return true;
}

export const NO_TABLES: NetfilterConfig = { nextRuleId: 1, tables: {} };
