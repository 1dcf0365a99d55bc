/** Generated labs with faults and all invariants: `pnpm swarm --runs N --seed S` plays more of them. */
import { labOf, readLab } from "@lvsim/scenarios";
import { expect, test } from "vitest";
import { generated, play } from "./generated.ts";
import { labText } from "./lab-text.ts";
import { labSource } from "./service/lab.ts";
import { servicePlan } from "./service/plan.ts";

const LABS = 1000;
const PER_TEST = 50;
/** Of so many, two are played without a trace as well. */
const UNTRACED_OF = 10;

const firstSeeds = Array.from({ length: LABS / PER_TEST }, (_, i) => 1 + i * PER_TEST);

test.each(firstSeeds)("in the fifty labs from seed %i on, whatever always holds does", (first) => {
  let events = 0;
  for (let seed = first; seed < first + PER_TEST; seed++) {
    // a wild lab and one with a service
    const comparesUntraced = seed % UNTRACED_OF < 2;
    const { problems, eventCount } = play(generated(seed), { comparesUntraced });
    const replay = `replay: npx -y pnpm@12.21.0 --silent swarm --runs 1 --seed ${seed}`;
    expect(problems, replay).toEqual([]);
    events += eventCount;
  }
  expect(events).toBeGreaterThan(5_000);
});

test("a plan is a lab file", () => {
  for (const seed of ["1", "2", "3", "4"]) {
    const source = labSource(servicePlan(seed));
    expect(readLab(labText(source), "generated.lab.yml")).toEqual(labOf(source));
  }
});

test("the same plan is the same run", () => {
  const lab = generated(2);
  expect(play(JSON.parse(JSON.stringify(lab)))).toEqual(play(lab));
});
