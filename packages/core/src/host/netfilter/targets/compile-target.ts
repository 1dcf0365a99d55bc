/** The targets that this kernel has beyond verdicts and chains. */
import { assert } from "../../../base/assert.ts";
import type { OptionValues } from "../config.ts";
import { ConnectionMarkTarget, CT_TARGET } from "./connection-mark.ts";
import { InvisibleTarget, QueueTarget, TeeTarget, TraceTarget } from "./handling.ts";
import { LogTarget } from "./log.ts";
import { MarkTarget, NoTrackTarget, TcpMssTarget, TtlTarget } from "./modify.ts";
import { DnatTarget, MasqueradeTarget, NetmapTarget, RedirectTarget, SnatTarget } from "./nat.ts";
import { RejectTarget } from "./reject.ts";
import { DscpTarget, EcnTarget, TosTarget } from "./service-type.ts";
import { SetTarget } from "./set.ts";
import type { Target, TargetContext } from "./target.ts";

type Compiler = (options: OptionValues, context: TargetContext) => Target;

const COMPILERS: ReadonlyMap<string, Compiler> = new Map<string, Compiler>([
  ["LOG", (options, context) => new LogTarget(options, context)],
  ["REJECT", (options, context) => new RejectTarget(options, context)],
  ["MARK", (options) => new MarkTarget(options)],
  ["NOTRACK", () => new NoTrackTarget()],
  ["CT", ({ notrack }) => (notrack === undefined ? CT_TARGET : new NoTrackTarget())],
  ["CONNMARK", (options, context) => new ConnectionMarkTarget(options, context)],
  ["SNAT", (options, context) => new SnatTarget(options, context)],
  ["DNAT", (options, context) => new DnatTarget(options, context)],
  ["MASQUERADE", (options, context) => new MasqueradeTarget(options, context)],
  ["REDIRECT", (options, context) => new RedirectTarget(options, context)],
  ["NETMAP", (options, context) => new NetmapTarget(options, context)],
  ["TTL", (options) => new TtlTarget(options)],
  ["SET", (options, { sets }) => new SetTarget(options, sets)],
  ["TOS", (options) => new TosTarget(options)],
  ["DSCP", (options) => new DscpTarget(options)],
  ["ECN", () => new EcnTarget()],
  ["TRACE", () => new TraceTarget()],
  ["TEE", (options, context) => new TeeTarget(options, context)],
  ["NFQUEUE", (options) => new QueueTarget(options)],
  ["NFLOG", () => new InvisibleTarget()],
  ["CLASSIFY", () => new InvisibleTarget()],
  ["CHECKSUM", () => new InvisibleTarget()],
  ["TCPMSS", (options, context) => new TcpMssTarget(options, context)],
]);

/** Whether this kernel has the target as an extension. */
export const isKnownTarget = (name: string): boolean => COMPILERS.has(name);

export function compileTarget(name: string, options: OptionValues, context: TargetContext): Target {
  const compiler = COMPILERS.get(name);
  assert(compiler !== undefined, `a rule with an unknown target: ${name}`);
  return compiler(options, context);
}
