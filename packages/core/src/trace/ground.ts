/** What decided on a frame where it was no object of the simulation but a rule that every kernel has. */
import type { Decider } from "./trace.ts";

/** A rule of the kernel, in words. */
export class Ground implements Decider {
  private readonly words: string;

  constructor(words: string) {
    this.words = words;
  }

  describe(): string {
    return this.words;
  }
}
