/** Every scheduler that is modelled, by the name that `ipvsadm -s` takes; the kernel refuses other names with ENOENT. */
import type { SchedulerName } from "../config.ts";
import type {
  Scheduler,
  SchedulerEnvironment,
  SchedulerFactory,
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

/** Whether a configuration may name it; `none` is a service that schedules nothing. */
export const isSchedulerName = (name: string): name is SchedulerName =>
  name === "none" || Object.hasOwn(SCHEDULERS, name);

/** The scheduler that a configuration names, at work for `pool`; null for `none`. */
export const bindScheduler = (
  name: SchedulerName,
  pool: ServerPool,
  environment: SchedulerEnvironment,
): Scheduler | null => (name === "none" ? null : SCHEDULERS[name](pool, environment));
