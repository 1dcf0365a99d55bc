/** Plays a recording from its first set-up command to its last observation, and stops at the first difference. */
import { type Difference, firstDifference } from "./compare.ts";
import { LateTimers } from "./late-timer.ts";
import type { Masks } from "./masks.ts";
import { playRow } from "./play-rows.ts";
import { SchedulingPlayer } from "./play-scheduling.ts";
import { playStep } from "./play-steps.ts";
import type { Json, JsonObject, Recording } from "./recording.ts";
import { Sockets } from "./sockets.ts";
import { Stage } from "./stage.ts";
import { finalValue } from "./tables.ts";

class Player {
  private readonly recording: Recording;
  private readonly masks: Masks;
  private readonly stage: Stage;
  private readonly sockets: Sockets;
  private readonly scheduling: SchedulingPlayer | undefined;
  private readonly timers = new LateTimers();
  private trafficMs = Number.NEGATIVE_INFINITY;

  constructor(recording: Recording, masks: Masks) {
    this.recording = recording;
    this.masks = masks;
    this.stage = new Stage(recording);
    this.sockets = new Sockets(this.stage);
    const { mode } = recording;
    this.scheduling = mode === undefined ? undefined : new SchedulingPlayer(this.stage, mode);
  }

  play(): Difference | undefined {
    const { recording, stage } = this;
    for (const { ns, cmd } of recording.setup) stage.exec(ns, cmd);
    for (const server of recording.serve ?? []) this.sockets.serve(server);
    stage.begin(recording);
    return this.start() ?? this.steps() ?? this.final();
  }

  private start(): Difference | undefined {
    const expected = this.recording.proc_ip_vs_at_start;
    if (expected === undefined) return undefined;
    const got = finalValue(this.stage, "proc_ip_vs");
    return this.compare(expected, got, "proc_ip_vs_at_start", "proc_ip_vs_at_start", "", 0);
  }

  private steps(): Difference | undefined {
    for (const [index, step] of this.recording.steps.entries()) {
      const found = Array.isArray(step)
        ? this.row(step as readonly Json[], index)
        : this.step(step as JsonObject, index);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private row(row: readonly Json[], index: number): Difference | undefined {
    const { expected, got } = playRow(this.recording, row, this.stage, this.sockets);
    return this.compare(expected, got, `steps[${index}]`, "steps[]", "", this.stage.nowMs);
  }

  private step(step: JsonObject, index: number): Difference | undefined {
    const got =
      this.scheduling === undefined
        ? playStep(step, this.stage, this.sockets)
        : this.scheduling.play(step);
    const now = Number(step.until_ms ?? this.stage.nowMs);
    if (step.op !== "cmd" && step.op !== "sleep") this.trafficMs = Number(step.at_ms ?? now);
    const found = this.compare(
      step,
      got,
      `steps[${index}]`,
      "steps[]",
      String(step.cmd ?? ""),
      now,
    );
    if (Array.isArray(step.conn)) this.timers.listed(step.conn as string[], now);
    return found;
  }

  private final(): Difference | undefined {
    const { final, final_at_ms: at } = this.recording;
    if (final === undefined) return undefined;
    if (at !== undefined) this.stage.runUntil(at);
    for (const [key, expected] of Object.entries(final)) {
      const got = finalValue(this.stage, key);
      const now = at ?? this.stage.nowMs;
      const found = this.compare(expected, got, `final.${key}`, `final.${key}`, key, now);
      if (found !== undefined) return found;
    }
    return undefined;
  }

  private compare(
    expected: unknown,
    got: unknown,
    where: string,
    path: string,
    command: string,
    nowMs: number,
  ): Difference | undefined {
    const kind = this.recording.case;
    return firstDifference(
      expected,
      got,
      { where, path, parent: {} },
      {
        command,
        sinceTrafficMs: nowMs - this.trafficMs,
        lateTimer: this.timers.near(nowMs),
        maskAt: (site) => this.masks.at(kind, site),
      },
    );
  }
}

/** The first difference between the simulator and the recording; undefined when there is none. */
export const play = (recording: Recording, masks: Masks): Difference | undefined =>
  new Player(recording, masks).play();
