/** Runs of the workloads U and T: warm, in a process of their own, and as a tiny scenario over and over. */
import { assert, type Instant } from "@lvsim/core";
import { prepareConnections } from "./connections.ts";
import { prepareExchanges } from "./exchanges.ts";
import { cpuNow, type Measurement } from "./measure.ts";
import type { Work } from "./traffic.ts";

export type WorkName = "U" | "T";

/** Simulated time for everything that has begun to end, but for the timers of connections that are over. */
const EPILOGUE = 1e9;

const prepare = (name: WorkName, clients: number, servers: number, total: number): Work =>
  (name === "U" ? prepareExchanges : prepareConnections)(clients, servers, total);

/** Runs a prepared lab to its end: the last thing is begun, and a second later all is done. */
function finish(work: Work): void {
  const { engine, progress } = work;
  engine.run((work.lastBegin + EPILOGUE) as Instant);
  assert(progress.finished === progress.total, `${progress.finished} of ${progress.total}`);
}

/**
 * `total` pieces of work among `clients` × `servers` hosts, in a process that has done so `warmUps` times before. It is done
 * `runs` times in labs of their own, so that a full garbage collection, which comes once in several runs, counts for what
 * it is; building the labs does not count.
 */
export function warmRun(
  name: WorkName,
  clients: number,
  servers: number,
  total: number,
  warmUps: number,
  runs: number,
): Measurement {
  for (let i = 0; i < warmUps; i++) finish(prepare(name, clients, servers, total));
  let cpu = 0;
  let events = 0;
  for (let i = 0; i < runs; i++) {
    const work = prepare(name, clients, servers, total);
    const begin = cpuNow();
    finish(work);
    cpu += cpuNow() - begin;
    events += work.engine.eventCount;
  }
  return { n: runs * total, cpu, unit: "per_s", extra: { events } };
}

/** The first run of a process: its start, compilation and building of the lab count. */
export function coldRun(name: WorkName, total: number): Measurement {
  finish(prepare(name, 4, 4, total));
  return { n: total, cpu: cpuNow(), unit: "per_s" };
}

const TINY_TOTAL = 50;

/**
 * Labs of two clients, two real servers and 50 pieces of work, each built and run `times` times, after as many
 * `warmUps` that all is compiled: a property's thousands of labs are, too.
 */
export function tinyRuns(name: WorkName, times: number, warmUps: number): Measurement {
  for (let i = 0; i < warmUps; i++) finish(prepare(name, 2, 2, TINY_TOTAL));
  const begin = cpuNow();
  for (let i = 0; i < times; i++) finish(prepare(name, 2, 2, TINY_TOTAL));
  const cpu = cpuNow() - begin;
  const built = cpuNow();
  for (let i = 0; i < times; i++) prepare(name, 2, 2, TINY_TOTAL);
  const build = Math.round((cpuNow() - built) / times);
  return { n: times, cpu, unit: "ns", extra: { build_ns: build } };
}
