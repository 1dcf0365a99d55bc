/** `route add | del`: the words after the verb (`INET_setroute`), and one ioctl. */
import {
  addRouteByIoctl,
  type Ipv4Address,
  type RouteEntry,
  removeRouteByIoctl,
} from "@lvsim/core";
import { result, type SimpleContext, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import type { FileSystem } from "../../vfs/file-system.ts";
import { perror, usageFailure } from "./failures.ts";
import {
  maskOfLength,
  type ResolvedName,
  resolveName,
  splitLength,
  unknownHost,
} from "./resolve.ts";
import { ROUTE_CHANGE_USAGE } from "./usage.ts";

const UNKNOWN_HOST = 6;
const REFUSED = 7;
const MTU_MIN = 64;
const MTU_MAX = 65_536;

interface Entry {
  destination: Ipv4Address;
  isNetwork: boolean;
  /** null: not said. */
  mask: Ipv4Address | null;
  maskText: string;
  gateway: Ipv4Address | null;
  device: string;
  metric: number;
  reject: boolean;
}

const usage = (complaint = ""): CommandFailure => usageFailure(ROUTE_CHANGE_USAGE, complaint);

export function changeRoute(
  context: SimpleContext,
  verb: "add" | "delete",
  words: readonly string[],
): SimpleResult {
  const { files } = context.machine;
  const rest = words.slice();
  const form = rest[0] === "-net" || rest[0] === "-host" ? rest.shift() : "";
  const target = rest.shift();
  if (target === undefined) throw usage();
  const [host, length] = splitLength(target);
  const { address, isNetwork } = resolve(files, host);
  const entry: Entry = {
    destination: address,
    isNetwork: form === "-net" || (form === "" && (isNetwork || length !== null)),
    mask: length === null ? null : maskOfLength(length),
    maskText: "",
    gateway: null,
    device: "",
    metric: 0,
    reject: false,
  };
  while (rest.length > 0) takeWord(files, entry, rest);
  check(entry);
  const request: RouteEntry = {
    destination: entry.destination,
    netmask: entry.isNetwork ? (entry.mask ?? (0 as Ipv4Address)) : (-1 as Ipv4Address),
    gateway: entry.gateway ?? (0 as Ipv4Address),
    device: entry.device,
    metric: entry.metric,
    reject: entry.reject,
    mtu: 0,
  };
  const edit = verb === "add" ? addRouteByIoctl : removeRouteByIoctl;
  const { namespace, origin } = context;
  const errno = namespace.change(origin, (draft) => edit(draft, request));
  if (errno === 0) return result({});
  const ioctl = verb === "add" ? "SIOCADDRT" : "SIOCDELRT";
  return result({ status: REFUSED, stderr: perror(ioctl, errno) });
}

function resolve(files: FileSystem, name: string): ResolvedName {
  const found = resolveName(files, name);
  if (found === undefined) throw new CommandFailure(UNKNOWN_HOST, unknownHost(name));
  return found;
}

const IGNORED = ["mod", "dyn", "reinstate"];

function takeWord(files: FileSystem, entry: Entry, rest: string[]): void {
  const word = rest.shift() as string;
  if (word === "metric") entry.metric = takeNumber(rest);
  else if (word === "netmask") {
    const mask = rest.shift();
    if (mask === undefined || entry.mask !== null) throw usage();
    entry.mask = resolve(files, mask).address;
    entry.maskText = mask;
  } else if (word === "gw" || word === "gateway") takeGateway(files, entry, rest.shift());
  else if (word === "mss" || word === "mtu") refuseMss(rest.shift());
  else if (word === "window" || word === "irtt") {
    if (rest.shift() === undefined) throw usage();
  } else if (word === "reject") entry.reject = true;
  else if (word === "device" || word === "dev") takeDevice(entry, rest.shift());
  else if (!IGNORED.includes(word)) {
    takeDevice(entry, word);
    // a name without `dev` stands at the end, so that mistakes are seen
    if (rest.length > 0) throw usage();
  }
}

function takeNumber(rest: string[]): number {
  const word = rest.shift();
  if (word === undefined || !/^\d/.test(word)) throw usage();
  return Number.parseInt(word, 10);
}

function takeGateway(files: FileSystem, entry: Entry, word: string | undefined): void {
  if (word === undefined || entry.gateway !== null) throw usage();
  const { address, isNetwork } = resolve(files, word);
  if (isNetwork) throw usage(`route: ${word}: cannot use a NETWORK as gateway!\n`);
  entry.gateway = address;
}

/** It sets the segment size that TCP announces (RTAX_ADVMSS), which core's routes don't have. */
function refuseMss(word: string | undefined): never {
  if (word === undefined) throw usage();
  const mss = Number.parseInt(word, 10) || 0;
  if (mss < MTU_MIN || mss > MTU_MAX) throw usage("route: Invalid MSS/MTU.\n");
  throw new CommandFailure(REFUSED, "route: mss is left out of lvsim\n");
}

function takeDevice(entry: Entry, name: string | undefined): void {
  if (name === undefined || entry.device !== "") throw usage();
  entry.device = name;
}

function check({ destination, isNetwork, mask, maskText }: Entry): void {
  if (mask === null || mask === 0) return;
  const hostBits = ~mask;
  if (!isNetwork && hostBits !== 0) {
    const digits = (hostBits >>> 0).toString(16).padStart(8, "0");
    throw usage(`route: netmask ${digits} doesn't make sense with host route\n`);
  }
  if ((hostBits & (hostBits + 1)) !== 0) throw usage(`route: bogus netmask ${maskText}\n`);
  if ((destination & hostBits) !== 0) throw usage("route: netmask doesn't match route address\n");
}
