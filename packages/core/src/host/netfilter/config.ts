/** iptables' tables as immutable values (`struct ipt_replace`): what `iptables` and `iptables-restore` edit. */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";

export type TableName = "raw" | "mangle" | "nat" | "filter";

/** A condition of a rule beyond addresses, interfaces and protocol, in iptables' own words. */
export interface MatchConfig {
  /** As after `-m`. */
  readonly name: string;
  /** Its options as iptables-save prints them, name → value. */
  readonly options: Readonly<Record<string, string>>;
}

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
  readonly targetOptions: Readonly<Record<string, string>>;
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
  /** Only the tables that exist: the kernel makes one when somebody first looks at it. */
  readonly tables: Readonly<Partial<Record<TableName, TableConfig>>>;
}
