/** `ip link`: what its verbs do. */
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import {
  duplicateOrGarbage,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";
import { addVerb } from "./add-link.ts";
import {
  deviceOf,
  type IpContext,
  type IpVerbs,
  kernelRefusal,
  leftOut,
  listedDevice,
  missingDevice,
  runVerb,
  usageOf,
} from "./context.ts";
import { ANY_LINK, fitsLink, type LinkFilter, linkView } from "./link-view.ts";
import { readGroup, readLinkWords } from "./link-words.ts";
import { printBriefLink, printLink } from "./print-link.ts";
import { Printer } from "./printer.ts";
import { setLink } from "./set-link.ts";

function deleteVerb(context: IpContext, words: Words): SimpleResult {
  const { device: typed } = readLinkWords(context, words);
  if (typed === null) throw missingDevice(255);
  const { index } = deviceOf(context, typed);
  const { machine, network, origin } = context;
  const errno = machine.network.remove({ namespace: network, index }, origin);
  if (errno !== 0) throw kernelRefusal(errno);
  return result({});
}

/** Takes a word that `ip link` and `ip addr` filter devices by; false for any other. */
export function takeLinkFilter(
  context: IpContext,
  word: string,
  words: Words,
  filter: LinkFilter,
): boolean {
  if (word === "up") filter.up = true;
  else if (word === "type") filter.type = words.value();
  else if (word === "group") filter.group = readGroup(words.value());
  else if (word === "nomaster") filter.master = 0;
  else if (word === "master" || word === "vrf") {
    const name = words.value();
    const master = context.network.deviceNamed(name);
    if (master === undefined) throw invalidArgument("Device does not exist\n", name);
    if (word === "vrf") throw invalidArgument("Not a valid VRF name\n", name);
    filter.master = master.index;
  } else return false;
  return true;
}

function showVerb(context: IpContext, words: Words): SimpleResult {
  const filter: LinkFilter = { ...ANY_LINK };
  let chosen: string | null = null;
  while (!words.done) {
    const word = words.take() as string;
    if (takeLinkFilter(context, word, words, filter)) continue;
    if (word !== "dev" && isPrefix(word, "help")) throw new CommandFailure(255, usageOf("link"));
    const name = word === "dev" ? words.value() : word;
    if (chosen !== null) throw duplicateOrGarbage("dev", name);
    chosen = name;
  }
  return result({ stdout: listLinks(context, filter, chosen) });
}

function listLinks(context: IpContext, filter: LinkFilter, name: string | null): string {
  const { network, options } = context;
  const printer = new Printer(options);
  const devices = name === null ? network.devices() : [listedDevice(context, name)];
  for (const device of devices) {
    const view = linkView(context, device);
    if (!fitsLink(filter, view)) continue;
    printer.object("", () => {
      if (options.brief) printBriefLink(printer, view);
      else printLink(printer, view, options, { forLink: true, withAddress: true });
    });
  }
  return printer.finish();
}

function notModelled(): never {
  throw leftOut("ip link property, xstats and afstats");
}

const LINK_VERBS: IpVerbs = [
  ["add", addVerb],
  ["set", setLink],
  ["change", setLink],
  ["replace", setLink],
  ["delete", deleteVerb],
  ["show", showVerb],
  ["lst", showVerb],
  ["list", showVerb],
  ["xstats", notModelled],
  ["afstats", notModelled],
  ["property", notModelled],
];

export const linkObject = (context: IpContext, words: Words): SimpleResult =>
  runVerb(LINK_VERBS, "link", context, words);
