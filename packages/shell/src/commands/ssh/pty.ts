/** A pseudo-terminal of sshd: what is written to it and what its shell asks with goes over the wire, keys come from there. */
import { Terminal } from "../../process/terminal.ts";
import { type Sleeper, WaitQueue } from "../../process/wait.ts";
import type { Wire } from "./wire.ts";

const OUTPUT_MAX = 1 << 20;

/** Tells when somebody begins to wait for keys: then a prompt may stand. */
class WatchedQueue extends WaitQueue {
  onAdd: (() => void) | null = null;

  override add(sleeper: Sleeper): void {
    super.add(sleeper);
    this.onAdd?.();
  }
}

export class Pty extends Terminal {
  /** Woken by whatever the other side should see. */
  readonly told = new WaitQueue();
  override readonly readable: WatchedQueue = new WatchedQueue();
  private shownPrompt: string | null = null;

  constructor(onSignal: (group: number, signal: number) => void) {
    super(onSignal, OUTPUT_MAX);
    this.readable.onAdd = () => this.told.wake();
  }

  override write(text: string): number {
    const count = super.write(text);
    this.told.wake();
    return count;
  }

  /** Sends what is new on the screen, then the prompt when it changed. */
  tell(wire: Wire): void {
    const text = this.take();
    if (text !== "") wire.send("O", text);
    if (this.prompt === this.shownPrompt) return;
    this.shownPrompt = this.prompt;
    if (this.prompt === null) wire.send("N", "");
    else wire.send("P", this.prompt);
  }
}
