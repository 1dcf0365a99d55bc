/** What a network namespace is made from. */
import type { Rng } from "../rng/rng.ts";
import type { Engine } from "../time/engine.ts";
import type { Trace } from "../trace/trace.ts";
import type { ConfigHistory } from "./config-history.ts";
import type { KernelDevices } from "./device/kernel-devices.ts";
import type { SchedulerModule } from "./ipvs/scheduler.ts";
import type { KernelVariant } from "./kernel-variant.ts";
import type { NamespaceConfig } from "./namespace-config.ts";

export interface NamespaceOptions {
  readonly name: string;
  readonly engine: Engine;
  /** The namespace's own stream. */
  readonly rng: Rng;
  readonly trace: Trace | null;
  readonly kernel: KernelVariant;
  /** What it shares with the other namespaces of its kernel; left out for a kernel's first. */
  readonly kernelDevices?: KernelDevices;
  readonly history?: ConfigHistory;
  /** IPVS schedulers beside those of Linux. */
  readonly schedulers?: readonly SchedulerModule[];
  /** What it begins with; left out, as a kernel's first does. */
  readonly config?: NamespaceConfig;
}
