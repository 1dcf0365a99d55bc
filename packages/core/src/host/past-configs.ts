/** The configurations that a namespace had before, made again from what takes its changes back. */
import { applyPatches, type Patch } from "immer";
import type { Instant } from "../time/instant.ts";
import type { ChangeOrigin } from "../trace/trace.ts";
import type { ConfigChange } from "./config-history.ts";
import type { NamespaceConfig } from "./namespace-config.ts";

/** A change of a namespace's configuration with what it was before and after. */
export interface PastChange {
  readonly at: Instant;
  readonly origin: ChangeOrigin;
  readonly before: NamespaceConfig;
  readonly after: NamespaceConfig;
}

/** Every change that `changes` knows of `subject`, the oldest first; `now` is its configuration after the last. */
export function pastConfigs(
  now: NamespaceConfig,
  changes: readonly ConfigChange[],
  subject: ConfigChange["subject"],
): PastChange[] {
  const past: PastChange[] = [];
  let after = now;
  for (let i = changes.length - 1; i >= 0; i--) {
    const change = changes[i] as ConfigChange;
    if (change.subject !== subject) continue;
    const before = applyPatches(after, change.inverse as Patch[]);
    past.push({ at: change.at, origin: change.origin, before, after });
    after = before;
  }
  return past.reverse();
}
