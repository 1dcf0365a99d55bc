/** Taking a packet past a hook point, and telling the trace that it came by. */
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import type { Engine } from "../../time/engine.ts";
import type { PlaceId, Trace } from "../../trace/trace.ts";
import { type HookPoint, Verdict } from "../netfilter/hook.ts";
import type { HookTable } from "../netfilter/hook-table.ts";

/** What of `IpContext` it takes. */
export interface HookContext {
  readonly engine: Engine;
  readonly trace: Trace | null;
  readonly place: PlaceId;
  readonly hooks: HookTable;
}

/**
 * Whether the packet goes on; if not, whoever decided owns it or has told why it ends. Whoever asks for each packet asks
 * `hooks.isIdle` first.
 */
export function passHooks(
  context: HookContext,
  point: HookPoint,
  frame: Frame,
  input: NetDevice | null,
  output: NetDevice | null,
): boolean {
  if (context.trace !== null) noteHookPoint(context, context.trace, point, frame);
  return context.hooks.run(point, frame, input, output) === Verdict.accept;
}

function noteHookPoint(context: HookContext, trace: Trace, point: HookPoint, frame: Frame): void {
  const { engine, place } = context;
  trace.note("verdict", engine.now, place, frame, null, point, Verdict.accept);
}
