/**
 * `pnpm hit-rate [NAME…]`: diagnosis on every pair of the catalogue, a line each, and the rate. `pnpm hit-rate --generated N
 * --seed S`: the same on N labs of the break-it generator with the seeds from S on, by kind of fault; from seed 1000000 on
 * with kinds and topologies that it was not tuned on.
 */
import { parseArgs } from "node:util";
import { judgeMade } from "./generated.ts";
import { HELD_OUT_SEED } from "./held-out.ts";
import { isHit, judge, pairs } from "./hit-rate.ts";
import { rateLines } from "./rates.ts";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    generated: { type: "string" },
    seed: { type: "string", default: String(HELD_OUT_SEED) },
  },
});

if (values.generated === undefined) judgeCatalogue(positionals);
else judgeGenerated(Number(values.generated), Number(values.seed));

function judgeGenerated(count: number, from: number): void {
  const judged = Array.from({ length: count }, (_unused, i) => {
    const one = judgeMade(from + i);
    if (!one.isMended)
      say(
        `MISS seed ${one.seed} level ${one.level} ${one.shape}: ${one.kinds.join(" + ")} (${one.symptoms.join(", ")}) | ${one.mend.join(" ;; ")}`,
      );
    if (one.falseCauses.length > 0) say(`FALSE seed ${one.seed}: ${one.falseCauses.join(", ")}`);
    return one;
  });
  for (const line of rateLines(judged)) say(line);
}

function judgeCatalogue(asked: readonly string[]): void {
  const names = pairs().filter((name) => asked.length === 0 || asked.includes(name));
  const judged = names.map((name) => {
    const began = performance.now();
    const one = judge(name);
    const mark = isHit(one) ? (one.asMended ? "hit " : "hit~") : "MISS";
    const knob = one.sameKnob ? "" : " (another knob)";
    const how = one.wished ? " [wish]" : "";
    const wrong = one.falseCauses.length === 0 ? "" : `  FALSE ${one.falseCauses.join(", ")}`;
    const seconds = ((performance.now() - began) / 1000).toFixed(1);
    say(
      `${mark} ${name}${how}${knob}: ${one.causes.join(" + ")} | ${one.mend.join(" ;; ")} (${one.trials} forks, ${seconds} s)${wrong}`,
    );
    return one;
  });
  const hits = judged.filter(isHit).length;
  const asMended = judged.filter((one) => isHit(one) && one.asMended).length;
  const knobs = judged.filter((one) => isHit(one) && one.sameKnob).length;
  const falseOnes = judged.filter(({ falseCauses }) => falseCauses.length > 0).length;
  say(
    `${hits} of ${judged.length} hits (${((100 * hits) / Math.max(judged.length, 1)).toFixed(1)} %), ${asMended} of them as the mended twin behaves, ${knobs} by what the twin turns; false causes on ${falseOnes} mended twins`,
  );
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
