/**
 * Properties try the same values everywhere, so that a red run is red for everyone. `PROPERTY_SEED=n` has them try others;
 * what such a run finds gets an example of its own. A failure prints a line to paste, which tries its case alone.
 */
import { fc } from "@fast-check/vitest";
import { installReplay } from "@lvsim/testing/replay";
import { expect } from "vitest";

const { PROPERTY_SEED = "1" } = process.env;
fc.configureGlobal({ seed: Number(PROPERTY_SEED) });
installReplay(() => {
  const { testPath, currentTestName } = expect.getState();
  return { file: testPath, name: currentTestName };
});
