/** What can be chosen when a lab is built. */
import type { Duration, KernelVariant, Limits, SchedulerModule, Trace } from "@lvsim/core";
import type { ShellCosts } from "@lvsim/shell";

export interface LabOptions {
  readonly seed: string;
  /** Watches the run; null for the fastest one. */
  readonly trace?: Trace | null;
  readonly limits?: Partial<Limits>;
  /** The kernel of all machines, whatever the lab file says; a machine put in by a call may have another one. */
  readonly kernel?: KernelVariant;
  /** What the kernels' timer wheel shows when the run begins. */
  readonly timerPhase?: Duration;
  /**
   * IPVS schedulers of one's own, which every director has beside Linux's. A snapshot that is written to a file keeps only
   * their names.
   */
  readonly schedulers?: readonly SchedulerModule[];
  /** What shell work costs in simulated time; nothing unless said. */
  readonly costs?: ShellCosts;
}
