/** Putting a package's programs, files and units into the machine, and taking them out. */

import type { Command } from "../command.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { PackageState } from "../kernel/system-state.ts";
import { regularFile } from "../vfs/node.ts";
import { dirname } from "../vfs/path.ts";

export function installPackage(machine: Kernel, state: PackageState): void {
  const { files, system, now } = machine;
  for (const path of state.programs) {
    const program = system.programs.get(path);
    if (program === undefined) continue;
    files.mount(path, regularFile(now, "", 0o755, program));
    for (const alias of (program as Command).aliases ?? []) {
      const there = files.resolve(alias, "/", false);
      if (typeof there !== "number") continue;
      files.makeDirectories(dirname(alias));
      files.create(alias, "/", { kind: "link", mode: 0o777, modified: now, target: path });
    }
  }
  for (const { path, content, mode } of state.files)
    if (typeof files.resolve(path, "/") === "number") files.writeText(path, content, mode);
  for (const name of state.units) {
    const unit = system.units.get(name);
    if (unit !== undefined) unit.present = true;
  }
  state.installed = true;
}

/** Files that somebody may have edited stay. */
export function removePackage(machine: Kernel, state: PackageState): void {
  const { files, system } = machine;
  for (const path of state.programs) {
    files.unlink(path, "/");
    for (const alias of (system.programs.get(path) as Command | undefined)?.aliases ?? []) {
      const there = files.resolve(alias, "/", false);
      if (typeof there !== "number" && there.kind === "link") files.unlink(alias, "/");
    }
  }
  for (const name of state.units) {
    const unit = system.units.get(name);
    if (unit === undefined) continue;
    unit.present = false;
    unit.enabled = false;
    unit.active = "inactive";
  }
  state.installed = false;
}

/** Simulated seconds that fetching and installing takes, for each package. */
const SECONDS_PER_PACKAGE = 1;

/** Nothing where shell work is free. */
export const installSeconds = ({ costs }: Kernel, count: number): number =>
  costs.command === 0 ? 0 : count * SECONDS_PER_PACKAGE;
