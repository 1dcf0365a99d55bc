/** What other people's tests use: arbitraries, matchers, reports, invariants. */
export { labFor, type ModeLab, type ModeLabsOptions, modeLabs } from "./arbitraries/mode-labs.ts";
export { type WeightsOptions, weights } from "./arbitraries/weights.ts";
