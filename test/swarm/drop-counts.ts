/** Counts what was dropped, by reason. */
import type { DropReason, Frame, Instant, PlaceId, Trace } from "@lvsim/core";

export class DropCounts implements Trace {
  readonly counts = new Map<DropReason, number>();
  private readonly names: string[] = [""];

  place(name: string): PlaceId {
    const known = this.names.indexOf(name);
    return known > 0 ? known : this.names.push(name) - 1;
  }

  dropped(_at: Instant, _where: PlaceId, _frame: Frame, reason: DropReason): void {
    this.counts.set(reason, (this.counts.get(reason) ?? 0) + 1);
  }

  sent(): void {}
  received(): void {}
  delivered(): void {}
  note(): void {}
  changed(): void {}
}
