/**
 * The load of a server as lc, wlc, lblc, lblcr and twos see it. Kernels from 6.1.187 on count 256 for an active
 * connection and 1 for every connection; earlier ones count 1 for the inactive only.
 */
import type { Destination } from "../destination.ts";
import type { SchedulerEnvironment } from "../scheduler.ts";

/** What one active connection counts, in inactive ones. */
export const activeWeightOf = (environment: SchedulerEnvironment): number =>
  environment.variant === "classic" ? 256 : 257;

/** `ip_vs_dest_conn_overhead`. */
export const overhead = (server: Destination, activeWeight: number): number =>
  server.loadWith(activeWeight);
