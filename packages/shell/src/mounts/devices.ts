/** The devices of /dev that scripts use. */
import { START } from "@lvsim/core";
import { FileError } from "../process/errno.ts";
import { OpenFile } from "../process/open-file.ts";
import type { Device } from "../vfs/node.ts";

/** What a device gives and takes: null for an end of file at once. */
class OpenDevice extends OpenFile {
  private readonly fill: string | null;
  private readonly full: boolean;

  constructor(fill: string | null, full: boolean) {
    super();
    this.fill = fill;
    this.full = full;
  }

  override read(max: number): string {
    return this.fill === null ? "" : this.fill.repeat(max);
  }

  override write(text: string): number {
    return this.full ? -FileError.ENOSPC : text.length;
  }

  protected override close(): void {}
}

const device = (fill: string | null, full = false): Device => ({
  kind: "device",
  mode: 0o666,
  modified: START,
  open: () => new OpenDevice(fill, full),
});

const descriptor = (number: number): Device => ({
  kind: "device",
  mode: 0o666,
  modified: START,
  open: (process) => process.descriptors.get(number)?.retain() ?? FileError.ENOENT,
});

/** By name below /dev. A shell that nobody sits at has no terminal. */
export const DEVICES: ReadonlyMap<string, Device> = new Map([
  ["null", device(null)],
  ["zero", device("\0")],
  ["full", device("\0", true)],
  ["stdin", descriptor(0)],
  ["stdout", descriptor(1)],
  ["stderr", descriptor(2)],
  ["tty", { kind: "device", mode: 0o666, modified: START, open: () => FileError.ENXIO }],
]);
