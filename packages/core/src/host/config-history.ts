/**
 * What was changed in the configurations of one kernel's namespaces, the last change last, with what takes it back
 * (immer's inverse patches). Changes that one command made, in however many steps and namespaces, are taken back together:
 * they have one origin object. Packets' effects stay: an undone route does not call frames back.
 */
import type { Instant } from "../time/instant.ts";
import type { ChangeOrigin, ChangePatch } from "../trace/trace.ts";

/** A configuration that can be brought back by patches. */
interface Revertible {
  /** Applies `patches` as a change by `origin`. */
  revert(origin: ChangeOrigin, patches: readonly ChangePatch[]): void;
}

export interface ConfigChange {
  readonly at: Instant;
  readonly origin: ChangeOrigin;
  readonly subject: Revertible;
  /** What was done, and what takes it back. */
  readonly patches: readonly ChangePatch[];
  readonly inverse: readonly ChangePatch[];
}

/** A loop that configures for ever forgets its beginning. */
const CHANGES_MAX = 10_000;

export class ConfigHistory {
  private changes: ConfigChange[] = [];

  /** The oldest first. */
  get all(): readonly ConfigChange[] {
    return this.changes;
  }

  add(change: ConfigChange): void {
    if (this.changes.length >= 2 * CHANGES_MAX) this.changes = this.changes.slice(CHANGES_MAX);
    this.changes.push(change);
  }

  /** Takes back what the last command changed, for `by`; that command's origin, null when nothing is left. */
  undo(by: ChangeOrigin): ChangeOrigin | null {
    const origin = this.changes.at(-1)?.origin;
    if (origin === undefined) return null;
    for (
      let last = this.changes.at(-1);
      last !== undefined && last.origin === origin;
      last = this.changes.at(-1)
    ) {
      this.changes.pop();
      last.subject.revert(by, last.inverse);
    }
    return origin;
  }
}
