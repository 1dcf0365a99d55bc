/** Units of systemd: starting and stopping them, and the state that they are in. */
import type { CommandContext } from "../command.ts";
import { logMessage } from "../commands/system/journal.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { UnitState } from "../kernel/system-state.ts";
import type { Wait } from "../process/wait.ts";
import { behaviourOf } from "./behaviour.ts";

/** `nginx` is `nginx.service`. */
export const unitName = (word: string): string =>
  /\.(service|socket|target|timer|mount|slice)$/.test(word) ? word : `${word}.service`;

/** The unit of an installed package; undefined when there is none. */
export function findUnit({ system }: Kernel, word: string): UnitState | undefined {
  const unit = system.units.get(unitName(word));
  return unit?.present === true ? unit : undefined;
}

/** The state as it is now: a daemon that was killed is no longer active. */
export function activeState(machine: Kernel, unit: UnitState): UnitState["active"] {
  const lives = behaviourOf(unit.name)?.lives;
  if (unit.active === "active" && lives !== undefined && lives !== null && !lives(machine))
    setState(machine, unit, "inactive");
  return unit.active;
}

function setState(machine: Kernel, unit: UnitState, state: UnitState["active"]): void {
  if (unit.active !== state) unit.changedAt = machine.now;
  unit.active = state;
}

/** False when its start failed. */
export function* startUnit(
  context: CommandContext,
  unit: UnitState,
): Generator<Wait, boolean, void> {
  const { machine } = context;
  if (activeState(machine, unit) === "active") return true;
  const behaviour = behaviourOf(unit.name);
  for (const name of behaviour?.conflicts ?? []) {
    const rival = findUnit(machine, name);
    if (rival !== undefined) yield* stopUnit(context, rival);
  }
  const started = behaviour === undefined || (yield* behaviour.start(context));
  setState(machine, unit, started ? "active" : "failed");
  const what = `${unit.name} - ${unit.description}`;
  logMessage(machine, "systemd[1]", started ? `Started ${what}.` : `Failed to start ${what}.`);
  return started;
}

export function* stopUnit(
  context: CommandContext,
  unit: UnitState,
): Generator<Wait, boolean, void> {
  const { machine } = context;
  if (activeState(machine, unit) === "active")
    yield* behaviourOf(unit.name)?.stop(context) ?? nothing();
  if (unit.active !== "active") return true;
  setState(machine, unit, "inactive");
  logMessage(machine, "systemd[1]", `Stopped ${unit.name} - ${unit.description}.`);
  return true;
}

// biome-ignore lint/correctness/useYield: a stop that does nothing
function* nothing(): Generator<Wait, boolean, void> {
  return true;
}

/** False when it cannot reload or is not active. */
export function* reloadUnit(
  context: CommandContext,
  unit: UnitState,
): Generator<Wait, boolean, void> {
  const reload = behaviourOf(unit.name)?.reload;
  if (reload === undefined || reload === null) return false;
  return activeState(context.machine, unit) === "active" && (yield* reload(context));
}
