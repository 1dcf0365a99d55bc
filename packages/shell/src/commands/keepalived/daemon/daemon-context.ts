/** What every part of a daemon works with: its process, loop, log, and the scripts that it starts. */
import { type ChangeOrigin, type Duration, later, type NetworkNamespace } from "@lvsim/core";
import type { Kernel } from "../../../kernel/kernel.ts";
import { Descriptors } from "../../../process/descriptors.ts";
import type { Process } from "../../../process/process.ts";
import { Signal } from "../../../process/signal.ts";
import { execute, prepare } from "../../base/execute.ts";
import type { Script } from "../config/model.ts";
import type { Place } from "../config/report.ts";
import type { KeepalivedOptions } from "../options.ts";
import type { DaemonLog } from "./log.ts";
import type { Loop } from "./loop.ts";

/** How a script ended: its status, or null when it ran out of time or was killed. */
export type ScriptEnd = (status: number | null) => void;

/** Where programs without a path are looked for. */
const SCRIPT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
const CANNOT_RUN = 127;

export class DaemonContext {
  readonly kernel: Kernel;
  readonly process: Process;
  readonly loop: Loop;
  readonly log: DaemonLog;
  readonly options: KeepalivedOptions;

  constructor(
    kernel: Kernel,
    process: Process,
    loop: Loop,
    log: DaemonLog,
    options: KeepalivedOptions,
  ) {
    this.kernel = kernel;
    this.process = process;
    this.loop = loop;
    this.log = log;
    this.options = options;
  }

  get namespace(): NetworkNamespace {
    return this.process.namespace;
  }

  /** A line of the configuration as what asks for a change. */
  origin({ file, line }: Place): ChangeOrigin {
    return { machine: this.kernel.name, process: "keepalived", file, line };
  }

  /** Starts a script; `onEnd` is called when it has ended, or after `timeout` with null. */
  start(script: Script, more: readonly string[], timeout: Duration | null, onEnd: ScriptEnd): void {
    const { kernel, process } = this;
    const argv = [...script.argv, ...more];
    const { file, line } = script.place;
    const child = kernel.spawn(
      {
        parent: process,
        argv,
        origin: { command: argv.join(" "), file, line },
        descriptors: this.silence(),
        cwd: "/",
        environment: new Map([["PATH", SCRIPT_PATH]]),
        newGroup: true,
      },
      (self) => this.body(self, argv),
    );
    if (child === null) onEnd(null);
    else new RunningScript(this, child, timeout, onEnd).watch();
  }

  /** Starts a script whose end nobody waits for. */
  notify(script: Script | null, more: readonly string[] = []): void {
    if (script !== null && script.argv.length > 0) this.start(script, more, null, () => {});
  }

  private *body(self: Process, argv: readonly string[]) {
    const program = prepare(this.kernel, self, argv);
    if (typeof program === "number") return CANNOT_RUN;
    return yield* execute(this.kernel, self, program);
  }

  /** Standard input, output and error of what nobody reads. */
  private silence(): Descriptors {
    const descriptors = new Descriptors();
    const mode = { read: true, write: true };
    for (const number of [0, 1, 2]) {
      const file = this.kernel.files.open(this.process, "/dev/null", mode);
      if (typeof file !== "number") descriptors.set(number, file);
    }
    return descriptors;
  }
}

class RunningScript {
  private readonly context: DaemonContext;
  private readonly child: Process;
  private readonly onEnd: ScriptEnd;
  private readonly deadline: number | null;

  constructor(context: DaemonContext, child: Process, timeout: Duration | null, onEnd: ScriptEnd) {
    this.context = context;
    this.child = child;
    this.onEnd = onEnd;
    this.deadline = timeout === null ? null : later(context.loop.now, timeout);
    const { loop } = context;
    if (timeout !== null)
      loop.after(timeout, () => {
        if (child.alive) context.kernel.kill(-child.group, Signal.TERM);
      });
    child.ended.add({ wake: () => loop.soon(() => this.ended()) });
  }

  /** A child that could not even start has ended already. */
  watch(): void {
    if (!this.child.alive) this.context.loop.soon(() => this.ended());
  }

  private ended(): void {
    const { child, context, deadline } = this;
    const isLate = deadline !== null && context.loop.now >= deadline && child.endedBy !== 0;
    this.onEnd(isLate || child.endedBy !== 0 ? null : (child.status ?? null));
  }
}
