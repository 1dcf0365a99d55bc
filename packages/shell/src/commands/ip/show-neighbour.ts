/** `ip neigh show | get | flush` (`do_show_or_flush`, `print_neigh`). */
import {
  elapsed,
  FLUSHED_STATES,
  flushNeighbours,
  formatIpv4Address,
  formatMacAddress,
  type HostDevice,
  IN_TIMER,
  type Instant,
  type Ipv4Address,
  inPrefix,
  listNeighbours,
  NEIGHBOUR_STATE_NAMES,
  type NeighbourListing,
  NeighbourState,
  SHOWN_STATES,
  STATELESS,
} from "@lvsim/core";
import { result, type SimpleResult } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { isPrefix, type Words } from "../../options/iproute2.ts";
import { readAddress, readPrefix, type TypedPrefix } from "./arguments.ts";
import { readState } from "./change-neighbour.ts";
import { deviceOf, type IpContext, kernelRefusal, usageOf } from "./context.ts";
import { Printer } from "./printer.ts";

interface EntryFilter {
  device: HostDevice | null;
  to: TypedPrefix | null;
  states: number;
  proxy: boolean;
  /** Only those that nobody holds on to, as a running timer does. */
  unused: boolean;
}

const EVERY_STATE = 0xff | STATELESS;

function takeFilter(context: IpContext, words: Words, usual: number): EntryFilter {
  const filter: EntryFilter = {
    device: null,
    to: null,
    states: usual,
    proxy: false,
    unused: false,
  };
  let said = 0;
  while (!words.done) {
    const word = words.take() as string;
    if (word === "dev") filter.device = deviceOf(context, words.value());
    else if (word === "nud") said |= takeStates(words.value());
    else if (word === "proxy") filter.proxy = true;
    else if (word === "vrf" || word === "master") words.value();
    else if (word === "unused") filter.unused = true;
    else if (word !== "nomaster") {
      const to = word === "to" ? words.value() : word;
      if (isPrefix(to, "help")) throw new CommandFailure(255, usageOf("neigh"));
      filter.to = readPrefix(to, context.options.family);
    }
  }
  if (said !== 0) filter.states = said;
  return filter;
}

function takeStates(word: string): number {
  if (word === "all") return EVERY_STATE;
  const state = readState(word);
  return state === NeighbourState.none ? STATELESS : state;
}

const listingFilter = ({ device, to, states }: EntryFilter) => ({
  device,
  network: to?.address ?? (0 as Ipv4Address),
  prefixLength: to?.length ?? 0,
  states,
});

export function showEntries(context: IpContext, words: Words): SimpleResult {
  const filter = takeFilter(context, words, SHOWN_STATES);
  const { family } = context.options;
  if (family === "inet6" || family === "link" || filter.to?.family === "inet6") return result({});
  if (filter.proxy) return result({ stdout: proxyLines(context, filter) });
  const rows = listNeighbours(context.network.neighbours, listingFilter(filter));
  const printer = new Printer(context.options);
  for (const row of rows.filter(({ state }) => !filter.unused || (state & IN_TIMER) === 0))
    printer.object("", () => printEntry(printer, context, row, filter.device));
  return result({ stdout: printer.finish() });
}

function proxyLines({ network, options }: IpContext, { device, to }: EntryFilter): string {
  const printer = new Printer(options);
  for (const entry of network.proxies.list()) {
    if (device !== null && entry.device !== device.index) continue;
    if (to !== null && !inPrefix(entry.address, to.address, to.length)) continue;
    const name = network.config.devices.find(({ index }) => index === entry.device)?.name;
    printer.object("", () => {
      const address = formatIpv4Address(entry.address);
      printer.field("dst", address, `${address} `);
      if (name !== undefined && device === null) printer.field("dev", name, `dev ${name} `);
      printer.field("proxy", null, "proxy ");
      if (options.json) printer.list("state", () => {});
      printer.say("\n");
    });
  }
  return printer.finish();
}

/** One entry (`print_neigh`). */
export function printEntry(
  printer: Printer,
  context: IpContext,
  row: NeighbourListing,
  chosen: HostDevice | null,
): void {
  const { linkAddress, state } = row;
  const address = formatIpv4Address(row.address);
  printer.field("dst", address, `${address} `);
  if (chosen === null) printer.field("dev", row.device.name, `dev ${row.device.name} `);
  if (linkAddress !== null) {
    const text = formatMacAddress(linkAddress);
    printer.field("lladdr", text, `lladdr ${text} `);
  }
  if (row.router) printer.field("router", null, "router ");
  if (row.externallyLearnt) printer.field("extern_learn", null, "extern_learn ");
  if (context.options.statistics > 0) printStatistics(printer, context, row);
  const name = NEIGHBOUR_STATE_NAMES.get(state) ?? "";
  if (state !== NeighbourState.none)
    printer.list("state", () => printer.field("", name, `${name} `));
  printer.say("\n");
}

/** Ages are whole seconds; who runs a timer is used once more. */
function printStatistics(printer: Printer, { network }: IpContext, row: NeighbourListing): void {
  const { now } = network.engine;
  const age = (since: Instant): number => Math.floor(elapsed(since, now) / 1e9);
  if ((row.state & IN_TIMER) !== 0) printer.field("refcnt", 1, " ref 1");
  printer.field("used", age(row.usedAt), ` used ${age(row.usedAt)}`);
  printer.field("confirmed", age(row.confirmedAt), `/${age(row.confirmedAt)}`);
  printer.field("updated", age(row.updatedAt), `/${age(row.updatedAt)}`);
  printer.field("probes", row.probes, `probes ${row.probes} `);
}

export function getEntry(context: IpContext, words: Words): SimpleResult {
  let address: Ipv4Address | null = null;
  let device: HostDevice | null = null;
  while (!words.done) {
    const word = words.take() as string;
    if (word === "dev") device = deviceOf(context, words.value());
    else address = readAddress(word === "to" ? words.value() : word, context.options.family);
  }
  if (address === null || device === null)
    throw new CommandFailure(255, "Device and address are required arguments.\n");
  const filter = { device, network: address, prefixLength: 32, states: EVERY_STATE };
  const [row] = listNeighbours(context.network.neighbours, filter);
  if (row === undefined) throw kernelRefusal(0, "Neighbour entry not found");
  const printer = new Printer(context.options);
  printer.object("", () => printEntry(printer, context, row, null));
  return result({ stdout: printer.finish() });
}

export function flushEntries(context: IpContext, words: Words): SimpleResult {
  if (words.done) throw new CommandFailure(1, "Flush requires arguments.\n");
  const filter = takeFilter(context, words, FLUSHED_STATES | STATELESS);
  const { family, statistics } = context.options;
  const { neighbours, proxies } = context.network;
  let count = 0;
  if (filter.proxy) {
    for (const { address, device } of proxies.list().slice())
      if (filter.device === null || filter.device.index === device)
        count += proxies.delete(address, device) === 0 ? 1 : 0;
  } else if (family !== "inet6") count = flushNeighbours(neighbours, listingFilter(filter));
  if (statistics === 0) return result({});
  const said =
    count === 0
      ? "Nothing to flush.\n"
      : `\n*** Round 1, deleting ${count} entries ***\n*** Flush is complete after 1 round ***\n`;
  return result({ stdout: said });
}
