/** What a child process of the bench runs, bundled: one workload, by its key, or none to hear all keys; answers as JSON. */
import { WORKLOADS } from "./workloads/index.ts";

const [, , key] = process.argv;
const workload = key === undefined ? () => [...WORKLOADS.keys()] : WORKLOADS.get(key);
if (workload === undefined) throw new Error(`no workload ${key}`);
process.stdout.write(`${JSON.stringify(workload())}\n`);
