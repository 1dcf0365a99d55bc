/**
 * When a real server counts as overloaded (`-x`, `-y`; ipvs-behaviour.md §6.3). Kernels from 6.1.187 on look again
 * only where a threshold is crossed or edited; earlier ones look at every bind and unbind.
 */
import type { Destination } from "./destination.ts";

export type OverloadVariant = "edge-triggered" | "classic";

/** The lower threshold in force: three quarters of the upper one when none is set. */
const effectiveLower = (server: Destination): number =>
  server.lowerThreshold !== 0
    ? server.lowerThreshold
    : server.upperThreshold - Math.floor(server.upperThreshold / 4);

/** After a connection or a template was bound to `server`. */
export function boundTo(server: Destination, template: boolean, variant: OverloadVariant): void {
  const { upperThreshold, totalConnections } = server;
  if (upperThreshold === 0) return;
  if (variant === "classic") {
    if (totalConnections >= upperThreshold) server.overloaded = true;
  } else if (!template && totalConnections === upperThreshold) {
    server.overloaded = true;
  }
}

/** After a connection or a template was unbound from `server`. */
export function unboundFrom(
  server: Destination,
  template: boolean,
  variant: OverloadVariant,
): void {
  const { upperThreshold, lowerThreshold, totalConnections } = server;
  if (variant === "classic") {
    if (lowerThreshold !== 0) {
      if (totalConnections < lowerThreshold) server.overloaded = false;
    } else if (upperThreshold === 0 || totalConnections * 4 < upperThreshold * 3) {
      server.overloaded = false;
    }
  } else if (!template && upperThreshold !== 0 && totalConnections + 1 === effectiveLower(server)) {
    server.overloaded = false;
  }
}

/** Sets the thresholds: on add, on edit, and when a server comes back from the trash. */
export function setThresholds(
  server: Destination,
  upper: number,
  lower: number,
  variant: OverloadVariant,
): void {
  const raised = upper === 0 || upper > server.upperThreshold;
  server.upperThreshold = upper;
  server.lowerThreshold = lower;
  if (variant === "classic") {
    if (raised) server.overloaded = false;
    return;
  }
  const total = server.totalConnections;
  if (upper === 0 || total < effectiveLower(server)) server.overloaded = false;
  else if (total >= upper) server.overloaded = true;
}
