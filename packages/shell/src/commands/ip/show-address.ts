/** `ip addr show` and `ip addr flush`: the devices and addresses that fit a filter (`ipaddr_list_flush_or_save`). */
import {
  type AddressConfig,
  formatIpv4Address,
  type HostDevice,
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
import { kindWord } from "./link.ts";
import { scopeName, scopeNumber } from "./names.ts";
import { briefHead, linkLines } from "./show-link.ts";

interface AddressFilter {
  device: string | null;
  up: boolean;
  to: TypedPrefix | null;
  /** null: all. */
  scope: number | null;
  label: string | null;
  secondary: boolean | null;
  type: string | null;
  /** Any address: asked for by `-4` or a flag that none has. */
  none: boolean;
}

function takeFilter(context: IpContext, words: Words): AddressFilter {
  const filter: AddressFilter = {
    device: null,
    up: false,
    to: null,
    scope: null,
    label: null,
    secondary: null,
    type: null,
    none: false,
  };
  while (!words.done) takeWord(context, words, filter);
  return filter;
}

/** Flags that no address here has, or that all have. */
const RARE_FLAGS = ["dynamic", "tentative", "deprecated", "dadfailed", "home", "nodad"];

function takeWord({ options }: IpContext, words: Words, filter: AddressFilter): void {
  const word = words.take() as string;
  if (word === "to") filter.to = readPrefix(words.value(), options.family);
  else if (word === "scope") filter.scope = takeScope(words.value());
  else if (word === "up") filter.up = true;
  else if (word === "label") filter.label = words.value();
  else if (word === "type") filter.type = words.value();
  else if (word === "group" || word === "master" || word === "vrf") words.value();
  else if (word === "primary" || word === "-secondary") filter.secondary = false;
  else if (word === "secondary" || word === "-primary") filter.secondary = true;
  else if (RARE_FLAGS.includes(word)) filter.none = true;
  else if (word !== "nomaster" && word !== "permanent") {
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

function fits(filter: AddressFilter, address: AddressConfig): boolean {
  const { label, scope, secondary, to } = filter;
  if (filter.none || (scope !== null && scope !== address.scope)) return false;
  if (secondary !== null && secondary !== address.secondary) return false;
  if (to !== null && (to.family !== "inet" || !inPrefix(address.local, to.address, to.length)))
    return to.family === "any";
  return label === null || matchesGlob(address.label, compileGlob(label));
}

/** Which devices are gone through: all, or the one that the filter names. */
function devicesOf(context: IpContext, filter: AddressFilter): readonly HostDevice[] {
  const { device, type, up } = filter;
  const devices = device === null ? context.network.devices() : [listedDevice(context, device)];
  return devices.filter(
    (other) => (!up || other.up) && (type === null || kindWord(other.kind) === type),
  );
}

export function showAddresses(context: IpContext, words: Words): SimpleResult {
  const filter = takeFilter(context, words);
  const { family } = context.options;
  let text = "";
  for (const device of devicesOf(context, filter)) {
    const addresses =
      family === "link" || family === "inet6"
        ? []
        : device.addresses.filter((address) => fits(filter, address));
    const isBare = device.addresses.length === 0 && family === "any";
    const isShown = family === "link" || addresses.length > 0 || (isBare && filter.to === null);
    if (isShown) text += deviceText(context, device, addresses, filter);
  }
  return result({ stdout: text });
}

function deviceText(
  { options }: IpContext,
  device: HostDevice,
  addresses: readonly AddressConfig[],
  filter: AddressFilter,
): string {
  if (options.brief)
    return `${briefHead(device)}${addresses.map((own) => `${addressText(own)} `).join("")}\n`;
  const withAddress = (options.family === "any" && filter.to === null) || options.family === "link";
  const isJustAddresses = options.oneLine && options.family !== "link";
  const link = isJustAddresses ? "" : linkLines(device, options, { withMode: false, withAddress });
  return link + addresses.map((own) => addressLines(device, own, options.oneLine)).join("");
}

function addressLines(device: HostDevice, address: AddressConfig, oneLine: boolean): string {
  const head = oneLine ? `${device.index}: ${device.name}    inet ` : "    inet ";
  const broadcast =
    address.broadcast === null ? "" : ` brd ${formatIpv4Address(address.broadcast)}`;
  const secondary = address.secondary ? " secondary" : "";
  const label = address.label === "" ? "" : ` ${address.label}`;
  return (
    `${head}${addressText(address)}${broadcast} scope ${scopeName(address.scope)}${secondary}${label}` +
    `${oneLine ? "\\" : "\n"}       valid_lft forever preferred_lft forever\n`
  );
}

export function flushAddresses(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, "Flush requires arguments.\n");
  if (context.options.family === "link")
    throw new CommandFailure(1, "Cannot flush link addresses.\n");
  const filter = takeFilter(context, words);
  let deleted = 0;
  for (const device of devicesOf(context, filter)) deleted += flushDevice(context, device, filter);
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
  const chosen = device.addresses.filter((address) => fits(filter, address));
  if (chosen.length === 0) return 0;
  context.network.change(context.origin, (draft) => {
    // from the end, so that a secondary goes before its primary and none is promoted
    for (const { local, prefixLength, peer, label } of chosen.slice().reverse())
      removeAddress(draft, device.index, { local, prefixLength, peer, label });
    return 0;
  });
  return chosen.length;
}
