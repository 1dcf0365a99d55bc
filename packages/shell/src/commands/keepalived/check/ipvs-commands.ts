/** What a virtual server asks of IPVS: its services (one, or all of its group), and its servers in each of them (ipvswrapper.c). */
import {
  Errno,
  errnoText,
  type Ipv4Address,
  type IpvsCommand,
  type RealServerConfig,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import type { ServiceConfig } from "../config/complete-services.ts";
import type { GroupEntry, KeepalivedConfig, ServerEnd } from "../config/model.ts";
import type { Place } from "../config/report.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";

/** Addresses of a range that become services at most. */
const RANGE_MAX = 1024;

/** A server as IPVS is to have it. */
export interface ServerWish extends ServerEnd {
  readonly weight: number;
  readonly forwarding: RealServerConfig["forwarding"];
  readonly upperThreshold: number;
  readonly lowerThreshold: number;
  readonly place: Place;
}

const NO_TUNNEL = { type: "ipip", port: 0, checksum: "none" } as const;

function identitiesOfEntry(entry: GroupEntry, protocol: number): VirtualServiceIdentity[] {
  if (entry.kind === "fwmark") return [{ kind: "fwmark", mark: entry.mark }];
  const made: VirtualServiceIdentity[] = [];
  const { first, last, port } = entry;
  for (let at = first >>> 0; at <= last >>> 0 && made.length < RANGE_MAX; at++)
    made.push({ kind: "address", protocol, address: (at | 0) as Ipv4Address, port });
  return made;
}

function identitiesOf(
  { target, protocol }: ServiceConfig,
  { serviceGroups }: KeepalivedConfig,
): VirtualServiceIdentity[] {
  if (target.kind === "fwmark") return [{ kind: "fwmark", mark: target.mark }];
  if (target.kind === "address")
    return [{ kind: "address", protocol, address: target.address, port: target.port }];
  return (serviceGroups.get(target.name) ?? []).flatMap((entry) =>
    identitiesOfEntry(entry, protocol),
  );
}

export class IpvsCommands {
  private readonly context: DaemonContext;
  readonly service: ServiceConfig;
  readonly identities: readonly VirtualServiceIdentity[];
  private readonly config: KeepalivedConfig;

  constructor(context: DaemonContext, service: ServiceConfig, config: KeepalivedConfig) {
    this.context = context;
    this.service = service;
    this.config = config;
    this.identities = identitiesOf(service, config);
  }

  addServices(): void {
    for (const identity of this.identities) this.addService(identity);
  }

  /** One service with its local addresses, if it is full-nat. */
  addService(identity: VirtualServiceIdentity): void {
    this.ask({ kind: "add-service", service: this.settings(identity) }, this.service.place);
    const group = this.config.localAddressGroups.get(this.service.localAddressGroup);
    for (const address of group?.addresses ?? [])
      this.ask(
        { kind: "add-local-address", identity, address },
        group?.place ?? this.service.place,
      );
  }

  editServices(): void {
    for (const identity of this.identities)
      this.ask({ kind: "edit-service", service: this.settings(identity) }, this.service.place);
  }

  deleteServices(): void {
    for (const identity of this.identities) this.deleteService(identity);
  }

  deleteService(identity: VirtualServiceIdentity): void {
    this.ask({ kind: "delete-service", identity }, this.service.place);
  }

  addServer(server: ServerWish): void {
    this.server("add-server", server);
  }

  editServer(server: ServerWish): void {
    this.server("edit-server", server);
  }

  private server(kind: "add-server" | "edit-server", wish: ServerWish): void {
    for (const identity of this.identities) this.serverOf(identity, kind, wish);
  }

  serverOf(
    identity: VirtualServiceIdentity,
    kind: "add-server" | "edit-server",
    wish: ServerWish,
  ): void {
    const { address, port, weight, forwarding, upperThreshold, lowerThreshold, place } = wish;
    const server = {
      address,
      port: portFor(identity, port),
      weight,
      forwarding,
      upperThreshold,
      lowerThreshold,
      tunnel: NO_TUNNEL,
    };
    const errno = this.ask({ kind, identity, server }, place, [Errno.EEXIST]);
    if (errno === Errno.EEXIST) this.ask({ kind: "edit-server", identity, server }, place);
  }

  deleteServer({ address, port, place }: ServerEnd & { readonly place: Place }): void {
    for (const identity of this.identities)
      this.ask({ kind: "delete-server", identity, address, port: portFor(identity, port) }, place, [
        Errno.ENOENT,
      ]);
  }

  private settings(identity: VirtualServiceIdentity) {
    const { service } = this;
    return {
      identity,
      scheduler: service.scheduler,
      schedulerFlags: service.schedulerFlags,
      persistenceTimeout: service.persistenceTimeout,
      persistenceNetmask: service.persistenceNetmask,
      onePacket: service.onePacket,
      persistenceEngine: service.persistenceEngine,
      ...(service.synProxy ? { synProxy: true } : {}),
    };
  }

  private ask(command: IpvsCommand, place: Place, expected: readonly Errno[] = []): Errno {
    const { context } = this;
    const errno = context.namespace.controlIpvs(context.origin(place), command);
    if (errno !== 0 && !expected.includes(errno))
      context.log.say(
        `IPVS cmd ${COMMANDS[command.kind] ?? command.kind} error: ${refusal(command, errno)}(${errno})`,
      );
    return errno;
  }
}

/** Servers of a service without ports of its own have the service's. */
const portFor = (identity: VirtualServiceIdentity, port: number): number =>
  port === 0 && identity.kind === "address" ? identity.port : port;

const COMMANDS: Partial<Record<IpvsCommand["kind"], string>> = {
  "add-service": "IP_VS_SO_SET_ADD(1154)",
  "edit-service": "IP_VS_SO_SET_EDIT(1155)",
  "delete-service": "IP_VS_SO_SET_DEL(1156)",
  "add-server": "IP_VS_SO_SET_ADDDEST(1159)",
  "delete-server": "IP_VS_SO_SET_DELDEST(1160)",
  "edit-server": "IP_VS_SO_SET_EDITDEST(1161)",
};

/** libipvs's words. */
function refusal({ kind }: IpvsCommand, errno: Errno): string {
  const isServer = kind.endsWith("-server");
  if (errno === Errno.ESRCH) return isServer ? "Service not defined" : "No such service";
  if (errno === Errno.EEXIST)
    return isServer ? "Destination already exists" : "Service already exists";
  if (errno === Errno.ENOENT)
    return isServer ? "No such destination" : "Scheduler or persistence engine not found";
  if (errno === Errno.EINVAL)
    return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
  return errnoText(errno);
}
