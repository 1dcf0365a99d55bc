/**
 * Targets about the packet's further way: TRACE, TEE, NFQUEUE, and those that leave no trace here: CLASSIFY (no queueing
 * discipline reads the class), CHECKSUM (frames have no checksums to fill), NFLOG (nobody listens).
 */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { OptionValues } from "../config.ts";
import { HookPoint, Verdict } from "../hook.ts";
import { readAddress } from "../matches/option.ts";
import { GO_ON, type Target, type TargetContext } from "./target.ts";

/** From the next rule on every rule that the packet meets is told of. */
export class TraceTarget implements Target {
  apply(frame: Frame): typeof GO_ON {
    frame.traced = true;
    return GO_ON;
  }
}

/** Does nothing that could be seen. */
export class InvisibleTarget implements Target {
  apply(): typeof GO_ON {
    return GO_ON;
  }
}

/** Sends a copy to another host on the way (`xt_TEE`, `nf_dup_ipv4`). */
export class TeeTarget implements Target {
  private readonly context: TargetContext;
  private readonly gateway: Ipv4Address;
  private readonly output: string;

  constructor(options: OptionValues, context: TargetContext) {
    this.context = context;
    this.gateway = readAddress(options.gateway ?? "0.0.0.0");
    this.output = options.oif ?? "";
  }

  apply(
    frame: Frame,
    _input: NetDevice | null,
    _output: NetDevice | null,
    point: HookPoint,
  ): typeof GO_ON {
    // a packet that came in has taken a hop more when it leaves again
    const isInput = point === HookPoint.preRouting || point === HookPoint.localIn;
    this.context.environment.duplicate(frame, this.gateway, this.output, isInput ? 1 : 0);
    return GO_ON;
  }
}

/** Nobody reads the queue: dropped, or passed on with --queue-bypass. */
export class QueueTarget implements Target {
  private readonly verdict: Verdict;

  constructor(options: OptionValues) {
    this.verdict = options["queue-bypass"] === undefined ? Verdict.drop : Verdict.accept;
  }

  apply(): Verdict {
    return this.verdict;
  }
}
