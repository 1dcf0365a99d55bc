/** Whole labs, shells included: the catalogue from its first to its last pair, a hundred machines that start, a loop of requests. */
import { assert } from "@lvsim/core";
import {
  type Check,
  checkLab,
  directRouting,
  Lab,
  type LabDefinition,
  labNames,
  libraryLab,
} from "@lvsim/scenarios";
import { cpuNow, type Measurement } from "./measure.ts";

const SEED = "1";

/** CPU time since `begin`; `process_s` is that of the process, loading and compiling of all its code included. */
const since = (begin: number, extra: Readonly<Record<string, number>>): Measurement => {
  const now = cpuNow();
  return {
    n: 1,
    cpu: now - begin,
    unit: "s",
    extra: {
      ...extra,
      process_s: Math.round(now / 1e7) / 100,
      // not the peak: Linux hands that of the process that started this one on to it
      mib: Math.round(process.memoryUsage.rss() / 2 ** 20),
    },
  };
};

function played(name: string, lab: LabDefinition, checks: readonly Check[]): number {
  const { run, results } = checkLab(name, lab, SEED, checks);
  assert(
    results.every(({ holds }) => holds),
    `${name} does not show what it says`,
  );
  return run.eventCount;
}

/** Every failure broken and mended, and the labs that are none. */
export function catalogue(): Measurement {
  const begin = cpuNow();
  let labs = 0;
  let events = 0;
  for (const name of labNames()) {
    const lab = libraryLab(name);
    assert(lab !== undefined, `no lab ${name}`);
    const mended = lab.failure === undefined ? undefined : libraryLab(name, "mended");
    for (const each of mended === undefined ? [lab] : [lab, mended]) {
      labs++;
      events += played(name, each, each.validate);
    }
  }
  return since(begin, { labs, events });
}

const MACHINES = 100;

/** Direct routing with a client, a gateway and a director beside the real servers: everything that is typed on all of them. */
export function manyMachines(): Measurement {
  const begin = cpuNow();
  const lab = Lab.build(directRouting({ realServers: MACHINES - 3 }), { seed: SEED });
  assert(lab.machines.size === MACHINES, `${lab.machines.size} machines`);
  for (const [host, { start }] of Object.entries(lab.definition?.hosts ?? {}))
    assert(lab.exec(host, start).status === 0, `${host} did not start`);
  return since(begin, { machines: MACHINES });
}

const ROUNDS = 1000;
const LOOP = `i=0
while true; do
  curl -s http://192.168.10.100/ > /dev/null || exit 1
  i=$((i + 1))
  [ $i -ge ${ROUNDS} ] && break
done
echo $i`;

/** A shell that asks once a turn, through a director with two real servers. */
export function curlLoop(): Measurement {
  const lab = Lab.build(directRouting(), { seed: SEED });
  for (const [host, { start }] of Object.entries(lab.definition?.hosts ?? {}))
    lab.exec(host, start);
  const begin = cpuNow();
  const { stdout } = lab.exec("client", LOOP);
  assert(stdout === `${ROUNDS}\n`, `the loop said ${stdout}`);
  return since(begin, { requests: ROUNDS });
}
