/**
 * `pnpm swarm --runs N --seed S`: generated labs with all invariants, one after the other. Each that goes wrong is told with
 * a line that plays it again; the first is made smaller. `--lab JSON` plays one lab and tells all of it. With `--untraced`
 * each is played without a trace as well, and must look the same.
 */
import { parseArgs } from "node:util";
import type { DropReason } from "@lvsim/core";
import { described, type Generated, generated, play, replayLine, shrunk } from "./generated.ts";
import type { Played } from "./played.ts";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    seed: { type: "string", default: "1" },
    lab: { type: "string" },
    untraced: { type: "boolean", default: false },
  },
});

const options = { comparesUntraced: values.untraced };

/** Everything about one lab. */
function tell(lab: Generated): Played {
  console.log(described(lab));
  const played = play(lab, { ...options, tellsStories: true });
  console.log(played.text === "" ? "everything holds" : played.text);
  console.log(`replay: ${replayLine(lab)}`);
  return played;
}

function sweep(first: number, runs: number): boolean {
  const drops = new Map<DropReason, number>();
  const [failed, counts] = [[] as number[], { wild: 0, service: 0, storms: 0, events: 0 }];
  for (let number = first; number < first + runs; number++) {
    const lab = generated(number);
    const played = play(lab, options);
    counts[lab.kind]++;
    counts.events += played.eventCount;
    if (!played.isEnded) counts.storms++;
    for (const [reason, count] of played.drops) drops.set(reason, (drops.get(reason) ?? 0) + count);
    if (played.problems.length === 0) continue;
    for (const { name, text } of played.problems.slice(0, 3))
      console.log(`seed ${number}: ${text} (${name})`);
    console.log(`  replay: npx -y pnpm@12.21.0 --silent swarm --runs 1 --seed ${number}`);
    if (failed.push(number) === 1) tell(shrunk(lab, played, options));
  }
  for (const [reason, count] of [...drops].sort((a, b) => b[1] - a[1]))
    console.log(`${count} ${reason}`);
  const { wild, service, storms, events } = counts;
  console.log(
    `${wild} wild labs and ${service} with a service, ${events} events of the trace, ${storms} ended by a limit`,
  );
  console.log(`${runs - failed.length} hold, ${failed.length} do not`);
  return failed.length === 0;
}

const isWell =
  values.lab === undefined
    ? sweep(Number(values.seed), Number(values.runs))
    : tell(JSON.parse(values.lab) as Generated).problems.length === 0;
process.exitCode = isWell ? 0 : 1;
