/**
 * What instances watch: devices, and scripts that run every so often. Without a weight a failure is a fault; with one it
 * changes the priority: a positive weight counts while all is well, a negative one while it is not.
 */
import type { Tracked, TrackScriptConfig } from "../config/model.ts";
import type { DaemonContext } from "../daemon/daemon-context.ts";
import { OWNER, type VrrpInstance } from "./instance.ts";

const PRIORITY_MAX = 254;

/** Whether something is well; undefined while nobody knows. */
type Health = boolean | undefined;

interface Watch {
  readonly weight: number;
  readonly health: () => Health;
}

/** All that one instance watches. */
export class Tracking {
  readonly instance: VrrpInstance;
  private readonly watches: readonly Watch[];

  constructor(instance: VrrpInstance, watches: readonly Watch[]) {
    this.instance = instance;
    this.watches = watches;
  }

  /** Takes faults and priority from what is watched; true when a fault came or went. */
  judge(): boolean {
    const { instance } = this;
    let faults = 0;
    let priority = instance.settings.priority;
    for (const { weight, health } of this.watches) {
      const isWell = health();
      if (weight === 0) faults += isWell === true ? 0 : 1;
      else if (isWell === weight > 0) priority += weight;
    }
    if (instance.settings.priority !== OWNER)
      instance.changePriority(Math.min(PRIORITY_MAX, Math.max(1, priority)));
    const changed = faults > 0 !== instance.faults > 0;
    instance.faults = faults;
    return changed;
  }
}

/** Watches of an instance: its own devices count as a fault, those of its lists as they say. */
export function watchesOf(
  devices: readonly string[],
  tracked: readonly Tracked[],
  scripts: readonly { readonly script: TrackScript; readonly weight: number | null }[],
  isUp: (device: string) => boolean,
): Watch[] {
  return [
    ...devices.map((name) => ({ weight: 0, health: () => isUp(name) })),
    ...tracked.map(({ name, weight }) => ({ weight: weight ?? 0, health: () => isUp(name) })),
    ...scripts.map(({ script, weight }) => ({
      weight: weight ?? script.config.weight,
      health: () => script.health,
    })),
  ];
}

/** A `vrrp_script` that runs; rise and fall as vrrp_scheduler.c counts them. */
export class TrackScript {
  readonly config: TrackScriptConfig;
  health: Health = undefined;
  private result: number;
  private isRunning = false;
  private stopped = false;
  private readonly context: DaemonContext;
  private readonly onChange: () => void;

  constructor(config: TrackScriptConfig, context: DaemonContext, onChange: () => void) {
    this.config = config;
    this.context = context;
    this.onChange = onChange;
    this.result = config.startsFailed ? 0 : config.rise - 1;
    if (config.startsFailed) this.health = false;
  }

  begin(): void {
    this.run();
  }

  stop(): void {
    this.stopped = true;
  }

  private run(): void {
    if (this.stopped) return;
    const { config, context } = this;
    const { interval, name, script, timeout } = config;
    context.loop.after(interval, () => this.run());
    if (script === null) return;
    if (this.isRunning)
      return context.log.say(`Track script ${name} is already running, expect idle - skipping run`);
    this.isRunning = true;
    context.start(script, [], timeout > 0 ? timeout : interval, (status) => {
      this.isRunning = false;
      if (!this.stopped) this.ended(status);
    });
  }

  private ended(status: number | null): void {
    const { fall, name, rise } = this.config;
    if (status === 0) {
      if (this.result < rise - 1) this.result++;
      else {
        if (this.result < rise || this.health === undefined)
          this.turn(true, `VRRP_Script(${name}) succeeded`);
        this.result = rise + fall - 1;
      }
      return;
    }
    if (this.result > rise) this.result--;
    else {
      if (this.result >= rise || this.health === undefined) this.turn(false, this.failure(status));
      this.result = 0;
    }
  }

  private failure(status: number | null): string {
    const { name } = this.config;
    if (this.context.options.old) return `VRRP_Script(${name}) failed`;
    return status === null
      ? `VRRP_Script(${name}) timed out`
      : `VRRP_Script(${name}) failed (exited with status ${status})`;
  }

  private turn(isWell: boolean, text: string): void {
    this.context.log.say(text);
    this.health = isWell;
    this.onChange();
  }
}
