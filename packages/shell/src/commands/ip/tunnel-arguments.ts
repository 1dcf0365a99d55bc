/** The parameters of `ip tunnel`, as its `parse_args` reads them. Left out: sit, isatap, vti, 6rd, prl. */
import { ANY_TUNNEL, GreFlag, type Ipv4Address, isMulticastAddress } from "@lvsim/core";
import { CommandFailure } from "../../options/failure.ts";
import { duplicateOrGarbage, invalidArgument, type Words } from "../../options/iproute2.ts";
import { readAddress } from "./arguments.ts";
import { deviceOf, type IpContext, leftOut, usageOf } from "./context.ts";
import { readKey, readTos, readTtl } from "./tunnel-values.ts";

/** IP protocols of the modes; 0 while none was said. */
const MODES: ReadonlyMap<string, number> = new Map([
  ["ipip", 4],
  ["ip/ip", 4],
  ["gre", 47],
  ["gre/ip", 47],
]);
const OTHER_MODES = ["sit", "ipv6/ip", "isatap", "vti", "any"];
const NAME_LENGTH_MAX = 15;

/** `struct ip_tunnel_parm` under change. */
export interface TunnelRequest {
  name: string;
  protocol: number;
  local: Ipv4Address;
  remote: Ipv4Address;
  link: number;
  ttl: number;
  tos: number;
  pathMtuDiscovery: boolean;
  inputFlags: number;
  outputFlags: number;
  inputKey: number;
  outputKey: number;
}

/** What is known before the first word; a change begins with what the device has. */
const blank = (): TunnelRequest => {
  const { local, remote, link, ttl, tos, inputFlags, outputFlags, inputKey, outputKey } =
    ANY_TUNNEL;
  const ends = { name: "", protocol: 0, local, remote, link, ttl, tos, pathMtuDiscovery: true };
  return { ...ends, inputFlags, outputFlags, inputKey, outputKey };
};

/** `before` gives what a named device has; null when only new values count. */
export function readTunnel(
  context: IpContext,
  words: Words,
  before: ((name: string) => TunnelRequest) | null,
): TunnelRequest {
  let request = blank();
  let medium: string | null = null;
  let count = 0;
  while (!words.done) {
    const word = words.take() as string;
    if (word === "dev") medium = words.value();
    else if (!takeMode(word, words, request) && !takeField(word, words, request)) {
      const name = takeName(word, words, request);
      if (before !== null && count === 0) request = before(name);
      request.name = name;
    }
    count++;
  }
  guessMode(request);
  if (((request.inputFlags | request.outputFlags) & GreFlag.key) !== 0 && request.protocol !== 47)
    throw new CommandFailure(1, "Keys are not allowed with ipip and sit tunnels\n");
  if (medium !== null) request.link = deviceOf(context, medium).index;
  keyGroups(request);
  return request;
}

function takeMode(word: string, words: Words, request: TunnelRequest): boolean {
  if (word !== "mode") return false;
  const mode = words.value();
  const protocol = MODES.get(mode);
  if (protocol === undefined && OTHER_MODES.includes(mode))
    throw leftOut(`a tunnel of mode ${mode}`);
  if (protocol === undefined) throw new CommandFailure(255, `Unknown tunnel mode "${mode}"\n`);
  if (request.protocol !== 0 && request.protocol !== protocol)
    throw new CommandFailure(255, "You managed to ask for more than one tunnel mode.\n");
  request.protocol = protocol;
  return true;
}

function takeField(word: string, words: Words, request: TunnelRequest): boolean {
  const { key, checksum, sequence } = GreFlag;
  switch (word) {
    case "remote":
      request.remote = readAddress(words.value(), "inet");
      return true;
    case "local":
      request.local = readAddress(words.value(), "inet");
      return true;
    case "ttl":
    case "hoplimit":
    case "hlim":
      request.ttl = readTtl(words.value());
      return true;
    case "tos":
    case "tclass":
      request.tos = readTos(words.value());
      return true;
    case "pmtudisc":
    case "nopmtudisc":
      request.pathMtuDiscovery = word === "pmtudisc";
      return true;
    case "key":
    case "ikey":
    case "okey":
      return takeKey(word, readKey(word, words.value()), request);
    case "csum":
    case "icsum":
    case "ocsum":
      return raise(word, checksum, request);
    case "seq":
    case "iseq":
    case "oseq":
      return raise(word, sequence, request);
  }
  if (word !== "" && "dsfield".startsWith(word) && word.length > 1) {
    request.tos = readTos(words.value());
    return true;
  }
  return false;

  function takeKey(name: string, value: number, to: TunnelRequest): true {
    if (name !== "okey") to.inputKey = value;
    if (name !== "ikey") to.outputKey = value;
    return raise(name, key, to);
  }
}

/** Sets a flag for the direction that the word's first letter names: i, o, or both. */
function raise(word: string, flag: number, request: TunnelRequest): true {
  if (!word.startsWith("o")) request.inputFlags |= flag;
  if (!word.startsWith("i")) request.outputFlags |= flag;
  return true;
}

function takeName(word: string, words: Words, request: TunnelRequest): string {
  const name = word === "name" ? words.value() : word;
  if (word !== "name" && word !== "" && "help".startsWith(word))
    throw new CommandFailure(255, usageOf("tunnel"));
  if (request.name !== "") throw duplicateOrGarbage("name", name);
  if (name === "" || name.length > NAME_LENGTH_MAX || /[/\s]/.test(name))
    throw invalidArgument('"name" not a valid ifname', name);
  return name;
}

/** Without a mode the name tells it. */
function guessMode(request: TunnelRequest): void {
  if (request.protocol !== 0) return;
  if (request.name.startsWith("gre")) request.protocol = 47;
  else if (request.name.startsWith("ipip")) request.protocol = 4;
  else if (/^(sit|isatap|vti)/.test(request.name)) throw leftOut("a tunnel of another mode");
}

/** A group's address is its key where none was said. */
function keyGroups(request: TunnelRequest): void {
  if (!isMulticastAddress(request.remote)) return;
  if (request.inputKey === 0) {
    request.inputKey = request.remote;
    request.inputFlags |= GreFlag.key;
  }
  if (request.outputKey === 0) {
    request.outputKey = request.remote;
    request.outputFlags |= GreFlag.key;
  }
  if (request.local === 0)
    throw new CommandFailure(1, "A broadcast tunnel requires a source address\n");
}
