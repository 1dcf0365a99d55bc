/**
 * IPVS of one network namespace: the configuration comes in command by command, packets through netfilter's hooks,
 * and listings go out as data. Nobody but the namespace knows it.
 */
import type { Frame } from "../../packet/frame.ts";
import type { ChangeOrigin } from "../../trace/trace.ts";
import type { IpvsFacts } from "../netfilter/environment.ts";
import type { IpvsConfig } from "./config.ts";
import { NO_CONNECTION } from "./connection.ts";
import { IpvsContext } from "./context.ts";
import type { IpvsCommand } from "./control.ts";
import { MasqueradingFastPath } from "./fast-path.ts";
import type { FullNatCounters } from "./fullnat/counters.ts";
import { ExpiryResets } from "./fullnat/expiry-resets.ts";
import { FrontGuard } from "./fullnat/front-guard.ts";
import { IpvsHooks } from "./hooks.ts";
import type { IpvsHost } from "./host.ts";
import { Inbound } from "./inbound.ts";
import type { ConnectionListing, ServiceListing } from "./listing.ts";
import { listConnections, listServices } from "./lists.ts";
import { LiveServices } from "./live-services.ts";
import { Outbound } from "./outbound.ts";
import type { Counters, StatisticsView } from "./statistics.ts";
import { type SyncCounters, SyncDaemons } from "./sync/daemons.ts";
import type { SynProxyCounters } from "./synproxy/counters.ts";

/** Buckets of the kernel's connection table as `ipvsadm` prints it (`conn_tab_bits` 12). */
export const CONNECTION_TABLE_SIZE = 4096;

export class Ipvs {
  private readonly context: IpvsContext;
  private readonly live: LiveServices;
  private readonly hooks: IpvsHooks;
  /** What a SYN proxy counts; null on a mainline kernel. */
  readonly synProxyCounters: SynProxyCounters | null;
  /** Made for the first daemon: most directors have none. */
  private madeDaemons: SyncDaemons | null = null;

  constructor(host: IpvsHost) {
    this.context = new IpvsContext(host);
    this.live = new LiveServices(this.context);
    const guard = this.prepareFullNat(host);
    const inbound = new Inbound(this.context, guard);
    const outbound = new Outbound(this.context, inbound.synProxy);
    this.context.connections.handshakes = inbound.synProxy;
    this.synProxyCounters = inbound.synProxy?.counters ?? null;
    this.hooks = new IpvsHooks(host.hooks, inbound, outbound, guard);
    this.useFastPath(host, inbound);
    this.followSysctls(null);
  }

  private useFastPath(host: IpvsHost, inbound: Inbound): void {
    if (host.fastPath === null) return;
    const path = new MasqueradingFastPath(this.context, host.fastPath, this.hooks, inbound);
    this.context.forwarders.path.memory = path;
    this.context.connections.memory = path;
    host.fastPath.use(path);
  }

  /** Takes over a first configuration as a whole, before there is any service. */
  load(config: IpvsConfig): void {
    this.live.setTimeouts(config);
    for (const service of config.services) this.live.addService(service);
    this.followDaemons(config);
    this.keepHooks();
  }

  /**
   * Follows a command that `applyToConfig` accepted; `config` is what it made of the configuration. Every accepted
   * command is to come here, also one that changed no value.
   */
  follow(command: IpvsCommand, config: IpvsConfig): void {
    this.settle();
    if (command.kind === "start-daemon" || command.kind === "stop-daemon")
      return this.followDaemons(config);
    this.live.follow(command, config);
    this.keepHooks();
  }

  /** Makes everything as `config` says, whatever commands it would take: an operator has taken one back. */
  adopt(config: IpvsConfig): void {
    this.settle();
    this.live.adopt(config);
    this.followDaemons(config);
    this.keepHooks();
  }

  /** `origin` may have changed sysctls; null for the kernel. */
  followSysctls(origin: ChangeOrigin | null): void {
    this.context.defence.followSysctls(origin);
  }

  /** An operator took a change of sysctls back. */
  sysctlsTakenBack(): void {
    this.context.defence.sysctlsTakenBack();
  }

  /** In order of adding; the kernel's order is that of a hash. */
  services(): readonly ServiceListing[] {
    return listServices(this.context);
  }

  /** In the order of the table's chains. */
  connections(): readonly ConnectionListing[] {
    return listConnections(this.context);
  }

  /** What is known of the connection of which `frame` is a request as it goes out to the server; null without one. */
  factsOfRequest(frame: Frame): IpvsFacts | null {
    const { protocol, source, sourcePort, destination, destinationPort } = frame;
    const { rows, connections } = this.context;
    const { table } = connections;
    const found = table.findAnswer(protocol, destination, destinationPort, source, sourcePort);
    if (found === NO_CONNECTION) return null;
    const control = rows.control(found);
    return {
      virtualAddress: rows.virtualAddress(found),
      virtualPort: rows.virtualPort(found),
      controlPort: control === NO_CONNECTION ? -1 : rows.virtualPort(control),
      method: rows.method(found),
    };
  }

  /** What synchronisation daemons did. */
  get syncCounters(): SyncCounters {
    return this.daemons.counters;
  }

  /** The counters of the whole namespace (/proc/net/ip_vs_stats). */
  totals(): StatisticsView {
    return this.context.estimator.totals.view();
  }

  /** What was counted since the beginning, up to now and whatever `-Z` did (/proc/net/ip_vs_stats_percpu). */
  counted(): Counters {
    return this.context.estimator.totals;
  }

  /** What a kernel with FULLNAT has beside a forwarding method; null on a mainline kernel. */
  private prepareFullNat(host: IpvsHost): FrontGuard | null {
    const { connections, rows, forwarders } = this.context;
    const { fullNat: forwarder } = forwarders;
    if (host.fullNat === null || forwarder === null) return null;
    const { counters } = forwarder;
    connections.expiry = new ExpiryResets(host, host.fullNat, rows, forwarder, counters);
    return new FrontGuard(this.context, host.fullNat, counters);
  }

  /** What FULLNAT counts (the fork's /proc/net/ip_vs_ext_stats); null on a mainline kernel. */
  get fullNatCounters(): FullNatCounters | null {
    return this.context.forwarders.fullNat?.counters ?? null;
  }

  /** What was put off for packets of known flows is done; they go the whole way again. */
  private settle(): void {
    this.context.estimator.settle();
    this.context.connections.memory?.forgetAll();
  }

  private get daemons(): SyncDaemons {
    this.madeDaemons ??= new SyncDaemons(this.context);
    return this.madeDaemons;
  }

  private followDaemons(config: IpvsConfig): void {
    if (config.daemons.length === 0 && this.madeDaemons === null) return;
    const { daemons, context } = this;
    daemons.follow(config.daemons);
    context.sync = daemons.idle ? null : daemons;
    context.connections.watcher = context.sync === null ? null : daemons;
  }

  private keepHooks(): void {
    this.hooks.keep(this.context.services.reachable > 0);
  }
}
