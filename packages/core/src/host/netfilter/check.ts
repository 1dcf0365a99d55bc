/**
 * The kernel's look at a table before it takes it (`mark_source_chains`, and what each match and target checks):
 * circles of jumps, and things that may not stand where they are. It sees only what a packet can reach, as the kernel.
 */
import { IpProtocol } from "../../packet/protocol.ts";
import type { OptionValues, RuleConfig, TableConfig, TableName } from "./config.ts";
import type { EditResult } from "./edit.ts";
import { HookPoint } from "./hook.ts";
import { builtInChain, STANDARD_TARGETS } from "./tables.ts";

/** Which extensions a kernel has. */
export interface ExtensionModules {
  hasMatch(name: string): boolean;
  hasTarget(name: string): boolean;
}

const bit = (point: HookPoint): number => 1 << point;
const { preRouting, localIn, forward, localOut, postRouting } = HookPoint;
const ANYWHERE = 31;

/** Where a target may stand; what is not listed may stand anywhere. */
interface Restriction {
  readonly tables: readonly TableName[];
  /** Bits by hook point. */
  readonly points: number;
}

/** The text searches of a kernel (`ts_bm`, `ts_kmp`), for `-m string`. */
const ALGORITHMS: ReadonlySet<string> = new Set(["bm", "kmp"]);

const ALL_TABLES: readonly TableName[] = ["raw", "mangle", "nat", "filter"];

const RESTRICTIONS: ReadonlyMap<string, Restriction> = new Map<string, Restriction>([
  ["REJECT", { tables: ["filter"], points: bit(localIn) | bit(forward) | bit(localOut) }],
  ["NOTRACK", { tables: ["raw"], points: ANYWHERE }],
  ["CT", { tables: ["raw"], points: ANYWHERE }],
  ["TRACE", { tables: ["raw"], points: ANYWHERE }],
  ...["TTL", "TOS", "DSCP", "ECN", "CHECKSUM"].map((name): [string, Restriction] => [
    name,
    { tables: ["mangle"], points: ANYWHERE },
  ]),
  ["CLASSIFY", { tables: ALL_TABLES, points: bit(forward) | bit(localOut) | bit(postRouting) }],
  ["MASQUERADE", { tables: ["nat"], points: bit(postRouting) }],
  ["SNAT", { tables: ["nat"], points: bit(postRouting) | bit(localIn) }],
  ["DNAT", { tables: ["nat"], points: bit(preRouting) | bit(localOut) }],
  ["NETMAP", { tables: ["nat"], points: ANYWHERE & ~bit(forward) }],
  ["REDIRECT", { tables: ["nat"], points: bit(preRouting) | bit(localOut) }],
]);

/** Matches that only make sense with `-p` of that protocol. */
const MATCH_PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["tcp", IpProtocol.tcp],
  ["udp", IpProtocol.udp],
  ["icmp", IpProtocol.icmp],
  ["tcpmss", IpProtocol.tcp],
]);

const hasProtocol = (rule: RuleConfig, protocol: number): boolean =>
  rule.protocol === protocol && !rule.protocolInverted;

/** `tcp_find_mss_match`'s condition: TCPMSS needs a rule that only SYNs pass. */
const matchesOnlySyn = (rule: RuleConfig): boolean =>
  rule.matches.some(({ name, options }) => {
    const [mask, wanted] = (options["tcp-flags"] ?? "").split(" ");
    const tested = new Set((mask ?? "").split(","));
    return name === "tcp" && tested.has("SYN") && (wanted ?? "").split(",").includes("SYN");
  });

function targetFits(rule: RuleConfig, table: TableName, points: number): boolean {
  const { target, targetOptions } = rule;
  const restriction = RESTRICTIONS.get(target);
  if (restriction !== undefined) {
    if (!restriction.tables.includes(table)) return false;
    if ((points & ~restriction.points) !== 0) return false;
  }
  if (target === "REJECT" && targetOptions["reject-with"] === "tcp-reset")
    return hasProtocol(rule, IpProtocol.tcp);
  if (target === "TEE") return targetOptions.gateway !== "0.0.0.0";
  if (target === "ECN") return hasProtocol(rule, IpProtocol.tcp);
  if (target !== "TCPMSS") return true;
  const clamps = targetOptions["clamp-mss-to-pmtu"] !== undefined;
  if (clamps && (points & (bit(preRouting) | bit(localIn))) !== 0) return false;
  return hasProtocol(rule, IpProtocol.tcp) && matchesOnlySyn(rule);
}

const hasRightMasks = (options: OptionValues): boolean =>
  Number(options["hashlimit-srcmask"] ?? 32) <= 32 &&
  Number(options["hashlimit-dstmask"] ?? 32) <= 32;

/** A packet of this host's own has no port yet; only a bridged one will have. */
const asksForOutputPort = (options: OptionValues): boolean =>
  options["physdev-is-bridged"] === undefined &&
  ["physdev-out", "physdev-is-out"].some(
    (name) => options[name] !== undefined || options[`! ${name}`] !== undefined,
  );

function matchesFit(rule: RuleConfig, points: number): boolean {
  for (const { name, options } of rule.matches) {
    const protocol = MATCH_PROTOCOLS.get(name);
    if (protocol !== undefined && !hasProtocol(rule, protocol)) return false;
    const received = bit(preRouting) | bit(localIn) | bit(forward);
    if (name === "mac" && (points & ~received) !== 0) return false;
    const sent = bit(forward) | bit(localOut) | bit(postRouting);
    if (options["limit-iface-in"] !== undefined && (points & ~received) !== 0) return false;
    if (options["limit-iface-out"] !== undefined && (points & ~sent) !== 0) return false;
    if (name === "hashlimit" && !hasRightMasks(options)) return false;
    if (name === "physdev" && (points & bit(localOut)) !== 0 && asksForOutputPort(options))
      return false;
  }
  return true;
}

/** Follows the jumps from one built-in chain; false when they lead back to a chain that they came through. */
function markReachable(
  table: TableConfig,
  name: string,
  point: number,
  reached: Map<string, number>,
  path: string[],
): boolean {
  if (path.includes(name)) return false;
  const chain = table.chains.find((candidate) => candidate.name === name);
  if (chain === undefined) return true;
  const seen = reached.get(name) ?? 0;
  // a chain that was followed to its end from this hook point needs no second look
  if ((seen & point) !== 0) return true;
  path.push(name);
  for (const rule of chain.rules)
    if (!markReachable(table, rule.target, point, reached, path)) return false;
  path.pop();
  reached.set(name, seen | point);
  return true;
}

/** What a kernel with those modules would say to the table; null when it takes it. */
export function checkTable(
  name: TableName,
  table: TableConfig,
  modules: ExtensionModules,
): EditResult {
  const users = new Set(table.chains.map((chain) => chain.name));
  const reached = new Map<string, number>();
  const jumpsHome = (rule: RuleConfig): boolean => builtInChain(name, rule.target) !== undefined;
  if (table.chains.some((chain) => chain.rules.some(jumpsHome))) return "bad-target";
  for (const chain of table.chains) {
    const builtIn = builtInChain(name, chain.name);
    if (builtIn !== undefined && !markReachable(table, chain.name, bit(builtIn.point), reached, []))
      return "loop";
  }
  for (const chain of table.chains)
    for (const rule of chain.rules) {
      const points = reached.get(chain.name) ?? 0;
      const problem = checkNames(rule, users, modules);
      if (problem !== null) return problem;
      if (!matchesFit(rule, points) || !targetFits(rule, name, points)) return "invalid";
    }
  return null;
}

function checkNames(
  rule: RuleConfig,
  chains: ReadonlySet<string>,
  modules: ExtensionModules,
): EditResult {
  const { target } = rule;
  if (rule.matches.some((match) => !modules.hasMatch(match.name))) return "no-such-name";
  if (
    rule.matches.some(({ options }) => options.algo !== undefined && !ALGORITHMS.has(options.algo))
  )
    return "no-such-name";
  if (target === "" || STANDARD_TARGETS.has(target) || chains.has(target)) return null;
  // CT in its other uses makes a tracked connection
  if (target === "CT" && rule.targetOptions.notrack === undefined && !modules.hasMatch("conntrack"))
    return "no-such-name";
  return modules.hasTarget(target) ? null : "no-such-name";
}
