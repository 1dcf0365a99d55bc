/** What a distribution keeps about itself: packages, units, SELinux. Plain state; images fill it, commands change it. */
import type { Instant } from "@lvsim/core";
import type { Program } from "../vfs/node.ts";

/** A file of text that comes with an image or a package; the mode is 0o644 where none is given. */
export interface PackageFile {
  readonly path: string;
  readonly content: string;
  readonly mode?: number;
}

export interface PackageState {
  readonly name: string;
  readonly version: string;
  /** Part after the version, as `1.el7`. */
  readonly release: string;
  readonly architecture: string;
  readonly repository: string;
  readonly summary: string;
  /** Download size as yum prints it. */
  readonly size: string;
  /** Paths of its programs. */
  readonly programs: readonly string[];
  readonly files: readonly PackageFile[];
  /** Units that come with it. */
  readonly units: readonly string[];
  installed: boolean;
}

export interface UnitState {
  /** With its suffix, as `iptables.service`. */
  readonly name: string;
  readonly description: string;
  active: "active" | "inactive" | "failed";
  enabled: boolean;
  /** Whether its package is installed. */
  present: boolean;
  /** When `active` changed last. */
  changedAt: Instant;
}

export interface SystemState {
  /** As in /etc/os-release. */
  readonly distribution: {
    readonly id: string;
    readonly version: string;
    readonly prettyName: string;
  };
  /** How `sh` speaks. */
  readonly sh: "bash" | "dash";
  readonly bashVersion: string;
  readonly packages: Map<string, PackageState>;
  readonly units: Map<string, UnitState>;
  selinux: "Enforcing" | "Permissive" | "Disabled";
  /** Every program that some package brings, by its path. */
  readonly programs: Map<string, Program>;
}
