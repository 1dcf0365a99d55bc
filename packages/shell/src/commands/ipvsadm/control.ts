/** What a command line asks of the kernel, and libipvs's words for what the kernel refuses. */
import {
  type ChangeOrigin,
  Errno,
  errnoText,
  type IpvsCommand,
  type NetworkNamespace,
  type ServiceSettings,
  type SyncDaemonConfig,
  sameIdentity,
  type VirtualServiceConfig,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import { refused } from "./failure.ts";
import type { Request } from "./request.ts";
import type { CommandTag } from "./tags.ts";

/** Asks the kernel; throws `IpvsadmFailure` when it refuses. */
export function control(request: Request, namespace: NetworkNamespace, origin: ChangeOrigin): void {
  const errno = namespace.controlIpvs(origin, commandOf(request, namespace));
  if (errno !== 0) refused(refusal(request.command, errno));
}

function settingsFor(request: Request, namespace: NetworkNamespace): ServiceSettings {
  const asked = settingsOf(request);
  const { identity } = asked;
  const present = namespace.config.ipvs.services.find((each) =>
    sameIdentity(each.identity, identity),
  );
  if (!request.fork || request.command !== "edit-service" || present === undefined) return asked;
  return merged(request, asked, present);
}

/** The fork's `-E` changes what it names and nothing else. */
const merged = (
  request: Request,
  asked: ServiceSettings,
  present: VirtualServiceConfig,
): ServiceSettings => ({
  identity: present.identity,
  scheduler: (request.has("scheduler") ? asked : present).scheduler,
  schedulerFlags: present.schedulerFlags,
  persistenceTimeout: (request.has("persistent") ? asked : present).persistenceTimeout,
  persistenceNetmask: (request.has("netmask") ? asked : present).persistenceNetmask,
  onePacket: (request.has("ops") ? asked : present).onePacket,
  persistenceEngine: present.persistenceEngine,
  synProxy: (request.has("synproxy") ? asked : present).synProxy,
  establishedTimeout: (request.has("est-timeout") ? asked : present).establishedTimeout,
});

const settingsOf = (request: Request): ServiceSettings => ({
  identity: request.identity as VirtualServiceIdentity,
  scheduler: request.scheduler === "" ? "wlc" : request.scheduler,
  schedulerFlags: request.schedulerFlags,
  persistenceTimeout: request.persistenceTimeout,
  persistenceNetmask: request.persistenceNetmask,
  onePacket: request.has("ops"),
  persistenceEngine: request.persistenceEngine,
  ...(request.has("synproxy") ? { synProxy: request.synProxy } : {}),
  ...(request.has("est-timeout") ? { establishedTimeout: request.establishedTimeout } : {}),
});

const daemonOf = (request: Request): SyncDaemonConfig => ({
  role: request.role,
  interface: request.syncInterface,
  syncId: request.syncId,
  maxLength: request.syncMaxLength,
  group: request.syncGroup,
  port: request.syncPort,
  ttl: request.syncTtl,
});

function commandOf(request: Request, namespace: NetworkNamespace): IpvsCommand {
  const identity = request.identity as VirtualServiceIdentity;
  const { serverAddress: address, serverPort: port, server, timeouts } = request;
  switch (request.command) {
    case "add-service":
    case "edit-service":
      return { kind: request.command, service: settingsFor(request, namespace) };
    case "delete-service":
      return { kind: "delete-service", identity };
    case "add-server":
    case "edit-server":
      return { kind: request.command, identity, server };
    case "delete-server":
      return { kind: "delete-server", identity, address, ipv6: request.serverIpv6, port };
    case "add-laddr":
      return { kind: "add-local-address", identity, address: request.localAddress };
    case "del-laddr":
      return { kind: "delete-local-address", identity, address: request.localAddress };
    case "start-daemon":
      return { kind: "start-daemon", daemon: daemonOf(request) };
    case "stop-daemon":
      return { kind: "stop-daemon", role: request.role };
    case "zero":
      return { kind: "zero", identity: request.identity };
    case "set":
      return { kind: "set-timeouts", tcp: timeouts[0], tcpFin: timeouts[1], udp: timeouts[2] };
    default:
      return { kind: "flush" };
  }
}

const SERVER_COMMANDS: readonly CommandTag[] = ["add-server", "edit-server", "delete-server"];
const LOCAL_ADDRESS_COMMANDS: readonly CommandTag[] = ["add-laddr", "del-laddr"];

/** What is missing or there twice, by what the command is about. */
interface Words {
  readonly ESRCH: string;
  readonly EEXIST: string;
  readonly ENOENT: string;
}

const SERVICE_WORDS: Words = {
  ESRCH: "No such service",
  EEXIST: "Service already exists",
  ENOENT: "Scheduler or persistence engine not found",
};
const SERVER_WORDS: Words = {
  ESRCH: "Service not defined",
  EEXIST: "Destination already exists",
  ENOENT: "No such destination",
};
const LOCAL_ADDRESS_WORDS: Words = {
  ESRCH: "Service not defined",
  EEXIST: "Local address already exists",
  ENOENT: "No such Local address",
};

function wordsFor(command: CommandTag): Words {
  if (LOCAL_ADDRESS_COMMANDS.includes(command)) return LOCAL_ADDRESS_WORDS;
  return SERVER_COMMANDS.includes(command) ? SERVER_WORDS : SERVICE_WORDS;
}

/** libipvs's words for an errno, by what was asked. */
function refusal(command: CommandTag, errno: number): string {
  const words = wordsFor(command);
  if (command === "start-daemon" && errno === Errno.EEXIST) return "Daemon has already run";
  if (command === "stop-daemon" && errno === Errno.ESRCH) return "No daemon is running";
  switch (errno) {
    case Errno.ESRCH:
      return words.ESRCH;
    case Errno.EEXIST:
      return words.EEXIST;
    case Errno.ENOENT:
      return words.ENOENT;
    case Errno.EINVAL:
      return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
    case Errno.ENOMEM:
      return "Memory allocation problem";
    default:
      return errnoText(errno);
  }
}
