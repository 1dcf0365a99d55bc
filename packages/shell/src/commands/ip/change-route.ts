/** `ip route add | change | replace | append | prepend | del` (`iproute_modify`). */
import {
  addRoute,
  Errno,
  type Ipv4Address,
  type NextHopConfig,
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
import { takeNextHops } from "./next-hops.ts";
import type { IpFamily } from "./options.ts";
import { noMetrics, type TypedMetrics, takeMetric } from "./route-metrics.ts";

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
  metrics: TypedMetrics;
  nextHops: readonly NextHopConfig[] | null;
  refused: boolean;
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
    metrics: noMetrics(),
    nextHops: null,
    refused: false,
    onlink: false,
  };
  while (!words.done) takeWord(context, words, request);
  if (request.to === null) throw new CommandFailure(255, usageOf("route"));
  if (context.options.family === "inet6" || request.to.family === "inet6")
    throw kernelRefusal(Errno.EHOSTUNREACH);
  return request;
}

const LEFT_OUT = [
  ...["nhid", "encap", "vrf", "expires", "pref", "ttl-propagate", "from", "as"],
  ...["realms", "congctl"],
];

function takeWord(context: IpContext, words: Words, request: RouteRequest): void {
  const word = words.take() as string;
  const { family } = context.options;
  if (word === "src") request.source = readAddress(words.value(), family);
  else if (word === "via") request.gateway = takeGateway(words, family);
  else if (word === "tos" || isPrefix(word, "dsfield"))
    request.tos = number(words.value(), 255, '"tos" value is invalid\n');
  else if (isPrefix(word, "metric") || isPrefix(word, "priority") || word === "preference")
    request.metric = number(words.value(), 0xffffffff, '"metric" value is invalid\n');
  else if (word === "scope")
    request.scope = known(words.value(), scopeNumber, 'invalid "scope" value\n');
  else if (word === "onlink") request.onlink = true;
  else if (word === "nexthop") request.nextHops = takeNextHops(context, words);
  else if (LEFT_OUT.includes(word)) throw leftOut(`${word} of a route`);
  else if (isPrefix(word, "protocol"))
    request.protocol = known(words.value(), protocolNumber, '"protocol" value is invalid\n');
  else if (isPrefix(word, "table"))
    request.table = known(words.value(), tableNamed(context), '"table" value is invalid\n');
  else if (word === "dev" || word === "oif") request.device = words.value();
  else if (!takeMetric(word, words, request.metrics))
    takeDestination(word === "to" ? words.value() : word, words, request, family);
}

/** Types that iproute2 knows and Linux no longer takes. */
const NO_LONGER_KNOWN = ["nat", "xresolve"];

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
  } else if (NO_LONGER_KNOWN.includes(word)) {
    request.refused = true;
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

const tableNamed =
  ({ machine }: IpContext) =>
  (word: string): number | undefined =>
    tableNumber(word, machine.files);

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
  if (request.refused) throw kernelRefusal(Errno.EINVAL, "Invalid scope");
  const to = request.to as TypedPrefix;
  const device = request.device === null ? 0 : deviceOf(context, request.device).index;
  const fields: { -readonly [K in keyof RouteConfig]?: RouteConfig[K] } = {
    destination: to.address,
    prefixLength: to.length,
    device,
    onlink: request.onlink,
  };
  const { gateway, metric, metrics, nextHops, protocol, scope, source, table, tos, type } = request;
  const [only] = nextHops ?? [];
  if (nextHops !== null && nextHops.length > 1) fields.nextHops = nextHops;
  else if (only !== undefined)
    Object.assign(fields, { gateway: only.gateway, device: only.device, onlink: only.onlink });
  if (type !== null) fields.type = type;
  if (gateway !== null) fields.gateway = gateway;
  if (metric !== null) fields.metric = metric;
  if (metrics.mtu !== null) fields.mtu = metrics.mtu;
  if (metrics.others.length > 0)
    fields.metrics = metrics.others.slice().sort((a, b) => a.id - b.id);
  if (metrics.locked !== 0) fields.lockedMetrics = metrics.locked;
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
  const { metric, nextHops, protocol, source, tos, type } = request;
  const only = nextHops?.length === 1 ? nextHops[0] : undefined;
  const gateway = only === undefined ? request.gateway : only.gateway || null;
  const shape = type === null ? null : routeOf({ type });
  return ask(context, (draft) =>
    removeRoute(draft, {
      table: request.table ?? shape?.table ?? RouteTable.main,
      destination: to.address,
      prefixLength: to.length,
      tos: tos ?? 0,
      type,
      gateway,
      device: only === undefined ? device : only.device || null,
      nextHops: only === undefined ? nextHops : null,
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
