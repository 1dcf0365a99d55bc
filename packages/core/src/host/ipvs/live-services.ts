/**
 * Makes the live services follow the configuration, command by command (`ip_vs_ctl.c`'s other half): lists change
 * first, then schedulers hear of it; deleted servers go to the trash and come back from it.
 */
import { assert } from "../../base/assert.ts";
import { later } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import { JIFFY } from "../../time/timer-wheel.ts";
import {
  type IpvsConfig,
  type RealServerConfig,
  type RealServerKey,
  sameServer,
  type VirtualServiceConfig,
  type VirtualServiceIdentity,
} from "./config.ts";
import type { Connections } from "./connections.ts";
import type { IpvsContext } from "./context.ts";
import { type IpvsCommand, sameIdentity } from "./control.ts";
import { Destination } from "./destination.ts";
import { Method } from "./method.ts";
import { setThresholds } from "./overload.ts";
import { bindScheduler } from "./schedulers/index.ts";
import { FTP_PORT } from "./service-table.ts";
import { Trash } from "./trash.ts";
import { LocalAddress, VirtualService } from "./virtual-service.ts";

/** vs.expire_nodest_conn's work, a jiffy after a server was deleted. */
class ServerlessSweep extends Timer {
  private readonly connections: Connections;

  constructor(connections: Connections) {
    super();
    this.connections = connections;
  }

  expire(): void {
    this.connections.deleteWithoutServer();
  }
}

/** What concerns services rather than daemons. */
type ServiceCommand = Exclude<IpvsCommand, { readonly kind: "start-daemon" | "stop-daemon" }>;

export class LiveServices {
  private readonly context: IpvsContext;
  private readonly trash: Trash;
  private readonly sweep: ServerlessSweep;
  /** Services for whose sake connections are tracked. */
  private readonly tracked = new Set<VirtualService>();

  constructor(context: IpvsContext) {
    this.context = context;
    this.trash = new Trash(context.host.engine);
    this.sweep = new ServerlessSweep(context.connections);
  }

  /** Carries out a command that the configuration, now `config`, has taken. */
  follow(command: ServiceCommand, config: IpvsConfig): void {
    switch (command.kind) {
      case "add-service":
        this.addService(configOf(config, command.service.identity));
        return;
      case "edit-service":
        this.editService(configOf(config, command.service.identity));
        return;
      case "delete-service":
        this.deleteService(this.serviceWith(command.identity));
        return;
      case "flush":
        for (const service of [...this.context.services.services]) this.deleteService(service);
        return;
      case "zero":
        this.zero(command.identity);
        return;
      case "set-timeouts":
        this.setTimeouts(config);
        return;
      default:
        this.followInService(command, configOf(config, command.identity));
    }
  }

  addService(config: VirtualServiceConfig): void {
    const { services, estimator, host } = this.context;
    const service = new VirtualService(config);
    service.scheduler = bindScheduler(config.scheduler, service, host, host.schedulers);
    services.add(service);
    estimator.start();
    for (const address of config.localAddresses)
      service.localAddresses.push(new LocalAddress(address));
    // the configuration has the kernel's order, in which each server was put before the others
    for (let i = config.realServers.length - 1; i >= 0; i--)
      this.addServer(service, config.realServers[i] as RealServerConfig);
  }

  /** Comes from any configuration to `config`; servers stand where it says, not where a command would have put them. */
  adopt(config: IpvsConfig): void {
    this.setTimeouts(config);
    for (const service of [...this.context.services.services])
      if (!config.services.some(({ identity }) => sameIdentity(identity, service.config.identity)))
        this.deleteService(service);
    for (const wanted of config.services) {
      const service = this.context.services.withIdentity(wanted.identity);
      if (service === undefined) this.addService(wanted);
      else this.adoptService(service, wanted);
    }
  }

  private adoptService(service: VirtualService, wanted: VirtualServiceConfig): void {
    const before = service.config;
    if (wanted === before) return;
    this.editService(wanted);
    for (const server of before.realServers)
      if (findServer(wanted, server) === undefined)
        this.deleteServer(service, service.placeOf(server));
    for (let i = wanted.realServers.length - 1; i >= 0; i--) {
      const server = wanted.realServers[i] as RealServerConfig;
      const old = findServer(before, server);
      // those behind it are there already
      if (old === undefined)
        this.addServer(
          service,
          server,
          service.destinations.length - (wanted.realServers.length - 1 - i),
        );
      else if (old !== server) this.editServer(service, server);
    }
    for (const address of before.localAddresses)
      if (!wanted.localAddresses.includes(address)) this.deleteLocalAddress(service, address);
    for (const address of wanted.localAddresses)
      if (!before.localAddresses.includes(address))
        service.localAddresses.push(new LocalAddress(address));
  }

  setTimeouts(config: IpvsConfig): void {
    const { tcp, udp } = this.context.protocols;
    tcp.setTimeouts(config.timeouts.tcp, config.timeouts.tcpFin);
    udp.timeout = config.timeouts.udp;
  }

  private followInService(
    command: Exclude<
      ServiceCommand,
      {
        readonly kind:
          | "add-service"
          | "edit-service"
          | "delete-service"
          | "flush"
          | "zero"
          | "set-timeouts";
      }
    >,
    config: VirtualServiceConfig,
  ): void {
    const service = this.serviceWith(command.identity);
    service.config = config;
    switch (command.kind) {
      case "add-server":
        this.addServer(service, command.server);
        return;
      case "edit-server":
        this.editServer(service, command.server);
        return;
      case "delete-server":
        this.deleteServer(service, service.placeOf(command));
        return;
      case "add-local-address":
        service.localAddresses.push(new LocalAddress(command.address));
        return;
      case "delete-local-address":
        this.deleteLocalAddress(service, command.address);
        return;
    }
  }

  private editService(config: VirtualServiceConfig): void {
    const service = this.serviceWith(config.identity);
    const changed = service.config.scheduler !== config.scheduler;
    service.config = config;
    for (const server of service.destinations)
      server.establishedTimeout = config.establishedTimeout ?? 0;
    if (!changed) return;
    service.scheduler?.close?.();
    const { host } = this.context;
    service.scheduler = bindScheduler(config.scheduler, service, host, host.schedulers);
  }

  private deleteService(service: VirtualService): void {
    this.context.services.remove(service);
    if (this.tracked.delete(service) && this.tracked.size === 0)
      this.context.host.requireTracking(false);
    service.scheduler?.close?.();
    service.scheduler = null;
    for (const server of service.destinations.splice(0)) this.discard(server);
  }

  /** `index`: how many servers stand before it; a command puts a new one before all others. */
  private addServer(service: VirtualService, config: RealServerConfig, index = 0): void {
    const { identity } = service.config;
    const returned = this.trash.take(identity, config);
    const server = returned ?? new Destination(identity, config, service.statistics);
    if (returned !== undefined) {
      server.configure(config);
      server.lastWeight = config.weight;
      server.available = true;
      if (server.serviceStatistics !== service.statistics) {
        server.statistics.zero();
        server.serviceStatistics = service.statistics;
      }
    }
    server.establishedTimeout = service.config.establishedTimeout ?? 0;
    this.setThresholds(server, config);
    this.trackFtp(service, server);
    service.destinations.splice(index, 0, server);
    service.scheduler?.changed?.("added", server, index);
  }

  private editServer(service: VirtualService, config: RealServerConfig): void {
    const index = service.placeOf(config);
    const server = service.destinations[index] as Destination;
    server.configure(config);
    this.setThresholds(server, config);
    this.trackFtp(service, server);
    service.scheduler?.changed?.("edited", server, index);
  }

  private deleteServer(service: VirtualService, index: number): void {
    const [server] = service.destinations.splice(index, 1);
    assert(server !== undefined, "a real server to delete");
    server.available = false;
    service.scheduler?.changed?.("deleted", server, index);
    this.discard(server);
  }

  private discard(server: Destination): void {
    const { engine, sysctls } = this.context.host;
    server.available = false;
    server.route = null;
    this.trash.put(server);
    if (sysctls.expire_nodest_conn !== 0 && !this.sweep.armed)
      engine.timers.arm(this.sweep, later(engine.now, JIFFY));
  }

  private setThresholds(server: Destination, config: RealServerConfig): void {
    const { variant } = this.context.host;
    setThresholds(server, config.upperThreshold, config.lowerThreshold, variant);
  }

  /** Masqueraded FTP has connections tracked, for a helper's sake, until its service goes (`ip_vs_register_conntrack`). */
  private trackFtp(service: VirtualService, server: Destination): void {
    if (service.port !== FTP_PORT || server.method !== Method.masquerading) return;
    this.tracked.add(service);
    this.context.host.requireTracking(true);
  }

  private deleteLocalAddress(service: VirtualService, address: number): void {
    const index = service.localAddresses.findIndex((local) => local.address === address);
    assert(index >= 0, "a local address to delete");
    service.removeLocalAddress(index);
  }

  private zero(identity: VirtualServiceIdentity | null): void {
    const { services, estimator } = this.context;
    for (const service of services.services) {
      if (identity !== null && !sameIdentity(service.config.identity, identity)) continue;
      for (const server of service.destinations) server.statistics.zero();
      service.statistics.zero();
    }
    if (identity === null) estimator.totals.zero();
  }

  private serviceWith(identity: VirtualServiceIdentity): VirtualService {
    const service = this.context.services.withIdentity(identity);
    assert(service !== undefined, "a virtual service that the configuration has");
    return service;
  }
}

const findServer = (
  { realServers }: VirtualServiceConfig,
  key: RealServerKey,
): RealServerConfig | undefined => realServers.find((server) => sameServer(server, key));

function configOf(config: IpvsConfig, identity: VirtualServiceIdentity): VirtualServiceConfig {
  const found = config.services.find((service) => sameIdentity(service.identity, identity));
  assert(found !== undefined, "a virtual service in the configuration");
  return found;
}
