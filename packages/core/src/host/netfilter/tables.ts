/** The four tables of IPv4 that lvsim has: where each hooks in, and with which priority (`iptable_raw.c` and its kin). */
import type { TableName } from "./config.ts";
import { HOOK_POINT_NAMES, HookPoint, HookPriority } from "./hook.ts";

/** One built-in chain: it has the name of its hook point. */
export interface BuiltInChain {
  readonly name: string;
  readonly point: HookPoint;
  readonly priority: number;
}

const chain = (point: HookPoint, priority: number): BuiltInChain => ({
  name: HOOK_POINT_NAMES[point] as string,
  point,
  priority,
});

const { preRouting, localIn, forward, localOut, postRouting } = HookPoint;

/** Built-in chains of each table, in the order in which they are listed. */
export const BUILT_IN_CHAINS: Readonly<Record<TableName, readonly BuiltInChain[]>> = {
  raw: [chain(preRouting, HookPriority.raw), chain(localOut, HookPriority.raw)],
  mangle: [preRouting, localIn, forward, localOut, postRouting].map((point) =>
    chain(point, HookPriority.mangle),
  ),
  nat: [
    chain(preRouting, HookPriority.natDestination),
    chain(localIn, HookPriority.natSource),
    chain(localOut, HookPriority.natDestination),
    chain(postRouting, HookPriority.natSource),
  ],
  filter: [localIn, forward, localOut].map((point) => chain(point, HookPriority.filter)),
};

/** Whether a name is one of the tables. */
export const isTableName = (name: string): name is TableName =>
  Object.hasOwn(BUILT_IN_CHAINS, name);

/** The built-in chain of that name; undefined when the table has none. */
export const builtInChain = (table: TableName, name: string): BuiltInChain | undefined =>
  BUILT_IN_CHAINS[table].find((candidate) => candidate.name === name);

/** The verdicts that `-j` takes by name (libxt_standard). */
export const STANDARD_TARGETS: ReadonlySet<string> = new Set(["ACCEPT", "DROP", "QUEUE", "RETURN"]);
