/** Every scheduler that is modelled, by the name that `ipvsadm -s` takes; the kernel refuses other names with ENOENT. */
import { assert } from "../../../base/assert.ts";
import type { SchedulerName } from "../config.ts";
import type {
  Scheduler,
  SchedulerEnvironment,
  SchedulerFactory,
  SchedulerModule,
  ServerPool,
} from "../scheduler.ts";
import { dh } from "./dh.ts";
import { fo } from "./fo.ts";
import { lblc } from "./lblc.ts";
import { lblcr } from "./lblcr.ts";
import { lc } from "./lc.ts";
import { mh } from "./mh.ts";
import { nq } from "./nq.ts";
import { ovf } from "./ovf.ts";
import { rr } from "./rr.ts";
import { sed } from "./sed.ts";
import { sh } from "./sh.ts";
import { twos } from "./twos.ts";
import { wlc } from "./wlc.ts";
import { wrr } from "./wrr.ts";

export const SCHEDULERS = {
  rr,
  wrr,
  lc,
  wlc,
  sed,
  nq,
  fo,
  ovf,
  dh,
  sh,
  lblc,
  lblcr,
  mh,
  twos,
} as const satisfies Readonly<Record<string, SchedulerFactory>>;

export type ImplementedScheduler = keyof typeof SCHEDULERS;

/** Whether Linux has it; `none` is a service that schedules nothing. */
export const isLinuxScheduler = (name: string): name is ImplementedScheduler | "none" =>
  name === "none" || Object.hasOwn(SCHEDULERS, name);

/** Whether a configuration may name it on a kernel with these modules. */
export const isSchedulerName = (
  name: string,
  modules: readonly SchedulerModule[],
): name is SchedulerName =>
  isLinuxScheduler(name) || modules.some((module) => module.name === name);

/** The scheduler that a configuration names, at work for `pool`; null for `none`. */
export function bindScheduler(
  name: SchedulerName,
  pool: ServerPool,
  environment: SchedulerEnvironment,
  modules: readonly SchedulerModule[],
): Scheduler | null {
  if (name === "none") return null;
  if (isLinuxScheduler(name)) return SCHEDULERS[name](pool, environment);
  const own = modules.find((module) => module.name === name);
  assert(own !== undefined, `no scheduler ${name}`);
  return own.bind(pool, environment);
}
