/** `ip route add | change | replace | append | prepend | del` (`iproute_modify`). */
import {
  addRoute,
  Errno,
  type Ipv4Address,
  type RouteConfig,
  type RouteOutcome,
  RouteTable,
  RouteType,
  type RouteVerb,
  removeRoute,
  routeOf,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import {
  duplicateOrGarbage,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";
import { parseUnsigned, readAddress, readPrefix, type TypedPrefix } from "./arguments.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut, usageOf } from "./context.ts";
import { protocolNumber, scopeNumber, tableNumber, typeNumber } from "./names.ts";
import type { IpFamily } from "./options.ts";

/** What was said; what was not is null. */
interface RouteRequest {
  to: TypedPrefix | null;
  type: RouteType | null;
  gateway: Ipv4Address | null;
  device: string | null;
  source: Ipv4Address | null;
  metric: number | null;
  scope: number | null;
  protocol: number | null;
  table: number | null;
  tos: number | null;
  mtu: number | null;
  onlink: boolean;
}

function takeRequest(context: IpContext, words: Words): RouteRequest {
  const request: RouteRequest = {
    to: null,
    type: null,
    gateway: null,
    device: null,
    source: null,
    metric: null,
    scope: null,
    protocol: null,
    table: null,
    tos: null,
    mtu: null,
    onlink: false,
  };
  while (!words.done) takeWord(context, words, request);
  if (request.to === null) throw new CommandFailure(255, usageOf("route"));
  if (context.options.family === "inet6" || request.to.family === "inet6")
    throw kernelRefusal(Errno.EHOSTUNREACH);
  return request;
}

const METRICS = [
  ...["hoplimit", "advmss", "rtt", "rttvar", "window", "cwnd", "initcwnd", "initrwnd", "ssthresh"],
  ...["realms", "rto_min", "features", "quickack", "congctl", "reordering", "fastopen_no_cookie"],
];
const OTHER = ["nexthop", "nhid", "encap", "vrf", "expires", "pref", "ttl-propagate", "from", "as"];

function takeWord({ options }: IpContext, words: Words, request: RouteRequest): void {
  const word = words.take() as string;
  const { family } = options;
  if (word === "src") request.source = readAddress(words.value(), family);
  else if (word === "via") request.gateway = takeGateway(words, family);
  else if (word === "tos" || isPrefix(word, "dsfield"))
    request.tos = number(words.value(), 255, '"tos" value is invalid\n');
  else if (isPrefix(word, "metric") || isPrefix(word, "priority") || word === "preference")
    request.metric = number(words.value(), 0xffffffff, '"metric" value is invalid\n');
  else if (word === "scope")
    request.scope = known(words.value(), scopeNumber, 'invalid "scope" value\n');
  else if (word === "mtu") request.mtu = takeMtu(words);
  else if (word === "onlink") request.onlink = true;
  else if (METRICS.includes(word) || OTHER.includes(word)) throw leftOut(`${word} of a route`);
  else if (isPrefix(word, "protocol"))
    request.protocol = known(words.value(), protocolNumber, '"protocol" value is invalid\n');
  else if (isPrefix(word, "table"))
    request.table = known(words.value(), tableNumber, '"table" value is invalid\n');
  else if (word === "dev" || word === "oif") request.device = words.value();
  else takeDestination(word === "to" ? words.value() : word, words, request, family);
}

function takeDestination(
  first: string,
  words: Words,
  request: RouteRequest,
  family: IpFamily,
): void {
  let word = first;
  const type = /^\d/.test(word) ? undefined : typeNumber(word);
  if (type !== undefined) {
    request.type = type;
    word = words.value();
  }
  if (isPrefix(word, "help")) throw new CommandFailure(255, usageOf("route"));
  if (request.to !== null) throw duplicateOrGarbage("to", word);
  request.to = readPrefix(word, family);
}

function takeGateway(words: Words, family: IpFamily): Ipv4Address {
  const word = words.value();
  if (word === "inet6") throw leftOut("an IPv6 gateway of an IPv4 route");
  if (word === "inet") return readAddress(words.value(), "inet");
  return readAddress(word, family === "inet6" ? "inet6" : "inet");
}

/** `lock` only forbids path MTU discovery to change it, which it doesn't here. */
function takeMtu(words: Words): number {
  const word = words.value();
  const value = word === "lock" ? words.value() : word;
  return number(value, 0xffffffff, '"mtu" value is invalid\n');
}

function number(word: string, max: number, complaint: string): number {
  const value = parseUnsigned(word);
  if (value === undefined || value > max) throw invalidArgument(complaint, word);
  return value;
}

function known(
  word: string,
  read: (word: string) => number | undefined,
  complaint: string,
): number {
  const value = read(word);
  if (value === undefined) throw invalidArgument(complaint, word);
  return value;
}

export function changeRoute(context: IpContext, words: Words, verb: RouteVerb): SimpleResult {
  const request = takeRequest(context, words);
  const to = request.to as TypedPrefix;
  const device = request.device === null ? 0 : deviceOf(context, request.device).index;
  const fields: { -readonly [K in keyof RouteConfig]?: RouteConfig[K] } = {
    destination: to.address,
    prefixLength: to.length,
    device,
    onlink: request.onlink,
  };
  const { gateway, metric, mtu, protocol, scope, source, table, tos, type } = request;
  if (type !== null) fields.type = type;
  if (gateway !== null) fields.gateway = gateway;
  if (metric !== null) fields.metric = metric;
  if (mtu !== null) fields.mtu = mtu;
  if (protocol !== null) fields.protocol = protocol;
  if (scope !== null) fields.scope = scope;
  if (source !== null) fields.preferredSource = source;
  if (table !== null) fields.table = table;
  if (tos !== null) fields.tos = tos;
  return ask(context, (draft) => addRoute(draft, routeOf(errorRoute(fields)), verb));
}

const ERROR_TYPES: readonly RouteType[] = [
  RouteType.blackhole,
  RouteType.unreachable,
  RouteType.prohibit,
  RouteType.throw,
];

/** Routes that lead nowhere reach everywhere. */
function errorRoute(fields: Partial<RouteConfig>): Partial<RouteConfig> {
  const { type } = fields;
  return type !== undefined && ERROR_TYPES.includes(type) ? { scope: 0, ...fields } : fields;
}

export function deleteRoute(context: IpContext, words: Words): SimpleResult {
  const request = takeRequest(context, words);
  const to = request.to as TypedPrefix;
  const device = request.device === null ? null : deviceOf(context, request.device).index;
  const { gateway, metric, protocol, source, tos, type } = request;
  const shape = type === null ? null : routeOf({ type });
  return ask(context, (draft) =>
    removeRoute(draft, {
      table: request.table ?? shape?.table ?? RouteTable.main,
      destination: to.address,
      prefixLength: to.length,
      tos: tos ?? 0,
      type,
      gateway,
      device,
      metric,
      scope: request.scope ?? (shape !== null && type === RouteType.local ? shape.scope : null),
      protocol,
      preferredSource: source,
    }),
  );
}

/** One change of routes, and the kernel's sentence when it refuses. */
function ask(
  { network, origin }: IpContext,
  edit: (draft: Parameters<typeof addRoute>[0]) => RouteOutcome,
): SimpleResult {
  let message = "";
  const errno = network.change(origin, (draft) => {
    const outcome = edit(draft);
    message = outcome.message;
    return outcome.errno;
  });
  if (errno !== 0) throw kernelRefusal(errno, message);
  return result({});
}
