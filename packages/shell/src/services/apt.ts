/** apt-get and apt of Debian 12: install, remove, update, against the packages that the image knows. */
import { later, seconds } from "@lvsim/core";
import type { Command, CommandContext } from "../command.ts";
import type { PackageState } from "../kernel/system-state.ts";
import { until, type Wait } from "../process/wait.ts";
import { installPackage, installSeconds, removePackage } from "./packages.ts";

type Run = Generator<Wait, number, void>;

const versionOf = ({ version, release }: PackageState): string =>
  release === "" ? version : `${version}-${release}`;

/** On a terminal every line ends in `Done`. */
function reading(context: CommandContext): string {
  const done = context.stdout?.isTerminal === true ? " Done" : "";
  return ["Reading package lists...", "Building dependency tree...", "Reading state information..."]
    .map((line) => `${line}${done}\n`)
    .join("");
}

const counts = (fresh: number, gone: number): string =>
  `0 upgraded, ${fresh} newly installed, ${gone} to remove and 0 not upgraded.\n`;

function* install(context: CommandContext, names: readonly string[]): Run {
  const { machine } = context;
  const { packages } = machine.system;
  yield* context.out(reading(context));
  const unknown = names.filter((name) => !packages.has(name));
  if (unknown.length > 0) {
    for (const name of unknown) yield* context.err(`E: Unable to locate package ${name}\n`);
    return 100;
  }
  const states = names.map((name) => packages.get(name) as PackageState);
  for (const state of states.filter(({ installed }) => installed))
    yield* context.out(`${state.name} is already the newest version (${versionOf(state)}).\n`);
  const fresh = states.filter(({ installed }) => !installed);
  if (fresh.length > 0)
    yield* context.out(
      `The following NEW packages will be installed:\n  ${fresh.map(({ name }) => name).join(" ")}\n`,
    );
  yield* context.out(counts(fresh.length, 0));
  const cost = installSeconds(machine, fresh.length);
  if (cost > 0) yield until(later(machine.now, seconds(cost)));
  for (const state of fresh) {
    installPackage(machine, state);
    yield* context.out(
      `Selecting previously unselected package ${state.name}.\nUnpacking ${state.name} (${versionOf(state)}) ...\nSetting up ${state.name} (${versionOf(state)}) ...\n`,
    );
  }
  return 0;
}

function* remove(context: CommandContext, names: readonly string[]): Run {
  const { machine } = context;
  const { packages } = machine.system;
  yield* context.out(reading(context));
  const unknown = names.filter((name) => !packages.has(name));
  if (unknown.length > 0) {
    for (const name of unknown) yield* context.err(`E: Unable to locate package ${name}\n`);
    return 100;
  }
  const states = names.map((name) => packages.get(name) as PackageState);
  for (const { name } of states.filter(({ installed }) => !installed))
    yield* context.out(`Package '${name}' is not installed, so not removed\n`);
  const gone = states.filter(({ installed }) => installed);
  if (gone.length > 0)
    yield* context.out(
      `The following packages will be REMOVED:\n  ${gone.map(({ name }) => name).join(" ")}\n`,
    );
  yield* context.out(counts(0, gone.length));
  for (const state of gone) {
    removePackage(machine, state);
    yield* context.out(`Removing ${state.name} (${versionOf(state)}) ...\n`);
  }
  return 0;
}

function* run(context: CommandContext): Run {
  const [verb, ...names] = context.argv.slice(1).filter((word) => !word.startsWith("-"));
  switch (verb) {
    case "install":
      return yield* install(context, names);
    case "remove":
    case "purge":
      return yield* remove(context, names);
    case "update":
      yield* context.out(reading(context).slice(0, reading(context).indexOf("\n") + 1));
      return 0;
    case "upgrade":
    case "dist-upgrade":
    case "autoremove":
      yield* context.out(reading(context) + counts(0, 0));
      return 0;
    case "clean":
      return 0;
    case undefined:
      yield* context.out("apt 2.6.1 (amd64)\nUsage: apt-get [options] command\n");
      return 1;
    default:
      yield* context.err(`E: Invalid operation ${verb}\n`);
      return 100;
  }
}

export const aptGet: Command = { path: "/usr/bin/apt-get", aliases: ["/usr/bin/apt"], run };
