/**
 * `ip link add`: what each kind makes. Left out: kinds of devices that core doesn't make. A device goes straight into the
 * namespace that `netns` names; the device below it is looked for in this one.
 */
import {
  addLink,
  addUpper,
  type DeviceKind,
  Errno,
  type LinkOutcome,
  type LinkSpec,
  type MacAddress,
  type NetworkNamespace,
  setLinkUp,
  setMaster,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { duplicateArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut, usageOf } from "./context.ts";
import { NEW_BRIDGE, readBridge, readMacvlan, readVlan } from "./link-kinds.ts";
import { addTunnelLink } from "./link-tunnel.ts";
import { emptyRequest, type LinkRequest, readLinkWords } from "./link-words.ts";

/** Kinds that Linux knows and lvsim does not make. */
const OTHER_KINDS = [
  "bond can erspan geneve gtp ifb ip6gre ip6gretap ip6tnl ipvlan ipvtap macsec macvtap netdevsim nlmon",
  "rmnet sit team vcan vrf vti vti6 vxcan vxlan wireguard xfrm",
]
  .join(" ")
  .split(" ");

const NAME_LENGTH_MAX = 15;

/** Makes a device when what stands before `type KIND` was read. */
type Make = (context: IpContext, request: LinkRequest, words: Words) => LinkOutcome;

const KINDS: ReadonlyMap<string, Make> = new Map<string, Make>([
  ["veth", makeVeth],
  ["bridge", makeBridge],
  ["vlan", makeVlan],
  ["macvlan", makeMacvlan],
  ["dummy", plain({ kind: "dummy", mtu: 1500, noArp: true })],
  ["ipip", tunnel("ipip")],
  ["gre", tunnel("gre")],
  ["gretap", plain({ kind: "gretap", mtu: 1462, noArp: false })],
]);

export function addVerb(context: IpContext, words: Words): SimpleResult {
  const request = readLinkWords(context, words);
  const { type, link } = request;
  if (type === null)
    throw new CommandFailure(1, 'Not enough information: "type" argument is required\n');
  if (link !== null) deviceOf(context, link);
  const make = KINDS.get(type);
  if (make === undefined && OTHER_KINDS.includes(type)) throw leftOut(`ip link add type ${type}`);
  if (make === undefined) throw kernelRefusal(Errno.EOPNOTSUPP, "Unknown device type");
  const { errno, message } = make(context, request, words);
  if (errno !== 0) throw kernelRefusal(errno, message);
  return result({});
}

/** Where the device is to be. */
const home = (context: IpContext, request: LinkRequest): NetworkNamespace =>
  request.network ?? context.network;

function nameFor(context: IpContext, request: LinkRequest, type: string): string {
  const name = request.name ?? request.device;
  if (name === null) return freeName(home(context, request), type);
  if (name.length > NAME_LENGTH_MAX)
    throw kernelRefusal(Errno.ERANGE, "Attribute failed policy validation");
  return name;
}

/** The first free number behind the kind's name, as the kernel gives when no name is said. */
function freeName(network: NetworkNamespace, type: string): string {
  let number = 0;
  while (network.deviceNamed(`${type}${number}`) !== undefined) number++;
  return `${type}${number}`;
}

/** An address of one station, locally administered. */
function randomMac({ machine }: IpContext, network: NetworkNamespace, name: string): MacAddress {
  const rng = machine.rng.stream(`mac/${network.name}/${name}`);
  const high = (rng.below(0x10000) & 0xfeff) | 0x0200;
  return (high * 0x100000000 + rng.below(0x100000000)) as MacAddress;
}

/** What all kinds read alike. */
function specOf(
  context: IpContext,
  request: LinkRequest,
  name: string,
  kind: DeviceKind,
  mtu: number,
): LinkSpec {
  const { index, queueLength } = request;
  return {
    name,
    kind,
    mac: request.mac ?? randomMac(context, home(context, request), name),
    mtu: request.mtu ?? mtu,
    noArp: request.noArp ?? false,
    index,
    ...(queueLength === null ? {} : { txQueueLength: queueLength }),
  };
}

/** Makes a device that stands alone, with what `ip link add` can say besides. */
function make(context: IpContext, request: LinkRequest, spec: LinkSpec): LinkOutcome {
  const network = home(context, request);
  let message = "";
  const errno = network.change(context.origin, (draft) => {
    const refusal = addLink(draft, spec);
    if (refusal !== 0) return refusal;
    const index = spec.index === 0 ? draft.lastIndex : spec.index;
    if (request.master !== null && request.master !== 0) {
      const outcome = setMaster(draft, index, request.master);
      message = outcome.message;
      if (outcome.errno !== 0) return outcome.errno;
    }
    return request.up === true ? setLinkUp(draft, index) : 0;
  });
  return { errno: errno as Errno, message };
}

function plain(of: {
  readonly kind: DeviceKind;
  readonly mtu: number;
  readonly noArp: boolean;
}): Make {
  return (context, request, words) => {
    if (!words.done) throw garbage(words, of.kind);
    const spec = specOf(context, request, nameFor(context, request, of.kind), of.kind, of.mtu);
    return make(context, request, { ...spec, noArp: request.noArp ?? of.noArp });
  };
}

function tunnel(kind: "ipip" | "gre"): Make {
  return (context, request, words) => {
    const network = home(context, request);
    const name = nameFor(context, request, kind);
    const { index, mtu } = request;
    addTunnelLink({ ...context, network }, { name, kind, mtu: mtu ?? 0, index }, words);
    finishEnd(context, network, name, request);
    return { errno: 0, message: "" };
  };
}

function garbage(words: Words, kind: DeviceKind): CommandFailure {
  const word = words.here as string;
  if (isPrefix(word, "help")) return new CommandFailure(255, usageOf("link"));
  if (kind !== "dummy") return leftOut(`${kind} with parameters (${words.rest().join(" ")})`);
  return new CommandFailure(1, `Garbage instead of arguments "${word} ...". Try "ip link help".\n`);
}

function makeBridge(context: IpContext, request: LinkRequest, words: Words): LinkOutcome {
  const changes = readBridge(words);
  const name = nameFor(context, request, "bridge");
  const details = {
    ...NEW_BRIDGE,
    ...changes,
    macIsSet: request.mac !== null,
    mtuIsSet: request.mtu !== null,
  };
  const spec = specOf(context, request, name, "bridge", 1500);
  return make(context, request, { ...spec, details });
}

function makeVlan(context: IpContext, request: LinkRequest, words: Words): LinkOutcome {
  if (words.done) return { errno: Errno.EINVAL, message: "VLAN properties not specified" };
  const id = readVlan(words);
  if (id === null) return { errno: Errno.EINVAL, message: "VLAN id not specified" };
  const { link, mac } = request;
  const lower = link === null ? null : deviceOf(context, link);
  if (lower?.kind === "vlan") throw leftOut("VLANs on VLANs");
  const name = nameFor(context, request, "vlan");
  const spec = specOf(context, request, name, "vlan", 0);
  return putOn(context, request, {
    ...spec,
    mac: mac ?? (0 as MacAddress),
    details: { kind: "vlan", id, macIsSet: mac !== null },
  });
}

function makeMacvlan(context: IpContext, request: LinkRequest, words: Words): LinkOutcome {
  const mode = readMacvlan(words) ?? "vepa";
  const name = nameFor(context, request, "macvlan");
  const spec = specOf(context, request, name, "macvlan", 0);
  return putOn(context, request, { ...spec, details: { kind: "macvlan", mode } });
}

function putOn(context: IpContext, request: LinkRequest, spec: LinkSpec): LinkOutcome {
  const { machine, network, origin } = context;
  const { link } = request;
  const lower = link === null ? null : lowerOf(context, link);
  const namespace = home(context, request);
  const outcome = addUpper(machine.network, { namespace, spec, lower }, origin);
  if (outcome.errno !== 0 || request.up !== true || namespace !== network) return outcome;
  const index = namespace.deviceNamed(spec.name)?.index ?? 0;
  const errno = namespace.change(origin, (draft) => setLinkUp(draft, index));
  return { errno: errno as Errno, message: "" };
}

/** A macvlan on a macvlan stands on the same device as that one. */
function lowerOf(
  context: IpContext,
  link: string,
): { readonly namespace: NetworkNamespace; readonly index: number } {
  const { machine, network } = context;
  const { index, kind } = deviceOf(context, link);
  const config = network.config.devices.find((device) => device.index === index);
  const below = kind === "macvlan" && config !== undefined;
  const place = below ? machine.network.linkOf(network, config) : null;
  return place ?? { namespace: network, index };
}

const VETH_USAGE = `Usage: ip link <options> type veth [peer <options>]
To get <options> type 'ip link add help'
`;

function makeVeth(context: IpContext, request: LinkRequest, words: Words): LinkOutcome {
  const word = words.take();
  if (word !== undefined && word !== "peer")
    throw new CommandFailure(isPrefix(word, "help") ? 255 : 1, VETH_USAGE);
  const peer = word === undefined ? emptyRequest() : readLinkWords(context, words);
  if (peer.type !== null) throw duplicateArgument("type", peer.type);
  const peerHome = home(context, peer);
  const peerName = nameFor(context, peer, "veth");
  const namespace = home(context, request);
  // the peer is made first, and has its name then
  const isNamed = (request.name ?? request.device) !== null;
  const name =
    !isNamed && namespace === peerHome && peerName === freeName(namespace, "veth")
      ? secondFreeName(namespace)
      : nameFor(context, request, "veth");
  const errno = context.machine.network.addVeth(
    { namespace, spec: specOf(context, request, name, "veth", 1500) },
    { namespace: peerHome, spec: specOf(context, peer, peerName, "veth", 1500) },
    context.origin,
  );
  if (errno === 0) {
    finishEnd(context, namespace, name, request);
    finishEnd(context, peerHome, peerName, peer);
  }
  return { errno, message: "" };
}

function secondFreeName(network: NetworkNamespace): string {
  const first = freeName(network, "veth");
  let number = Number(first.slice("veth".length)) + 1;
  while (network.deviceNamed(`veth${number}`) !== undefined) number++;
  return `veth${number}`;
}

/** `up` and `master` of an end. */
function finishEnd(
  { origin }: IpContext,
  network: NetworkNamespace,
  name: string,
  { master, up }: LinkRequest,
): void {
  const index = network.deviceNamed(name)?.index ?? 0;
  if (master === null && up !== true) return;
  network.change(origin, (draft) => {
    if (master !== null) setMaster(draft, index, master);
    return up === true ? setLinkUp(draft, index) : 0;
  });
}
