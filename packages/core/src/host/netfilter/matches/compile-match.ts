/** The matches that this kernel has; the others it does not know, as if their modules had not been built. */
import { assert } from "../../../base/assert.ts";
import type { MatchConfig } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import type { LiveSets } from "../sets/live-sets.ts";
import { AddressTypeMatch } from "./address-type.ts";
import { ConnectionMarkMatch, ConntrackMatch, StateMatch } from "./connection.ts";
import { HashLimitMatch } from "./hash-limit.ts";
import { IpvsMatch } from "./ipvs.ts";
import { LimitMatch } from "./limit.ts";
import type { Match } from "./match.ts";
import {
  IcmpMatch,
  IpRangeMatch,
  LengthMatch,
  MacMatch,
  MarkMatch,
  PacketTypeMatch,
  TtlMatch,
} from "./packet.ts";
import { PhysicalDeviceMatch } from "./physical-device.ts";
import { MultiportMatch, PortMatch, TcpMatch } from "./ports.ts";
import { QuotaMatch } from "./quota.ts";
import { SegmentSizeMatch } from "./segment-size.ts";
import { DscpMatch, TosMatch } from "./service-type.ts";
import { SetMatch } from "./set.ts";
import { statisticMatch } from "./statistic.ts";
import { TextMatch } from "./text.ts";

type Compiler = (
  config: MatchConfig,
  environment: NetfilterEnvironment,
  sets: LiveSets,
) => Match | null;

const COMPILERS: ReadonlyMap<string, Compiler> = new Map<string, Compiler>([
  ["tcp", ({ options }) => new TcpMatch(options)],
  ["udp", ({ options }) => new PortMatch(options)],
  ["icmp", ({ options }) => new IcmpMatch(options)],
  ["multiport", ({ options }) => new MultiportMatch(options)],
  ["mark", ({ options }) => new MarkMatch(options)],
  ["ttl", ({ options }) => new TtlMatch(options)],
  ["length", ({ options }) => new LengthMatch(options)],
  ["iprange", ({ options }) => new IpRangeMatch(options)],
  ["mac", ({ options }) => new MacMatch(options)],
  ["pkttype", ({ options }) => new PacketTypeMatch(options)],
  ["limit", ({ options }, environment) => new LimitMatch(options, environment)],
  ["addrtype", ({ options }, environment) => new AddressTypeMatch(options, environment)],
  ["hashlimit", ({ options }, environment) => new HashLimitMatch(options, environment)],
  ["statistic", ({ options }, environment) => statisticMatch(options, environment)],
  ["physdev", ({ options }, environment) => new PhysicalDeviceMatch(options, environment)],
  ["ipvs", ({ options }, environment) => new IpvsMatch(options, environment)],
  ["tos", ({ options }) => new TosMatch(options)],
  ["dscp", ({ options }) => new DscpMatch(options)],
  ["tcpmss", ({ options }) => new SegmentSizeMatch(options)],
  ["string", ({ options }) => new TextMatch(options)],
  ["quota", ({ options }) => new QuotaMatch(options)],
  ["set", ({ options }, _environment, sets) => new SetMatch(options, sets)],
  ["conntrack", ({ options }, environment) => new ConntrackMatch(options, environment)],
  ["state", ({ options }) => new StateMatch(options)],
  ["connmark", ({ options }) => new ConnectionMarkMatch(options)],
  ["comment", () => null],
]);

/** Whether this kernel has the match. */
export const isKnownMatch = (name: string): boolean => COMPILERS.has(name);

/** The condition ready to run; null for one that is always true (`comment`). */
export function compileMatch(
  config: MatchConfig,
  environment: NetfilterEnvironment,
  sets: LiveSets,
): Match | null {
  const compiler = COMPILERS.get(config.name);
  assert(compiler !== undefined, `a rule with an unknown match: ${config.name}`);
  return compiler(config, environment, sets);
}
