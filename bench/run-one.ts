/** What a child process of the bench runs, bundled: one workload, by its key, or none to hear all keys; answers as JSON. */
import { BY_HAND, WORKLOADS } from "./workloads/index.ts";

/** The keys that a run of the bench measures, and those that it measures only when they are asked for. */
export interface WorkloadKeys {
  readonly usual: readonly string[];
  readonly byHand: readonly string[];
}

const [, , key] = process.argv;
const keys = (): WorkloadKeys => ({ usual: [...WORKLOADS.keys()], byHand: [...BY_HAND.keys()] });
const workload = key === undefined ? keys : (WORKLOADS.get(key) ?? BY_HAND.get(key));
if (workload === undefined) throw new Error(`no workload ${key}`);
process.stdout.write(`${JSON.stringify(workload())}\n`);
