/** The order in which the kernel shows routes: leaf by leaf of its trie, the tables in order of their hash. */
import type { NamespaceConfig } from "../namespace-config.ts";
import type { RouteConfig } from "./config.ts";
import { precedence } from "./route-types.ts";

/** FIB_TABLE_HASHSZ. */
const TABLE_BUCKETS = 256;

/** By address, then the longer prefix first, then as they are tried. */
const inTrieOrder = (a: RouteConfig, b: RouteConfig): number =>
  (a.destination >>> 0) - (b.destination >>> 0) ||
  b.prefixLength - a.prefixLength ||
  precedence(a, b);

/** `ip route show table …`. */
export const listRoutes = (config: NamespaceConfig, table: number): RouteConfig[] =>
  config.routes.filter((route) => route.table === table).sort(inTrieOrder);

/** The numbers of the tables that hold routes, in the order in which `ip route show table all` goes through them. */
export function listTables(config: NamespaceConfig): number[] {
  const tables: number[] = [];
  for (const { table } of config.routes) if (!tables.includes(table)) tables.push(table);
  // within a bucket the table that was made last comes first
  return tables.reverse().sort((a, b) => (a % TABLE_BUCKETS) - (b % TABLE_BUCKETS));
}

/** `ip route show table all`. */
export const listAllRoutes = (config: NamespaceConfig): RouteConfig[] =>
  listTables(config).flatMap((table) => listRoutes(config, table));
