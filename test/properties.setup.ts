/**
 * Properties try the same values everywhere, so that a red run is red for everyone. `PROPERTY_SEED=n` has them try others;
 * what such a run finds gets an example of its own.
 */
import { fc } from "@fast-check/vitest";

const { PROPERTY_SEED = "1" } = process.env;
fc.configureGlobal({ seed: Number(PROPERTY_SEED) });
