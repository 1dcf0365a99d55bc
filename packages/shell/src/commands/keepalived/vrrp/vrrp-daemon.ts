/**
 * keepalived's VRRP process: the instances of the configuration on one machine, what they send and hear, and what they do to
 * addresses, routes, devices and the synchronisation daemon. Reload keeps the state of instances with the same id on the same
 * device.
 */
import {
  type Duration,
  type HostDevice,
  type Instant,
  type Ipv4Address,
  type NamespaceWatcher,
  Scope,
} from "@lvsim/core";
import { completeInstance, type VrrpSettings } from "../config/complete-vrrp.ts";
import type { KeepalivedConfig, VirtualAddress } from "../config/model.ts";
import type { ReadConfig } from "../config/read-config.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import type { LoopTimer } from "../daemon/loop.ts";
import { addVirtualAddress, changeVirtualRoute, removeVirtualAddress } from "./addresses.ts";
import { Announcer, addressesOf } from "./announcer.ts";
import { describeInstance } from "./describe-instance.ts";
import { VrrpInstance, type VrrpPort, type VrrpState } from "./instance.ts";
import { notifyScripts } from "./notify-scripts.ts";
import {
  AH_PROTOCOL,
  advertFault,
  encodeAdvert,
  innerAdvert,
  VRRP_PROTOCOL,
  wrapInAh,
} from "./packet.ts";
import { type HeardPacket, VrrpSockets } from "./sockets.ts";
import { SyncControl } from "./sync-control.ts";
import { SyncGroup } from "./sync-group.ts";
import { Tracking, TrackScript, watchesOf } from "./tracking.ts";
import { makeVirtualMac, removeVirtualMac, virtualMacName } from "./virtual-mac.ts";

export class VrrpDaemon implements VrrpPort {
  private readonly context: DaemonContext;
  private readonly timers = new Map<VrrpInstance, LoopTimer>();
  private config: KeepalivedConfig;
  private instances: VrrpInstance[] = [];
  private groups: SyncGroup[] = [];
  private trackings: Tracking[] = [];
  private scripts: TrackScript[] = [];
  private sockets: VrrpSockets;
  private sync: SyncControl;
  private readonly watcher: NamespaceWatcher;
  private readonly announcer: Announcer;
  private sequence = 0;

  constructor(context: DaemonContext, config: KeepalivedConfig) {
    this.context = context;
    this.config = config;
    this.sync = new SyncControl(context, config);
    this.announcer = new Announcer(context);
    this.sockets = this.openSockets();
    const look = (): void => context.loop.soon(() => this.judgeAll());
    this.watcher = {
      configChanged: (before, now) => {
        if (before.devices !== now.devices) look();
      },
      carrierChanged: look,
      neighbourChanged: () => {},
    };
    context.namespace.watch(this.watcher);
  }

  get now(): Instant {
    return this.context.loop.now;
  }

  private openSockets(): VrrpSockets {
    const { loop, namespace } = this.context;
    return new VrrpSockets(namespace, (packet) => loop.soon(() => this.heard(packet)));
  }

  /** False when an instance cannot run: the daemon ends. */
  start(read: ReadConfig): boolean {
    const settings = this.settingsOf(read);
    if (settings === null) return false;
    for (const { address, ...rest } of this.config.statics.addresses)
      addVirtualAddress(this.context, { address, ...rest }, this.config.global.defaultInterface);
    for (const route of this.config.statics.routes)
      changeVirtualRoute(this.context, route, this.config.global.defaultInterface, "add");
    this.build(settings, []);
    return true;
  }

  private settingsOf(read: ReadConfig): VrrpSettings[] | null {
    const { namespace } = this.context;
    const hasInterface = (name: string): boolean => namespace.deviceNamed(name) !== undefined;
    const { instances, global } = read.config;
    const all = instances.map((vrrp) => completeInstance(vrrp, global, read, hasInterface));
    return all.some((one) => one === null) ? null : (all as VrrpSettings[]);
  }

  /** Reads the configuration anew and goes on with what is still there. */
  reload(read: ReadConfig): boolean {
    const settings = this.settingsOf(read);
    if (settings === null) return false;
    const before = this.instances;
    for (const timer of Array.from(this.timers.values())) timer.cancel();
    this.timers.clear();
    for (const script of this.scripts) script.stop();
    this.sockets.close();
    this.sockets = this.openSockets();
    this.config = read.config;
    this.sync.reconfigure(read.config);
    this.build(settings, before);
    return true;
  }

  private build(settings: readonly VrrpSettings[], before: readonly VrrpInstance[]): void {
    for (const one of settings) if (one.virtualMac !== null) makeVirtualMac(this.context, one);
    const pairs = settings.map((one) => {
      const was = before.find((old) => isSame(old.settings, one)) ?? null;
      return { was, instance: this.newInstance(one) };
    });
    for (const old of before) if (!pairs.some(({ was }) => was === old)) this.dismiss(old);
    for (const { was, instance } of pairs) if (was !== null) this.keepAddresses(was, instance);
    this.instances = pairs.map(({ instance }) => instance);
    this.groups = this.newGroups();
    this.newTrackings();
    for (const { settings: one } of this.instances) this.join(one);
    for (const tracking of this.trackings) tracking.judge();
    for (const { was, instance } of pairs) {
      this.sync.begin(instance);
      instance.begin(was);
    }
    for (const group of this.groups) if (group.isFaulty) group.judgeFaults();
    for (const script of this.scripts) script.begin();
  }

  private newInstance(settings: VrrpSettings): VrrpInstance {
    const source = settings.source ?? this.primaryOf(settings);
    return new VrrpInstance(settings, source, this.context.options.old, this);
  }

  /** The first address of the interface that is not one of the virtual ones. */
  private primaryOf({ interface: name, addresses, excludedAddresses }: VrrpSettings): Ipv4Address {
    const own = this.context.namespace.deviceNamed(name)?.addresses ?? [];
    const virtual = [...addresses, ...excludedAddresses];
    const first = own.find(
      ({ local, scope }) =>
        scope <= Scope.link && !virtual.some(({ address }) => address === local),
    );
    return first?.local ?? (0 as Ipv4Address);
  }

  private newGroups(): SyncGroup[] {
    return this.config.groups.flatMap((config) => {
      const members = config.members.flatMap((name) => {
        const found = this.instances.find(({ settings }) => settings.name === name);
        if (found === undefined)
          this.say(
            `Virtual router ${name} specified in sync group ${config.name} doesn't exist - ignoring`,
          );
        return found ?? [];
      });
      if (members.length > 0) return [new SyncGroup(config, members, this)];
      this.say(`Sync group ${config.name} has no virtual router(s) - removing`);
      return [];
    });
  }

  private newTrackings(): void {
    const { context, config } = this;
    this.scripts = config.scripts
      .filter(({ name }) => this.users(name).length > 0)
      .map((script) => new TrackScript(script, context, () => this.judgeAll()));
    this.trackings = this.instances.map((instance) => {
      const { settings } = instance;
      const group = this.groupOf(instance)?.config;
      const scripts = [...settings.trackScripts, ...(group?.trackScripts ?? [])].flatMap(
        ({ name, weight }) => {
          const script = this.scripts.find((one) => one.config.name === name);
          if (script === undefined)
            this.say(`(${settings.name}) track script ${name} not found, ignoring...`);
          return script === undefined ? [] : [{ script, weight }];
        },
      );
      const tracked = [...settings.trackInterfaces, ...(group?.trackInterfaces ?? [])];
      const devices = this.devicesOf(settings).filter(
        (name) => !tracked.some((one) => one.name === name),
      );
      const isUp = (name: string): boolean => isRunning(context.namespace.deviceNamed(name));
      return new Tracking(instance, watchesOf(devices, tracked, scripts, isUp));
    });
  }

  /** Instances that track a script, by themselves or by their group. */
  private users(script: string): VrrpInstance[] {
    return this.instances.filter((instance) =>
      [
        ...instance.settings.trackScripts,
        ...(this.groupOf(instance)?.config.trackScripts ?? []),
      ].some(({ name }) => name === script),
    );
  }

  /** The devices whose state is the instance's. */
  private devicesOf(settings: VrrpSettings): string[] {
    const own = settings.ignoresInterface ? [] : [settings.interface];
    if (this.context.options.old) return own;
    const others = [...settings.addresses, ...settings.excludedAddresses]
      .filter(({ device, tracked }) => tracked && device !== "" && device !== settings.interface)
      .map(({ device }) => device);
    return Array.from(new Set([...own, ...others]));
  }

  private join(settings: VrrpSettings): void {
    if (settings.peers.length > 0) return;
    const device = this.context.namespace.deviceNamed(this.deviceNameOf(settings, true));
    if (device !== undefined) this.sockets.join(device.index, this.config.global.group);
  }

  /** Where an instance's packets go and come: the macvlan, or its interface. */
  private deviceNameOf(settings: VrrpSettings, forPackets: boolean): string {
    const isBase = settings.virtualMac === null || (forPackets && settings.sendsFromBase);
    return isBase ? settings.interface : virtualMacName(settings);
  }

  private groupOf(instance: VrrpInstance): SyncGroup | undefined {
    return this.groups.find(({ members }) => members.includes(instance));
  }

  /** An instance that the new configuration does not have. */
  private dismiss(instance: VrrpInstance): void {
    instance.stop(false);
    if (instance.settings.virtualMac !== null) removeVirtualMac(this.context, instance.settings);
  }

  /** Addresses that are new come, those that are gone go; the others stay as they are. */
  private keepAddresses(was: VrrpInstance, now: VrrpInstance): void {
    if (!was.hasAddresses) return;
    const old = addressesOf(was.settings);
    const fresh = addressesOf(now.settings);
    const device = this.deviceNameOf(now.settings, false);
    const key = ({ address, prefixLength, device: own }: VirtualAddress): string =>
      `${address}/${prefixLength} ${own}`;
    for (const one of old)
      if (!fresh.some((other) => key(other) === key(one))) {
        this.say(`(${now.settings.name}) ip address removed on reload`);
        removeVirtualAddress(this.context, one, device);
      }
    for (const one of fresh)
      if (!old.some((other) => key(other) === key(one)))
        addVirtualAddress(this.context, one, device);
  }

  /** Ends everything: masters hand over, addresses and macvlans go. */
  stop(): void {
    const { context } = this;
    context.namespace.unwatch(this.watcher);
    for (const instance of this.instances) {
      const { settings } = instance;
      instance.stop(context.options.keepsAddresses);
      context.notify(settings.notify.stop);
      if (settings.virtualMac !== null) removeVirtualMac(context, settings);
    }
    for (const route of this.config.statics.routes)
      changeVirtualRoute(context, route, this.config.global.defaultInterface, "delete");
    for (const address of this.config.statics.addresses)
      removeVirtualAddress(context, address, this.config.global.defaultInterface);
    this.sync.stop();
    this.close();
  }

  /** What even a process that is killed lets go. */
  close(): void {
    this.context.namespace.unwatch(this.watcher);
    this.sockets.close();
  }

  private heard(packet: HeardPacket): void {
    const advert = innerAdvert(packet);
    if (advert === null) return;
    const device = this.context.namespace.device(packet.device)?.name;
    const instance = this.instances.find(
      ({ settings }) =>
        settings.routerId === advert.routerId && this.deviceNameOf(settings, true) === device,
    );
    if (instance === undefined || instance.state === "FAULT" || instance.state === "INIT") return;
    const skips = this.config.global.skipsAddressCheck && packet.source === instance.master;
    const fault = advertFault(instance.settings, packet, !skips);
    if (fault !== null) this.say(instance.words.of(fault));
    else instance.receive({ advert, source: packet.source });
  }

  /** Devices or scripts changed. */
  private judgeAll(): void {
    for (const tracking of this.trackings) {
      if (!tracking.judge()) continue;
      const { instance } = tracking;
      const group = this.groupOf(instance);
      if (group !== undefined) group.judgeFaults();
      else if (instance.faults > 0) instance.fail();
      else instance.recover();
    }
  }

  say(text: string): void {
    this.context.log.say(text);
  }

  detail(text: string): void {
    this.context.log.detail(text);
  }

  send(instance: VrrpInstance, priority: number): void {
    const { settings, source } = instance;
    const device = this.context.namespace.deviceNamed(this.deviceNameOf(settings, true));
    if (device === undefined || source === 0) return;
    const to = settings.peers.length > 0 ? settings.peers : [this.config.global.group];
    for (const destination of to) {
      const advert = encodeAdvert(settings, priority, source, destination);
      const sequence = ++this.sequence;
      const isAh = settings.authType === "AH";
      const octets = isAh ? wrapInAh(settings, advert, source, destination, sequence) : advert;
      const identification = sequence & 0xffff;
      const way = { source, destination, device: device.index, identification };
      this.sockets.send(isAh ? AH_PROTOCOL : VRRP_PROTOCOL, octets, way);
    }
  }

  setAddresses({ settings }: VrrpInstance): void {
    const device = this.deviceNameOf(settings, false);
    for (const one of addressesOf(settings)) addVirtualAddress(this.context, one, device);
    for (const route of settings.routes) changeVirtualRoute(this.context, route, device, "add");
  }

  removeAddresses({ settings }: VrrpInstance): void {
    const device = this.deviceNameOf(settings, false);
    for (const route of settings.routes) changeVirtualRoute(this.context, route, device, "delete");
    for (const one of addressesOf(settings)) removeVirtualAddress(this.context, one, device);
  }

  announce(instance: VrrpInstance, repeat: number): void {
    const base = this.deviceNameOf(instance.settings, false);
    this.announcer.announce(instance, base, repeat, this.config.global.garpInterval);
  }

  announceLater(instance: VrrpInstance, delay: Duration, repeat: number): void {
    this.context.loop.after(delay, () => {
      if (this.instances.includes(instance) && instance.state === "MASTER")
        this.announce(instance, repeat);
    });
  }

  notify(instance: VrrpInstance): void {
    const { settings, state, priority } = instance;
    notifyScripts(this.context, settings.notify, "INSTANCE", settings.name, state, priority);
    this.sync.follow(instance);
  }

  notifyGroup({ config, state }: SyncGroup): void {
    notifyScripts(this.context, config.notify, "GROUP", config.name, state, 0);
  }

  arm(instance: VrrpInstance, deadline: Instant | null): void {
    this.timers.get(instance)?.cancel();
    this.timers.delete(instance);
    if (deadline === null) return;
    this.timers.set(
      instance,
      this.context.loop.at(deadline, () => instance.timeout()),
    );
  }

  mayBecomeMaster(instance: VrrpInstance): boolean {
    return this.groupOf(instance)?.mayBecomeMaster(instance) ?? true;
  }

  moved(instance: VrrpInstance, from: VrrpState): void {
    if (instance.state !== from) this.groupOf(instance)?.moved(instance, from);
  }

  /** What SIGUSR1 writes of the instances. */
  dump(): string {
    return this.instances.map(describeInstance).join("");
  }
}

/** IFF_UP and IFF_RUNNING. */
const isRunning = (device: HostDevice | undefined): boolean =>
  device?.up === true && device.carrier === true;

const isSame = (a: VrrpSettings, b: VrrpSettings): boolean =>
  a.routerId === b.routerId &&
  a.interface === b.interface &&
  (a.virtualMac === null) === (b.virtualMac === null);
