/**
 * Addresses that were given for a time only (`valid_lft`): a coarse timer takes them away when it is over, as the kernel's
 * `check_lifetime` does. That they are deprecated before follows from the time alone.
 */
import type { Engine } from "../time/engine.ts";
import type { Instant } from "../time/instant.ts";
import { Timer } from "../time/timer.ts";
import { deleteAddressAt } from "./addressing/addresses.ts";
import { FOREVER } from "./device/config.ts";
import type { NamespaceConfig, NamespaceDraft } from "./namespace-config.ts";

export class AddressExpiry extends Timer {
  private readonly engine: Engine;
  private readonly change: (recipe: (draft: NamespaceDraft) => number) => void;

  /** `change` changes the namespace's configuration on the kernel's own account. */
  constructor(engine: Engine, change: (recipe: (draft: NamespaceDraft) => number) => void) {
    super();
    this.engine = engine;
    this.change = change;
  }

  follow(config: NamespaceConfig): void {
    const { timers } = this.engine;
    if (this.armed) timers.cancel(this);
    const first = firstExpiry(config);
    if (first !== null) timers.arm(this, first);
  }

  expire(): void {
    const { now } = this.engine;
    this.change((draft) => {
      for (const device of draft.devices)
        for (let i = device.addresses.length - 1; i >= 0; i--) {
          const lifetime = device.addresses[i]?.lifetime;
          if (lifetime !== undefined && isOver(lifetime.validUntil, now))
            deleteAddressAt(draft, device, i);
        }
      return 0;
    });
  }
}

const isOver = (until: number, now: Instant): boolean => until !== FOREVER && until <= now;

/** Null when all addresses stay. */
export function firstExpiry({ devices }: NamespaceConfig): Instant | null {
  let first: Instant | null = null;
  for (const { addresses } of devices)
    for (const { lifetime } of addresses) {
      if (lifetime === undefined || lifetime.validUntil === FOREVER) continue;
      if (first === null || lifetime.validUntil < first) first = lifetime.validUntil as Instant;
    }
  return first;
}
