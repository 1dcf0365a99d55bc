/** What five hook points cost a packet when nobody has hooked in. */
import { Frame, HookPoint, Simulation } from "@lvsim/core";
import { type HookContext, HookTable, passHooks } from "@lvsim/core/testing";
import { cpuNow, type Measurement } from "./measure.ts";

const PACKETS = 10_000_000;
const FRAMES = 64;

/** Packets past all five points; the same loop without them is taken off. */
export function emptyHooks(): Measurement {
  const { engine } = new Simulation({ seed: "bench", trace: null });
  const hooks = new HookTable();
  const context: HookContext = { engine, trace: null, place: 0, hooks };
  const frames = Array.from({ length: FRAMES }, (_, i) => new Frame(i));
  const { preRouting, localIn, forward, localOut, postRouting } = HookPoint;
  const passPoint = (point: HookPoint, frame: Frame): boolean =>
    hooks.isIdle(point) || passHooks(context, point, frame, null, null);
  const pass = (frame: Frame): boolean =>
    passPoint(preRouting, frame) &&
    passPoint(localIn, frame) &&
    passPoint(forward, frame) &&
    passPoint(localOut, frame) &&
    passPoint(postRouting, frame);
  let passed = 0;
  const run = (count: number, hooks: boolean): number => {
    const begin = cpuNow();
    for (let i = 0; i < count; i++) {
      const frame = frames[i & (FRAMES - 1)] as Frame;
      if (!hooks || pass(frame)) passed += frame.id & 1;
    }
    return cpuNow() - begin;
  };
  run(PACKETS / 10, false);
  run(PACKETS / 10, true);
  const bare = run(PACKETS, false);
  const cpu = Math.max(0, run(PACKETS, true) - bare);
  return { n: PACKETS, cpu, unit: "ns", extra: { passed } };
}
