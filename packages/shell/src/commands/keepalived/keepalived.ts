/**
 * keepalived(8), 2.2.7 on Debian and 1.3.5 on CentOS: a daemon in simulated time, and the test of a configuration (-t). Left out:
 * BFD, SMTP alerts, SNMP, D-Bus, IPv6, nftables, JSON.
 */
import type { Command, CommandContext } from "../../command.ts";
import { Descriptors } from "../../process/descriptors.ts";
import type { OpenFile } from "../../process/open-file.ts";
import type { Process, ProcessOrigin } from "../../process/process.ts";
import type { Wait } from "../../process/wait.ts";
import { completeServices } from "./config/complete-services.ts";
import { completeInstance } from "./config/complete-vrrp.ts";
import type { ReadConfig } from "./config/read-config.ts";
import type { Complaint, Severity } from "./config/report.ts";
import { readFor } from "./daemon/children.ts";
import { DaemonLog } from "./daemon/log.ts";
import { keepalivedParent, Parent } from "./daemon/parent.ts";
import { releaseOf, versionText } from "./daemon/release.ts";
import { type KeepalivedOptions, readOptions } from "./options.ts";
import { usageText } from "./usage.ts";

type Run = Generator<Wait, number, void>;

export const PROGRAM = "/usr/sbin/keepalived";
/** Exit statuses of -t, by the worst that was found. */
const TEST_STATUSES: Readonly<Record<Severity, number>> = { general: 5, security: 6, fatal: 4 };

function* run(context: CommandContext): Run {
  const { argv, machine } = context;
  const release = releaseOf(machine);
  const options = readOptions(argv, release.old);
  if (options === "version") {
    yield* context.err(versionText(release));
    return 0;
  }
  if (options === "help" || "complaint" in options) {
    if (options !== "help") yield* context.err(`${options.complaint}\n`);
    yield* options === "help" ? context.out(usageText(release)) : context.err(usageText(release));
    return options === "help" ? 0 : 1;
  }
  if (options.test !== null) return yield* testConfig(context, options);
  if (keepalivedParent(machine, context.process) !== undefined)
    return alreadyRunning(context, options);
  const console = options.console ? (context.stderr?.retain() ?? null) : null;
  const words = [PROGRAM, ...argv.slice(1)];
  if (options.foreground) return yield* stay(context, options, words, console);
  startDaemon(context, options, words, console);
  return 0;
}

function alreadyRunning({ machine, process }: CommandContext, options: KeepalivedOptions): number {
  new DaemonLog(machine, process, "Keepalived", null, options.detail).say(
    "daemon is already running",
  );
  return 0;
}

/** -n: the daemon is the process that was called. */
function* stay(
  { machine, process }: CommandContext,
  options: KeepalivedOptions,
  words: readonly string[],
  console: OpenFile | null,
): Run {
  process.argv = words;
  try {
    return yield* new Parent(machine, process, options, console).run();
  } finally {
    console?.release();
  }
}

/** Starts the daemon in the background; null when there are too many processes. */
export function startDaemon(
  { machine, process }: CommandContext,
  options: KeepalivedOptions,
  words: readonly string[],
  console: OpenFile | null,
): Process | null {
  const origin: ProcessOrigin = { ...process.origin, command: words.join(" ") };
  return machine.spawn(
    {
      parent: null,
      argv: words,
      origin,
      descriptors: new Descriptors(),
      namespace: process.namespace,
      cwd: "/",
      environment: process.environment,
      newGroup: true,
    },
    (self) => new Parent(machine, self, options, console).run(),
  );
}

function* testConfig(context: CommandContext, options: KeepalivedOptions): Run {
  const { machine, namespace } = context;
  const parent = readFor(machine, options, "parent");
  if (parent.isMissing) {
    yield* context.err(
      `(null): Configuration file '${options.file}' open problem (No such file or directory)\n`,
    );
    return TEST_STATUSES.fatal;
  }
  const check = readFor(machine, options, "check");
  completeServices(check.config, check, options.old);
  const vrrp = readFor(machine, options, "vrrp");
  const hasInterface = (name: string): boolean => namespace.deviceNamed(name) !== undefined;
  for (const one of vrrp.config.instances)
    completeInstance(one, vrrp.config.global, vrrp, hasInterface);
  const complaints = [...parent.complaints, ...check.complaints, ...vrrp.complaints];
  const text = complaints.map((one) => `${one.text}\n`).join("");
  if (options.test === "" || options.test === null) yield* context.err(text);
  else machine.files.writeText(options.test, text);
  return statusOf([parent, check, vrrp], complaints);
}

function statusOf(reads: readonly ReadConfig[], complaints: readonly Complaint[]): number {
  if (reads.some(({ isBroken }) => isBroken)) return TEST_STATUSES.fatal;
  const order: readonly Severity[] = ["fatal", "security", "general"];
  const worst = order.find((severity) => complaints.some((one) => one.severity === severity));
  return worst === undefined ? 0 : TEST_STATUSES[worst];
}

export const keepalived: Command = { path: PROGRAM, run };
