/** What a rule does with a packet that it matches, beyond accepting, dropping and jumping (`struct xt_target`). */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Decider } from "../../../trace/trace.ts";
import type { TableName } from "../config.ts";
import type { Connections } from "../connections.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import type { HookPoint, Verdict } from "../hook.ts";
import type { LogSink } from "../log-entry.ts";
import type { LiveSets } from "../sets/live-sets.ts";

/** XT_CONTINUE: the next rule decides. */
export const GO_ON = -1;

export interface Target {
  /** A verdict, or `GO_ON`; `rule` is the rule that does it. */
  apply(
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
    rule: Decider,
  ): Verdict | typeof GO_ON;
}

/** What targets of one table share. */
export interface TargetContext {
  readonly table: TableName;
  readonly environment: NetfilterEnvironment;
  /** ipset's sets. */
  readonly sets: LiveSets;
  readonly connections: Connections;
  /** Where LOG's lines go, live. */
  readonly logSinks: readonly LogSink[];
}
