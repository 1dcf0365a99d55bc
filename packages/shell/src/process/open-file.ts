/**
 * An open file description (`open(2)`): what a descriptor number refers to, shared by every process that inherited or
 * duplicated it. Calls never block; a process that finds nothing to do parks on `readable` or `writable`.
 */
import { WaitQueue } from "./wait.ts";

export abstract class OpenFile {
  /** Whether isatty(3) holds. */
  readonly isTerminal: boolean = false;
  /** Woken when `read` may give something. */
  readonly readable: WaitQueue = new WaitQueue();
  /** Woken when `write` may accept something. */
  readonly writable: WaitQueue = new WaitQueue();
  private references = 1;

  /** Up to `max` characters; "" at the end of the file, null when nothing is there yet, a number for an errno. */
  abstract read(max: number): string | number | null;
  /** How many characters were accepted (0: none fits yet), or −errno. */
  abstract write(text: string): number;
  /** Runs when the last descriptor is closed. */
  protected abstract close(): void;

  /** Puts `text` back so that the next read gives it first; false where that is impossible, as on a pipe. */
  unread(_text: string): boolean {
    return false;
  }

  retain(): this {
    this.references++;
    return this;
  }

  release(): void {
    if (--this.references === 0) this.close();
  }
}
