/** `ip fou`: ports for Foo over UDP and Generic UDP Encapsulation. Left out: IPv6 ports. */
import {
  addFouPort,
  type FouPortConfig,
  formatIpv4Address,
  type Ipv4Address,
  removeFouPort,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readAddress } from "./arguments.ts";
import {
  type IpContext,
  type IpVerbs,
  kernelRefusal,
  leftOut,
  runVerb,
  usageOf,
} from "./context.ts";
import { Printer } from "./printer.ts";

interface FouRequest {
  port: number;
  protocol: number;
  gue: boolean;
  local: Ipv4Address;
  peer: Ipv4Address;
  peerPort: number;
  device: number;
}

/** Names of /etc/protocols that may come here. */
const PROTOCOLS: ReadonlyMap<string, number> = new Map([
  ["icmp", 1],
  ["ipencap", 4],
  ["IP-ENCAP", 4],
  ["tcp", 6],
  ["udp", 17],
  ["ipv6", 41],
  ["gre", 47],
  ["GRE", 47],
  ["ipip", 94],
]);

const complaint = (text: string): CommandFailure => new CommandFailure(1, `fou: ${text}\n`);

function readFou(context: IpContext, words: Words, adding: boolean): FouRequest {
  const none = 0 as Ipv4Address;
  const request: FouRequest = {
    ...{ port: 0, protocol: 0, gue: false, local: none, peer: none, peerPort: 0, device: 0 },
  };
  if (context.options.family === "inet6") throw leftOut("an IPv6 port");
  while (!words.done) takeWord(context, words, request);
  const { port, protocol, gue, peer, peerPort } = request;
  if (port === 0) throw complaint("missing port");
  if (protocol === 0 && !gue && adding) throw complaint("must set ipproto or gue");
  if (protocol !== 0 && gue) throw complaint("cannot set ipproto and gue");
  if ((peerPort !== 0) !== (peer !== 0)) throw complaint("both peer and peer port must be set");
  return request;
}

function takeWord(context: IpContext, words: Words, request: FouRequest): void {
  const word = words.take() as string;
  const is = (name: string): boolean => isPrefix(word, name);
  if (is("port")) request.port = readPort(words.value(), "invalid port");
  else if (is("ipproto")) request.protocol = readProtocol(words.value());
  else if (is("gue")) request.gue = true;
  else if (is("-6")) throw leftOut("an IPv6 port");
  else if (is("local")) request.local = readAddress(words.value(), "inet");
  else if (is("peer")) request.peer = readAddress(words.value(), "inet");
  else if (is("peer_port")) request.peerPort = readPort(words.value(), "invalid peer port");
  else if (is("dev")) request.device = readDevice(context, words.value());
  else throw new CommandFailure(255, `fou: unknown command "${word}"?\n${usageOf("fou")}`);
}

function readPort(word: string, message: string): number {
  const port = parseUnsigned(word);
  if (port === undefined || port === 0 || port > 65_535) throw invalidArgument(message, word);
  return port;
}

function readProtocol(word: string): number {
  const protocol = PROTOCOLS.get(word) ?? parseUnsigned(word);
  if (protocol === undefined || protocol === 0 || protocol > 255)
    throw invalidArgument("invalid ipproto", word);
  return protocol;
}

function readDevice({ network }: IpContext, name: string): number {
  const device = network.deviceNamed(name);
  if (device === undefined) throw complaint("unknown device name");
  return device.index;
}

function addVerb(context: IpContext, words: Words): SimpleResult {
  const { gue, ...request } = readFou(context, words, true);
  const port: FouPortConfig = { ...request, kind: gue ? "gue" : "fou" };
  const { network, origin } = context;
  const isHeld = network.sockets
    .summaries()
    .some(
      ({ protocol, local }) =>
        protocol === "udp" &&
        local.port === port.port &&
        (local.address === 0 || port.local === 0 || local.address === port.local),
    );
  const errno = isHeld ? EADDRINUSE : network.change(origin, (draft) => addFouPort(draft, port));
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

const EADDRINUSE = 98;

function deleteVerb(context: IpContext, words: Words): SimpleResult {
  const request = readFou(context, words, false);
  const { network, origin } = context;
  const errno = network.change(origin, (draft) => removeFouPort(draft, request));
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

function showVerb({ network, options }: IpContext): SimpleResult {
  const printer = new Printer(options);
  const newline = options.oneLine ? "\\" : "\n";
  for (const { port, kind, protocol, local, peer, peerPort, device } of network.config.fou)
    printer.object("", () => {
      const word = (key: string, value: string | number): void =>
        printer.field(key, value, ` ${key} ${value}`);
      printer.field("port", port, `port ${port}`);
      if (kind === "gue") printer.field("gue", null, " gue");
      else word("ipproto", protocol);
      if (local !== 0) word("local", formatIpv4Address(local));
      if (peer !== 0) word("peer", formatIpv4Address(peer));
      if (peerPort !== 0) word("peer_port", peerPort);
      if (device !== 0) word("dev", network.device(device)?.name ?? `if${device}`);
      printer.say(newline);
    });
  return result({ stdout: printer.finish() });
}

const FOU_VERBS: IpVerbs = [
  ["add", addVerb],
  ["delete", deleteVerb],
  ["show", showVerb],
];

/** Without a word of its own it explains itself. */
export function fouObject(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(255, usageOf("fou"));
  return runVerb(FOU_VERBS, "fou", context, words);
}
