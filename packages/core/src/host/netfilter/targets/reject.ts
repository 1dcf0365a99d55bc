/** `-j REJECT` (`ipt_REJECT`): answers with an ICMP error or a TCP reset, then drops. */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import { FragmentField, IcmpType, UnreachableCode } from "../../../packet/protocol.ts";
import type { OptionValues } from "../config.ts";
import type { NetfilterEnvironment } from "../environment.ts";
import { type HookPoint, Verdict } from "../hook.ts";
import type { Target, TargetContext } from "./target.ts";

/** Codes of destination unreachable by the words of `--reject-with`. */
const REJECT_CODES: ReadonlyMap<string, number> = new Map([
  ["icmp-net-unreachable", UnreachableCode.network],
  ["icmp-host-unreachable", UnreachableCode.host],
  ["icmp-proto-unreachable", UnreachableCode.protocol],
  ["icmp-port-unreachable", UnreachableCode.port],
  ["icmp-net-prohibited", UnreachableCode.networkProhibited],
  ["icmp-host-prohibited", UnreachableCode.hostProhibited],
  ["icmp-admin-prohibited", UnreachableCode.communicationProhibited],
]);

/** Stands for `tcp-reset` among the codes. */
const TCP_RESET = -1;

export class RejectTarget implements Target {
  private readonly environment: NetfilterEnvironment;
  private readonly code: number;

  constructor(options: OptionValues, context: TargetContext) {
    this.environment = context.environment;
    const kind = options["reject-with"] ?? "icmp-port-unreachable";
    this.code = REJECT_CODES.get(kind) ?? TCP_RESET;
  }

  apply(
    frame: Frame,
    _input: NetDevice | null,
    _output: NetDevice | null,
    point: HookPoint,
  ): Verdict {
    // nobody answers a later fragment or a packet that came in damaged
    const laterFragment = (frame.fragment & FragmentField.offsetMask) !== 0;
    if (laterFragment || frame.checksumFaults !== 0) return Verdict.drop;
    const { environment, code } = this;
    if (code === TCP_RESET) environment.sendReset(frame, point);
    else environment.sendIcmpError(frame, IcmpType.destinationUnreachable, code, 0);
    return Verdict.drop;
  }
}
