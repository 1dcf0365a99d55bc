/** /dev/fd: the open descriptors of whoever looks, by their number. */
import { START } from "@lvsim/core";
import { FileError } from "../process/errno.ts";
import type { Process } from "../process/process.ts";
import { type Device, type Directory, directory } from "../vfs/node.ts";

const descriptor = (number: number): Device => ({
  kind: "device",
  mode: 0o666,
  modified: START,
  open: (process) => process.descriptors.get(number)?.retain() ?? FileError.ENOENT,
});

const isOpen = (process: Process | null, number: number): boolean =>
  process?.descriptors.get(number) !== undefined;

export const descriptorDirectory = (): Directory =>
  directory(START, 0o555, {
    lookup: (name, process) =>
      /^\d+$/.test(name) && isOpen(process, Number(name)) ? descriptor(Number(name)) : undefined,
    names: (process) => process?.descriptors.numbers().map(String) ?? [],
  });
