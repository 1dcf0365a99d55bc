/** `pnpm swarm --runs N --seed S`: many random labs, one after the other; each that goes wrong is told with its replay. */
import { parseArgs } from "node:util";
import type { DropReason } from "@lvsim/core";
import { runSwarmLab } from "./run-lab.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
  },
});
const runs = Number(values.runs);
const first = Number(values.seed);
const drops = new Map<DropReason, number>();
let failed = 0;
let storms = 0;
let events = 0;
for (let seed = first; seed < first + runs; seed++) {
  const result = runSwarmLab(seed, runs === 1);
  events += result.eventCount;
  if (!result.isEnded) storms++;
  for (const [reason, count] of result.drops) drops.set(reason, (drops.get(reason) ?? 0) + count);
  if (result.problems.length === 0) continue;
  failed++;
  for (const problem of result.problems.slice(0, 5)) {
    console.log(`seed ${seed}: ${problem}`);
    const frame = /#(\d+)/.exec(problem)?.[1];
    for (const line of result.stories?.get(Number(frame)) ?? []) console.log(`    ${line}`);
  }
  console.log(`  replay: npx -y pnpm@12.21.0 swarm --runs 1 --seed ${seed}`);
}
for (const [reason, count] of [...drops].sort((a, b) => b[1] - a[1]))
  console.log(`${count} ${reason}`);
console.log(
  `${runs} labs, ${events} events of the trace: ${runs - failed} conserved, ${failed} not; ${storms} ended by a limit`,
);
process.exitCode = failed === 0 ? 0 : 1;
