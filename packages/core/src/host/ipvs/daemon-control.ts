/** `--start-daemon` and `--stop-daemon` with the kernel's checks in the kernel's order (`start_sync_thread`). */
import type { Draft } from "immer";
import { Errno } from "../../base/errno.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type {
  IpvsConfig,
  RealServerKey,
  SyncDaemonConfig,
  VirtualServiceConfig,
} from "./config.ts";
import type { SchedulerModule } from "./scheduler.ts";

/** What the checks of commands must know of the namespace. */
export interface ControlContext {
  /** Schedulers beside those of Linux. */
  readonly schedulers: readonly SchedulerModule[];
  /** Whether `inet_addr_type` says unicast or local. */
  isUnicastOrLocal(address: Ipv4Address): boolean;
  deviceNamed(name: string): { readonly mtu: number; readonly up: boolean } | undefined;
}

const HEADERS = 28;
const DATAGRAM_MAX = 65_535;
const MTU = 1500;
/** A backup's buffer is never smaller. */
const BACKUP_LENGTH_MIN = 1024;

/** A server of the other address family, which only a tunnel reaches. */
export const isMixed = (service: VirtualServiceConfig, server: RealServerKey): boolean =>
  (service.identity.ipv6 === undefined) !== (server.ipv6 === undefined);

const clamp = (value: number, min: number, max: number): number =>
  Math.min(Math.max(value, min), max);

/**
 * EINVAL: some service has servers of another family; ENODEV: no such device; EEXIST: one runs already; ENETUNREACH: a
 * master's device is down.
 */
export function startDaemon(
  draft: Draft<IpvsConfig>,
  daemon: SyncDaemonConfig,
  context: ControlContext,
): Errno {
  const backup = daemon.role === "backup";
  if (draft.services.some((each) => each.realServers.some((server) => isMixed(each, server))))
    return Errno.EINVAL;
  const device = context.deviceNamed(daemon.interface);
  if (device === undefined) return Errno.ENODEV;
  if (draft.daemons.some(({ role }) => role === daemon.role)) return Errno.EEXIST;
  if (!backup && device.up === false) return Errno.ENETUNREACH;
  const room = (backup ? clamp(device.mtu, MTU, DATAGRAM_MAX) : MTU) - HEADERS;
  const asked = clamp(daemon.maxLength, backup ? BACKUP_LENGTH_MIN : 1, DATAGRAM_MAX - HEADERS);
  const settled = { ...daemon, maxLength: daemon.maxLength === 0 ? room : asked };
  if (backup) draft.daemons.push(settled);
  else draft.daemons.unshift(settled);
  return 0;
}

/** ESRCH: none runs. */
export function stopDaemon(draft: Draft<IpvsConfig>, role: SyncDaemonConfig["role"]): Errno {
  const index = draft.daemons.findIndex((daemon) => daemon.role === role);
  if (index < 0) return Errno.ESRCH;
  draft.daemons.splice(index, 1);
  return 0;
}
