/** Every scheduler that is modelled, by the name that `ipvsadm -s` takes; the kernel refuses other names with ENOENT. */
import { assert } from "../../../base/assert.ts";
import type { SchedulerName } from "../config.ts";
import type { SchedulerFactory } from "../scheduler.ts";
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

/** Whether a scheduler of this name exists. */
export const isScheduler = (name: string): name is ImplementedScheduler =>
  Object.hasOwn(SCHEDULERS, name);

/** The scheduler that a configuration names, which only takes names that exist. */
export function schedulerNamed(name: SchedulerName): SchedulerFactory {
  assert(isScheduler(name), `no scheduler ${name}`);
  return SCHEDULERS[name];
}
