/** The devices of /dev that scripts use. */
import { type Rng, START } from "@lvsim/core";
import { FileError } from "../process/errno.ts";
import { OpenFile } from "../process/open-file.ts";
import { decodeUtf8 } from "../text/utf8.ts";
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

/** Random octets from the machine's own stream: the same every time. */
class OpenRandom extends OpenDevice {
  private readonly rng: Rng;

  constructor(rng: Rng) {
    super("", false);
    this.rng = rng;
  }

  override read(max: number): string {
    const octets = new Uint8Array(max);
    for (let i = 0; i < max; i++) octets[i] = this.rng.below(256);
    return decodeUtf8(octets);
  }
}

/** `/dev/random` and `/dev/urandom`. */
export const randomDevice = (rng: Rng): Device => ({
  kind: "device",
  mode: 0o666,
  modified: START,
  open: () => new OpenRandom(rng),
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
