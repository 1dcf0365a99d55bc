/**
 * Scripts of a submission, typed on their machines one after the other. Nothing that stands in them can hold up the rest: who does
 * not come to an end gets Ctrl-C, and what goes on in the background has the limits of its machine's shell and of the run.
 */
import { type Duration, type Limits, later, seconds } from "@lvsim/core";
import { DEFAULT_COSTS, type ShellCosts } from "@lvsim/shell";
import type { Lab } from "../lab/lab.ts";
import type { Script } from "./submission.ts";

/** How one script ended. */
export interface ScriptRun {
  readonly script: Script;
  readonly status: number;
  /** What it said on standard error. */
  readonly stderr: string;
  /** Why it did not come to its end; null when it did. */
  readonly stopped: "time" | "steps" | "events" | null;
}

/** Simulated time that a script has; what real set-up scripts wait for is over sooner. */
const PATIENCE: Duration = seconds(120);
/** Events of a whole run, of which a lesson needs some ten thousands; and of one script, so that others have some left. */
const EVENTS_MAX = 400_000;
const SCRIPT_EVENTS_MAX = 60_000;
/** The status of a shell that SIGXCPU ended. */
const USED_UP = 152;
/** And of one that SIGINT ended. */
const INTERRUPTED = 130;

/** What a run with somebody's scripts in it may use. */
export const SUBMISSION_BOUNDS: { readonly limits: Partial<Limits>; readonly costs: ShellCosts } = {
  limits: { eventsMax: EVENTS_MAX },
  costs: DEFAULT_COSTS,
};

/** How each ended; those after a limit of the run are not begun. */
export function playScripts(lab: Lab, scripts: readonly Script[]): ScriptRun[] {
  const runs: ScriptRun[] = [];
  for (const script of scripts) {
    if (lab.simulation.engine.limitReached() !== null) break;
    runs.push(play(lab, script));
  }
  return runs;
}

function play(lab: Lab, script: Script): ScriptRun {
  const { machine, text, file } = script;
  const { engine } = lab.simulation;
  const name = file.replace(/[^\w.-]/g, "_");
  // empty lines in front, so that the shell counts lines as the file does
  const padded = text.startsWith("#!") ? text : "\n".repeat(script.offset) + text;
  lab.machine(machine).shell.writeFile(`/root/${name}`, padded, 0o755);
  const how = text.startsWith("#!") ? `./${name}` : `bash ${name}`;
  const handle = lab.start(machine, `cd /root && ${how}`);
  const deadline = later(engine.now, PATIENCE);
  const last = engine.eventCount + SCRIPT_EVENTS_MAX;
  while (!handle.done && engine.now <= deadline && engine.eventCount < last)
    if (engine.limitReached() !== null || !engine.step()) break;
  const isLate = !handle.done;
  if (isLate) handle.interrupt();
  const { status, stderr } = handle;
  const isOut = engine.eventCount >= last || engine.limitReached() !== null;
  const stopped = isLate ? (isOut ? "events" : "time") : status === USED_UP ? "steps" : null;
  return { script, status: isLate ? INTERRUPTED : status, stderr, stopped };
}
