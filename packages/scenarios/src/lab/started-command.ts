/** A command that a lab started: what its machine says of it, and Ctrl-C through the lab, which must know of it. */
import type { ExecHandle } from "@lvsim/shell";

export class StartedCommand implements ExecHandle {
  private readonly handle: ExecHandle;
  private readonly onInterrupt: () => void;

  constructor(handle: ExecHandle, onInterrupt: () => void) {
    this.handle = handle;
    this.onInterrupt = onInterrupt;
  }

  get done(): boolean {
    return this.handle.done;
  }

  get status(): number {
    return this.handle.status;
  }

  get stdout(): string {
    return this.handle.stdout;
  }

  get stderr(): string {
    return this.handle.stderr;
  }

  interrupt(): void {
    this.onInterrupt();
  }
}
