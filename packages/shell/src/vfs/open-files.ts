/** Open files of the file system: regular files with an offset, and files of /proc. */
import type { Instant } from "@lvsim/core";
import { FileError } from "../process/errno.ts";
import { OpenFile } from "../process/open-file.ts";
import type { Process } from "../process/process.ts";
import type { RegularFile, SyntheticFile } from "./node.ts";

/** How a file is opened. */
export interface OpenMode {
  readonly read: boolean;
  readonly write: boolean;
  /** Writes go to the end. */
  readonly append?: boolean;
  readonly create?: boolean;
  readonly truncate?: boolean;
  /** With `create`: fails when the file is there. */
  readonly exclusive?: boolean;
  /** Permission bits of a new file before the umask. */
  readonly mode?: number;
}

/** Bounds what a machine may store, in characters. */
export interface Space {
  used: number;
  readonly total: number;
  readonly perFile: number;
}

export class OpenRegularFile extends OpenFile {
  readonly node: RegularFile;
  private readonly mode: OpenMode;
  private readonly space: Space;
  private readonly now: () => Instant;
  private offset = 0;

  constructor(node: RegularFile, mode: OpenMode, space: Space, now: () => Instant) {
    super();
    this.node = node;
    this.mode = mode;
    this.space = space;
    this.now = now;
  }

  override read(max: number): string | number {
    if (!this.mode.read) return FileError.EBADF;
    const part = this.node.content.slice(this.offset, this.offset + max);
    this.offset += part.length;
    return part;
  }

  override write(text: string): number {
    if (!this.mode.write) return -FileError.EBADF;
    const { node, space } = this;
    const content = node.content;
    const at = this.mode.append === true ? content.length : this.offset;
    const growth = Math.max(0, at + text.length - content.length);
    if (content.length + growth > space.perFile) return -FileError.EFBIG;
    if (space.used + growth > space.total) return -FileError.ENOSPC;
    space.used += growth;
    node.content =
      at >= content.length
        ? content + "\0".repeat(at - content.length) + text
        : content.slice(0, at) + text + content.slice(at + text.length);
    node.modified = this.now();
    this.offset = at + text.length;
    return text.length;
  }

  override unread(text: string): boolean {
    this.offset = Math.max(0, this.offset - text.length);
    return true;
  }

  protected override close(): void {}
}

export class OpenSyntheticFile extends OpenFile {
  private readonly node: SyntheticFile;
  private readonly process: Process;
  private text: string | null = null;
  private offset = 0;

  constructor(node: SyntheticFile, process: Process) {
    super();
    this.node = node;
    this.process = process;
  }

  override read(max: number): string | number {
    if (this.text === null) {
      const text = this.node.read(this.process);
      if (typeof text === "number") return text;
      this.text = text;
    }
    const part = this.text.slice(this.offset, this.offset + max);
    this.offset += part.length;
    return part;
  }

  override write(text: string): number {
    const errno = this.node.write(this.process, text);
    return errno === 0 ? text.length : -errno;
  }

  override unread(text: string): boolean {
    this.offset = Math.max(0, this.offset - text.length);
    return true;
  }

  protected override close(): void {}
}
