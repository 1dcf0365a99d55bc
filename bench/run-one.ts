/** What a child process of the bench runs, bundled: one workload, by its key, or none to hear all keys; answers as JSON. */
import { BY_HAND, ONCE, WORKLOADS } from "./workloads/index.ts";

/** The keys that a run of the bench measures, and those that it measures only when they are asked for. */
export interface WorkloadKeys {
  readonly usual: readonly string[];
  readonly byHand: readonly string[];
  /** Among the usual ones: those that one round is enough for. */
  readonly once: readonly string[];
}

const [, , key] = process.argv;
const keys = (): WorkloadKeys => ({
  usual: [...WORKLOADS.keys()],
  byHand: [...BY_HAND.keys()],
  once: ONCE,
});
const workload = key === undefined ? keys : (WORKLOADS.get(key) ?? BY_HAND.get(key));
if (workload === undefined) throw new Error(`no workload ${key}`);
process.stdout.write(`${JSON.stringify(await workload())}\n`);
