/**
 * `ip route get`: what the kernel would do with a packet, of its own or (with `iif`) one that came in
 * (`inet_rtm_getroute`). Left out: ports and protocols of rules.
 */
import {
  Errno,
  formatIpv4Address,
  type HostDevice,
  type Ipv4Address,
  type Route,
  RouteType,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readPrefix, type TypedPrefix } from "./arguments.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut, usageOf } from "./context.ts";
import { typeName } from "./names.ts";
import { NOTHING_SAID, routeLine } from "./route-line.ts";

interface Question {
  to: TypedPrefix | null;
  toText: string;
  /** 0 when not said. */
  from: Ipv4Address;
  input: HostDevice | null;
  output: HostDevice | null;
  tos: number;
  mark: number;
  /** `fibmatch`: the route itself, as `show` prints it. */
  asksForMatch: boolean;
}

export function getRoute(context: IpContext, words: Words): SimpleResult {
  const question: Question = {
    to: null,
    toText: "",
    from: 0 as Ipv4Address,
    input: null,
    output: null,
    tos: 0,
    mark: 0,
    asksForMatch: false,
  };
  while (!words.done) takeWord(context, words, question);
  const { to, toText } = question;
  if (to === null) throw new CommandFailure(1, "need at least a destination address\n");
  if (to.family === "inet6") throw kernelRefusal(Errno.ENETUNREACH);
  const stderr =
    to.hasLength && to.length !== 32
      ? `Warning: /${toText.split("/")[1]} as prefix is invalid, only /32 (or none) is supported.\n`
      : "";
  const { address } = to;
  const stdout =
    question.input === null
      ? answerOutput(context, question, address)
      : answerInput(context, question, address, question.input);
  return result({ stdout, stderr });
}

const LEFT_OUT = ["vrf", "uid", "ipproto", "sport", "dport", "connected", "notify"];

function takeWord(context: IpContext, words: Words, question: Question): void {
  const word = words.take() as string;
  const { family } = context.options;
  if (isPrefix(word, "from")) question.from = readPrefix(words.value(), family).address;
  else if (word === "iif") question.input = deviceOf(context, words.value());
  else if (word === "oif" || word === "dev") question.output = deviceOf(context, words.value());
  else if (word === "tos" || isPrefix(word, "dsfield"))
    question.tos = number(words.value(), "TOS value is invalid\n");
  else if (isPrefix(word, "mark")) question.mark = number(words.value(), 'invalid "mark" value\n');
  else if (isPrefix(word, "fibmatch")) question.asksForMatch = true;
  else if (LEFT_OUT.includes(word)) throw leftOut(`ip route get … ${word}`);
  else {
    const to = word === "to" ? words.value() : word;
    if (isPrefix(to, "help")) throw new CommandFailure(255, usageOf("route"));
    question.to = readPrefix(to, family);
    question.toText = to;
  }
}

function number(word: string, complaint: string): number {
  const value = parseUnsigned(word);
  if (value === undefined) throw invalidArgument(complaint, word);
  return value;
}

function answerOutput(context: IpContext, question: Question, to: Ipv4Address): string {
  const { router } = context.network;
  const { from, mark, output, tos } = question;
  const route = router.output(to, from, output?.index ?? 0, mark, tos);
  if (route === null) throw kernelRefusal(router.errno);
  if (question.asksForMatch) return matchLine(context, route);
  const parts = headOf(context, question, to, route);
  if (from === 0 && router.source !== 0) parts.push(`src ${formatIpv4Address(router.source)}`);
  // the flag of a group has the bit of another one in netlink's message
  if (route.type === RouteType.multicast) parts.push("rt_offload_failed");
  if (mark !== 0) parts.push(`mark ${markText(mark)}`);
  parts.push("uid 0");
  const flags = [...flagsOf(route.type, to)];
  if (gatewayLearnt(context, to) !== 0) flags.push("redirected");
  return lines(context, parts, flags, pathText(context, to));
}

/** A route that no table holds has no line. */
const matchLine = (context: IpContext, { config }: Route): string =>
  config === null ? "" : routeLine(context, config, NOTHING_SAID);

/** What a redirect said; 0 for nothing. */
const gatewayLearnt = ({ network }: IpContext, to: Ipv4Address): Ipv4Address =>
  network.paths.gateway(to, network.engine.now);

/** What path MTU discovery learnt about the destination. */
function pathText({ network }: IpContext, to: Ipv4Address): string {
  const { now } = network.engine;
  const mtu = network.paths.mtu(to, now);
  if (mtu === 0) return "";
  const left = Math.floor((network.paths.expires(to) - now) / 1e9);
  return `expires ${left}sec mtu ${mtu} `;
}

const markText = (mark: number): string => (mark >= 16 ? `0x${mark.toString(16)}` : String(mark));

/** 224.0.0.1: every host is in it. */
const ALL_HOSTS = 0xe0000001 | 0;

function flagsOf(type: RouteType, to: Ipv4Address): readonly string[] {
  if (type === RouteType.local) return ["local"];
  if (type === RouteType.broadcast) return ["local", "brd"];
  if (type === RouteType.multicast) return to === ALL_HOSTS ? ["local", "mc"] : ["mc"];
  return [];
}

function answerInput(
  context: IpContext,
  question: Question,
  to: Ipv4Address,
  input: HostDevice,
): string {
  const { router } = context.network;
  const { from, mark, tos } = question;
  const route = router.input(to, from, tos, mark, input.index);
  if (route === null) throw kernelRefusal(refusalOf(context, input));
  if (question.asksForMatch) return matchLine(context, route);
  const flags = [...flagsOf(route.type, to)];
  if (isRedirected(context, question, to, route, input)) flags.push("redirect");
  return lines(context, headOf(context, question, to, route), flags, `iif ${input.name} `);
}

const EXDEV = 18;

/** The number behind a refusal; the router knows reasons. */
function refusalOf({ network }: IpContext, input: HostDevice): number {
  const { router, config } = network;
  const reason = router.dropReason;
  if (reason === "ip-reverse-path-filter") return EXDEV;
  if (reason === "ip-martian-source" || reason === "ip-martian-destination") return Errno.EINVAL;
  const forwards = config.sysctls.conf[input.name]?.forwarding === 1;
  if (!forwards || reason === "ip-forwarding-off") return Errno.EHOSTUNREACH;
  if (reason !== "ip-unreachable-route") return Errno.ENETUNREACH;
  const type = (router.decider as Route | null)?.type;
  if (type === RouteType.prohibit) return Errno.EACCES;
  return type === RouteType.blackhole ? Errno.EINVAL : Errno.EHOSTUNREACH;
}

/** Out by the device it came in by: the sender could have sent it to the next hop itself. */
function isRedirected(
  { network }: IpContext,
  { from }: Question,
  to: Ipv4Address,
  route: Route,
  input: HostDevice,
): boolean {
  const { router, config } = network;
  if (route.type !== RouteType.unicast || route.device !== input.index) return false;
  const { all, [input.name]: own } = config.sysctls.conf;
  const sends = all?.send_redirects === 1 || own?.send_redirects === 1;
  if (!router.sourceOnLink || !sends) return false;
  const shared = all?.shared_media === 1 || own?.shared_media === 1;
  return shared || router.isOnLink(input.index, from, route.gateway === 0 ? to : route.gateway);
}

function headOf(context: IpContext, { from }: Question, to: Ipv4Address, route: Route): string[] {
  const parts: string[] = [];
  if (route.type !== RouteType.unicast || context.options.details) parts.push(typeName(route.type));
  parts.push(formatIpv4Address(to));
  if (from !== 0) parts.push(`from ${formatIpv4Address(from)}`);
  const better = gatewayLearnt(context, to);
  const gateway = better === 0 ? route.gateway : better;
  if (gateway !== 0 && route.type === RouteType.unicast)
    parts.push(`via ${formatIpv4Address(gateway)}`);
  const { devices } = context.network.config;
  const device = devices.find((other) => other.index === route.device);
  parts.push(`dev ${device?.name ?? "lo"}`);
  return parts;
}

function lines(
  { options }: IpContext,
  parts: readonly string[],
  flags: readonly string[],
  tail = "",
): string {
  const words = flags.length === 0 ? "" : `<${flags.join(",")}> `;
  return `${parts.join(" ")} ${options.oneLine ? "\\" : "\n"}    cache ${words}${tail}\n`;
}
