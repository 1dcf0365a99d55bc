/** What a unit that is more than a state does. */
import type { CommandContext } from "../command.ts";
import type { Kernel } from "../kernel/kernel.ts";
import type { Wait } from "../process/wait.ts";

type Act = (context: CommandContext) => Generator<Wait, boolean, void>;

export interface UnitBehaviour {
  /** False when it failed. What it prints is the journal's, which nobody reads here. */
  readonly start: Act;
  readonly stop: Act;
  readonly reload: Act | null;
  /** Whether its process lives; null for units without one. */
  readonly lives: ((machine: Kernel) => boolean) | null;
  /** Units that cannot run beside it. */
  readonly conflicts: readonly string[];
}
