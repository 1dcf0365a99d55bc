/**
 * /proc/net/fib_trie: the routing tables as the kernel keeps them (`fib_trie_seq_show`). As long as there are only the
 * rules of the beginning, `main` and `local` share one trie, which is shown twice.
 */
import {
  formatIpv4Address,
  type Ipv4Address,
  initialRules,
  type NamespaceConfig,
  type NetworkNamespace,
  type RouteConfig,
  RouteTable,
  RouteType,
} from "@lvsim/core";
import { Trie, TrieLeaf, type TrieNode } from "./trie.ts";

const SCOPES: ReadonlyMap<number, string> = new Map([
  [0, "universe"],
  [200, "site"],
  [253, "link"],
  [254, "host"],
  [255, "nowhere"],
]);

const TYPES: ReadonlyMap<number, string> = new Map(
  Object.entries(RouteType).map(([name, type]) => [type, name.toUpperCase()]),
);

const indent = (depth: number): string => "   ".repeat(Math.max(0, depth));

export function fibTrieFile({ config }: NetworkNamespace): string {
  const isMerged = config.rules.length === initialRules().length;
  const tables = Array.from(new Set(config.routes.map(({ table }) => table)));
  // by bucket of the kernel's hash of tables
  tables.sort((a, b) => (a & 255) - (b & 255) || a - b);
  const both: readonly number[] = [RouteTable.main, RouteTable.local];
  if (isMerged && tables.some((table) => both.includes(table)))
    for (const table of both) if (!tables.includes(table)) tables.push(table);
  return tables
    .sort((a, b) => (a & 255) - (b & 255) || a - b)
    .map((table) => {
      const shared = isMerged && both.includes(table);
      return tableText(table, routesOf(config, shared ? both : [table]));
    })
    .join("");
}

const routesOf = ({ routes }: NamespaceConfig, tables: readonly number[]): RouteConfig[] =>
  routes.filter(({ table }) => tables.includes(table));

function tableText(table: number, routes: readonly RouteConfig[]): string {
  const trie = new Trie();
  const aliases = new Map<TrieLeaf, RouteConfig[]>();
  for (const route of routes) {
    const leaf = trie.insert(route.destination >>> 0);
    const there = aliases.get(leaf);
    if (there === undefined) aliases.set(leaf, [route]);
    else there.push(route);
  }
  const { root } = trie;
  if (root === null) return "";
  const depth = root instanceof TrieLeaf ? 0 : 1;
  return `${nameOf(table)}:\n${nodeText(root, depth, aliases)}`;
}

function nameOf(table: number): string {
  if (table === RouteTable.local) return "Local";
  return table === RouteTable.main ? "Main" : `Id ${table}`;
}

type Aliases = ReadonlyMap<TrieLeaf, readonly RouteConfig[]>;

function nodeText(node: TrieNode | TrieLeaf, depth: number, aliases: Aliases): string {
  const address = formatIpv4Address(node.key as Ipv4Address);
  if (node instanceof TrieLeaf) {
    const head = `${indent(depth)}  |-- ${address}\n`;
    return head + aliasLines(aliases.get(node) ?? [], depth + 1);
  }
  const length = 32 - node.pos - node.bits;
  const head = `${indent(depth - 1)}  +-- ${address}/${length} ${node.bits} ${node.full} ${node.empty}\n`;
  let text = head;
  for (const child of node.children)
    if (child !== null)
      text += nodeText(child, child instanceof TrieLeaf ? depth : depth + 1, aliases);
  return text;
}

/** The longest prefix first, then the greatest TOS, then the least metric. */
function aliasLines(routes: readonly RouteConfig[], depth: number): string {
  const sorted = routes
    .slice()
    .sort((a, b) => b.prefixLength - a.prefixLength || b.tos - a.tos || a.metric - b.metric);
  return sorted
    .map(({ prefixLength, scope, tos, type }) => {
      const words = `/${prefixLength} ${SCOPES.get(scope) ?? scope} ${TYPES.get(type) ?? type}`;
      return `${indent(depth)}  ${words}${tos === 0 ? "" : ` tos=${tos}`}\n`;
    })
    .join("");
}
