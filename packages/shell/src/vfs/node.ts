/** What a path leads to: directories, files, links, devices and files that the kernel makes up when they are read. */
import type { Instant } from "@lvsim/core";
import type { OpenFile } from "../process/open-file.ts";
import type { Process } from "../process/process.ts";

/** A program that the machine can execute; `Command` of command.ts is one. */
export interface Program {
  /** Where it is installed, as `/usr/sbin/ipvsadm`. */
  readonly path: string;
}

interface Meta {
  /** Permission bits, as `0o755`. */
  mode: number;
  /** Time of the last change. */
  modified: Instant;
}

export interface Directory extends Meta {
  readonly kind: "directory";
  readonly entries: Map<string, Node>;
  /** For trees that do not stand still, as /proc/sys: entries are asked for instead of stored. */
  readonly provider: DirectoryProvider | null;
  /** A mount that refuses every change. */
  readonly readOnly: boolean;
}

export interface DirectoryProvider {
  lookup(name: string, process: Process | null): Node | undefined;
  names(process: Process | null): readonly string[];
}

export interface RegularFile extends Meta {
  readonly kind: "file";
  content: string;
  /** Set for a program of the machine; its content is then not text. */
  readonly program: Program | null;
  readonly readOnly: boolean;
}

interface SymbolicLink extends Meta {
  readonly kind: "link";
  readonly target: string;
}

export interface Device extends Meta {
  readonly kind: "device";
  /** An errno when there is nothing to open, as for /dev/tty without a terminal. */
  open(process: Process): OpenFile | number;
}

/** A file of /proc: its text is made when it is opened, and a write acts at once. */
export interface SyntheticFile extends Meta {
  readonly kind: "synthetic";
  /** The text, or an errno. */
  read(process: Process): string | number;
  /** 0, or an errno. */
  write(process: Process, text: string): number;
}

export type Node = Directory | RegularFile | SymbolicLink | Device | SyntheticFile;

export const directory = (
  modified: Instant,
  mode: number = 0o755,
  provider: DirectoryProvider | null = null,
  readOnly = false,
): Directory => ({ kind: "directory", mode, modified, entries: new Map(), provider, readOnly });

export const regularFile = (
  modified: Instant,
  content: string,
  mode: number = 0o644,
  program: Program | null = null,
  readOnly = false,
): RegularFile => ({ kind: "file", mode, modified, content, program, readOnly });

/** A file of /proc that can only be read. */
export const readOnlySynthetic = (
  modified: Instant,
  read: (process: Process) => string,
): SyntheticFile => ({ kind: "synthetic", mode: 0o444, modified, read, write: () => 5 });
