/** The processes that work: one for VRRP, one for the checkers. Each reads the configuration for itself and lives by its signals. */
import type { Kernel } from "../../../kernel/kernel.ts";
import { catchSignals } from "../../../network/catch-signals.ts";
import type { OpenFile } from "../../../process/open-file.ts";
import type { Process, ProcessBody } from "../../../process/process.ts";
import { Signal } from "../../../process/signal.ts";
import { CheckDaemon } from "../check/check-daemon.ts";
import { checkScripts } from "../config/check-scripts.ts";
import { type ReadConfig, type Role, readConfig } from "../config/read-config.ts";
import type { KeepalivedOptions } from "../options.ts";
import { VrrpDaemon } from "../vrrp/vrrp-daemon.ts";
import { DaemonContext } from "./daemon-context.ts";
import { DaemonLog } from "./log.ts";
import { Loop } from "./loop.ts";
import { releaseOf } from "./release.ts";

/** Exit status of a process that its configuration does not let run. */
export const CONFIG_EXIT = 4;
const DUMP = "/tmp/keepalived.data";

/** -i, or the first part of the host's name. */
const configIdOf = ({ hostname }: Kernel, { configId }: KeepalivedOptions): string =>
  configId === "" ? (hostname.split(".")[0] ?? "") : configId;

/** What a process makes of the configuration, without the scripts that are not to run. */
export function readFor(kernel: Kernel, options: KeepalivedOptions, role: Role): ReadConfig {
  const { files } = kernel;
  const { file, old } = options;
  const read = readConfig({ files, path: file, configId: configIdOf(kernel, options), old }, role);
  checkScripts(read, role, files, old);
  return read;
}

/** Says what reading and completing complained of since it was last asked. */
class Complaints {
  private readonly log: DaemonLog;
  private told = 0;

  constructor(log: DaemonLog) {
    this.log = log;
  }

  tell({ complaints }: ReadConfig): void {
    for (const { text } of complaints.slice(this.told)) this.log.say(text);
    this.told = complaints.length;
  }
}

const CAUGHT = [Signal.HUP, Signal.TERM, Signal.INT, Signal.USR1, Signal.USR2];

interface Worker {
  /** False when the configuration does not let it run. */
  start(read: ReadConfig): boolean;
  reload(read: ReadConfig): boolean;
  dump(): string;
  stop(): void;
  close(): void;
}

function checkWorker(context: DaemonContext): Worker {
  const daemon = new CheckDaemon(context);
  return {
    start: (read) => {
      daemon.start(read);
      return true;
    },
    reload: (read) => {
      daemon.reload(read);
      return true;
    },
    dump: () => daemon.dump(),
    stop: () => daemon.stop(),
    close: () => {},
  };
}

function vrrpWorker(context: DaemonContext, read: ReadConfig): Worker {
  const daemon = new VrrpDaemon(context, read.config);
  return {
    start: (config) => daemon.start(config),
    reload: (config) => daemon.reload(config),
    dump: () => daemon.dump(),
    stop: () => daemon.stop(),
    close: () => daemon.close(),
  };
}

const IDENTS = { vrrp: "Keepalived_vrrp", check: "Keepalived_healthcheckers" } as const;

/** The life of a child. `onReady` is called when it has begun. */
export function* runChild(
  kernel: Kernel,
  self: Process,
  options: KeepalivedOptions,
  role: "vrrp" | "check",
  console: OpenFile | null,
  onReady: () => void,
): ProcessBody {
  const loop = new Loop(kernel.engine, self);
  const log = new DaemonLog(kernel, self, IDENTS[role], console, options.detail);
  const context = new DaemonContext(kernel, self, loop, log, options);
  const restore = catchSignals(self, CAUGHT);
  if (options.old) sayOpening(log, role, options);
  const read = readFor(kernel, options, role);
  const complaints = new Complaints(log);
  complaints.tell(read);
  if (read.isBroken || read.isMissing) return CONFIG_EXIT;
  const worker = role === "vrrp" ? vrrpWorker(context, read) : checkWorker(context);
  try {
    const starts = worker.start(read);
    complaints.tell(read);
    onReady();
    if (!starts) return CONFIG_EXIT;
    yield* loop.run((signal) => {
      if (signal === Signal.HUP) reload(context, worker, role);
      else if (signal === Signal.USR1 || signal === Signal.USR2) dump(context, worker);
      else {
        worker.stop();
        loop.stop();
      }
    });
  } finally {
    worker.close();
    restore();
  }
  log.say(
    releaseOf(kernel).old
      ? "Stopped"
      : "Stopped - used (self/children) 0.000000/0.000000 user time, 0.000000/0.000000 system time",
  );
  return 0;
}

function sayOpening(log: DaemonLog, role: "vrrp" | "check", { file }: KeepalivedOptions): void {
  if (role === "vrrp") {
    log.say("Registering Kernel netlink reflector");
    log.say("Registering Kernel netlink command channel");
    log.say("Registering gratuitous ARP shared channel");
  }
  log.say(`Opening file '${file}'.`);
}

function reload(context: DaemonContext, worker: Worker, role: "vrrp" | "check"): void {
  const { kernel, log, loop, options } = context;
  log.say(
    role === "vrrp"
      ? "Reloading"
      : options.old
        ? "Got SIGHUP, reloading checker configuration"
        : "Reloading",
  );
  const read = readFor(kernel, options, role);
  const complaints = new Complaints(log);
  complaints.tell(read);
  if (read.isBroken || read.isMissing) return;
  if (!worker.reload(read)) loop.stop();
  complaints.tell(read);
}

function dump({ kernel, log }: DaemonContext, worker: Worker): void {
  log.say("Printing process data on signal");
  kernel.files.writeText(DUMP, worker.dump());
}
