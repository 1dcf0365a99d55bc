/**
 * keepalived's first process: it reads the configuration, starts a child for each part that there is something for, passes
 * signals on to them, and begins anew one that died. Left out: BFD, the watch over children that hang, pid files of children.
 */
import type { Kernel } from "../../../kernel/kernel.ts";
import { catchSignals } from "../../../network/catch-signals.ts";
import { Descriptors } from "../../../process/descriptors.ts";
import type { OpenFile } from "../../../process/open-file.ts";
import type { Process, ProcessBody } from "../../../process/process.ts";
import { Signal } from "../../../process/signal.ts";
import { DEFAULT_USER, hasUser } from "../config/check-scripts.ts";
import type { KeepalivedOptions } from "../options.ts";
import { CONFIG_EXIT, readFor, runChild } from "./children.ts";
import { DaemonLog } from "./log.ts";
import { Loop } from "./loop.ts";
import { releaseOf } from "./release.ts";

const NO_CONFIG_EXIT = 7;
const PASSED_ON: readonly number[] = [Signal.HUP, Signal.USR1, Signal.USR2];
const CAUGHT = [...PASSED_ON, Signal.TERM, Signal.INT];
const PROGRAM = "/usr/sbin/keepalived";

type Role = "vrrp" | "check";
const NAMES: Readonly<Record<Role, string>> = { check: "Healthcheck", vrrp: "VRRP" };

/** The first process of the keepalived that runs on the machine, but for `except`. */
export const keepalivedParent = (
  { processes }: Kernel,
  except: Process | null = null,
): Process | undefined =>
  Array.from(processes.values()).find(
    (process) =>
      process !== except &&
      process.argv[0] === PROGRAM &&
      process.parent?.argv[0] !== PROGRAM &&
      !process.argv.some((word) => word.startsWith("-t")),
  );

export class Parent {
  private readonly kernel: Kernel;
  private readonly self: Process;
  private readonly options: KeepalivedOptions;
  private readonly console: OpenFile | null;
  private readonly log: DaemonLog;
  private readonly loop: Loop;
  private readonly children = new Map<Role, Process>();
  private isStopping = false;
  private status = 0;
  /** Children that have not begun yet. */
  private awaited = 0;

  constructor(kernel: Kernel, self: Process, options: KeepalivedOptions, console: OpenFile | null) {
    this.kernel = kernel;
    this.self = self;
    this.options = options;
    this.console = console;
    this.log = new DaemonLog(kernel, self, "Keepalived", console, options.detail);
    this.loop = new Loop(kernel.engine, self);
  }

  *run(): ProcessBody {
    const { kernel, options, self } = this;
    const restore = catchSignals(self, CAUGHT);
    const release = releaseOf(kernel);
    this.greet(release.banner);
    const read = readFor(kernel, options, "parent");
    if (read.isMissing) {
      this.log.say(`Unable to find config file(s) '${options.file}'.`);
      this.log.say(`Stopped ${release.banner}`);
      return NO_CONFIG_EXIT;
    }
    for (const { text } of read.complaints) this.log.say(text);
    kernel.files.writeText(options.pidFile, `${self.pid}\n`);
    try {
      const { hasInstances, hasServices } = read.config;
      const checks = options.only !== "vrrp" && (hasServices || release.old);
      const routes = options.only !== "check" && (hasInstances || release.old);
      this.awaited = Number(checks) + Number(routes);
      if (checks) this.start("check");
      if (routes) this.start("vrrp");
      if (this.awaited === 0) this.ready();
      yield* this.loop.run((signal) => this.signalled(signal));
    } finally {
      this.end();
      restore();
    }
    this.log.say(`Stopped ${release.banner}`);
    return this.status;
  }

  private greet(banner: string): void {
    const { log, kernel, options, self } = this;
    log.say(`Starting ${banner}`);
    if (options.old) {
      if (!hasUser(kernel.files, DEFAULT_USER))
        log.say(`Unable to resolve default script username '${DEFAULT_USER}' - ignoring`);
      return log.say(`Opening file '${options.file}'.`);
    }
    log.say(`Running on Linux ${kernel.release} (built for Linux 5.19.11)`);
    log.say(`Command line: ${self.argv.map((word) => `'${word}'`).join(" ")}`);
    log.say(`Configuration file ${options.file}`);
    log.say(
      "NOTICE: setting config option max_auto_priority should result in better keepalived performance",
    );
  }

  private ready(): void {
    if (!this.options.old) this.log.say("Startup complete");
  }

  private start(role: Role): void {
    const { kernel, loop, self } = this;
    const child = kernel.spawn(
      {
        parent: self,
        argv: [PROGRAM, ...self.argv.slice(1)],
        origin: self.origin,
        descriptors: new Descriptors(),
        cwd: "/",
      },
      (process) =>
        runChild(kernel, process, this.options, role, this.console, () => {
          if (--this.awaited === 0) this.ready();
        }),
    );
    if (child === null) return;
    this.log.say(`Starting ${NAMES[role]} child process, pid=${child.pid}`);
    this.children.set(role, child);
    child.ended.add({ wake: () => loop.soon(() => this.childEnded(role, child)) });
  }

  private childEnded(role: Role, child: Process): void {
    this.children.delete(role);
    if (this.isStopping) {
      if (this.children.size === 0) this.loop.stop();
      return;
    }
    if (child.status === CONFIG_EXIT) {
      this.log.say(
        `Keepalived_${role === "vrrp" ? "vrrp" : "healthcheckers"} exited with permanent error CONFIG. Terminating`,
      );
      this.status = CONFIG_EXIT;
      this.stop();
    } else {
      this.log.say(`${NAMES[role]} child process(${child.pid}) died: Respawning`);
      this.start(role);
    }
  }

  private signalled(signal: number): void {
    if (signal === Signal.HUP && !this.options.old) this.log.say("Reloading ...");
    if (PASSED_ON.includes(signal))
      for (const child of Array.from(this.children.values())) child.signal(signal);
    else this.stop();
  }

  private stop(): void {
    if (this.isStopping) return;
    this.isStopping = true;
    this.log.say("Stopping");
    if (this.children.size === 0) this.loop.stop();
    for (const child of Array.from(this.children.values())) child.signal(Signal.TERM);
  }

  /** A parent that is killed leaves its children: they go on without it, as real ones do until they notice (PDEATHSIG). */
  private end(): void {
    for (const child of Array.from(this.children.values())) child.signal(Signal.TERM);
    this.kernel.files.unlink(this.options.pidFile, "/");
  }
}
