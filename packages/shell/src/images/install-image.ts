/**
 * Installs a machine from an image. What a path leads to is worked out once for each image and variant of ipvsadm; a
 * machine then only gets fresh nodes, since every node can be changed.
 */
import { START } from "@lvsim/core";
import type { Command } from "../command.ts";
import { type IpvsadmVariant, ipvsadmCommands } from "../commands/ipvsadm/index.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { PackageState, SystemState, UnitState } from "../kernel/system-state.ts";
import { type Directory, directory, type Node, type Program, regularFile } from "../vfs/node.ts";
import { dirname } from "../vfs/path.ts";
import type { Image, ImagePackage } from "./image.ts";

export interface InstallOptions {
  readonly ipvsadm: IpvsadmVariant;
  /** Programs that no package brings: the shells. */
  readonly programs?: readonly Command[];
}

/** A node as every machine of an image begins with it. */
interface Plan {
  readonly kind: "directory" | "file" | "link";
  readonly mode: number;
  /** Of a file its text, of a link its target. */
  readonly text: string;
  readonly program: Program | null;
  readonly below: Map<string, Plan>;
}

/** What all machines of one image and one choice of options share. */
interface Prepared {
  readonly image: Image;
  readonly variant: IpvsadmVariant;
  readonly more: readonly Command[];
  readonly packages: readonly ImagePackage[];
  readonly programs: Map<string, Program>;
  readonly root: Plan;
}

const NO_PROGRAMS: readonly Command[] = [];
const cache: Prepared[] = [];

function prepare(image: Image, { ipvsadm, programs }: InstallOptions): Prepared {
  const more = programs ?? NO_PROGRAMS;
  const known = cache.find(
    (prepared) =>
      prepared.image === image && prepared.variant === ipvsadm && prepared.more === more,
  );
  if (known !== undefined) return known;
  const packages = [...image.packages, { ...image.ipvsadm, commands: ipvsadmCommands(ipvsadm) }];
  const prepared: Prepared = {
    image,
    variant: ipvsadm,
    more,
    packages,
    programs: new Map(
      packages.flatMap(({ commands }) =>
        commands.map((command) => [canonical(command.path), command]),
      ),
    ),
    root: rootOf(image, packages, more),
  };
  cache.push(prepared);
  return prepared;
}

/** /bin, /sbin and /lib are links into /usr. */
const canonical = (path: string): string => path.replace(/^\/(s?bin|lib)\//, "/usr/$1/");

const folder = (mode = 0o755): Plan => ({
  kind: "directory",
  mode,
  text: "",
  program: null,
  below: new Map(),
});

function rootOf(image: Image, packages: readonly ImagePackage[], more: readonly Command[]): Plan {
  const root = folder();
  const at = (path: string): Plan => {
    if (path === "/") return root;
    const parent = at(dirname(path));
    const name = path.slice(path.lastIndexOf("/") + 1);
    const found = parent.below.get(name);
    if (found !== undefined) return found;
    const plan = folder();
    parent.below.set(name, plan);
    return plan;
  };
  const put = (path: string, plan: Plan): void => {
    at(dirname(path)).below.set(path.slice(path.lastIndexOf("/") + 1), plan);
  };
  const link = (path: string, target: string): void =>
    put(path, { kind: "link", mode: 0o777, text: target, program: null, below: new Map() });
  for (const path of image.directories) at(path);
  link("/var/run", "/run");
  for (const path of ["/tmp", "/var/tmp"]) put(path, folder(0o1777));
  put("/root", folder(0o700));
  const installed = packages.filter((candidate) => candidate.installed);
  for (const command of [...installed.flatMap(({ commands }) => commands), ...more]) {
    const path = canonical(command.path);
    put(path, { kind: "file", mode: 0o755, text: "", program: command, below: new Map() });
    for (const alias of command.aliases ?? [])
      if (canonical(alias) !== path) link(canonical(alias), path);
  }
  for (const { path, content, mode } of [
    ...installed.flatMap(({ files }) => files),
    ...image.files,
  ])
    put(path, {
      kind: "file",
      mode: mode ?? 0o644,
      text: content,
      program: null,
      below: new Map(),
    });
  for (const { path, target } of image.links) link(path, target);
  link("/usr/bin/sh", image.sh);
  for (const name of ["bin", "sbin", "lib"]) link(`/${name}`, `usr/${name}`);
  return root;
}

function instantiate({ kind, mode, text, program, below }: Plan): Node {
  if (kind === "file") return regularFile(START, text, mode, program);
  if (kind === "link") return { kind, mode, modified: START, target: text };
  const node = directory(START, mode);
  for (const [name, plan] of below) node.entries.set(name, instantiate(plan));
  return node;
}

/** The packages, units and programs that a new machine knows; for `KernelOptions.system`. */
export function createSystemState(image: Image, options: InstallOptions): SystemState {
  const { packages, programs } = prepare(image, options);
  const { distribution, sh, bashVersion, selinux } = image;
  const units = new Map<string, UnitState>();
  const states = new Map<string, PackageState>();
  for (const { commands, units: own, ...rest } of packages) {
    states.set(rest.name, {
      ...rest,
      programs: commands.map(({ path }) => canonical(path)),
      units: own.map(({ name }) => name),
    });
    for (const unit of own)
      units.set(unit.name, { ...unit, present: rest.installed, changedAt: START });
  }
  return { distribution, sh, bashVersion, packages: states, units, selinux, programs };
}

/**
 * Puts the image's directories, files and installed programs into the machine, and its name into /etc/hostname. Doing it
 * again changes nothing.
 */
export function installImage(kernel: Kernel, image: Image, options: InstallOptions): void {
  const { root } = prepare(image, options);
  const { files, hostname } = kernel;
  if (files.root.entries.has("usr")) return;
  for (const [name, plan] of root.below) merge(files.root, name, plan);
  const etc = files.root.entries.get("etc");
  if (etc?.kind === "directory") etc.entries.set("hostname", regularFile(START, `${hostname}\n`));
}

/** What is mounted already stays. */
function merge(parent: Directory, name: string, plan: Plan): void {
  const there = parent.entries.get(name);
  if (there === undefined) parent.entries.set(name, instantiate(plan));
  else if (there.kind === "directory")
    for (const [below, child] of plan.below) merge(there, below, child);
}
