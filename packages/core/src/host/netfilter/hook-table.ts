/**
 * Who sees a packet at the five points of IPv4, in which order (nf_register_net_hook, nf_hook_slow): lower priorities first,
 * of equal ones the one that registered first. A point that nobody looks at costs a packet one test of a bit.
 */
import { Generation } from "../../base/generation.ts";
import type { NetDevice } from "../../link/net-device.ts";
import type { Frame } from "../../packet/frame.ts";
import { type Hook, type HookPoint, Verdict } from "./hook.ts";

/** The registered hooks of one network namespace, one list per hook point in order of priority. */
export class HookTable {
  private readonly points: [Hook[], Hook[], Hook[], Hook[], Hook[]] = [[], [], [], [], []];
  /** Bit p is set while somebody wants to see the packets that pass point p: hooks, or the trace. */
  private wanted: number;
  private readonly wantedByTrace: number;
  /** Rises with every change. */
  readonly generation: Generation;

  /** `traced`: the trace wants to hear of every packet at every point. */
  constructor(traced = false, generation = new Generation()) {
    this.generation = generation;
    this.wantedByTrace = traced ? (1 << this.points.length) - 1 : 0;
    this.wanted = this.wantedByTrace;
  }

  register(hook: Hook): void {
    const list = this.points[hook.point];
    let at = list.length;
    while (at > 0 && (list[at - 1] as Hook).priority > hook.priority) at--;
    if (at === list.length) list.push(hook);
    else list.splice(at, 0, hook);
    this.wanted |= 1 << hook.point;
    this.generation.value++;
  }

  unregister(hook: Hook): void {
    const list = this.points[hook.point];
    const at = list.indexOf(hook);
    if (at >= 0) list.splice(at, 1);
    if (list.length === 0) this.wanted &= ~(1 << hook.point) | this.wantedByTrace;
    this.generation.value++;
  }

  /** Whether packets pass `point` unseen. */
  isIdle(point: HookPoint): boolean {
    return (this.wanted & (1 << point)) === 0;
  }

  /** The hooks at `point`, first to run first. */
  at(point: HookPoint): readonly Hook[] {
    return this.points[point];
  }

  /** Runs the hooks at `point` until one does not accept. */
  run(point: HookPoint, frame: Frame, input: NetDevice | null, output: NetDevice | null): Verdict {
    const list = this.points[point];
    // mostly there is one
    if (list.length === 1) return (list[0] as Hook).run(frame, input, output);
    for (let i = 0; i < list.length; i++) {
      const verdict = (list[i] as Hook).run(frame, input, output);
      if (verdict !== Verdict.accept) return verdict;
    }
    return Verdict.accept;
  }

  /** As `run`, but only the hooks whose priority is above `priority` (NF_HOOK_THRESH's use in re-injection). */
  runAbove(
    priority: number,
    point: HookPoint,
    frame: Frame,
    input: NetDevice | null,
    output: NetDevice | null,
  ): Verdict {
    const list = this.points[point];
    for (let i = 0; i < list.length; i++) {
      const hook = list[i] as Hook;
      if (hook.priority <= priority) continue;
      const verdict = hook.run(frame, input, output);
      if (verdict !== Verdict.accept) return verdict;
    }
    return Verdict.accept;
  }
}
