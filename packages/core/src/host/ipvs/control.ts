/**
 * What `ipvsadm` and /proc ask of the kernel (`ip_vs_ctl.c`): the commands, and their effect on the configuration with
 * the kernel's checks in the kernel's order. The live side follows in `Ipvs.follow`, with every command that
 * succeeded, also one that changes no value: an edit without a difference restarts wrr and judges thresholds again.
 */
import { type Draft, freeze, isDraft, original } from "immer";
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { isGlobalUnicastIpv6 } from "../../packet/ipv6-address.ts";
import {
  type IpvsConfig,
  type IpvsVariant,
  type RealServerConfig,
  type RealServerKey,
  type SyncDaemonConfig,
  sameServer,
  type VirtualServiceConfig,
  type VirtualServiceIdentity,
} from "./config.ts";
import { type ControlContext, isMixed, startDaemon, stopDaemon } from "./daemon-control.ts";
import type { SchedulerModule } from "./scheduler.ts";
import { isSchedulerName } from "./schedulers/index.ts";

/** A virtual service's settings as a command names them; the scheduler is what the user typed. */
export interface ServiceSettings
  extends Omit<VirtualServiceConfig, "scheduler" | "realServers" | "localAddresses"> {
  readonly scheduler: string;
}

export type IpvsCommand =
  | { readonly kind: "add-service"; readonly service: ServiceSettings }
  | { readonly kind: "edit-service"; readonly service: ServiceSettings }
  | { readonly kind: "delete-service"; readonly identity: VirtualServiceIdentity }
  | {
      readonly kind: "add-server" | "edit-server";
      readonly identity: VirtualServiceIdentity;
      readonly server: RealServerConfig;
    }
  | ({
      readonly kind: "delete-server";
      readonly identity: VirtualServiceIdentity;
    } & RealServerKey)
  | {
      readonly kind: "add-local-address" | "delete-local-address";
      readonly identity: VirtualServiceIdentity;
      readonly address: Ipv4Address;
    }
  | { readonly kind: "flush" }
  /** `-Z`: one service, or everything when `identity` is null. */
  | { readonly kind: "zero"; readonly identity: VirtualServiceIdentity | null }
  /** A `maxLength` of 0 is the kernel's choice. */
  | { readonly kind: "start-daemon"; readonly daemon: SyncDaemonConfig }
  | { readonly kind: "stop-daemon"; readonly role: SyncDaemonConfig["role"] }
  /** `--set`, in seconds; 0 keeps a value. */
  | {
      readonly kind: "set-timeouts";
      readonly tcp: number;
      readonly tcpFin: number;
      readonly udp: number;
    };

/** An IPVS without services; `--set` has the kernel's defaults. */
export const emptyIpvsConfig = (variant: IpvsVariant): IpvsConfig => ({
  variant,
  services: [],
  daemons: [],
  timeouts:
    variant === "mainline" ? { tcp: 900, tcpFin: 120, udp: 300 } : { tcp: 90, tcpFin: 7, udp: 300 },
});

const THRESHOLD_MAX = 0x7fffffff;
const PERSISTENCE_ENGINES: readonly string[] = ["", "sip"];

export const sameIdentity = (a: VirtualServiceIdentity, b: VirtualServiceIdentity): boolean =>
  a.kind === "fwmark"
    ? b.kind === "fwmark" && a.mark === b.mark && a.ipv6 === b.ipv6
    : b.kind === "address" &&
      a.protocol === b.protocol &&
      a.address === b.address &&
      a.ipv6 === b.ipv6 &&
      a.port === b.port;

/**
 * A list of the draft as it was before the command: to look through it, or to copy it, without a draft of each element,
 * which for thousands of servers takes milliseconds. Nothing may have been changed in it.
 */
const unchanged = <T>(list: readonly T[]): readonly T[] =>
  isDraft(list) ? (original<unknown>(list) as readonly T[]) : list;

const indexOfService = (config: IpvsConfig, identity: VirtualServiceIdentity): number =>
  unchanged(config.services).findIndex((service) => sameIdentity(service.identity, identity));

const indexOfServer = (service: VirtualServiceConfig, key: RealServerKey): number =>
  unchanged(service.realServers).findIndex((server) => sameServer(server, key));

/**
 * Applies `command` to the configuration; 0, or the error with which the kernel refuses it (then nothing changed).
 * ESRCH: no such service; EEXIST: service or server is there already; ENOENT: no such server, scheduler or engine.
 */
export function applyToConfig(
  draft: Draft<IpvsConfig>,
  command: IpvsCommand,
  context: ControlContext,
): Errno {
  switch (command.kind) {
    case "flush":
      draft.services = [];
      return 0;
    case "set-timeouts":
      return setTimeouts(draft, command);
    case "start-daemon":
      return startDaemon(draft, command.daemon, context);
    case "stop-daemon":
      return stopDaemon(draft, command.role);
    case "add-service":
      return addService(draft, command.service, context.schedulers);
    case "zero":
      if (command.identity === null) return 0;
      return indexOfService(draft, command.identity) < 0 ? Errno.ESRCH : 0;
    default:
      return applyToService(draft, command, context);
  }
}

type OfService = Exclude<
  IpvsCommand,
  {
    readonly kind:
      | "flush"
      | "set-timeouts"
      | "start-daemon"
      | "stop-daemon"
      | "add-service"
      | "zero";
  }
>;

function applyToService(
  draft: Draft<IpvsConfig>,
  command: OfService,
  context: ControlContext,
): Errno {
  const identity = command.kind === "edit-service" ? command.service.identity : command.identity;
  const index = indexOfService(draft, identity);
  const service = draft.services[index];
  if (service === undefined) return Errno.ESRCH;
  // synchronisation messages have no room for two families
  const adds = command.kind === "add-server" || command.kind === "edit-server";
  if (adds && draft.daemons.length > 0 && isMixed(service, command.server)) return Errno.EINVAL;
  switch (command.kind) {
    case "edit-service":
      return editService(service, command.service, context.schedulers);
    case "delete-service":
      draft.services.splice(index, 1);
      return 0;
    case "add-server":
      return addServer(service, command.server, context);
    case "edit-server":
      return editServer(service, command.server);
    case "delete-server":
      return deleteServer(service, command);
    case "add-local-address":
      if (service.localAddresses.includes(command.address)) return Errno.EEXIST;
      service.localAddresses.push(command.address);
      return 0;
    case "delete-local-address":
      return deleteLocalAddress(service, command.address);
  }
}

function addService(
  draft: Draft<IpvsConfig>,
  settings: ServiceSettings,
  modules: readonly SchedulerModule[],
): Errno {
  if (indexOfService(draft, settings.identity) >= 0) return Errno.EEXIST;
  const { scheduler } = settings;
  if (!isSchedulerName(scheduler, modules)) return Errno.ENOENT;
  if (!PERSISTENCE_ENGINES.includes(settings.persistenceEngine)) return Errno.ENOENT;
  draft.services.push({ ...settings, scheduler, realServers: [], localAddresses: [] });
  return 0;
}

function editService(
  service: Draft<VirtualServiceConfig>,
  settings: ServiceSettings,
  modules: readonly SchedulerModule[],
): Errno {
  const { scheduler } = settings;
  if (!isSchedulerName(scheduler, modules)) return Errno.ENOENT;
  if (!PERSISTENCE_ENGINES.includes(settings.persistenceEngine)) return Errno.ENOENT;
  service.scheduler = scheduler;
  service.schedulerFlags = settings.schedulerFlags;
  service.persistenceTimeout = settings.persistenceTimeout;
  service.persistenceNetmask = settings.persistenceNetmask;
  service.onePacket = settings.onePacket;
  service.persistenceEngine = settings.persistenceEngine;
  if (settings.establishedTimeout !== undefined)
    service.establishedTimeout = settings.establishedTimeout;
  if (settings.synProxy !== undefined) service.synProxy = settings.synProxy;
  return 0;
}

function checkServer(service: VirtualServiceConfig, server: RealServerConfig): Errno {
  if (isMixed(service, server) && server.forwarding !== "tunnelling") return Errno.EINVAL;
  if (server.upperThreshold > THRESHOLD_MAX) return Errno.EINVAL;
  if (server.weight < 0 || server.lowerThreshold > server.upperThreshold) return Errno.ERANGE;
  if (server.tunnel.type === "gue" && server.tunnel.port === 0) return Errno.EINVAL;
  return 0;
}

function addServer(
  service: Draft<VirtualServiceConfig>,
  server: RealServerConfig,
  context: ControlContext,
): Errno {
  const refusal = checkServer(service, server);
  if (refusal !== 0) return refusal;
  if (indexOfServer(service, server) >= 0) return Errno.EEXIST;
  const { ipv6, address } = server;
  if (ipv6 === undefined ? !context.isUnicastOrLocal(address) : !isGlobalUnicastIpv6(ipv6))
    return Errno.EINVAL;
  // frozen at once, so that immer does not look through all of it for what else is new
  service.realServers = freeze([freeze(server, true), ...unchanged(service.realServers)]);
  return 0;
}

function editServer(service: Draft<VirtualServiceConfig>, server: RealServerConfig): Errno {
  const refusal = checkServer(service, server);
  if (refusal !== 0) return refusal;
  const index = indexOfServer(service, server);
  if (index < 0) return Errno.ENOENT;
  service.realServers[index] = server;
  return 0;
}

function deleteServer(service: Draft<VirtualServiceConfig>, key: RealServerKey): Errno {
  const index = indexOfServer(service, key);
  if (index < 0) return Errno.ENOENT;
  service.realServers = freeze(unchanged(service.realServers).toSpliced(index, 1));
  return 0;
}

function deleteLocalAddress(service: Draft<VirtualServiceConfig>, address: Ipv4Address): Errno {
  const index = service.localAddresses.indexOf(address);
  if (index < 0) return Errno.ENOENT;
  service.localAddresses.splice(index, 1);
  return 0;
}

function setTimeouts(
  draft: Draft<IpvsConfig>,
  command: Extract<IpvsCommand, { readonly kind: "set-timeouts" }>,
): Errno {
  if (command.tcp < 0 || command.tcpFin < 0 || command.udp < 0) return Errno.EINVAL;
  if (command.tcp !== 0) draft.timeouts.tcp = command.tcp;
  if (command.tcpFin !== 0) draft.timeouts.tcpFin = command.tcpFin;
  if (command.udp !== 0) draft.timeouts.udp = command.udp;
  return 0;
}
