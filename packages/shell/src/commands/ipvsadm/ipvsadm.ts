/**
 * ipvsadm 1.31, and the 1.26 of Alibaba's fork: full-nat (`-b`) with its local addresses (`-P`, `-Q`, `-G`, `-z`), the SYN
 * proxy (`-j`), established timeouts of services (`-V`), and an `-E` that changes only what it names. Services with IPv6 are
 * all that an operator sees of them.
 *
 * Left out of the fork: its SNAT gateway (`-K`, `-k`, `-H`). Like the fork, `-S` saves neither local addresses nor what `-j`
 * and `-V` set; unlike it, it writes `-b` where the fork's has no word for the method and prints `(null)`.
 */
import {
  type ChangeOrigin,
  CONNECTION_TABLE_SIZE,
  formatIpv4Address,
  type NetworkNamespace,
  type SyncDaemonConfig,
  sameIdentity,
} from "@lvsim/core";
import { type Command, result, type SimpleResult, simpleCommand } from "../../command.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { type Hosts, hostsOf } from "./addresses.ts";
import { control } from "./control.ts";
import { fail, IpvsadmFailure, tryHelp } from "./failure.ts";
import { usage, versionText } from "./help.ts";
import { listServices } from "./list.ts";
import { listConnections } from "./list-connections.ts";
import { listLocalAddresses } from "./list-local-addresses.ts";
import { parseRequest } from "./parse.ts";
import type { Request } from "./request.ts";
import { saveServices } from "./save.ts";

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
      return usage(call.program, call.fork);
    case "version":
      return versionText(call.fork);
    case "list":
      return list(request, call);
    case "get-laddr":
      return listLocalAddresses(namespace.ipvs.services(), request.identity);
    case "save":
      return saveServices(
        namespace.config.ipvs.services,
        request.has("numeric") ? null : call.hosts,
      );
    default:
      control(request, namespace, call.origin);
      return "";
  }
}

function daemonLine(daemon: SyncDaemonConfig, fork: boolean): string {
  const { role, interface: device, syncId, maxLength, group, port, ttl } = daemon;
  const rest = fork
    ? ""
    : `, maxlen=${maxLength}, group=${formatIpv4Address(group)}, port=${port}, ttl=${ttl}`;
  return `${role} sync daemon (mcast=${device}, syncid=${syncId}${rest})\n`;
}

function list(request: Request, { namespace, hosts }: Call): string {
  if (request.has("timeout")) {
    const { tcp, tcpFin, udp } = namespace.config.ipvs.timeouts;
    return `Timeout (tcp tcpfin udp): ${tcp} ${tcpFin} ${udp}\n`;
  }
  if (request.has("daemon"))
    return namespace.config.ipvs.daemons.map((each) => daemonLine(each, request.fork)).join("");
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
