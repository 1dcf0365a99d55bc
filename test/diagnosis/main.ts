/** `pnpm hit-rate [NAME…]`: diagnosis on every pair of the catalogue, a line each, and the rate. */
import { isHit, judge, pairs } from "./hit-rate.ts";

const asked = process.argv.slice(2);
const names = pairs().filter((name) => asked.length === 0 || asked.includes(name));
const judged = names.map((name) => {
  const began = performance.now();
  const one = judge(name);
  const mark = isHit(one) ? (one.asMended ? "hit " : "hit~") : "MISS";
  const knob = one.sameKnob ? "" : " (another knob)";
  const how = one.wished ? " [wish]" : "";
  const wrong = one.falseCauses.length === 0 ? "" : `  FALSE ${one.falseCauses.join(", ")}`;
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  process.stdout.write(
    `${mark} ${name}${how}${knob}: ${one.causes.join(" + ")} | ${one.mend.join(" ;; ")} (${one.trials} forks, ${seconds} s)${wrong}\n`,
  );
  return one;
});
const hits = judged.filter(isHit).length;
const asMended = judged.filter((one) => isHit(one) && one.asMended).length;
const knobs = judged.filter((one) => isHit(one) && one.sameKnob).length;
const falseOnes = judged.filter(({ falseCauses }) => falseCauses.length > 0).length;
process.stdout.write(
  `${hits} of ${judged.length} hits (${((100 * hits) / Math.max(judged.length, 1)).toFixed(1)} %), ${asMended} of them as the mended twin behaves, ${knobs} by what the twin turns; false causes on ${falseOnes} mended twins\n`,
);
