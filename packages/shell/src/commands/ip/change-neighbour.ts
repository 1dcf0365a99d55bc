/** `ip neigh add | change | replace | del` (`ipneigh_modify`). */
import {
  deleteNeighbour,
  Errno,
  type HostDevice,
  type Ipv4Address,
  type MacAddress,
  NeighbourState,
  type NewNeighbourFlags,
  newNeighbour,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import {
  duplicateArgument,
  duplicateOrGarbage,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";
import { readAddress, readMac } from "./arguments.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut, usageOf } from "./context.ts";

const FLAGS: Readonly<Record<"add" | "change" | "replace", NewNeighbourFlags>> = {
  add: { create: true, exclusive: true, replace: false },
  change: { create: false, exclusive: false, replace: true },
  replace: { create: true, exclusive: false, replace: true },
};

const STATE_WORDS: readonly (readonly [string, NeighbourState])[] = [
  ["permanent", NeighbourState.permanent],
  ["reachable", NeighbourState.reachable],
  ["noarp", NeighbourState.noArp],
  ["none", NeighbourState.none],
  ["stale", NeighbourState.stale],
  ["incomplete", NeighbourState.incomplete],
  ["delay", NeighbourState.delay],
  ["probe", NeighbourState.probe],
  ["failed", NeighbourState.failed],
];

/** The state that a word means, which may be cut short. */
export function readState(word: string): NeighbourState {
  const found = STATE_WORDS.find(([name]) => isPrefix(word, name));
  if (found === undefined) throw invalidArgument("nud state is bad", word);
  return found[1];
}

interface EntryRequest {
  address: Ipv4Address | null;
  linkAddress: string | null;
  state: NeighbourState;
  proxy: boolean;
  device: string | null;
  marks: NeighbourMarks;
}

type NeighbourMarks = {
  -readonly [K in "router" | "externallyLearnt" | "use"]?: boolean;
};

/** What was asked for, checked as `ip` does before it asks the kernel. */
interface CheckedRequest {
  readonly address: Ipv4Address;
  readonly linkAddress: MacAddress | null;
  readonly state: NeighbourState;
  readonly proxy: boolean;
  /** null for a proxy entry of all devices. */
  readonly device: HostDevice | null;
  readonly marks: NeighbourMarks;
}

function takeRequest(context: IpContext, words: Words): CheckedRequest {
  const request: EntryRequest = {
    address: null,
    linkAddress: null,
    state: NeighbourState.permanent,
    proxy: false,
    device: null,
    marks: {},
  };
  while (!words.done) takeWord(context, words, request);
  const { address, device, linkAddress, marks, proxy, state } = request;
  if (address === null || (device === null && !proxy))
    throw new CommandFailure(255, "Device and destination are required arguments.\n");
  const mac = linkAddress === null || linkAddress === "null" ? null : readMac(linkAddress);
  const found = device === null ? null : deviceOf(context, device);
  return { address, linkAddress: mac, state, proxy, device: found, marks };
}

const LEFT_OUT = ["managed", "protocol"];

function takeWord({ options }: IpContext, words: Words, request: EntryRequest): void {
  const word = words.take() as string;
  if (isPrefix(word, "lladdr")) {
    const value = words.value();
    if (request.linkAddress !== null) throw duplicateArgument("lladdr", value);
    request.linkAddress = value;
  } else if (word === "router") request.marks.router = true;
  else if (word === "extern_learn") request.marks.externallyLearnt = true;
  else if (word === "use") {
    request.state = NeighbourState.none;
    request.marks.use = true;
  } else if (word === "nud") request.state = readState(words.value());
  else if (isPrefix(word, "proxy")) {
    const value = words.value();
    if (request.address !== null) throw duplicateArgument("address", value);
    request.address = readAddress(value, options.family);
    request.proxy = true;
  } else if (word === "dev") request.device = words.value();
  else if (LEFT_OUT.includes(word)) throw leftOut(`${word} of a neighbour`);
  else {
    const value = word === "to" ? words.value() : word;
    if (isPrefix(value, "help")) throw new CommandFailure(255, usageOf("neigh"));
    if (request.address !== null) throw duplicateOrGarbage("to", value);
    request.address = readAddress(value, options.family);
  }
}

export function putEntry(
  context: IpContext,
  words: Words,
  verb: "add" | "change" | "replace",
): SimpleResult {
  const { address, device, linkAddress, marks, proxy, state } = takeRequest(context, words);
  const { neighbours, proxies } = context.network;
  if (proxy) {
    proxies.add(address, device?.index ?? 0);
    return result({});
  }
  const errno = newNeighbour(neighbours, device as HostDevice, address, linkAddress, state, {
    ...FLAGS[verb],
    ...marks,
  });
  if (errno === 0) return result({});
  const lacksAddress = errno === Errno.EINVAL && linkAddress === null;
  throw kernelRefusal(errno, lacksAddress ? "No link layer address given" : "");
}

export function deleteEntry(context: IpContext, words: Words): SimpleResult {
  const { address, device, proxy } = takeRequest(context, words);
  const { neighbours, proxies } = context.network;
  const errno = proxy
    ? proxies.delete(address, device?.index ?? 0)
    : deleteNeighbour(neighbours, device as HostDevice, address);
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}
