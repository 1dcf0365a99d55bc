/**
 * yum 3.4.3 of CentOS 7: install, remove, list and the questions before them, against the packages that the image knows.
 * Dependencies, groups and updates are left out: everything is the newest.
 */
import { later, seconds } from "@lvsim/core";
import type { Command, CommandContext } from "../command.ts";
import type { PackageState } from "../kernel/system-state.ts";
import { until, type Wait } from "../process/wait.ts";
import { installPackage, installSeconds, removePackage } from "./packages.ts";

type Run = Generator<Wait, number, void>;

const RULE = "=".repeat(80);
const GREETING = "Loaded plugins: fastestmirror\n";
const MIRRORS = "Loading mirror speeds from cached hostfile\n";

const epochVersion = ({ version, release }: PackageState): string => {
  const [epoch, rest] = version.includes(":") ? version.split(":") : ["0", version];
  return `${epoch}:${rest}-${release}`;
};

/** As `ipvsadm-1.27-8.el7.x86_64`. */
const fullName = ({ name, version, release, architecture }: PackageState): string =>
  `${name}-${version.replace(/^\d+:/, "")}-${release}.${architecture}`;

function findPackage({ machine }: CommandContext, word: string): PackageState | undefined {
  const { packages } = machine.system;
  const byProgram = (path: string): PackageState | undefined =>
    Array.from(packages.values()).find(({ programs }) =>
      programs.includes(path.replace(/^\/(s?bin)\//, "/usr/$1/")),
    );
  return (
    packages.get(word) ??
    packages.get(word.replace(/\.(x86_64|noarch)$/, "")) ??
    (word.startsWith("/") ? byProgram(word) : undefined)
  );
}

/** The table of a transaction, its columns as wide as yum makes them on 80 columns. */
function transactionTable(
  title: string,
  packages: readonly PackageState[],
  repository: (state: PackageState) => string,
): string {
  const row = (cells: readonly string[]): string => {
    const [name = "", architecture = "", version = "", from = "", size = ""] = cells;
    return ` ${name.padEnd(18)}${architecture.padEnd(11)}${version.padEnd(25)}${from.padEnd(16)}${size.padStart(8)}\n`;
  };
  const rows = packages.map((state) =>
    row([
      state.name,
      state.architecture,
      epochVersion(state).replace(/^0:/, ""),
      repository(state),
      state.size,
    ]),
  );
  const header = row(["Package", "Arch", "Version", "Repository", "Size"]);
  return `\nDependencies Resolved\n\n${RULE}\n${header}${RULE}\n${title}:\n${rows.join("")}\nTransaction Summary\n${RULE}\n`;
}

const plural = (count: number): string => `${count} Package${count === 1 ? "" : "s"}`;

function* confirmed(context: CommandContext, always: boolean): Generator<Wait, boolean, void> {
  if (always) return true;
  yield* context.out("Is this ok [y/d/N]: ");
  const answer = (yield* context.read()).split("\n")[0] ?? "";
  if (/^y(es)?$/i.test(answer.trim())) return true;
  yield* context.out("Exiting on user command\n");
  return false;
}

function* pause(context: CommandContext, count: number): Generator<Wait, void, void> {
  const cost = installSeconds(context.machine, count);
  if (cost > 0) yield until(later(context.machine.now, seconds(cost)));
}

/** Lines such as `  Installing : ipvsadm-1.27-8.el7.x86_64      1/2 `. */
const steps = (what: string, packages: readonly PackageState[]): string =>
  packages
    .map((state, i) => {
      const counter = `${i + 1}/${packages.length}`;
      return `  ${what.padEnd(10)} : ${fullName(state).padEnd(80 - 19 - counter.length)}  ${counter} \n`;
    })
    .join("");

const summary = (what: string, packages: readonly PackageState[]): string =>
  `\n${what}:\n${packages.map((state) => `  ${`${state.name}.${state.architecture} ${epochVersion(state)}`.padEnd(78)}\n`).join("")}\nComplete!\n`;

function* install(context: CommandContext, words: readonly string[], always: boolean): Run {
  yield* context.out(GREETING + MIRRORS);
  const wanted: PackageState[] = [];
  for (const word of words) {
    const state = findPackage(context, word);
    if (state === undefined) yield* context.out(`No package ${word} available.\n`);
    else if (state.installed)
      yield* context.out(`Package ${fullName(state)} already installed and latest version\n`);
    else if (!wanted.includes(state)) wanted.push(state);
  }
  if (wanted.length === 0) {
    const missing = words.every((word) => findPackage(context, word) === undefined);
    if (missing) yield* context.err("Error: Nothing to do\n");
    else yield* context.out("Nothing to do\n");
    return missing ? 1 : 0;
  }
  const found = wanted
    .map(
      (state) =>
        `---> Package ${state.name}.${state.architecture} ${epochVersion(state)} will be installed\n`,
    )
    .join("");
  yield* context.out(
    `Resolving Dependencies\n--> Running transaction check\n${found}--> Finished Dependency Resolution\n`,
  );
  yield* context.out(transactionTable("Installing", wanted, ({ repository }) => repository));
  yield* context.out(
    `Install  ${plural(wanted.length)}\n\nTotal download size: ${totalSize(wanted)}\n`,
  );
  if (!(yield* confirmed(context, always))) return 1;
  yield* context.out("Downloading packages:\n");
  yield* pause(context, wanted.length);
  yield* context.out(
    "Running transaction check\nRunning transaction test\nTransaction test succeeded\nRunning transaction\n",
  );
  for (const state of wanted) installPackage(context.machine, state);
  yield* context.out(
    steps("Installing", wanted) + steps("Verifying ", wanted) + summary("Installed", wanted),
  );
  return 0;
}

/** Sizes are `45 k` or `1.2 M`. */
function totalSize(packages: readonly PackageState[]): string {
  const kilobytes = packages.reduce((sum, { size }) => {
    const [amount = "0", unit] = size.split(" ");
    return sum + Number(amount) * (unit === "M" ? 1024 : 1);
  }, 0);
  return kilobytes < 1024 ? `${Math.round(kilobytes)} k` : `${(kilobytes / 1024).toFixed(1)} M`;
}

function* remove(context: CommandContext, words: readonly string[], always: boolean): Run {
  yield* context.out(GREETING);
  const wanted: PackageState[] = [];
  for (const word of words) {
    const state = findPackage(context, word);
    if (state === undefined || !state.installed)
      yield* context.out(`No Match for argument: ${word}\n`);
    else wanted.push(state);
  }
  if (wanted.length === 0) {
    yield* context.out("No Packages marked for removal\n");
    return 0;
  }
  const found = wanted
    .map(
      (state) =>
        `---> Package ${state.name}.${state.architecture} ${epochVersion(state)} will be erased\n`,
    )
    .join("");
  yield* context.out(
    `Resolving Dependencies\n--> Running transaction check\n${found}--> Finished Dependency Resolution\n`,
  );
  yield* context.out(transactionTable("Removing", wanted, ({ repository }) => `@${repository}`));
  yield* context.out(`Remove  ${plural(wanted.length)}\n\n`);
  if (!(yield* confirmed(context, always))) return 1;
  for (const state of wanted) removePackage(context.machine, state);
  yield* context.out(
    "Downloading packages:\nRunning transaction check\nRunning transaction test\nTransaction test succeeded\nRunning transaction\n",
  );
  yield* context.out(
    steps("Erasing", wanted) + steps("Verifying ", wanted) + summary("Removed", wanted),
  );
  return 0;
}

function* list(context: CommandContext, words: readonly string[]): Run {
  const only = words.filter((word) => word !== "installed" && word !== "all");
  const states = Array.from(context.machine.system.packages.values())
    .filter(({ name, installed }) => (only.length === 0 ? installed : only.includes(name)))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  yield* context.out(GREETING);
  if (states.length === 0) {
    yield* context.err("Error: No matching Packages to list\n");
    return 1;
  }
  for (const wantInstalled of [true, false]) {
    const shown = states.filter(({ installed }) => installed === wantInstalled);
    if (shown.length === 0) continue;
    const lines = shown.map((state) => {
      const version = epochVersion(state).replace(/^0:/, "");
      const from = wantInstalled ? `@${state.repository}` : state.repository;
      return `${`${state.name}.${state.architecture}`.padEnd(40)} ${version.padEnd(26)} ${from}\n`;
    });
    yield* context.out(`${wantInstalled ? "Installed" : "Available"} Packages\n${lines.join("")}`);
  }
  return 0;
}

const USAGE = "You need to give some command\n";

function* run(context: CommandContext): Run {
  const words = context.argv.slice(1);
  const always = words.some((word) => /^(-\w*y\w*|--assumeyes)$/.test(word));
  const [verb, ...names] = words.filter((word) => !word.startsWith("-"));
  switch (verb) {
    case "install":
    case "localinstall":
    case "reinstall":
      if (names.length === 0) break;
      return yield* install(context, names, always);
    case "remove":
    case "erase":
      if (names.length === 0) break;
      return yield* remove(context, names, always);
    case "list":
      return yield* list(context, names);
    case "update":
    case "upgrade":
      yield* context.out(`${GREETING}${MIRRORS}No packages marked for update\n`);
      return 0;
    case "makecache":
      yield* context.out(`${GREETING}${MIRRORS}Metadata Cache Created\n`);
      return 0;
    case "clean":
      yield* context.out(`${GREETING}Cleaning repos: base epel extras updates\n`);
      return 0;
    case undefined:
      yield* context.out(`${GREETING}${USAGE}`);
      return 1;
    default:
      yield* context.out(
        `${GREETING}No such command: ${verb}. Please use ${context.argv[0]} --help\n`,
      );
      return 1;
  }
  yield* context.out(`${GREETING}Error: Need to pass a list of pkgs to ${verb}\n`);
  return 1;
}

export const yum: Command = { path: "/usr/bin/yum", run };

/** rpm -q and rpm -qa. */
export const rpm: Command = {
  path: "/usr/bin/rpm",
  *run(context) {
    const words = context.argv.slice(1);
    const flags = words.filter((word) => word.startsWith("-")).join("");
    const names = words.filter((word) => !word.startsWith("-"));
    const { packages } = context.machine.system;
    if (!flags.includes("q")) {
      yield* context.err("rpm: only queries are here\n");
      return 1;
    }
    if (flags.includes("a")) {
      const installed = Array.from(packages.values()).filter((state) => state.installed);
      yield* context.out(installed.map((state) => `${fullName(state)}\n`).join(""));
      return 0;
    }
    let missing = 0;
    for (const name of names) {
      const state = packages.get(name);
      if (state?.installed === true) yield* context.out(`${fullName(state)}\n`);
      else {
        missing++;
        yield* context.out(`package ${name} is not installed\n`);
      }
    }
    return missing;
  },
};
