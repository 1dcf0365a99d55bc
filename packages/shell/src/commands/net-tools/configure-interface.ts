/** The words of `ifconfig INTERFACE …`, each of which is an ioctl of its own. */
import {
  Errno,
  type Ipv4Address,
  isGroupMac,
  type NamespaceDraft,
  noteLinkProperties,
  parseMacAddress,
  renameLink,
  setInterfaceAddress,
  setInterfaceBroadcast,
  setInterfaceNetmask,
  setInterfacePeer,
  setInterfaceUp,
  setLinkMac,
  setLinkMtu,
  setLinkNoArp,
} from "@lvsim/core";
import { result, type SimpleContext, type SimpleResult } from "../../command.ts";
import { perror, usageFailure } from "./failures.ts";
import { lookupFailure, maskOfLength, resolveName, splitLength } from "./resolve.ts";
import { IFCONFIG_USAGE } from "./usage.ts";

const SEE_HELP = "ifconfig: `--help' gives usage information.\n";
/** Exit statuses: a failed ioctl, and a failed change of flags, which net-tools returns as −1. */
const FAILED = 1;
const FLAGS_FAILED = 255;

/** Words that describe what every interface of lvsim is anyway, or what it does not show. */
const NO_EFFECT = ["multicast", "trailers", "-trailers", "-dynamic"];
const NOT_MODELLED = ["-multicast", "dynamic", "-broadcast", "-pointopoint"];
const NOT_MODELLED_WITH_VALUE = [
  ...["irq", "io_addr", "mem_start", "media", "keepalive", "outfill", "tunnel"],
  ...["add", "del"],
];

type Edit = (draft: NamespaceDraft) => number;

class Configuration {
  readonly context: SimpleContext;
  /** Follows a change of name. */
  name: string;
  readonly words: string[];
  stderr = "";
  status = 0;
  /** Taken from `address/length`; set when all words are done. */
  mask: Ipv4Address | null = null;
  hasNetmask = false;
  /** A word that was no word ended the program. */
  stopped = false;

  constructor(context: SimpleContext, name: string, words: readonly string[]) {
    this.context = context;
    this.name = name;
    this.words = words.slice();
  }

  get index(): number {
    const device = this.context.namespace.deviceNamed(this.name.split(":")[0] as string);
    return device?.index ?? 0;
  }

  /** The word after a keyword; usage without one. */
  value(): string {
    const word = this.words.shift();
    if (word === undefined) throw usageFailure(IFCONFIG_USAGE, this.stderr);
    return word;
  }

  /** An ioctl; what it is called when it fails. */
  call(ioctl: string, edit: Edit): void {
    const errno = this.context.namespace.change(this.context.origin, edit);
    if (errno !== 0) this.fail(perror(ioctl, errno), FAILED);
  }

  /** `set_flag`, `clr_flag`: the flags are read first, which needs the device. */
  flags(edit: Edit): void {
    if (this.index === 0) {
      this.fail(
        `${this.name}: ERROR while getting interface flags: No such device\n`,
        FLAGS_FAILED,
      );
      return;
    }
    const errno = this.context.namespace.change(this.context.origin, edit);
    if (errno !== 0) this.fail(perror("SIOCSIFFLAGS", errno), FLAGS_FAILED);
  }

  fail(text: string, status: number): void {
    this.stderr += text;
    this.status |= status;
  }

  /** A host by name or address; undefined after a complaint. */
  host(word: string): Ipv4Address | undefined {
    const found = resolveName(this.context.machine.files, word);
    if (found === undefined) this.fail(lookupFailure(word), FAILED);
    return found?.address;
  }

  leaveOut(word: string): void {
    this.fail(`ifconfig: ${word} is left out of lvsim\n`, FAILED);
  }
}

export function configureInterface(
  context: SimpleContext,
  name: string,
  words: readonly string[],
): SimpleResult {
  const work = new Configuration(context, name, words);
  if (work.words[0] === "inet") work.words.shift();
  else if (work.words[0] === "inet6")
    return result({ status: 1, stderr: perror("SIOCSIFADDR", Errno.EACCES) });
  while (work.words.length > 0 && !work.stopped) takeWord(work, work.words.shift() as string);
  const { mask } = work;
  if (mask !== null && !work.stopped)
    work.call("SIOCSIFNETMASK", (draft) => setInterfaceNetmask(draft, work.name, mask));
  return result({ status: work.status, stderr: work.stderr });
}

function takeWord(work: Configuration, word: string): void {
  const { name } = work;
  if (word === "up") work.flags((draft) => setInterfaceUp(draft, name, true));
  else if (word === "down") work.flags((draft) => setInterfaceUp(draft, name, false));
  else if (word === "arp") work.flags((draft) => setLinkNoArp(draft, work.index, false));
  else if (word === "-arp") work.flags((draft) => setLinkNoArp(draft, work.index, true));
  else if (/^-?(promisc|allmulti)$/.test(word)) takeListening(work, word);
  else if (word === "txqueuelen") takeQueueLength(work, work.value());
  else if (word === "broadcast") takeBroadcast(work);
  else if (word === "netmask") takeNetmask(work);
  else if (word === "mtu") takeMtu(work, work.value());
  else if (word === "hw") takeHardware(work);
  else if (word === "name") takeName(work, work.value());
  else if (word === "dstaddr" || word === "pointopoint") takePeer(work);
  else if (NOT_MODELLED_WITH_VALUE.includes(word)) {
    work.value();
    work.leaveOut(word);
  } else if (NOT_MODELLED.includes(word)) work.leaveOut(word);
  else if (!NO_EFFECT.includes(word)) takeAddress(work, word);
}

function takeListening(work: Configuration, word: string): void {
  const on = !word.startsWith("-");
  const properties = word.endsWith("promisc") ? { promiscuous: on } : { allMulticast: on };
  work.flags((draft) => noteLinkProperties(draft, work.index, properties));
}

function takeQueueLength(work: Configuration, word: string): void {
  const txQueueLength = Number.parseInt(word, 10) || 0;
  if (txQueueLength < 0) work.fail(perror("SIOCSIFTXQLEN", Errno.EINVAL), FAILED);
  else
    work.call("SIOCSIFTXQLEN", (draft) => noteLinkProperties(draft, work.index, { txQueueLength }));
}

function takeBroadcast(work: Configuration): void {
  const word = work.words.shift();
  if (word !== undefined) {
    const address = work.host(word);
    if (address === undefined) return;
    work.call("SIOCSIFBRDADDR", (draft) => setInterfaceBroadcast(draft, work.name, address));
  }
  // the flag is set already; the label need only be there
  work.flags((draft) => checkLabel(draft, work.name));
}

/** What a change of flags says about a label. */
const checkLabel = (draft: NamespaceDraft, name: string): number => {
  if (!name.includes(":")) return 0;
  const carried = draft.devices.some(({ addresses }) =>
    addresses.some(({ label }) => label === name),
  );
  return carried ? 0 : Errno.EADDRNOTAVAIL;
};

function takeNetmask(work: Configuration): void {
  if (work.hasNetmask) throw usageFailure(IFCONFIG_USAGE, work.stderr);
  const mask = work.host(work.value());
  if (mask === undefined) return;
  work.hasNetmask = true;
  work.call("SIOCSIFNETMASK", (draft) => setInterfaceNetmask(draft, work.name, mask));
}

function takeMtu(work: Configuration, word: string): void {
  const mtu = Number.parseInt(word, 10) || 0;
  work.call("SIOCSIFMTU", (draft) => setLinkMtu(draft, work.index, mtu));
}

function takeHardware(work: Configuration): void {
  const kind = work.value();
  const known = kind === "ether";
  const word = known ? work.words.shift() : undefined;
  if (word === undefined) throw usageFailure(IFCONFIG_USAGE, work.stderr);
  const mac = parseMacAddress(word);
  if (mac === undefined) {
    work.fail(`${word}: invalid ether address.\n`, FAILED);
    return;
  }
  if (isGroupMac(mac)) work.fail(perror("SIOCSIFHWADDR", Errno.EADDRNOTAVAIL), FAILED);
  else work.call("SIOCSIFHWADDR", (draft) => setLinkMac(draft, work.index, mac));
}

function takeName(work: Configuration, name: string): void {
  work.call("SIOCSIFNAME", (draft) => renameLink(draft, work.index, name));
  if (work.status === 0) work.name = name;
}

function takePeer(work: Configuration): void {
  const word = work.words.shift();
  const peer = word === undefined ? undefined : work.host(word);
  if (peer !== undefined)
    work.call("SIOCSIFDSTADDR", (draft) => setInterfacePeer(draft, work.name, peer));
}

/** Whatever is no keyword is an address, which brings the interface up. */
function takeAddress(work: Configuration, word: string): void {
  const [host, length] = splitLength(word);
  if (length !== null) {
    if (work.hasNetmask) throw usageFailure(IFCONFIG_USAGE, work.stderr);
    work.mask = maskOfLength(length);
  }
  const address = work.host(host);
  if (address === undefined) {
    work.stderr += SEE_HELP;
    work.status = FAILED;
    work.stopped = true;
    return;
  }
  const { name } = work;
  work.call("SIOCSIFADDR", (draft) => setInterfaceAddress(draft, name, address));
  // an address that is taken away leaves its label behind
  if (address !== 0) work.flags((draft) => setInterfaceUp(draft, name, true));
}
