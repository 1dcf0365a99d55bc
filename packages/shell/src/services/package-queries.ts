/** dpkg (1.21.22) and dpkg-query: what is installed; chkconfig (CentOS 7): which services start. Unpacking files is left out. */
import type { Command, CommandContext } from "../command.ts";
import type { PackageState } from "../kernel/system-state.ts";
import type { Wait } from "../process/wait.ts";
import { runSystemctl } from "./systemctl.ts";

type Run = Generator<Wait, number, void>;

const versionOf = ({ release, version }: PackageState): string =>
  release === "" ? version : `${version}-${release}`;

const installedOnes = ({ machine }: CommandContext): PackageState[] =>
  Array.from(machine.system.packages.values())
    .filter(({ installed }) => installed)
    .sort((a, b) => (a.name < b.name ? -1 : 1));

const LIST_HEAD =
  "Desired=Unknown/Install/Remove/Purge/Hold\n| Status=Not/Inst/Conf-files/Unpacked/halF-conf/Half-inst/trig-aWait/Trig-pend\n|/ Err?=(none)/Reinst-required (Status,Err: uppercase=bad)\n";

function* list(context: CommandContext, names: readonly string[]): Run {
  const found = installedOnes(context).filter(
    ({ name }) =>
      names.length === 0 ||
      names.some((one) =>
        new RegExp(`^${one.replace(/[.+]/g, "\\$&").replace(/\*/g, ".*")}$`).test(name),
      ),
  );
  if (found.length === 0) {
    yield* context.err(`dpkg-query: no packages found matching ${names[0]}\n`);
    return 1;
  }
  const width = (least: number, texts: readonly string[]): number =>
    Math.max(least, ...texts.map(({ length }) => length));
  const [name, version] = [
    width(
      4,
      found.map((one) => one.name),
    ),
    width(7, found.map(versionOf)),
  ];
  const row = (cells: readonly [string, string, string, string]): string =>
    `${cells[0].padEnd(name)} ${cells[1].padEnd(version)} ${cells[2].padEnd(12)} ${cells[3]}\n`;
  const rule = `+++-${"=".repeat(name)}-${"=".repeat(version)}-${"=".repeat(12)}-${"=".repeat(33)}\n`;
  yield* context.out(
    `${LIST_HEAD}||/ ${row(["Name", "Version", "Architecture", "Description"])}${rule}${found.map((one) => `ii  ${row([one.name, versionOf(one), one.architecture, one.summary])}`).join("")}`,
  );
  return 0;
}

function* show(context: CommandContext, names: readonly string[], files: boolean): Run {
  let status = 0;
  for (const name of names) {
    const state = installedOnes(context).find((one) => one.name === name);
    if (state === undefined) {
      yield* context.err(
        files
          ? `dpkg-query: package '${name}' is not installed\nUse dpkg --contents (= dpkg-deb --contents) to list archive files contents.\n`
          : `dpkg-query: package '${name}' is not installed and no information is available\nUse dpkg --info (= dpkg-deb --info) to examine archive files.\n`,
      );
      status = 1;
    } else if (files)
      yield* context.out(
        ["/.", ...state.programs, ...state.files.map(({ path }) => path)]
          .map((path) => `${path}\n`)
          .join(""),
      );
    else
      yield* context.out(
        `Package: ${name}\nStatus: install ok installed\nArchitecture: ${state.architecture}\nVersion: ${versionOf(state)}\nDescription: ${state.summary}\n`,
      );
  }
  return status;
}

function* runDpkg(context: CommandContext): Run {
  const [verb = "", ...names] = context.argv.slice(1);
  if (verb === "-l" || verb === "--list") return yield* list(context, names);
  if (verb === "-s" || verb === "--status") return yield* show(context, names, false);
  if (verb === "-L" || verb === "--listfiles") return yield* show(context, names, true);
  if (verb === "--print-architecture") {
    yield* context.out("amd64\n");
    return 0;
  }
  if (verb === "--get-selections") {
    yield* context.out(
      installedOnes(context)
        .map(({ name }) => `${name.padEnd(40)}\tinstall\n`)
        .join(""),
    );
    return 0;
  }
  if (verb === "-i" || verb === "--install") {
    yield* context.err(
      names
        .map((name) => `dpkg: error: cannot access archive '${name}': No such file or directory\n`)
        .join(""),
    );
    return 2;
  }
  yield* context.err(
    "dpkg: error: need an action option\n\nType dpkg --help for help about installing and deinstalling packages [*];\n",
  );
  return 2;
}

export const dpkg: Command = {
  path: "/usr/bin/dpkg",
  aliases: ["/usr/bin/dpkg-query"],
  run: runDpkg,
};

export const chkconfig: Command = {
  path: "/usr/sbin/chkconfig",
  *run(context) {
    const words = context.argv.slice(1).filter((word) => !word.startsWith("--level"));
    const [name = "", verb] = words;
    if (name === "--list" || name === "") {
      yield* context.out(
        "\nNote: This output shows SysV services only and does not include native\n      systemd services.\n\n",
      );
      return 0;
    }
    if (name === "--add" || name === "--del") return 0;
    if (verb === "on" || verb === "off") {
      yield* context.err(
        `Note: Forwarding request to 'systemctl ${verb === "on" ? "enable" : "disable"} ${name}.service'.\n`,
      );
      return yield* runSystemctl(context, [verb === "on" ? "enable" : "disable", name]);
    }
    return yield* runSystemctl(context, ["is-enabled", name]);
  },
};
