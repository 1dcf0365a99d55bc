/** The descriptor table of a process: small integers to open file descriptions. */
import type { OpenFile } from "./open-file.ts";

/** RLIMIT_NOFILE. */
export const DESCRIPTORS_MAX = 1024;

export class Descriptors {
  private readonly files = new Map<number, OpenFile>();

  get(descriptor: number): OpenFile | undefined {
    return this.files.get(descriptor);
  }

  /** dup2: `descriptor` now owns the caller's reference to `file`; what it was is closed. */
  set(descriptor: number, file: OpenFile): void {
    const before = this.files.get(descriptor);
    this.files.set(descriptor, file);
    before?.release();
  }

  /** False when nothing was open there. */
  close(descriptor: number): boolean {
    const file = this.files.get(descriptor);
    if (file === undefined) return false;
    this.files.delete(descriptor);
    file.release();
    return true;
  }

  /** The lowest free number that is at least `least`. */
  lowestFree(least: number): number {
    if (this.files.size >= DESCRIPTORS_MAX) return DESCRIPTORS_MAX;
    let descriptor = least;
    while (this.files.has(descriptor)) descriptor++;
    return descriptor;
  }

  /** Every open number in ascending order. */
  numbers(): number[] {
    return Array.from(this.files.keys()).sort((a, b) => a - b);
  }

  /** fork: the same descriptions under the same numbers. */
  copy(): Descriptors {
    const copy = new Descriptors();
    for (const [descriptor, file] of this.files) copy.files.set(descriptor, file.retain());
    return copy;
  }

  closeAll(): void {
    for (const descriptor of this.numbers()) this.close(descriptor);
  }
}
