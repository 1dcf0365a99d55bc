/** From ipvsadm's words to what is asked: options are judged as they come, combinations at the end (ipvsadm.c). */
import {
  type ForwardingMethod,
  type Ipv4Address,
  isMulticastAddress,
  parseIpv4Address,
  parseIpv6Address,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import { Popt, type PoptItem } from "../../options/popt.ts";
import { type Hosts, type PortNames, parseAddressAndPort, parseNumber } from "./addresses.ts";
import { checkCombination, checkMeaning } from "./check.ts";
import { fail, refused, tryHelp } from "./failure.ts";
import { parseInetAton } from "./inet-aton.ts";
import { portNamesOf } from "./names.ts";
import { Request } from "./request.ts";
import { parseSchedulerFlags } from "./scheduler-flags.ts";
import type { CommandTag, OptionName, OptionTag } from "./tags.ts";
import { type IpvsadmTag, isCommandTag, wordsOf } from "./words.ts";

const DAY_MAX = 31 * 86_400;
const PERSISTENCE_DEFAULT = 360;
const INT_MAX = 0x7fffffff;
/** The netmask of an IPv6 service: the length of a prefix. */
const IPV6_PREFIX_MAX = 128 as Ipv4Address;
/** IFNAMSIZ without its end. */
const INTERFACE_NAME_MAX = 15;
const TCP = 6;
const UDP = 17;
const SCTP = 132;
/** A firewall mark's servers take the names of TCP's ports. */
const namesFor = (identity: VirtualServiceIdentity | null): PortNames =>
  identity === null ? null : portNamesOf(identity.kind === "address" ? identity.protocol : TCP);

/** Reads what follows `program` on a command line; throws `IpvsadmFailure`. No words at all mean a plain list. */
export function parseRequest(
  program: string,
  words: readonly string[],
  hosts: Hosts,
  fork: boolean,
): Request {
  const request = new Request(hosts, fork);
  if (words.length === 0) return request;
  const popt = new Popt<IpvsadmTag>(wordsOf(fork), words);
  const first = popt.next();
  if (first.kind !== "option" || !isCommandTag(first.tag)) return tryHelp(program);
  startCommand(request, first.tag, first.value);
  // the rest of the line is not looked at
  if (request.command === "help" || request.command === "version") return request;
  for (let item = popt.next(); item.kind !== "end"; item = popt.next()) readItem(request, item);
  const rest = request.command === "set" ? readTimeouts(request, popt.operands) : popt.operands;
  if (rest[0] !== undefined) fail(2, `unexpected argument ${rest[0]}`);
  if (request.has("sched-flags"))
    request.schedulerFlags = parseSchedulerFlags(request.schedulerFlagsText, request.scheduler);
  checkCombination(request);
  checkMeaning(request);
  return request;
}

function startCommand(request: Request, tag: CommandTag, value: string | null): void {
  request.command = tag;
  if (tag !== "start-daemon" && tag !== "stop-daemon") return;
  if (value === "master" || value === "backup") request.role = value;
  else
    fail(
      2,
      tag === "start-daemon"
        ? "illegal start-daemon parameter specified"
        : "illegal start_daemon specified",
    );
}

function readItem(request: Request, item: PoptItem<IpvsadmTag>): void {
  if (item.kind === "end") return;
  if (item.kind === "error") refused(`${item.typed}: ${item.text}`);
  if (isCommandTag(item.tag)) fail(2, `invalid option \`${item.typed}'`);
  readOption(request, item.tag, item.value ?? "", item.value !== null);
}

function note(request: Request, option: OptionName): void {
  if (request.given.has(option)) fail(2, `multiple '${option}' options specified`);
  request.given.add(option);
}

function readOption(request: Request, tag: OptionTag, value: string, valued: boolean): void {
  switch (tag) {
    case "tcp-service":
      return readService(request, value, TCP);
    case "udp-service":
      return readService(request, value, UDP);
    case "sctp-service":
      return readService(request, value, SCTP);
    case "fwmark":
      return readMark(request, value);
    case "ipv6":
      if (request.identity?.kind !== "fwmark") fail(2, "-6 used before -f\n");
      request.identity = { ...request.identity, ipv6: true };
      request.persistenceNetmask = IPV6_PREFIX_MAX;
      return;
    case "masquerading":
      return readMethod(request, "masquerading");
    case "gatewaying":
      return readMethod(request, "direct-routing");
    case "ipip":
      return readMethod(request, "tunnelling");
    case "full-nat":
      return readMethod(request, "full-nat");
    case "sort":
      return;
    default:
      note(request, tag);
      readValue(request, tag, value, valued);
  }
}

function readMethod(request: Request, method: ForwardingMethod): void {
  note(request, "forwarding-method");
  request.forwarding = method;
}

function readService(request: Request, text: string, protocol: number): void {
  note(request, "service-address");
  const parsed = parseAddressAndPort(text, portNamesOf(protocol), request.hosts);
  if (parsed === undefined) return fail(2, "illegal virtual server address[:port] specified");
  const { address, ipv6, port } = parsed;
  request.identity = { kind: "address", protocol, address, port };
  if (ipv6 === undefined) return;
  request.identity = { ...request.identity, ipv6 };
  // a mask that stood before it is forgotten
  request.persistenceNetmask = IPV6_PREFIX_MAX;
}

function readMark(request: Request, text: string): void {
  note(request, "service-address");
  const mark = parseNumber(text, 1, 0xffffffff);
  if (mark === undefined) return fail(2, `invalid fwmark value \`${text}' specified`);
  request.identity = { kind: "fwmark", mark: mark | 0 };
}

function readValue(request: Request, option: OptionName, text: string, valued: boolean): void {
  switch (option) {
    case "scheduler":
      request.scheduler = text;
      return;
    case "persistent":
      request.persistenceTimeout = valued ? readTimeout(text, 1, DAY_MAX) : PERSISTENCE_DEFAULT;
      return;
    case "netmask":
      request.persistenceNetmask = readNetmask(request, text);
      return;
    case "real-server":
      return readServer(request, text);
    case "weight":
      request.weight = readNumber(text, 0, weightMax(request), "illegal weight specified");
      return;
    case "u-threshold":
      request.upperThreshold = readNumber(text, 0, INT_MAX, "illegal u_threshold specified");
      return;
    case "l-threshold":
      request.lowerThreshold = readNumber(text, 0, INT_MAX, "illegal l_threshold specified");
      return;
    case "pe":
      request.persistenceEngine = text;
      return;
    case "sched-flags":
      request.schedulerFlagsText = text;
      return;
    default:
      readLesserValue(request, option, text);
  }
}

/** Dotted; for a service with IPv6, named before it, the length of a prefix as atoi(3) reads it. */
function readNetmask(request: Request, text: string): Ipv4Address {
  if (request.identity?.ipv6 !== undefined) {
    const length = Number.parseInt(text, 10);
    if (!(length >= 1 && length <= IPV6_PREFIX_MAX)) fail(2, "illegal ipv6 netmask specified");
    return length as Ipv4Address;
  }
  return (
    parseInetAton(text) ??
    request.hosts.addressOf(text) ??
    fail(2, "illegal virtual server persistent mask specified")
  );
}

function readLesserValue(request: Request, option: OptionName, text: string): void {
  switch (option) {
    case "tun-type":
      if (text !== "ipip" && text !== "gue" && text !== "gre")
        return fail(2, "illegal tunnel type specified");
      request.tunnelType = text;
      return;
    case "tun-port":
      request.tunnelPort = readNumber(text, 1, 65_535, "illegal tunnel port specified");
      return;
    case "syncid":
      request.syncId = readNumber(text, 0, 255, "illegal syncid specified");
      return;
    case "mcast-interface":
      request.syncInterface = text.slice(0, INTERFACE_NAME_MAX);
      return;
    case "mcast-group":
      request.syncGroup = readGroup(text);
      return;
    case "mcast-port":
      request.syncPort = readNumber(text, 1, 65_535, "illegal mcast-port specified");
      return;
    case "mcast-ttl":
      request.syncTtl = readNumber(text, 1, 255, "illegal mcast-ttl specified");
      return;
    case "sync-maxlen":
      request.syncMaxLength = readNumber(text, 1, 65_507, "illegal sync-maxlen specified");
      return;
    default:
      readForkValue(request, option, text);
  }
}

function readForkValue(request: Request, option: OptionName, text: string): void {
  switch (option) {
    case "local-address":
      request.localAddress =
        parseAddressAndPort(text, null, request.hosts)?.address ?? fail(2, "illegal local address");
      return;
    case "synproxy":
      // what follows either word is not looked at
      if (!/^(enable|disable)/.test(text)) fail(2, "synproxy switch must be enable or disable\n");
      request.synProxy = text.startsWith("enable");
      return;
    case "est-timeout":
      request.establishedTimeout = readTimeout(text, 0, DAY_MAX);
  }
}

function readGroup(text: string): Ipv4Address {
  const ipv6 = parseIpv6Address(text);
  if (ipv6?.startsWith("ff")) fail(2, "IPv6 multicast groups are not modelled");
  if (ipv6 !== undefined) fail(2, `invalid IPv6 mcast-group \`${text}'`);
  const group = parseIpv4Address(text);
  if (group !== undefined && isMulticastAddress(group)) return group;
  return fail(2, `invalid IPv4 mcast-group \`${text}'`);
}

/** Mainline's kernel has the bound of a signed 32-bit number. */
const weightMax = ({ fork }: Request): number => (fork ? 65_535 : INT_MAX);

function readNumber(text: string, min: number, max: number, message: string): number {
  return parseNumber(text, min, max) ?? fail(2, message);
}

const readTimeout = (text: string, min: number, max: number): number =>
  parseNumber(text, min, max) ?? fail(2, `invalid timeout value \`${text}' specified`);

const refusedServer = ({ fork }: Request): string =>
  `illegal real server ${fork ? "ddress" : "address"}[:port] specified`;

function readServer(request: Request, text: string): void {
  const { identity } = request;
  const parsed = parseAddressAndPort(text, namesFor(identity), request.hosts);
  if (parsed === undefined) return fail(2, refusedServer(request));
  const servicePort = identity?.kind === "address" ? identity.port : 0;
  request.serverAddress = parsed.address;
  request.serverIpv6 = parsed.ipv6;
  request.serverPort = parsed.portGiven ? parsed.port : servicePort;
}

/** `--set` takes three numbers as operands; what is left over stays. */
function readTimeouts(request: Request, operands: readonly string[]): readonly string[] {
  if (operands.length < 3) fail(2, "--set option requires 3 timeout values");
  const [tcp = "", tcpFin = "", udp = ""] = operands;
  request.timeouts = [tcp, tcpFin, udp].map((text) => readTimeout(text, 0, DAY_MAX)) as [
    number,
    number,
    number,
  ];
  return operands.slice(3);
}
