/** What came of many connections, as text: shares, disruption on removal, how long they took. */
import {
  type DisruptionReport,
  type DistributionReport,
  disruptionReport,
  distributionReport,
  fairnessLines,
  type RequestRun,
  type ShareReport,
} from "@lvsim/scenarios";
import { type SchedulerUnderTest, testPool } from "../schedulers/test-pool.ts";
import { PAGE, plain } from "../text/page.ts";
import { Shown } from "../text/shown.ts";

/** Share against weight, greatest deviation, Jain's index, bursts and lag. */
export function shareText(report: ShareReport<unknown>): Shown {
  const servers = report.servers.map((one) => ({ ...one, server: String(one.server) }));
  const unnamed = { director: "", service: "", scheduler: "" };
  // without its heading, which names a service
  const lines = fairnessLines({ ...report, servers, ...unnamed }, PAGE).slice(1);
  return new Shown(plain(lines).replace(/^ {2}/gm, ""));
}

/** Which of so many clients come to another server when the server with this name (A, B …) goes. */
export function disruptionOnRemoval(
  scheduler: SchedulerUnderTest,
  weights: readonly number[],
  removed: string,
  clients = 1000,
): DisruptionReport {
  const pool = testPool(scheduler, weights);
  const before = pool.whereabouts(clients);
  return disruptionReport(before, pool.remove(removed).whereabouts(clients), new Set([removed]));
}

/** How long requests took from the command to its end, in simulated milliseconds. */
export const connectionTimes = (requests: readonly RequestRun[]): DistributionReport =>
  distributionReport(requests.map(({ beganAt, endedAt }) => (endedAt - beganAt) / 1e6));

const BAR = 40;
const ROWS = ["least", "median", "p90", "p99", "greatest"] as const;

/** The distribution as a table with bars; the numbers are milliseconds. */
export function distributionText(report: DistributionReport): Shown {
  const most = Math.max(report.greatest, Number.MIN_VALUE);
  const rows = ROWS.map((name) => {
    const value = report[name];
    const bar = "█".repeat(Math.round((value / most) * BAR));
    return `  ${name.padEnd(9)}${value.toFixed(3).padStart(12)} ms  ${bar}`.trimEnd();
  });
  const { count, mean } = report;
  return new Shown([`${count} connections, mean ${mean.toFixed(3)} ms`, ...rows].join("\n"));
}
