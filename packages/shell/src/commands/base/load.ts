/** How long a machine is up and how busy, as uptime, w and top show it; it is never busy. */
import type { Instant } from "@lvsim/core";
import { momentOf } from "../../time/moment.ts";
import { strftime } from "../../time/strftime.ts";

/** The line of uptime, with its newline. */
export function uptimeLine(now: Instant): string {
  const minutes = Math.floor(now / 60e9);
  const hours = Math.floor(minutes / 60) % 24;
  const days = Math.floor(minutes / 1440);
  const since =
    hours > 0
      ? `${String(hours).padStart(2)}:${String(minutes % 60).padStart(2, "0")}`
      : `${minutes % 60} min`;
  const dayText = days === 0 ? "" : `${days} day${days > 1 ? "s" : ""}, `;
  return ` ${strftime("%H:%M:%S", momentOf(now))} up ${dayText}${since},  1 user,  load average: 0.00, 0.00, 0.00\n`;
}

/** As `uptime -p` says it. */
export function prettyUptime(now: Instant): string {
  const minutes = Math.floor(now / 60e9);
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(minutes / 1440), "day"],
    [Math.floor(minutes / 60) % 24, "hour"],
    [minutes % 60, "minute"],
  ];
  const shown = parts
    .filter(([count]) => count > 0)
    .map(([count, unit]) => `${count} ${unit}${count === 1 ? "" : "s"}`);
  return `up ${shown.length === 0 ? "0 minutes" : shown.join(", ")}\n`;
}
