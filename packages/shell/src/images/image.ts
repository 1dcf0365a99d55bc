/**
 * What a machine is installed from: a distribution as plain, shared, immutable data. Machines get fresh nodes of their own
 * (a file can be changed anywhere), programs and texts are shared by all of them.
 */
import type { PackageState, UnitState } from "../kernel/system-state.ts";

export type ImageName = "debian-12" | "centos-7";

/** A file of the image; the mode is 0o644 where none is given. */
export interface ImageFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

export interface ImageLink {
  readonly path: string;
  readonly target: string;
}

/** A unit of systemd as it is right after the first boot. */
export interface ImageUnit {
  readonly name: string;
  readonly description: string;
  readonly active: UnitState["active"];
  readonly enabled: boolean;
  /** The package that brings it. */
  readonly package: string;
}

export interface ImagePackage extends Readonly<PackageState> {
  /** Files that come with it besides programs. */
  readonly files: readonly ImageFile[];
}

export interface Image {
  readonly name: ImageName;
  readonly distribution: {
    readonly id: string;
    readonly version: string;
    readonly prettyName: string;
  };
  /** How `sh` speaks. */
  readonly sh: "bash" | "dash";
  readonly bashVersion: string;
  readonly selinux: "Enforcing" | "Permissive" | "Disabled";
  /** Files that belong to no package of `packages`. */
  readonly files: readonly ImageFile[];
  readonly links: readonly ImageLink[];
  readonly directories: readonly string[];
  /** Installed ones and those that yum or apt-get can install. */
  readonly packages: readonly ImagePackage[];
  readonly units: readonly ImageUnit[];
}
