/** `-j LOG` (`xt_LOG`): tells of the packet and lets the next rule decide. */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Decider } from "../../../trace/trace.ts";
import type { OptionValues } from "../config.ts";
import type { HookPoint } from "../hook.ts";
import { logEntry } from "../log-entry.ts";
import { readNumber } from "../matches/option.ts";
import { GO_ON, type Target, type TargetContext } from "./target.ts";

/** KERN_WARNING. */
const DEFAULT_LEVEL = "4";

export class LogTarget implements Target {
  private readonly context: TargetContext;
  private readonly prefix: string;
  private readonly level: number;
  private readonly withSequence: boolean;

  constructor(options: OptionValues, context: TargetContext) {
    this.context = context;
    this.prefix = options["log-prefix"] ?? "";
    this.level = readNumber(options["log-level"] ?? DEFAULT_LEVEL);
    this.withSequence = options["log-tcp-sequence"] !== undefined;
  }

  apply(
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
    rule: Decider,
  ): typeof GO_ON {
    const { environment, logSinks } = this.context;
    const { trace } = environment;
    if (trace !== null) {
      const inputIndex = input === null ? 0 : environment.deviceIndex(input);
      const outputIndex = output === null ? 0 : environment.deviceIndex(output);
      const at = environment.now();
      trace.note("log", at, environment.place, frame, rule, point, inputIndex, outputIndex);
    }
    if (logSinks.length > 0) this.tell(frame, input, output, point);
    return GO_ON;
  }

  private tell(
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
  ): void {
    const { environment, logSinks, table } = this.context;
    const entry = logEntry(
      {
        at: environment.now(),
        table,
        point,
        prefix: this.prefix,
        level: this.level,
        withSequence: this.withSequence,
        input: input?.name ?? "",
        output: output?.name ?? "",
      },
      frame,
    );
    for (const sink of logSinks) sink(entry);
  }
}
