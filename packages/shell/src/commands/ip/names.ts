/** Names for numbers in /etc/iproute2: tables, scopes, protocols, types of routes. */
import { RouteType } from "@lvsim/core";
import type { FileSystem } from "../../vfs/file-system.ts";
import { parseUnsigned } from "./arguments.ts";

type Names = readonly (readonly [number, string])[];

const SCOPES: Names = [
  [0, "global"],
  [255, "nowhere"],
  [254, "host"],
  [253, "link"],
  [200, "site"],
];

const TABLES: Names = [
  [255, "local"],
  [254, "main"],
  [253, "default"],
  [0, "unspec"],
];

const PROTOCOLS: Names = [
  [0, "unspec"],
  [1, "redirect"],
  [2, "kernel"],
  [3, "boot"],
  [4, "static"],
  [8, "gated"],
  [9, "ra"],
  [10, "mrt"],
  [11, "zebra"],
  [12, "bird"],
  [13, "dnrouted"],
  [14, "xorp"],
  [15, "ntk"],
  [16, "dhcp"],
  [18, "keepalived"],
  [42, "babel"],
  [186, "bgp"],
  [187, "isis"],
  [188, "ospf"],
  [189, "rip"],
  [192, "eigrp"],
];

const TYPES: Names = [
  [RouteType.unicast, "unicast"],
  [RouteType.local, "local"],
  [RouteType.broadcast, "broadcast"],
  [RouteType.anycast, "anycast"],
  [RouteType.multicast, "multicast"],
  [RouteType.blackhole, "blackhole"],
  [RouteType.unreachable, "unreachable"],
  [RouteType.prohibit, "prohibit"],
  [RouteType.throw, "throw"],
];

/** A line of rt_tables: a number, maybe in hexadecimal, and a name. */
const TABLE_LINE = /^\s*(0x[0-9a-f]+|\d+)\s+(\S+)\s*$/i;

/** The tables that have names: those that people wrote into rt_tables come first. */
function tablesIn(files: FileSystem): Names {
  const said = files.readText("/etc/iproute2/rt_tables") ?? "";
  const own: (readonly [number, string])[] = [];
  for (const line of said.split("\n")) {
    const match = TABLE_LINE.exec(line);
    if (match !== null) own.unshift([Number(match[1]), match[2] as string]);
  }
  return own.length === 0 ? TABLES : [...own, ...TABLES];
}

const nameIn = (names: Names, number: number): string =>
  names.find(([value]) => value === number)?.[1] ?? String(number);

function numberIn(names: Names, text: string, max: number): number | undefined {
  const known = names.find(([, name]) => name === text);
  if (known !== undefined) return known[0];
  const number = parseUnsigned(text);
  return number === undefined || number > max ? undefined : number;
}

export const scopeName = (scope: number): string => nameIn(SCOPES, scope);
export const scopeNumber = (text: string): number | undefined => numberIn(SCOPES, text, 255);
export const tableName = (table: number, files: FileSystem): string =>
  nameIn(tablesIn(files), table);
export const tableNumber = (text: string, files: FileSystem): number | undefined =>
  numberIn(tablesIn(files), text, 0xffffffff);
export const protocolName = (protocol: number): string => nameIn(PROTOCOLS, protocol);
export const protocolNumber = (text: string): number | undefined => numberIn(PROTOCOLS, text, 255);
export const typeName = (type: number): string => nameIn(TYPES, type);
/** Undefined for a word that is no type: it is then the route's prefix. */
export const typeNumber = (text: string): RouteType | undefined =>
  TYPES.find(([, name]) => name === text)?.[0] as RouteType | undefined;
