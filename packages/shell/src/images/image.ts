/**
 * What a machine is installed from: a distribution as plain, shared, immutable data. Machines get fresh nodes of their own
 * (a file can be changed anywhere), programs and texts are shared by all of them.
 */
import type { Command } from "../command.ts";
import type { PackageFile, PackageState, SystemState, UnitState } from "../kernel/system-state.ts";

export type ImageName = "debian-12" | "centos-7";

/** A file of the image; the mode is 0o644 where none is given. */
export type ImageFile = PackageFile;

interface ImageLink {
  readonly path: string;
  readonly target: string;
}

/** A unit of systemd as it is right after the first boot, or as its package brings it. */
export type ImageUnit = Readonly<Pick<UnitState, "name" | "description" | "active" | "enabled">>;

/** A package, with the programs that it brings. */
export interface ImagePackage extends Readonly<Omit<PackageState, "programs" | "units">> {
  readonly commands: readonly Command[];
  readonly units: readonly ImageUnit[];
}

export interface Image
  extends Readonly<Pick<SystemState, "distribution" | "sh" | "bashVersion" | "selinux">> {
  readonly name: ImageName;
  /** Files that belong to no package of `packages`. */
  readonly files: readonly ImageFile[];
  readonly links: readonly ImageLink[];
  readonly directories: readonly string[];
  /** Installed ones and those that yum or apt-get can install, but ipvsadm. */
  readonly packages: readonly ImagePackage[];
  /** ipvsadm's, which comes in two variants; its commands are put in when a machine is installed. */
  readonly ipvsadm: ImagePackage;
}

/** A package from what differs; the rest is the same for most. */
export const imagePackage = (
  name: string,
  [version, release, repository, size]: readonly [string, string, string, string],
  parts: Partial<ImagePackage>,
): ImagePackage => ({
  name,
  version,
  release,
  repository,
  size,
  architecture: "x86_64",
  summary: name,
  commands: [],
  files: [],
  units: [],
  installed: true,
  ...parts,
});

/** A unit; unless something else is said it does not run and does not start at boot. */
export const imageUnit = (
  name: string,
  description: string,
  state: "off" | "on" | "once" = "off",
): ImageUnit => ({
  name: `${name}.service`,
  description,
  active: state === "on" ? "active" : "inactive",
  enabled: state !== "off",
});
