/** Taking a packet past a hook point, and telling the trace that it came by. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { type HookPoint, Verdict } from "../netfilter/hook.ts";
import type { IpContext } from "./ip-context.ts";

/** Whether the packet goes on; if not, whoever decided owns it or has told why it ends. */
export function passHooks(
  context: IpContext,
  point: HookPoint,
  frame: Frame,
  input: NetDevice | null,
  output: NetDevice | null,
): boolean {
  const { trace } = context;
  if (trace !== null)
    trace.note("verdict", context.engine.now, context.place, frame, null, point, Verdict.accept);
  return context.hooks.run(point, frame, input, output) === Verdict.accept;
}
