/** What other people's tests use: arbitraries, matchers, reports, invariants. */
export { labFor, type ModeLab, type ModeLabsOptions, modeLabs } from "./arbitraries/mode-labs.ts";
export { type WeightsOptions, weights } from "./arbitraries/weights.ts";
export { type Claim, TestHost } from "./lab/test-host.ts";
export { TestLab, type TestLabOptions, testLab } from "./lab/test-lab.ts";
export { TestRequest } from "./lab/test-request.ts";
export { TestService } from "./lab/test-service.ts";
export type { Drop } from "./lab/way.ts";
export { matchers } from "./matchers/index.ts";
export type { Verdict } from "./matchers/verdict.ts";
export { serializer } from "./serializers/serializer.ts";
export { Shown } from "./text/shown.ts";
