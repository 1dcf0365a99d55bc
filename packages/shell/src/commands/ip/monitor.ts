/**
 * `ip monitor`: what netlink's groups tell while things change, until it is stopped. Left out: JSON, files of recorded
 * messages, other objects than link, address, route and neigh.
 */
import type {
  AddressConfig,
  DeviceConfig,
  HostDevice,
  NamespaceConfig,
  NamespaceWatcher,
  NeighbourEntry,
  NetworkNamespace,
  RouteConfig,
} from "@lvsim/core";
import { NeighbourState, neighbourListing } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { CommandFailure } from "../../options/failure.ts";
import { invalidArgument, isPrefix, type Words } from "../../options/iproute2.ts";
import { on, type Wait, WaitQueue } from "../../process/wait.ts";
import { deviceOf, type IpContext } from "./context.ts";
import { type LinkView, linkView } from "./link-view.ts";
import { printLink } from "./print-link.ts";
import { NOTHING_SAID, printRoute } from "./print-route.ts";
import { Printer } from "./printer.ts";
import { printAddress } from "./show-address.ts";
import { printEntry } from "./show-neighbour.ts";

type Group = "link" | "address" | "route" | "neigh";

/** As `ip monitor all` labels what it says. */
const LABELS: Readonly<Record<Group, string>> = {
  link: "[LINK]",
  address: "[ADDR]",
  route: "[ROUTE]",
  neigh: "[NEIGH]",
};

const GROUPS: readonly Group[] = ["link", "address", "route", "neigh"];
/** What happens in none of lvsim's namespaces. */
const SILENT = ["mroute", "maddress", "prefix", "netconf", "rule", "nsid", "nexthop", "stats"];

interface Request {
  readonly groups: Set<Group>;
  labelled: boolean;
  device: HostDevice | null;
}

function readRequest(context: IpContext, words: Words): Request {
  const request: Request = { groups: new Set(), labelled: false, device: null };
  let isAll = words.done;
  let some = false;
  while (!words.done) {
    const word = words.take() as string;
    const group = GROUPS.find((name) => isPrefix(word, name));
    if (word === "file") throw new CommandFailure(1, "ip: ip monitor file is left out of lvsim\n");
    if (word === "label") request.labelled = true;
    else if (word === "dev") request.device = deviceOf(context, words.value());
    else if (word === "all-nsid") continue;
    else if (group !== undefined) request.groups.add(group);
    else if (SILENT.some((name) => isPrefix(word, name))) some = true;
    else if (isPrefix(word, "all")) {
      isAll = true;
      request.labelled = true;
    } else if (isPrefix(word, "help")) throw new CommandFailure(255, USAGE);
    else throw invalidArgument('Argument is unknown, try "ip monitor help".\n', word);
  }
  if (isAll || (request.groups.size === 0 && !some))
    for (const name of GROUPS) request.groups.add(name);
  return request;
}

const USAGE = `Usage: ip monitor [ all | OBJECTS ] [ FILE ] [ label ] [ all-nsid ]
                  [ dev DEVICE ]
OBJECTS :=  address | link | mroute | neigh | netconf |
            nexthop | nsid | prefix | route | rule | stats
FILE := file FILENAME
`;

export class Monitor implements NamespaceWatcher {
  readonly queue = new WaitQueue();
  /** What was not written yet. */
  text = "";
  private readonly context: IpContext;
  private readonly request: Request;
  private readonly carriers = new Set<HostDevice>();
  /** By interface index, as they were last seen. */
  private readonly views = new Map<number, LinkView>();

  constructor(context: IpContext, words: Words) {
    this.context = context;
    this.request = readRequest(context, words);
    for (const device of context.network.devices())
      this.views.set(device.index, linkView(context, device));
  }

  get network(): NetworkNamespace {
    return this.context.network;
  }

  /** Links first, then addresses and the routes that follow from them; what goes, the other way round. */
  configChanged(before: NamespaceConfig, now: NamespaceConfig): void {
    const devices = now.devices === before.devices ? [] : now.devices;
    for (const device of devices) this.device(before, device);
    if (now.devices !== before.devices) this.addresses(before, now);
    if (now.routes !== before.routes) this.routes(before, now);
    for (const device of before.devices)
      if (!now.devices.some(({ index }) => index === device.index)) this.deleted(device);
  }

  /** What a change of configuration brings about is told with that. */
  carrierChanged(device: HostDevice): void {
    this.carriers.add(device);
    this.queue.wake();
  }

  /** Tells of carriers that came or went by themselves. */
  settle(): void {
    for (const device of this.carriers)
      if (this.views.get(device.index)?.device === device && device.up)
        this.link(linkView(this.context, device), "");
    this.carriers.clear();
  }

  neighbourChanged(entry: NeighbourEntry, old: NeighbourState): void {
    const { state } = entry;
    // the kernel is silent about entries that only begin to ask
    if (state === NeighbourState.incomplete || state === NeighbourState.delay) return;
    const isGone = state === NeighbourState.none;
    const row = neighbourListing(entry, isGone ? old : state);
    const printer = plainPrinter();
    printEntry(printer, this.context, row, null);
    this.say("neigh", entry.device.index, (isGone ? "Deleted " : "") + printer.finish());
  }

  private device(before: NamespaceConfig, device: DeviceConfig): void {
    const old = before.devices.find(({ index }) => index === device.index);
    if (old !== undefined && isSameLink(old, device)) return;
    const live = this.context.network.device(device.index);
    if (live !== undefined) this.link(linkView(this.context, live), "");
  }

  private deleted({ index }: DeviceConfig): void {
    const view = this.views.get(index);
    if (view !== undefined) this.link(view, "Deleted ");
    this.views.delete(index);
  }

  private link(view: LinkView, prefix: string): void {
    const { options } = this.context;
    this.carriers.delete(view.device);
    if (prefix === "") this.views.set(view.device.index, view);
    const printer = plainPrinter();
    printLink(printer, view, options, { forLink: false, withAddress: true, withoutQueue: true });
    this.say("link", view.device.index, prefix + printer.finish());
  }

  private addresses(before: NamespaceConfig, now: NamespaceConfig): void {
    for (const { index, addresses } of before.devices) {
      const kept = now.devices.find((device) => device.index === index)?.addresses ?? [];
      for (const address of addresses)
        if (!kept.some((other) => isSameAddress(other, address)))
          this.address(index, address, "Deleted ");
    }
    for (const { index, addresses } of now.devices) {
      const old = before.devices.find((device) => device.index === index)?.addresses ?? [];
      for (const address of addresses)
        if (!old.some((other) => isSameAddress(other, address))) this.address(index, address, "");
    }
  }

  private address(index: number, address: AddressConfig, prefix: string): void {
    const device = this.views.get(index)?.device;
    if (device === undefined) return;
    const printer = plainPrinter();
    const { oneLine } = this.context.options;
    if (!oneLine) printer.say(`${index}: ${device.name}`);
    printAddress(printer, device, address, oneLine, this.context.network.engine.now);
    this.say("address", index, prefix + printer.finish());
  }

  /** Routes that go because their device went down are not told, as on Linux. */
  private routes(before: NamespaceConfig, now: NamespaceConfig): void {
    const isUp = (index: number): boolean =>
      index === 0 || now.devices.some((device) => device.index === index && device.up);
    const old = new Set(before.routes.map(keyOf));
    const kept = new Set(now.routes.map(keyOf));
    for (const route of before.routes)
      if (!kept.has(keyOf(route)) && isUp(route.device)) this.route(route, "Deleted ");
    for (const route of now.routes) if (!old.has(keyOf(route))) this.route(route, "");
  }

  private route(route: RouteConfig, prefix: string): void {
    const printer = plainPrinter();
    printRoute(printer, this.context, route, NOTHING_SAID);
    this.say("route", route.device, prefix + printer.finish());
  }

  private say(group: Group, index: number, text: string): void {
    const { device, groups, labelled } = this.request;
    if (!groups.has(group) || (device !== null && device.index !== index)) return;
    this.text += (labelled ? LABELS[group] : "") + text;
    this.queue.wake();
  }
}

const plainPrinter = (): Printer => new Printer({ json: false, pretty: false });

const keyOf = (route: RouteConfig): string => JSON.stringify(route);

function isSameAddress(one: AddressConfig, other: AddressConfig): boolean {
  const { local, peer, prefixLength, label, secondary } = one;
  return (
    local === other.local &&
    peer === other.peer &&
    prefixLength === other.prefixLength &&
    label === other.label &&
    secondary === other.secondary
  );
}

/** All but the addresses. */
function isSameLink(one: DeviceConfig, other: DeviceConfig): boolean {
  const keys = Object.keys(one) as (keyof DeviceConfig)[];
  return keys.every((key) => key === "addresses" || one[key] === other[key]);
}

/** Goes on until a signal ends it. */
export function* runMonitor(
  context: CommandContext,
  watcher: Monitor,
): Generator<Wait, number, void> {
  const { network } = watcher;
  network.watch(watcher);
  try {
    for (;;) {
      watcher.settle();
      const { text } = watcher;
      watcher.text = "";
      if (text !== "" && (yield* context.out(text)) !== 0) return 1;
      if (watcher.text === "") yield on(watcher.queue);
    }
  } finally {
    network.unwatch(watcher);
  }
}
