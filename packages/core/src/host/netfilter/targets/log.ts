/** `-j LOG` (`xt_LOG`): tells of the packet and lets the next rule decide. */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Decider } from "../../../trace/trace.ts";
import type { OptionValues } from "../config.ts";
import type { HookPoint } from "../hook.ts";
import { type LogStyle, logPacket } from "../log-packet.ts";
import { readNumber } from "../matches/option.ts";
import { GO_ON, type Target, type TargetContext } from "./target.ts";

/** KERN_WARNING. */
const DEFAULT_LEVEL = "4";

export class LogTarget implements Target {
  private readonly context: TargetContext;
  private readonly prefix: string;
  private readonly style: LogStyle;

  constructor(options: OptionValues, context: TargetContext) {
    this.context = context;
    this.prefix = options["log-prefix"] ?? "";
    this.style = {
      level: readNumber(options["log-level"] ?? DEFAULT_LEVEL),
      withSequence: options["log-tcp-sequence"] !== undefined,
      withTcpOptions: options["log-tcp-options"] !== undefined,
      withIpOptions: options["log-ip-options"] !== undefined,
    };
  }

  apply(
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
    point: HookPoint,
    rule: Decider,
  ): typeof GO_ON {
    const { environment } = this.context;
    const { trace } = environment;
    if (trace !== null) {
      const inputIndex = input === null ? 0 : environment.deviceIndex(input);
      const outputIndex = output === null ? 0 : environment.deviceIndex(output);
      const at = environment.now();
      trace.note("log", at, environment.place, frame, rule, point, inputIndex, outputIndex);
    }
    logPacket(this.context, this.prefix, this.style, frame, input, output, point);
    return GO_ON;
  }
}
