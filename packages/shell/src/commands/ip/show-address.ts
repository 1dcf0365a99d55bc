/** `ip addr show` and `ip addr flush`: the devices and addresses that fit a filter (`ipaddr_list_flush_or_save`). */
import {
  type AddressConfig,
  FOREVER,
  formatIpv4Address,
  type HostDevice,
  type Instant,
  inPrefix,
  removeAddress,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import {
  duplicateOrGarbage,
  invalidArgument,
  isPrefix,
  type Words,
} from "../../options/iproute2.ts";
import { compileGlob, matchesGlob } from "../../text/glob.ts";
import { readPrefix, type TypedPrefix } from "./arguments.ts";
import { addressText } from "./change-address.ts";
import { type IpContext, listedDevice, usageOf } from "./context.ts";
import { takeLinkFilter } from "./link.ts";
import { ANY_LINK, fitsLink, type LinkFilter, type LinkView, linkView } from "./link-view.ts";
import { scopeName, scopeNumber } from "./names.ts";
import { printBriefHead, printLink } from "./print-link.ts";
import { Printer } from "./printer.ts";

interface AddressFilter {
  device: string | null;
  readonly link: LinkFilter;
  to: TypedPrefix | null;
  /** null: all. */
  scope: number | null;
  label: string | null;
  secondary: boolean | null;
  /** Lifetimes that end: null for any, as `dynamic` and `permanent` ask. */
  ends: boolean | null;
  deprecated: boolean | null;
  /** A flag of IPv6 that no address here has. */
  none: boolean;
}

function takeFilter(context: IpContext, words: Words): AddressFilter {
  const filter: AddressFilter = {
    device: null,
    link: { ...ANY_LINK },
    to: null,
    scope: null,
    label: null,
    secondary: null,
    ends: null,
    deprecated: null,
    none: false,
  };
  while (!words.done) takeWord(context, words, filter);
  return filter;
}

/** Flags of IPv6. */
const RARE_FLAGS = ["tentative", "dadfailed", "home", "nodad", "mngtmpaddr", "noprefixroute"];
/** The same turned round: what all addresses here are. */
const USUAL_FLAGS = RARE_FLAGS.map((flag) => `-${flag}`);

function takeWord(context: IpContext, words: Words, filter: AddressFilter): void {
  const word = words.take() as string;
  if (word === "to") filter.to = readPrefix(words.value(), context.options.family);
  else if (word === "scope") filter.scope = takeScope(words.value());
  else if (word === "label") filter.label = words.value();
  else if (word === "primary" || word === "-secondary") filter.secondary = false;
  else if (word === "secondary" || word === "-primary") filter.secondary = true;
  else if (word === "dynamic" || word === "-permanent") filter.ends = true;
  else if (word === "permanent" || word === "-dynamic") filter.ends = false;
  else if (word === "deprecated") filter.deprecated = true;
  else if (word === "-deprecated") filter.deprecated = false;
  else if (RARE_FLAGS.includes(word)) filter.none = true;
  else if (!USUAL_FLAGS.includes(word) && !takeLinkFilter(context, word, words, filter.link)) {
    const name = word === "dev" ? words.value() : word;
    if (word !== "dev" && isPrefix(word, "help")) throw new CommandFailure(255, usageOf("address"));
    if (filter.device !== null) throw duplicateOrGarbage("dev", name);
    filter.device = name;
  }
}

function takeScope(word: string): number | null {
  if (word === "all") return null;
  const scope = scopeNumber(word);
  if (scope === undefined) throw invalidArgument('invalid "scope"\n', word);
  return scope;
}

const ends = ({ lifetime }: AddressConfig): boolean =>
  lifetime !== undefined && lifetime.validUntil !== FOREVER;

const isDeprecated = ({ lifetime }: AddressConfig, now: Instant): boolean =>
  lifetime !== undefined && lifetime.preferredUntil !== FOREVER && lifetime.preferredUntil <= now;

function fits(filter: AddressFilter, address: AddressConfig, now: Instant): boolean {
  const { label, scope, secondary, to } = filter;
  const isAsked = (wanted: boolean | null, is: boolean): boolean =>
    wanted === null || wanted === is;
  if (!isAsked(filter.ends, ends(address))) return false;
  if (!isAsked(filter.deprecated, isDeprecated(address, now))) return false;
  if (filter.none || (scope !== null && scope !== address.scope)) return false;
  if (secondary !== null && secondary !== address.secondary) return false;
  if (to !== null && (to.family !== "inet" || !inPrefix(address.local, to.address, to.length)))
    return to.family === "any";
  return label === null || matchesGlob(address.label, compileGlob(label));
}

/** Which devices are gone through: all, or the one that the filter names. */
function viewsOf(context: IpContext, { device, link }: AddressFilter): LinkView[] {
  const devices = device === null ? context.network.devices() : [listedDevice(context, device)];
  return devices.map((other) => linkView(context, other)).filter((view) => fitsLink(link, view));
}

export function showAddresses(context: IpContext, words: Words): SimpleResult {
  const filter = takeFilter(context, words);
  const { options } = context;
  const { family } = options;
  const printer = new Printer(options);
  for (const view of viewsOf(context, filter)) {
    const own = view.device.addresses;
    const addresses =
      family === "link" || family === "inet6"
        ? []
        : own.filter((one) => fits(filter, one, context.network.engine.now));
    const isBare = own.length === 0 && family === "any";
    const isShown = family === "link" || addresses.length > 0 || (isBare && filter.to === null);
    if (isShown) printer.object("", () => printDevice(printer, context, view, addresses, filter));
  }
  return result({ stdout: printer.finish() });
}

function printDevice(
  printer: Printer,
  { network, options }: IpContext,
  view: LinkView,
  addresses: readonly AddressConfig[],
  { to }: AddressFilter,
): void {
  const { device } = view;
  const { now } = network.engine;
  if (options.brief) {
    printBriefHead(printer, view);
    printer.list("addr_info", () => {
      for (const address of addresses) printBriefAddress(printer, address);
    });
    return printer.say("\n");
  }
  const withAddress = (options.family === "any" && to === null) || options.family === "link";
  const isJustAddresses = options.oneLine && options.family !== "link";
  if (!isJustAddresses || printer.isJson)
    printLink(printer, view, options, { forLink: false, withAddress });
  printer.list("addr_info", () => {
    for (const address of addresses)
      printer.object("", () => printAddress(printer, device, address, options.oneLine, now));
  });
}

function printBriefAddress(printer: Printer, address: AddressConfig): void {
  printer.object("", () => {
    printer.note("local", formatIpv4Address(address.local));
    printer.note("prefixlen", address.prefixLength);
  });
  printer.say(`${addressText(address)} `);
}

export function printAddress(
  printer: Printer,
  device: HostDevice,
  address: AddressConfig,
  oneLine: boolean,
  now: Instant,
): void {
  const { broadcast, label, local, peer, prefixLength, secondary } = address;
  printer.field(
    "family",
    "inet",
    oneLine ? `${device.index}: ${device.name}    inet ` : "    inet ",
  );
  printer.note("local", formatIpv4Address(local));
  if (peer !== local) printer.note("address", formatIpv4Address(peer));
  printer.note("prefixlen", prefixLength);
  printer.say(addressText(address));
  if (broadcast !== null) {
    const text = formatIpv4Address(broadcast);
    printer.field("broadcast", text, ` brd ${text}`);
  }
  const scope = scopeName(address.scope);
  printer.field("scope", scope, ` scope ${scope}`);
  if (secondary) printer.field("secondary", true, " secondary");
  if (isDeprecated(address, now)) printer.field("deprecated", true, " deprecated");
  if (ends(address)) printer.field("dynamic", true, " dynamic");
  if (label !== "") printer.field("label", label, ` ${label}`);
  const { validUntil = FOREVER, preferredUntil = FOREVER } = address.lifetime ?? {};
  printer.say(`${oneLine ? "\\" : "\n"}      `);
  printLifetime(printer, "valid", validUntil, now);
  printLifetime(printer, "preferred", preferredUntil, now);
  printer.say("\n");
}

/** Whole seconds that are left, begun ones too. */
function printLifetime(printer: Printer, name: string, until: number, now: Instant): void {
  const left = until === FOREVER ? 0xffffffff : Math.max(0, Math.ceil((until - now) / 1e9));
  const text = until === FOREVER ? "forever" : `${left}sec`;
  printer.field(`${name}_life_time`, left, ` ${name}_lft ${text}`);
}

export function flushAddresses(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, "Flush requires arguments.\n");
  if (context.options.family === "link")
    throw new CommandFailure(1, "Cannot flush link addresses.\n");
  const filter = takeFilter(context, words);
  let deleted = 0;
  for (const { device } of viewsOf(context, filter))
    deleted += flushDevice(context, device, filter);
  if (context.options.statistics === 0) return result({});
  const said =
    deleted === 0
      ? "Nothing to flush.\n"
      : `\n*** Round 1, deleting ${deleted} addresses ***\n*** Flush is complete after 1 round ***\n`;
  return result({ stdout: said });
}

/** One change for the whole device; how many addresses went. Secondaries that go with their primary count too. */
function flushDevice(context: IpContext, device: HostDevice, filter: AddressFilter): number {
  if (context.options.family === "inet6") return 0;
  const chosen = device.addresses.filter((address) =>
    fits(filter, address, context.network.engine.now),
  );
  if (chosen.length === 0) return 0;
  context.network.change(context.origin, (draft) => {
    // from the end, so that a secondary goes before its primary and none is promoted
    for (const { local, prefixLength, peer, label } of chosen.slice().reverse())
      removeAddress(draft, device.index, { local, prefixLength, peer, label });
    return 0;
  });
  return chosen.length;
}
