/** `ip link set`: what it changes, in the kernel's order (`do_setlink`): address, MTU, name, then flags. */
import {
  type HostDevice,
  type MacAddress,
  type NamespaceDraft,
  renameLink,
  setLinkDown,
  setLinkMac,
  setLinkMtu,
  setLinkNoArp,
  setLinkUp,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { duplicateOrGarbage, invalidArgument, type Words } from "../../options/iproute2.ts";
import { parseUnsigned, readMac } from "./arguments.ts";
import { deviceOf, type IpContext, kernelRefusal, leftOut, missingDevice } from "./context.ts";

/** null: left as it is. */
interface LinkChange {
  device: string | null;
  up: boolean | null;
  noArp: boolean | null;
  mac: MacAddress | null;
  mtu: number | null;
  name: string | null;
}

export function setLink(context: IpContext, words: Words): SimpleResult {
  const change: LinkChange = {
    device: null,
    up: null,
    noArp: null,
    mac: null,
    mtu: null,
    name: null,
  };
  while (!words.done) takeWord(words, change);
  if (change.device === null) throw missingDevice(255);
  const device = deviceOf(context, change.device);
  const { network, origin } = context;
  let refusedMtu = false;
  const errno = network.change(origin, (draft) => {
    const { errno, atMtu } = applyChange(draft, device.index, change);
    refusedMtu = atMtu;
    return errno;
  });
  if (errno !== 0) throw kernelRefusal(errno, refusedMtu ? mtuSentence(device, change) : "");
  return result({});
}

function takeWord(words: Words, change: LinkChange): void {
  const word = words.take() as string;
  if (word === "up") change.up = true;
  else if (word === "down") change.up = false;
  else if (word === "arp") change.noArp = !readSwitch("arp", words.value());
  else if (word === "multicast") keepSwitch("multicast", words.value(), true);
  else if (word === "promisc" || word === "allmulticast" || word === "dynamic")
    keepSwitch(word, words.value(), false);
  else if (word === "mtu") change.mtu = readMtu(words.value());
  else if (word === "address") change.mac = readMac(words.value());
  else if (word === "name") change.name = words.value();
  else if (LEFT_OUT.includes(word)) throw leftOut(`ip link set ${word}`);
  else {
    const name = word === "dev" ? words.value() : word;
    if (change.device !== null) throw duplicateOrGarbage("dev", name);
    change.device = name;
  }
}

const LEFT_OUT = [
  ...["txqueuelen", "txqlen", "qlen", "netns", "master", "nomaster", "broadcast", "brd", "alias"],
  ...["group", "mode", "state", "link-netns", "link-netnsid", "vf", "xdp", "addrgenmode", "type"],
];

function readSwitch(name: string, word: string): boolean {
  if (word === "on" || word === "off") return word === "on";
  throw new CommandFailure(
    1,
    `Error: argument of "${name}" must be "on" or "off", not "${word}"\n`,
  );
}

/** A switch that has one position only. */
function keepSwitch(name: string, word: string, position: boolean): void {
  if (readSwitch(name, word) !== position) throw leftOut(`ip link set ${name} ${word}`);
}

export function readMtu(word: string): number {
  const mtu = parseUnsigned(word);
  if (mtu === undefined || mtu > 0x7fffffff) throw invalidArgument('Invalid "mtu" value\n', word);
  return mtu;
}

interface Outcome {
  readonly errno: number;
  /** The MTU was what the kernel refused. */
  readonly atMtu: boolean;
}

function applyChange(draft: NamespaceDraft, index: number, change: LinkChange): Outcome {
  const { mac, mtu, name, noArp, up } = change;
  let errno: number = mac === null ? 0 : setLinkMac(draft, index, mac);
  if (errno === 0 && mtu !== null) {
    errno = setLinkMtu(draft, index, mtu);
    if (errno !== 0) return { errno, atMtu: true };
  }
  if (errno === 0 && name !== null) errno = renameLink(draft, index, name);
  if (errno === 0 && noArp !== null) errno = setLinkNoArp(draft, index, noArp);
  if (errno === 0 && up !== null) errno = (up ? setLinkUp : setLinkDown)(draft, index);
  return { errno, atMtu: false };
}

const mtuSentence = (device: HostDevice, { mtu }: LinkChange): string =>
  (mtu ?? 0) < device.mtu ? "mtu less than device minimum" : "mtu greater than device maximum";
