/**
 * A network namespace: devices, neighbours, routes, netfilter, IPVS, sockets, and one immutable configuration value on
 * which all of them work. The configuration changes only through `change`, so that every change has patches and an
 * origin; the live tables follow it.
 */

import { applyPatches, createDraft, enablePatches, finishDraft, type Patch } from "immer";
import { AssertionError } from "../base/assert.ts";
import type { Errno } from "../base/errno.ts";
import { Generation } from "../base/generation.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import type { MacAddress } from "../packet/mac-address.ts";
import { IpProtocol } from "../packet/protocol.ts";
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { ChangeOrigin, ChangePatch, PlaceId, Trace } from "../trace/trace.ts";
import { AddressExpiry, firstExpiry } from "./address-expiry.ts";
import { addLink, setLinkUp } from "./addressing/links.ts";
import { ConfigHistory } from "./config-history.ts";
import { EthernetDevice } from "./device/ethernet-device.ts";
import type { HostDevice } from "./device/host-device.ts";
import { KernelDevices } from "./device/kernel-devices.ts";
import { DeviceTable } from "./device-table.ts";
import { initialConfig, plainDraft } from "./initial-config.ts";
import { BridgeNetfilter } from "./ip/bridge-netfilter.ts";
import { EthernetInput } from "./ip/ethernet-input.ts";
import { IpContext } from "./ip/ip-context.ts";
import { IpCounters } from "./ip/ip-counters.ts";
import type { TransportHandler } from "./ip/ip-layer.ts";
import { IpStack } from "./ip/ip-stack.ts";
import { KernelMessages } from "./ip/kernel-messages.ts";
import { LazyTransport } from "./ip/lazy-transport.ts";
import { MulticastGroups } from "./ip/multicast-groups.ts";
import { PathCache } from "./ip/path-cache.ts";
import { applyToConfig, type IpvsCommand } from "./ipvs/control.ts";
import { Ipvs } from "./ipvs/ipvs.ts";
import type { SchedulerModule } from "./ipvs/scheduler.ts";
import { IpvsHostAdapter } from "./ipvs-host.ts";
import type { KernelVariant } from "./kernel-variant.ts";
import type { NamespaceConfig, NamespaceDraft } from "./namespace-config.ts";
import type { NamespaceOptions } from "./namespace-options.ts";
import { ArpInput } from "./neigh/arp-input.ts";
import { NeighbourTable, type NeighbourWatcher } from "./neigh/neighbour-table.ts";
import { ProxyTable } from "./neigh/proxy-table.ts";
import { NeighbourHost } from "./neighbour-host.ts";
import { hasNoTables } from "./netfilter/config.ts";
import { HookTable } from "./netfilter/hook-table.ts";
import type { LogSink } from "./netfilter/log-entry.ts";
import { Netfilter } from "./netfilter/netfilter.ts";
import { NetfilterHost } from "./netfilter-host.ts";
import { Router } from "./route/router.ts";
import { globalSysctls } from "./sysctl/global-sysctls.ts";
import { createTransport } from "./transport/create-transport.ts";
import { Toa } from "./transport/toa.ts";
import type { Transport } from "./transport/transport.ts";
import { TransportHostAdapter } from "./transport-host.ts";
import { Tunnels } from "./tunnel/tunnels.ts";

enablePatches();

/** Hears what happens to a namespace, as netlink's groups tell it (`ip monitor`). */
export interface NamespaceWatcher extends NeighbourWatcher {
  /** The configuration is another, and the live tables have followed. */
  configChanged(before: NamespaceConfig, now: NamespaceConfig): void;
  /** A device's carrier came or went. */
  carrierChanged(device: HostDevice): void;
}

export class NetworkNamespace {
  readonly name: string;
  readonly kernel: KernelVariant;
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly rng: Rng;
  readonly kernelDevices: KernelDevices;
  /** What was changed in this kernel's namespaces. */
  readonly history: ConfigHistory;
  /** IPVS schedulers beside those of Linux. */
  readonly schedulers: readonly SchedulerModule[];
  /** Its id in the trace. */
  readonly place: PlaceId;
  readonly hooks: HookTable;
  readonly neighbours: NeighbourTable;
  readonly proxies = new ProxyTable();
  readonly router: Router;
  readonly ip: IpStack;
  /** What the network stack says to the kernel's log. */
  readonly messages: KernelMessages;
  /** What was learnt about single destinations. */
  readonly paths: PathCache;
  /** What IPv4 and ICMP count. */
  readonly counters = new IpCounters();
  readonly tunnels: Tunnels;
  /** br_netfilter's work here; null while it has never had any. */
  bridged: BridgeNetfilter | null = null;
  /** The module toa; null while it is not loaded. */
  toa: Toa | null = null;
  /** The multicast groups that its sockets joined. */
  readonly groups = new MulticastGroups();
  private expiry: AddressExpiry | null = null;
  private watchers: readonly NamespaceWatcher[] = [];
  private readonly context: IpContext;
  private readonly table: DeviceTable;
  private current: NamespaceConfig;
  /** `current` while a lab is built and it may be changed in place; null before that and after. */
  private plain: NamespaceDraft | null = null;
  private tables: Netfilter | null = null;
  private readonly logSinks: LogSink[] = [];
  private module: Ipvs | null = null;
  private transport: Transport | null = null;

  constructor(options: NamespaceOptions) {
    const { name, engine, rng, trace, kernel } = options;
    this.name = name;
    this.kernel = kernel;
    this.engine = engine;
    this.trace = trace;
    this.rng = rng;
    this.messages = new KernelMessages(engine);
    this.place = trace === null ? 0 : trace.place(name);
    const generation = new Generation();
    this.hooks = newHookTable(trace !== null, generation);
    this.paths = newPathCache(generation);
    this.current = options.config ?? initialConfig();
    if (this.current.toa === true) this.toa = new Toa();
    this.kernelDevices = options.kernelDevices ?? new KernelDevices();
    this.history = options.history ?? new ConfigHistory();
    this.schedulers = options.schedulers ?? [];
    this.table = newDeviceTable(this);
    this.router = newRouter(this.table, this.groups, generation);
    this.router.configure(this.current);
    const neighbourHost = newNeighbourHost(this);
    this.neighbours = newNeighbourTable(neighbourHost);
    const sysctls = globalSysctls(this.current.sysctls);
    this.context = new IpContext(this, this.table, sysctls, generation, (cause, type, code, rest) =>
      this.ip.sendIcmpError(cause, type, code, rest),
    );
    neighbourHost.connect(this.context);
    this.ip = new IpStack(this.context);
    this.tunnels = new Tunnels(this.context, this.ip);
    for (const protocol of [IpProtocol.tcp, IpProtocol.udp])
      this.ip.register(protocol, new LazyTransport(() => this.loadTransport(protocol)));
    const arp = new ArpInput(this.neighbours, this.proxies);
    this.table.connect(new EthernetInput(this.context, arp, this.ip.input));
    this.table.follow(this.current);
  }

  /** The configuration; never changed in place once the simulation runs. */
  get config(): NamespaceConfig {
    return this.current;
  }

  /** Its number among the namespaces of its kernel. */
  get network(): number {
    return this.table.stacking.network;
  }

  /** UDP and TCP. */
  get sockets(): Transport {
    this.transport ??= createTransport(new TransportHostAdapter(this, this.context));
    return this.transport;
  }

  /** iptables' live side: counters. */
  get netfilter(): Netfilter {
    this.tables ??= new Netfilter(this.hooks, new NetfilterHost(this, this.context), this.logSinks);
    return this.tables;
  }

  /** The IPVS module; loaded at its first use. */
  get ipvs(): Ipvs {
    this.module ??= new Ipvs(new IpvsHostAdapter(this, this.context));
    return this.module;
  }

  /** In order of interface index, so lo first. */
  devices(): readonly HostDevice[] {
    return this.table.all;
  }

  device(index: number): HostDevice | undefined {
    return this.table.at(index);
  }

  deviceNamed(name: string): HostDevice | undefined {
    return this.table.named(name);
  }

  /**
   * Applies `recipe` to the configuration as one change: 0 when it was taken over, else the errno that the recipe
   * gave, and then nothing changed.
   */
  change(origin: ChangeOrigin, recipe: (draft: NamespaceDraft) => number): number {
    this.plain = null;
    const draft = createDraft(this.current);
    const errno = recipe(draft as NamespaceDraft);
    if (errno !== 0) return errno;
    let patches: readonly Patch[] = [];
    let inverse: readonly Patch[] = [];
    const next = finishDraft(draft, (forward, backward) => {
      patches = forward;
      inverse = backward;
    }) as NamespaceConfig;
    if (next === this.current) return 0;
    const { sysctls } = this.current;
    this.take(next);
    this.noteChange(origin, patches as readonly ChangePatch[], inverse as readonly ChangePatch[]);
    // after the note, because IPVS may turn a sysctl itself, which is a change of its own
    if (next.sysctls !== sysctls) this.module?.followSysctls(origin);
    return 0;
  }

  /** Brings the configuration back to what it was before a change; for its history. */
  revert(origin: ChangeOrigin, patches: readonly ChangePatch[]): void {
    const before = this.current;
    const next = applyPatches(before, patches as Patch[]);
    this.take(next);
    if (next.ipvs !== before.ipvs) this.ipvs.adopt(next.ipvs);
    this.trace?.changed(this.engine.now, this.place, origin, patches);
    if (next.sysctls !== before.sysctls) this.module?.sysctlsTakenBack();
  }

  private noteChange(
    origin: ChangeOrigin,
    patches: readonly ChangePatch[],
    inverse: readonly ChangePatch[],
  ): void {
    const at = this.engine.now;
    this.history.add({ at, origin, subject: this, patches, inverse });
    this.trace?.changed(at, this.place, origin, patches);
  }

  /** What `change` with this recipe would answer; nothing changes. */
  check(recipe: (draft: NamespaceDraft) => number): number {
    return recipe(createDraft(this.current) as NamespaceDraft);
  }

  /** As `change` while a lab is built: no patches, no origin, and cheap. A refusal is a bug of the caller. */
  configure(recipe: (draft: NamespaceDraft) => number): void {
    this.plain ??= plainDraft(this.current);
    const errno = recipe(this.plain);
    if (errno !== 0)
      throw new AssertionError(`${this.name}: configuration refused with errno ${errno}`);
    this.takePlain(this.plain);
  }

  /** A command of `ipvsadm`: changes the configuration, and the live services follow it. */
  controlIpvs(origin: ChangeOrigin, command: IpvsCommand): Errno {
    const { ipvs } = this;
    const errno = this.change(origin, (draft) => applyToConfig(draft.ipvs, command, this));
    if (errno === 0) ipvs.follow(command, this.current.ipvs);
    return errno as Errno;
  }

  /** Makes an Ethernet device, up, for a cable to be plugged in; while a lab is built. */
  addEthernet(name: string, mac: MacAddress): EthernetDevice {
    this.configure((draft) => {
      const errno = addLink(draft, {
        name,
        kind: "ethernet",
        mac,
        mtu: 1500,
        noArp: false,
        index: 0,
        pair: this.kernelDevices.newPair(),
      });
      return errno === 0 ? setLinkUp(draft, draft.lastIndex) : errno;
    });
    const device = this.device(this.current.lastIndex);
    if (device instanceof EthernetDevice) return device;
    throw new AssertionError(`${name} is no Ethernet device`);
  }

  /** Every line of this namespace's LOG rules goes to `sink` from now on. */
  onLog(sink: LogSink): void {
    this.logSinks.push(sink);
  }

  /** Whether an address may be a real server's or a service's: unicast or our own. */
  isUnicastOrLocal(address: Ipv4Address): boolean {
    return this.router.addressType(address) <= 2;
  }

  /** UDP and TCP register themselves when they are made; `protocol`'s handler is there afterwards. */
  private loadTransport(protocol: number): TransportHandler {
    this.transport ??= createTransport(new TransportHostAdapter(this, this.context));
    return this.ip.input.handler(protocol) as TransportHandler;
  }

  /** Tells `watcher` what happens from now on, until it is taken away again. */
  watch(watcher: NamespaceWatcher): void {
    this.watchers = [...this.watchers, watcher];
    this.neighbours.watcher ??= {
      neighbourChanged: (entry, old) => {
        for (const each of this.watchers) each.neighbourChanged(entry, old);
      },
    };
  }

  unwatch(watcher: NamespaceWatcher): void {
    this.watchers = this.watchers.filter((other) => other !== watcher);
    if (this.watchers.length === 0) this.neighbours.watcher = null;
  }

  carrierChanged(device: HostDevice): void {
    for (const watcher of this.watchers) watcher.carrierChanged(device);
  }

  /** Takes over a configuration: the live tables follow what changed. */
  private take(next: NamespaceConfig): void {
    const before = this.current;
    this.current = next;
    if (next.toa !== before.toa) this.toa = next.toa === true ? new Toa() : null;
    if (next.sysctls !== before.sysctls) this.followSysctls(next);
    if (next.routes !== before.routes || next.rules !== before.rules) this.context.paths.flush();
    this.router.configure(next);
    if (next.devices !== before.devices || next.sysctls !== before.sysctls) this.table.follow(next);
    this.followBridges(next);
    this.tunnels.followPorts(next.fou);
    if (next.ipset !== before.ipset) this.netfilter.sets.configure(next.ipset);
    if (next.devices !== before.devices) this.tables?.devicesChanged(before.devices, next.devices);
    if (next.netfilter !== before.netfilter) this.netfilter.configure(next.netfilter);
    if (next.devices !== before.devices) this.followLifetimes(next);
    for (const watcher of this.watchers) watcher.configChanged(before, next);
  }

  /** Most namespaces have no address that ends. */
  private followLifetimes(next: NamespaceConfig): void {
    if (this.expiry === null && firstExpiry(next) === null) return;
    this.expiry ??= new AddressExpiry(this.engine, (recipe) => {
      this.change({ machine: this.name, process: "kernel", file: "", line: 0 }, recipe);
    });
    this.expiry.follow(next);
  }

  /** Takes over what was changed in place, so that nothing tells what did. */
  private takePlain(next: NamespaceConfig): void {
    this.current = next;
    this.followSysctls(next);
    this.context.paths.flush();
    this.router.configure(next);
    this.table.follow(next);
    this.followBridges(next);
    this.tunnels.followPorts(next.fou);
    if (this.tables !== null || !hasNoTables(next.netfilter))
      this.netfilter.configure(next.netfilter);
    this.module?.followSysctls(null);
  }

  private followBridges(next: NamespaceConfig): void {
    if (this.bridged === null && !next.bridgeNetfilter) return;
    this.bridged ??= new BridgeNetfilter(this.context, this.ip.input);
    this.bridged.follow(next, this.table);
  }

  private followSysctls(next: NamespaceConfig): void {
    const sysctls = globalSysctls(next.sysctls);
    if (sysctls.ipForward !== this.context.sysctls.ipForward) this.paths.flush();
    this.context.sysctls = sysctls;
    this.paths.bound(sysctls.minPmtu, sysctls.mtuExpires);
  }
}

// Functions of their own, because a constructor is too long for V8 to put all these into it: what it does not put there it
// makes in a slow way.

const newHookTable = (traced: boolean, generation: Generation): HookTable =>
  new HookTable(traced, generation);

const newPathCache = (generation: Generation): PathCache => new PathCache(generation);

const newDeviceTable = (namespace: NetworkNamespace): DeviceTable => new DeviceTable(namespace);

const newRouter = (table: DeviceTable, groups: MulticastGroups, generation: Generation): Router =>
  new Router(
    {
      conf: (index) => table.confOf(index),
      hasCarrier: (index) => table.at(index)?.carrier === true,
      isGroupMember: (index, group) => groups.isMember(index, group),
    },
    generation,
  );

const newNeighbourHost = (namespace: NetworkNamespace): NeighbourHost =>
  new NeighbourHost(namespace, () => ({
    devices: namespace.devices(),
    sysctls: namespace.config.sysctls,
  }));

const newNeighbourTable = (host: NeighbourHost): NeighbourTable => new NeighbourTable(host);
