/** `ip route show` and `ip route flush`: which routes fit (`filter_nlmsg`). */
import {
  type Ipv4Address,
  inPrefix,
  listAllRoutes,
  listRoutes,
  type RouteConfig,
  RouteTable,
  type RouteType,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readPrefix, type TypedPrefix } from "./arguments.ts";
import { deviceOf, type IpContext, usageOf } from "./context.ts";
import { protocolNumber, scopeNumber, tableNumber, typeNumber } from "./names.ts";
import { printRoute, type Said } from "./print-route.ts";
import { Printer } from "./printer.ts";

interface RouteFilter extends Said {
  /** There is no route cache since Linux 3.6. */
  cache: boolean;
  type: RouteType | null;
  tos: number | null;
  metric: number | null;
  /** Routes within this prefix. */
  root: TypedPrefix | null;
  /** Routes that hold this prefix. */
  match: TypedPrefix | null;
}

function takeFilter(context: IpContext, words: Words): RouteFilter {
  const filter: RouteFilter = {
    table: RouteTable.main,
    cache: false,
    device: null,
    gateway: null,
    source: null,
    protocol: null,
    scope: null,
    type: null,
    tos: null,
    metric: null,
    root: null,
    match: null,
  };
  while (!words.done) takeWord(context, words, filter);
  return filter;
}

function takeWord(context: IpContext, words: Words, filter: RouteFilter): void {
  const word = words.take() as string;
  const { family } = context.options;
  if (isPrefix(word, "table")) takeTable(context, words.value(), filter);
  else if (isPrefix(word, "cached") || isPrefix(word, "cloned")) filter.cache = true;
  else if (word === "dev" || word === "oif" || word === "iif")
    filter.device = deviceOf(context, words.value()).index;
  else if (word === "via") filter.gateway = readPrefix(words.value(), "inet");
  else if (word === "src") filter.source = readPrefix(words.value(), family);
  else if (isPrefix(word, "protocol")) filter.protocol = takeProtocol(words.value());
  else if (isPrefix(word, "scope")) filter.scope = takeScope(words.value());
  else if (isPrefix(word, "type")) filter.type = takeType(words.value());
  else if (word === "vrf") words.value();
  else if (word === "tos" || isPrefix(word, "dsfield"))
    filter.tos = number(words.value(), 16, "TOS value is invalid\n");
  else if (isPrefix(word, "metric") || isPrefix(word, "priority") || word === "preference")
    filter.metric = number(words.value(), 0, '"metric" value is invalid\n');
  else takePrefix(word === "to" ? words.value() : word, words, filter, family);
}

function takePrefix(
  word: string,
  words: Words,
  filter: RouteFilter,
  family: IpContext["options"]["family"],
): void {
  if (word === "root") filter.root = readPrefix(words.value(), family);
  else if (word === "match") filter.match = readPrefix(words.value(), family);
  else {
    if (isPrefix(word, "help")) throw new CommandFailure(255, usageOf("route"));
    filter.root = readPrefix(word === "exact" ? words.value() : word, family);
    filter.match = filter.root;
  }
}

function takeTable({ machine }: IpContext, word: string, filter: RouteFilter): void {
  const table = tableNumber(word, machine.files);
  if (table !== undefined) filter.table = table;
  else if (word === "all") filter.table = 0;
  else if (word === "cache") filter.cache = true;
  else throw invalidArgument("table id value is invalid\n", word);
}

function number(word: string, base: 0 | 16, complaint: string): number {
  const value = parseUnsigned(base === 16 && !word.startsWith("0x") ? `0x${word}` : word);
  if (value === undefined) throw invalidArgument(complaint, word);
  return value;
}

function takeProtocol(word: string): number | null {
  if (word === "all") return null;
  const protocol = protocolNumber(word);
  if (protocol === undefined) throw invalidArgument('invalid "protocol"\n', word);
  return protocol;
}

function takeScope(word: string): number | null {
  if (word === "all") return null;
  const scope = scopeNumber(word);
  if (scope === undefined) throw invalidArgument('invalid "scope"\n', word);
  return scope;
}

function takeType(word: string): RouteType {
  const type = typeNumber(word);
  if (type === undefined) throw invalidArgument("node type value is invalid\n", word);
  return type;
}

const asks = <T>(wanted: T | null, value: T): boolean => wanted === null || wanted === value;

const holds = (prefix: TypedPrefix | null, address: Ipv4Address): boolean =>
  prefix === null || inPrefix(address, prefix.address, prefix.length);

function fits(filter: RouteFilter, route: RouteConfig): boolean {
  const { root, match } = filter;
  return (
    asks(filter.device, route.device) &&
    asks(filter.protocol, route.protocol) &&
    asks(filter.scope, route.scope) &&
    asks(filter.type, route.type) &&
    asks(filter.tos, route.tos) &&
    asks(filter.metric, route.metric) &&
    (filter.gateway === null || (route.gateway !== 0 && holds(filter.gateway, route.gateway))) &&
    (filter.source === null ||
      (route.preferredSource !== 0 && holds(filter.source, route.preferredSource))) &&
    (root === null || (root.length <= route.prefixLength && holds(root, route.destination))) &&
    (match === null ||
      (match.length >= route.prefixLength &&
        inPrefix(match.address, route.destination, route.prefixLength)))
  );
}

/** `verb`: what the kernel ends when there is no such table. */
function chosenRoutes(
  { network, options }: IpContext,
  filter: RouteFilter,
  verb: "Dump" | "Flush",
): readonly RouteConfig[] {
  if (options.family === "inet6" || options.family === "link" || filter.cache) return [];
  const { config } = network;
  const { table } = filter;
  if (table === 0) return listAllRoutes(config).filter((route) => fits(filter, route));
  const routes = listRoutes(config, table);
  if (routes.length === 0 && table !== RouteTable.main && table !== RouteTable.local)
    throw new CommandFailure(2, `Error: ipv4: FIB table does not exist.\n${verb} terminated\n`);
  return routes.filter((route) => fits(filter, route));
}

export function showRoutes(context: IpContext, words: Words): SimpleResult {
  const filter = takeFilter(context, words);
  const routes = chosenRoutes(context, filter, "Dump");
  const printer = new Printer(context.options);
  for (const route of routes) printer.object("", () => printRoute(printer, context, route, filter));
  return result({ stdout: printer.finish() });
}

export function flushRoutes(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, '"ip route flush" requires arguments.\n');
  const filter = takeFilter(context, words);
  if (filter.cache) return flushCache(context);
  const gone = chosenRoutes(context, filter, "Flush");
  if (gone.length > 0) {
    context.network.change(context.origin, (draft) => {
      draft.routes = draft.routes.filter((route) => !gone.some((other) => isSame(other, route)));
      return 0;
    });
  }
  if (context.options.statistics === 0) return result({});
  const said =
    gone.length === 0
      ? "Nothing to flush.\n"
      : `\n*** Round 1, deleting ${gone.length} entries ***\n*** Flush is complete after 1 round ***\n`;
  return result({ stdout: said });
}

/** There is no cache, but what was learnt about single destinations is forgotten. */
function flushCache({ network, options }: IpContext): SimpleResult {
  network.paths.flush();
  const said = options.statistics > 0 ? "*** IPv4 routing cache is flushed.\n" : "";
  return result({ stdout: said });
}

const isSame = (a: RouteConfig, b: RouteConfig): boolean =>
  a.table === b.table &&
  a.destination === b.destination &&
  a.prefixLength === b.prefixLength &&
  a.tos === b.tos &&
  a.metric === b.metric &&
  a.type === b.type &&
  a.gateway === b.gateway &&
  a.device === b.device &&
  a.preferredSource === b.preferredSource;
