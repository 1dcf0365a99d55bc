/**
 * `ip route get`: what the kernel would do with a packet, of its own or (with `iif`) one that came in
 * (`inet_rtm_getroute`). Left out: ports and protocols of rules.
 */
import {
  ANY_ADDRESS,
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
import { NOTHING_SAID, printFlags, printRoute } from "./print-route.ts";
import { Printer } from "./printer.ts";

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
  const flags = [...flagsOf(route.type, to)];
  if (gatewayLearnt(context, to) !== 0) flags.push("redirected");
  const source = from === 0 ? router.source : ANY_ADDRESS;
  return printed(context, (printer) => {
    printHead(printer, context, question, to, route);
    if (source !== 0)
      printer.field("prefsrc", formatIpv4Address(source), `src ${formatIpv4Address(source)} `);
    // the flag of a group has the bit of another one in netlink's message
    printFlags(printer, route.type === RouteType.multicast ? ["rt_offload_failed"] : []);
    if (mark !== 0) printer.field("mark", mark, `mark ${markText(mark)} `);
    printer.field("uid", 0, "uid 0 ");
    printCache(printer, context, flags);
    printPath(printer, context, to);
  });
}

/** One answer, ended with a newline. */
function printed({ options }: IpContext, body: (printer: Printer) => void): string {
  const printer = new Printer(options);
  printer.object("", () => body(printer));
  printer.say("\n");
  return printer.finish();
}

/** A route that no table holds has no line. */
function matchLine(context: IpContext, { config }: Route): string {
  const printer = new Printer(context.options);
  if (config !== null) printer.object("", () => printRoute(printer, context, config, NOTHING_SAID));
  return printer.finish();
}

/** What a redirect said; 0 for nothing. */
const gatewayLearnt = ({ network }: IpContext, to: Ipv4Address): Ipv4Address =>
  network.paths.gateway(to, network.engine.now);

/** What path MTU discovery learnt about the destination. */
function printPath(printer: Printer, { network }: IpContext, to: Ipv4Address): void {
  const { now } = network.engine;
  const mtu = network.paths.mtu(to, now);
  if (mtu === 0) return;
  const left = Math.floor((network.paths.expires(to) - now) / 1e9);
  printer.field("expires", left, `expires ${left}sec `);
  printer.list("metrics", () => printer.object("", () => printer.field("mtu", mtu, `mtu ${mtu} `)));
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
  if (route === null) throw kernelRefusal(router.inputErrno);
  if (question.asksForMatch) return matchLine(context, route);
  const flags = [...flagsOf(route.type, to)];
  if (isRedirected(context, question, to, route, input)) flags.push("redirect");
  return printed(context, (printer) => {
    printHead(printer, context, question, to, route);
    printFlags(printer, []);
    printCache(printer, context, flags);
    printer.field("iif", input.name, `iif ${input.name} `);
  });
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

function printHead(
  printer: Printer,
  context: IpContext,
  { from }: Question,
  to: Ipv4Address,
  route: Route,
): void {
  const type = typeName(route.type);
  if (route.type !== RouteType.unicast || context.options.details)
    printer.field("type", type, `${type} `);
  printer.field("dst", formatIpv4Address(to), `${formatIpv4Address(to)} `);
  if (from !== 0)
    printer.field("from", formatIpv4Address(from), `from ${formatIpv4Address(from)} `);
  const better = gatewayLearnt(context, to);
  const gateway = formatIpv4Address(better === 0 ? route.gateway : better);
  if (route.gateway !== 0 && route.type === RouteType.unicast)
    printer.field("gateway", gateway, `via ${gateway} `);
  const { devices } = context.network.config;
  const device = devices.find((other) => other.index === route.device)?.name ?? "lo";
  printer.field("dev", device, `dev ${device} `);
}

/** `print_cache_flags`. */
function printCache(printer: Printer, { options }: IpContext, flags: readonly string[]): void {
  printer.say(`${options.oneLine ? "\\" : "\n"}    cache `);
  if (flags.length > 0) printer.say(`<${flags.join(",")}> `);
  printer.note("cache", flags.slice());
}
