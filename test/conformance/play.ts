/** Plays a recording from its first set-up command to its last observation, and stops at the first difference. */
import { type Difference, firstDifference } from "./compare.ts";
import { Choices, homogeneity } from "./distribution.ts";
import { LateTimers } from "./late-timer.ts";
import type { Masks } from "./masks.ts";
import { playRow } from "./play-rows.ts";
import { SchedulingPlayer } from "./play-scheduling.ts";
import { playStep } from "./play-steps.ts";
import type { Json, JsonObject, Recording } from "./recording.ts";
import { Sockets } from "./sockets.ts";
import { Stage } from "./stage.ts";
import { finalValue } from "./tables.ts";

/** Steps in which a scheduler may choose. */
const SCHEDULED: readonly unknown[] = ["syn", "open", "udp"];
/** How often a recording of random choices is played. */
const RANDOM_SEEDS = ["recording", "second", "third", "fourth"] as const;

class Player {
  private readonly recording: Recording;
  private readonly masks: Masks;
  private readonly stage: Stage;
  private readonly sockets: Sockets;
  private readonly scheduling: SchedulingPlayer | undefined;
  private readonly timers = new LateTimers();
  private trafficMs = Number.NEGATIVE_INFINITY;
  /** Where random choices go; null when the recording's servers are to be compared. */
  private readonly choices: Choices | null;

  constructor(recording: Recording, masks: Masks, seed: string, choices: Choices | null) {
    this.recording = recording;
    this.masks = masks;
    this.choices = choices;
    this.stage = new Stage(recording, seed);
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
    if (SCHEDULED.includes(step.op)) this.choices?.add(got.rs);
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
export function play(recording: Recording, masks: Masks): Difference | undefined {
  if (choosesAtRandom(recording, masks)) return playRandom(recording, masks);
  return new Player(recording, masks, RANDOM_SEEDS[0], null).play();
}

/** Whether the masks leave out which server was chosen. */
const choosesAtRandom = ({ case: kind, mode }: Recording, masks: Masks): boolean =>
  mode !== undefined &&
  masks.at(kind, {
    path: "steps[].rs",
    parent: {},
    command: "",
    sinceTrafficMs: 0,
    lateTimer: false,
  }).drop;

/** As `play`, for several seeds; the choices are held against the recorded ones by their distribution. */
function playRandom(recording: Recording, masks: Masks): Difference | undefined {
  const got = new Choices();
  for (const seed of RANDOM_SEEDS) {
    const found = new Player(recording, masks, seed, got).play();
    if (found !== undefined) return found;
  }
  const expected = new Choices();
  for (const step of recording.steps as readonly JsonObject[])
    if (SCHEDULED.includes(step.op)) expected.add(step.rs);
  const { chiSquare, bound } = homogeneity(expected, got);
  if (chiSquare <= bound) return undefined;
  return {
    where: `distribution of steps[].rs (chi-square ${chiSquare.toFixed(1)}, at most ${bound.toFixed(1)})`,
    expected: JSON.stringify([...expected.counts]),
    got: JSON.stringify([...got.counts]),
  };
}
