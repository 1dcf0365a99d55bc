/**
 * systemctl of systemd 252 (Debian 12) and 219 (CentOS 7): start, stop, restart, reload, enable, disable, status and the
 * questions about them. Targets, dependencies but conflicts, masks and the journal are left out.
 */
import type { Command, CommandContext } from "../command.ts";
import type { UnitState } from "../kernel/system-state.ts";
import type { Wait } from "../process/wait.ts";
import { momentOf } from "../time/moment.ts";
import { strftime } from "../time/strftime.ts";
import {
  activeState,
  findUnit,
  reloadUnit,
  startUnit,
  stopUnit,
  unitName,
} from "./unit-control.ts";
import { unitFacts } from "./unit-facts.ts";

type Run = Generator<Wait, number, void>;
type Verb = (context: CommandContext, word: string, flags: ReadonlySet<string>) => Run;

const isOld = ({ machine }: CommandContext): boolean => machine.system.distribution.id === "centos";

const folderOf = (context: CommandContext): string =>
  isOld(context) ? "/usr/lib/systemd/system" : "/lib/systemd/system";

function* notFound(context: CommandContext, verb: string, word: string): Run {
  const name = unitName(word);
  const loaded = verb === "stop" || verb === "reload";
  const what = loaded
    ? `Unit ${name} not loaded.`
    : isOld(context)
      ? "Unit not found."
      : `Unit ${name} not found.`;
  yield* context.err(`Failed to ${verb} ${name}: ${what}\n`);
  return 5;
}

const starting = (verb: "start" | "restart" | "try-restart"): Verb =>
  function* (context, word) {
    const unit = findUnit(context.machine, word);
    if (unit === undefined) return yield* notFound(context, verb, word);
    if (verb !== "start") {
      if (verb === "try-restart" && activeState(context.machine, unit) !== "active") return 0;
      yield* stopUnit(context, unit);
    }
    if (yield* startUnit(context, unit)) return 0;
    const journal = isOld(context) ? "journalctl -xe" : `journalctl -xeu ${unit.name}`;
    const why = `Job for ${unit.name} failed because the control process exited with error code.`;
    const separator = isOld(context) ? " " : "\n";
    yield* context.err(
      `${why}${separator}See "systemctl status ${unit.name}" and "${journal}" for details.\n`,
    );
    return 1;
  };

const stop: Verb = function* (context, word) {
  const unit = findUnit(context.machine, word);
  if (unit === undefined) return yield* notFound(context, "stop", word);
  yield* stopUnit(context, unit);
  return 0;
};

const reload: Verb = function* (context, word) {
  const unit = findUnit(context.machine, word);
  if (unit === undefined) return yield* notFound(context, "reload", word);
  if (yield* reloadUnit(context, unit)) return 0;
  const inactive = activeState(context.machine, unit) !== "active";
  yield* context.err(
    inactive
      ? `${unit.name} is not active, cannot reload.\n`
      : `Failed to reload ${unit.name}: Job type reload is not applicable for unit ${unit.name}.\nSee system logs and 'systemctl status ${unit.name}' for details.\n`,
  );
  return 1;
};

const reloadOrRestart: Verb = function* (context, word, flags) {
  const unit = findUnit(context.machine, word);
  if (unit !== undefined && (yield* reloadUnit(context, unit))) return 0;
  return yield* starting("restart")(context, word, flags);
};

function* noUnitFile(context: CommandContext, verb: string, word: string): Run {
  yield* context.err(
    isOld(context)
      ? "Failed to execute operation: No such file or directory\n"
      : `Failed to ${verb} unit: Unit file ${unitName(word)} does not exist.\n`,
  );
  return 1;
}

/** Links that enabling a unit makes, as systemctl names them. */
const linksOf = ({ name }: UnitState): string[] => {
  const { wantedBy, aliases } = unitFacts(name);
  return [
    ...aliases.map((alias) => `/etc/systemd/system/${alias}`),
    `/etc/systemd/system/${wantedBy}.wants/${name}`,
  ];
};

const enable: Verb = function* (context, word, flags) {
  const unit = findUnit(context.machine, word);
  if (unit === undefined) return yield* noUnitFile(context, "enable", word);
  if (!unit.enabled) {
    const target = `${folderOf(context)}/${unit.name}`;
    for (const link of linksOf(unit))
      yield* context.err(
        isOld(context)
          ? `Created symlink from ${link} to ${target}.\n`
          : `Created symlink ${link} → ${target}.\n`,
      );
  }
  unit.enabled = true;
  return flags.has("--now") ? yield* starting("start")(context, word, flags) : 0;
};

const disable: Verb = function* (context, word, flags) {
  const unit = findUnit(context.machine, word);
  if (unit === undefined) return yield* noUnitFile(context, "disable", word);
  if (unit.enabled) {
    const links = isOld(context) ? linksOf(unit).reverse() : linksOf(unit);
    for (const link of links)
      yield* context.err(isOld(context) ? `Removed symlink ${link}.\n` : `Removed "${link}".\n`);
  }
  unit.enabled = false;
  if (flags.has("--now")) yield* stopUnit(context, unit);
  return 0;
};

const isActive: Verb = function* (context, word, flags) {
  const unit = findUnit(context.machine, word);
  const state =
    unit === undefined
      ? isOld(context)
        ? "unknown"
        : "inactive"
      : activeState(context.machine, unit);
  if (!flags.has("-q") && !flags.has("--quiet")) yield* context.out(`${state}\n`);
  return state === "active" ? 0 : 3;
};

const isEnabled: Verb = function* (context, word) {
  const unit = findUnit(context.machine, word);
  if (unit === undefined) {
    yield* context.err(
      `Failed to get unit file state for ${unitName(word)}: No such file or directory\n`,
    );
    return 1;
  }
  yield* context.out(unit.enabled ? "enabled\n" : "disabled\n");
  return unit.enabled ? 0 : 1;
};

const isFailed: Verb = function* (context, word) {
  const unit = findUnit(context.machine, word);
  const state = unit === undefined ? "inactive" : activeState(context.machine, unit);
  yield* context.out(`${state}\n`);
  return state === "failed" ? 0 : 1;
};

const status: Verb = function* (context, word) {
  const { machine } = context;
  const unit = findUnit(machine, word);
  if (unit === undefined) {
    yield* context.err(`Unit ${unitName(word)} could not be found.\n`);
    return 4;
  }
  const state = activeState(machine, unit);
  const { oneshot } = unitFacts(unit.name);
  const running = oneshot ? "active (exited)" : "active (running)";
  const words = {
    active: running,
    inactive: "inactive (dead)",
    failed: "failed (Result: exit-code)",
  }[state];
  const since = strftime("%a %Y-%m-%d %H:%M:%S UTC", momentOf(unit.changedAt));
  const ago = spanText(machine.now - unit.changedAt);
  const preset = isOld(context) ? "vendor preset: disabled" : "preset: enabled";
  const enabled = unit.enabled ? "enabled" : "disabled";
  const mark = state === "active" || isOld(context) ? "●" : state === "failed" ? "×" : "○";
  const history = state === "inactive" && unit.changedAt === 0 ? "" : ` since ${since}; ${ago} ago`;
  yield* context.out(
    `${mark} ${unit.name} - ${unit.description}\n   ${isOld(context) ? "" : "  "}Loaded: loaded (${folderOf(context)}/${unit.name}; ${enabled}; ${preset})\n` +
      `   ${isOld(context) ? "" : "  "}Active: ${words}${history}\n`,
  );
  return state === "active" ? 0 : 3;
};

/** As `1min 5s`, `2h 3min`, `40ms`. */
function spanText(span: number): string {
  const total = Math.floor(span / 1e9);
  if (total === 0) return `${Math.floor(span / 1e6)}ms`;
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(total / 86_400), "d"],
    [Math.floor(total / 3600) % 24, "h"],
    [Math.floor(total / 60) % 60, "min"],
    [total % 60, "s"],
  ];
  const shown = parts.filter(([count]) => count > 0).slice(0, 2);
  return shown.map(([count, unit]) => `${count}${unit}`).join(" ");
}

const VERBS: ReadonlyMap<string, Verb> = new Map([
  ["start", starting("start")],
  ["restart", starting("restart")],
  ["try-restart", starting("try-restart")],
  ["condrestart", starting("try-restart")],
  ["stop", stop],
  ["reload", reload],
  ["reload-or-restart", reloadOrRestart],
  ["force-reload", reloadOrRestart],
  ["enable", enable],
  ["disable", disable],
  ["is-active", isActive],
  ["is-enabled", isEnabled],
  ["is-failed", isFailed],
  ["status", status],
]);

/** Questions whose status is good when one of several units is. */
const ANY_GOOD = new Set(["is-active", "is-enabled", "is-failed"]);

export function* runSystemctl(context: CommandContext, words: readonly string[]): Run {
  const flags = new Set(words.filter((word) => word.startsWith("-")));
  const [verb, ...names] = words.filter((word) => !word.startsWith("-"));
  if (verb === undefined || verb === "list-units" || verb === "list-unit-files")
    return yield* listUnits(context, verb ?? "list-units");
  if (verb === "daemon-reload" || verb === "daemon-reexec" || verb === "reset-failed") return 0;
  const act = VERBS.get(verb);
  if (act === undefined) {
    yield* context.err(
      isOld(context) ? `Unknown operation '${verb}'.\n` : `Unknown command verb ${verb}.\n`,
    );
    return 1;
  }
  if (names.length === 0) {
    yield* context.err("Too few arguments.\n");
    return 1;
  }
  const statuses: number[] = [];
  for (const name of names) {
    if (statuses.length > 0 && verb === "status") yield* context.out("\n");
    statuses.push(yield* act(context, name, flags));
  }
  return ANY_GOOD.has(verb) ? Math.min(...statuses) : Math.max(...statuses);
}

function* listUnits(context: CommandContext, verb: string): Run {
  const { machine } = context;
  const units = Array.from(machine.system.units.values())
    .filter(({ present }) => present)
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const width = Math.max(9, ...units.map(({ name }) => name.length));
  if (verb === "list-unit-files") {
    const lines = units.map(
      ({ name, enabled }) => `${name.padEnd(width)} ${enabled ? "enabled " : "disabled"}\n`,
    );
    yield* context.out(
      `${"UNIT FILE".padEnd(width)} STATE   \n${lines.join("")}\n${units.length} unit files listed.\n`,
    );
    return 0;
  }
  const shown = units.filter((unit) => activeState(machine, unit) !== "inactive");
  const lines = shown.map((unit) => {
    const sub =
      unit.active === "failed" ? "failed " : unitFacts(unit.name).oneshot ? "exited " : "running";
    return `  ${unit.name.padEnd(width)} loaded ${unit.active} ${sub} ${unit.description}\n`;
  });
  yield* context.out(
    `  ${"UNIT".padEnd(width)} LOAD   ACTIVE SUB     DESCRIPTION\n${lines.join("")}\n${shown.length} loaded units listed.\n`,
  );
  return 0;
}

export const systemctl: Command = {
  path: "/usr/bin/systemctl",
  run: (context) => runSystemctl(context, context.argv.slice(1)),
};
