/**
 * ipvsadm 1.31, and the variant of the full-nat fork (`-b`, `-P`, `-Q`, `-z`). Left out: the fork's `-G`, `-j`, `-V`. Services with IPv6 are all that an operator sees of them.
 */
import {
  type ChangeOrigin,
  CONNECTION_TABLE_SIZE,
  Errno,
  errnoText,
  formatIpv4Address,
  type IpvsCommand,
  type NetworkNamespace,
  type ServiceSettings,
  type SyncDaemonConfig,
  sameIdentity,
  type VirtualServiceIdentity,
} from "@lvsim/core";
import { type Command, result, type SimpleResult, simpleCommand } from "../../command.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { type Hosts, hostsOf } from "./addresses.ts";
import { fail, IpvsadmFailure, refused, tryHelp } from "./failure.ts";
import { usage, VERSION_TEXT } from "./help.ts";
import { listServices } from "./list.ts";
import { listConnections } from "./list-connections.ts";
import { parseRequest } from "./parse.ts";
import type { Request } from "./request.ts";
import { saveServices } from "./save.ts";
import type { CommandTag } from "./words.ts";

export type IpvsadmVariant = "mainline" | "fullnat";

interface Call {
  readonly namespace: NetworkNamespace;
  readonly origin: ChangeOrigin;
  readonly hosts: Hosts;
  readonly fork: boolean;
  /** The name by which it was called. */
  readonly program: string;
  readonly stdin: string;
}

/** What came of command lines. */
interface Outcome {
  status: number;
  stdout: string;
  stderr: string;
}

/** Runs one command line, without the program's name. */
function ipvsadm(words: readonly string[], call: Call): SimpleResult {
  const outcome: Outcome = { status: 0, stdout: "", stderr: "" };
  perform(words, call, outcome, false);
  return result(outcome);
}

/** Adds to `outcome` what one command line does; false when the program ends there. */
function perform(
  words: readonly string[],
  call: Call,
  outcome: Outcome,
  restoring: boolean,
): boolean {
  try {
    const request = parseRequest(call.program, words, call.hosts, call.fork);
    outcome.status = 0;
    if (request.command !== "restore") outcome.stdout += execute(request, call);
    else if (restoring) tryHelp(call.program);
    else restore(call, outcome);
    return request.command !== "help" && request.command !== "version";
  } catch (error) {
    if (!(error instanceof IpvsadmFailure)) throw error;
    outcome.status = error.status;
    outcome.stderr += `${error.message}\n`;
    return !error.ends;
  }
}

/** What a request prints. */
function execute(request: Request, call: Call): string {
  const { namespace } = call;
  switch (request.command) {
    case "help":
      return usage(call.program);
    case "version":
      return VERSION_TEXT;
    case "list":
      return list(request, call);
    case "save":
      return saveServices(
        namespace.config.ipvs.services,
        request.has("numeric") ? null : call.hosts,
      );
    default:
      control(request, call);
      return "";
  }
}

function list(request: Request, { namespace, hosts }: Call): string {
  if (request.has("timeout")) {
    const { tcp, tcpFin, udp } = namespace.config.ipvs.timeouts;
    return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
  }
  if (request.has("daemon")) return namespace.config.ipvs.daemons.map(daemonLine).join("");
  const { ipvs } = namespace;
  if (request.has("connection"))
    return listConnections(
      ipvs.connections(),
      request.has("numeric") ? null : hosts,
      request.has("persistent-conn"),
    );
  const { identity } = request;
  const all = ipvs.services();
  if (identity === null) return listServices(all, request, hosts, CONNECTION_TABLE_SIZE);
  const one = all.filter(({ config }) => sameIdentity(config.identity, identity));
  return one.length === 0
    ? fail(1, "No such service")
    : listServices(one, request, hosts, CONNECTION_TABLE_SIZE);
}

/**
 * Every line is a command of its own, `ipvsadm` before it or not; a comment is none. What the kernel refuses does not
 * stop the rest, and the status is that of the last line; a line that makes no sense ends the program, and what came
 * before it stays.
 */
function restore(call: Call, outcome: Outcome): void {
  for (const line of call.stdin.split("\n")) {
    const words = line.split(/[ \t\r]+/).filter((word) => word !== "" && word !== "ipvsadm");
    if (words.length === 0) continue;
    if (!perform(words, call, outcome, true)) return;
  }
}

function control(request: Request, { namespace, origin }: Call): void {
  const errno = namespace.controlIpvs(origin, commandOf(request));
  if (errno !== 0) refused(refusal(request.command, errno));
}

const settingsOf = (request: Request): ServiceSettings => ({
  identity: request.identity as VirtualServiceIdentity,
  scheduler: request.scheduler === "" ? "wlc" : request.scheduler,
  schedulerFlags: request.schedulerFlags,
  persistenceTimeout: request.persistenceTimeout,
  persistenceNetmask: request.persistenceNetmask,
  onePacket: request.has("ops"),
  persistenceEngine: request.persistenceEngine,
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

const daemonLine = (daemon: SyncDaemonConfig): string =>
  `${daemon.role} sync daemon (mcast=${daemon.interface}, syncid=${daemon.syncId}, maxlen=${daemon.maxLength}, ` +
  `group=${formatIpv4Address(daemon.group)}, port=${daemon.port}, ttl=${daemon.ttl})\n`;

function commandOf(request: Request): IpvsCommand {
  const identity = request.identity as VirtualServiceIdentity;
  const { serverAddress: address, serverPort: port, server, timeouts } = request;
  switch (request.command) {
    case "add-service":
    case "edit-service":
      return { kind: request.command, service: settingsOf(request) };
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

const SERVER_COMMANDS: readonly CommandTag[] = [
  "add-server",
  "edit-server",
  "delete-server",
  "add-laddr",
  "del-laddr",
];

/** libipvs's words for an errno, by what was asked. */
function refusal(command: CommandTag, errno: number): string {
  const server = SERVER_COMMANDS.includes(command);
  if (command === "start-daemon" && errno === Errno.EEXIST) return "Daemon has already run";
  if (command === "stop-daemon" && errno === Errno.ESRCH) return "No daemon is running";
  switch (errno) {
    case Errno.ESRCH:
      return server ? "Service not defined" : "No such service";
    case Errno.EEXIST:
      return server ? "Destination already exists" : "Service already exists";
    case Errno.ENOENT:
      return server ? "No such destination" : "Scheduler or persistence engine not found";
    case Errno.EINVAL:
      return "Invalid operation.  Possibly wrong module version, address not unicast, ...";
    case Errno.ENOMEM:
      return "Memory allocation problem";
    default:
      return errnoText(errno);
  }
}

/** ipvsadm and its two scripts, for an image. */
export function ipvsadmCommands(variant: IpvsadmVariant): readonly Command[] {
  const fork = variant === "fullnat";
  const call = (context: {
    readonly argv: readonly string[];
    readonly namespace: NetworkNamespace;
    readonly origin: ChangeOrigin;
    readonly machine: Kernel;
    readonly stdin?: string;
  }): Call => ({
    namespace: context.namespace,
    origin: context.origin,
    hosts: hostsOf(context.machine.files),
    fork,
    program: context.argv[0] ?? "ipvsadm",
    stdin: context.stdin ?? "",
  });
  return [
    simpleCommand("/usr/sbin/ipvsadm", (c) => ipvsadm(c.argv.slice(1), call(c)), {
      readsStdin: (argv) => argv[1] === "-R" || argv[1] === "--restore",
      aliases: ["/sbin/ipvsadm"],
    }),
    simpleCommand("/usr/sbin/ipvsadm-save", (c) => save(c.argv.slice(1), script(call(c))), {
      aliases: ["/sbin/ipvsadm-save"],
    }),
    simpleCommand("/usr/sbin/ipvsadm-restore", (c) => restoreScript(script(call(c))), {
      readsStdin: () => true,
      aliases: ["/sbin/ipvsadm-restore"],
    }),
  ];
}

/** What a script calls is `ipvsadm`, whatever its own name. */
const script = (call: Call): Call => ({ ...call, program: "ipvsadm" });

const SAVE_HELP = `ipvsadm-save: Script to save the IPVS table to stdout.
   With the -n option, prints out the table in numeric format.
`;

/** The script `ipvsadm-save`: it knows `-n`, and operands are none of its business. */
function save(words: readonly string[], call: Call): SimpleResult {
  if (words.some((word) => word.startsWith("-") && word !== "-n"))
    return result({ status: 1, stderr: SAVE_HELP });
  return ipvsadm(words.includes("-n") ? ["-S", "-n"] : ["-S"], call);
}

/** The script `ipvsadm-restore`: clears the table, and feeds `-R` what does not begin with `#`. */
function restoreScript(call: Call): SimpleResult {
  ipvsadm(["-C"], call);
  const lines = call.stdin.split("\n").filter((line) => !line.startsWith("#"));
  return ipvsadm(["-R"], { ...call, stdin: lines.join("\n") });
}
