/** `ip link`. Left out: kinds of devices that core doesn't make, queue lengths, groups, masters. */
import {
  addLink,
  type DeviceConfig,
  type DeviceKind,
  Errno,
  type MacAddress,
  removeLink,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { duplicateOrGarbage, type Words } from "../../options/iproute2.ts";
import { readMac } from "./arguments.ts";
import {
  deviceOf,
  type IpContext,
  type IpVerbs,
  kernelRefusal,
  leftOut,
  listedDevice,
  missingDevice,
  runVerb,
} from "./context.ts";
import { addTunnelLink } from "./link-tunnel.ts";
import { readMtu, setLink } from "./set-link.ts";
import { briefLink, linkLines } from "./show-link.ts";

/** What `ip link add … type` makes, with its kind, MTU and flags. */
interface NewKind {
  readonly kind: DeviceKind;
  readonly mtu: number;
  readonly noArp: boolean;
  readonly hasMac: boolean;
}

const NEW_KINDS: ReadonlyMap<string, NewKind> = new Map([
  ["dummy", { kind: "dummy", mtu: 1500, noArp: true, hasMac: true }],
  ["gretap", { kind: "gretap", mtu: 1462, noArp: false, hasMac: true }],
]);

/** Kinds that Linux knows and lvsim does not make. */
const OTHER_KINDS = [
  "bond bridge can erspan geneve gtp ifb ip6gre ip6gretap ip6tnl ipvlan ipvtap macsec macvlan macvtap netdevsim nlmon",
  "rmnet sit team veth vcan vlan vrf vti vti6 vxcan vxlan wireguard xfrm",
]
  .join(" ")
  .split(" ");

const NAME_LENGTH_MAX = 15;

interface LinkRequest {
  name: string | null;
  type: string | null;
  mac: MacAddress | null;
  mtu: number;
  index: number;
}

function addVerb(context: IpContext, words: Words): SimpleResult {
  const request: LinkRequest = { name: null, type: null, mac: null, mtu: 0, index: 0 };
  while (!words.done && request.type === null) takeNewLinkWord(words, request);
  const { type } = request;
  if (type === null)
    throw new CommandFailure(1, 'Not enough information: "type" argument is required\n');
  if (type === "ipip" || type === "gre") {
    const { mtu, index } = request;
    const name = request.name ?? freeName(context, type);
    return addTunnelLink(context, { name, kind: type, mtu, index }, words);
  }
  const kind = NEW_KINDS.get(type);
  if (kind === undefined && OTHER_KINDS.includes(type)) throw leftOut(`ip link add type ${type}`);
  if (kind === undefined) throw kernelRefusal(0, "Unknown device type");
  if (!words.done) throw leftOut(`${type} with parameters (${words.rest().join(" ")})`);
  const name = request.name ?? freeName(context, type);
  const mac = request.mac ?? (kind.hasMac ? randomMac(context, name) : (0 as MacAddress));
  const { index } = request;
  const mtu = request.mtu === 0 ? kind.mtu : request.mtu;
  const errno = context.network.change(context.origin, (draft) =>
    addLink(draft, { name, kind: kind.kind, mac, mtu, noArp: kind.noArp, index }),
  );
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

function takeNewLinkWord(words: Words, request: LinkRequest): void {
  const word = words.take() as string;
  if (word === "type") request.type = words.value();
  else if (word === "address") request.mac = readMac(words.value());
  else if (word === "mtu") request.mtu = readMtu(words.value());
  else if (word === "index") request.index = Number(words.value()) | 0;
  else if (word === "link") throw leftOut("a device on top of another");
  else {
    const name = word === "name" || word === "dev" ? words.value() : word;
    if (request.name !== null) throw duplicateOrGarbage("name", name);
    if (name.length > NAME_LENGTH_MAX)
      throw kernelRefusal(Errno.ERANGE, "Attribute failed policy validation");
    request.name = name;
  }
}

/** The first free number behind the kind's name, as the kernel gives when no name is said. */
function freeName({ network }: IpContext, type: string): string {
  let number = 0;
  while (network.deviceNamed(`${type}${number}`) !== undefined) number++;
  return `${type}${number}`;
}

/** An address of one station, locally administered. */
function randomMac({ machine, network }: IpContext, name: string): MacAddress {
  const rng = machine.rng.stream(`mac/${network.name}/${name}`);
  const high = (rng.below(0x10000) & 0xfeff) | 0x0200;
  return (high * 0x100000000 + rng.below(0x100000000)) as MacAddress;
}

function deleteVerb(context: IpContext, words: Words): SimpleResult {
  let name: string | null = null;
  while (!words.done) {
    const word = words.take() as string;
    if (word === "type") {
      words.value();
      break;
    }
    const typed = word === "dev" || word === "name" ? words.value() : word;
    if (name !== null) throw duplicateOrGarbage("dev", typed);
    name = typed;
  }
  if (name === null) throw missingDevice(255);
  const device = deviceOf(context, name);
  const errno = context.network.change(context.origin, (draft) => removeLink(draft, device.index));
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

interface LinkFilter {
  device: string | null;
  up: boolean;
  type: string | null;
}

function showVerb(context: IpContext, words: Words): SimpleResult {
  const filter: LinkFilter = { device: null, up: false, type: null };
  while (!words.done) {
    const word = words.take() as string;
    if (word === "up") filter.up = true;
    else if (word === "type") filter.type = words.value();
    else if (word === "group" || word === "master" || word === "vrf") words.value();
    else if (word !== "nomaster") {
      const name = word === "dev" ? words.value() : word;
      if (filter.device !== null) throw duplicateOrGarbage("dev", name);
      filter.device = name;
    }
  }
  return result({ stdout: listLinks(context, filter) });
}

function listLinks(context: IpContext, filter: LinkFilter): string {
  const { network, options } = context;
  const chosen = filter.device === null ? null : listedDevice(context, filter.device);
  let text = "";
  for (const device of network.devices()) {
    if (chosen !== null && device.index !== chosen.index) continue;
    if (filter.up && !device.up) continue;
    if (filter.type !== null && kindWord(device.kind) !== filter.type) continue;
    text += options.brief
      ? briefLink(device)
      : linkLines(device, options, { withMode: true, withAddress: true });
  }
  return text;
}

/** As after `type`: a cable's end is a veth, lo is of no kind. */
export const kindWord = (kind: DeviceConfig["kind"]): string =>
  kind === "ethernet" ? "veth" : kind === "loopback" ? "" : kind;

const LINK_VERBS: IpVerbs = [
  ["add", addVerb],
  ["set", setLink],
  ["change", setLink],
  ["replace", setLink],
  ["delete", deleteVerb],
  ["show", showVerb],
  ["lst", showVerb],
  ["list", showVerb],
];

export const linkObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(LINK_VERBS, "link", context, words);
