/** For tests of `ip`: a host that some lines were typed on before the one in question. */
import { expect } from "vitest";
import { type TestHost, testNetwork } from "../network-fixture.ts";
import { IPROUTE_COMMANDS } from "./ip.ts";

/** A host on which `lines` were run, all of them without a word. */
export function hostAfter(...lines: readonly string[]): TestHost {
  const host = testNetwork(1, IPROUTE_COMMANDS).hosts[0] as TestHost;
  for (const line of lines)
    expect([line, host.run(line)]).toEqual([line, { status: 0, stdout: "", stderr: "" }]);
  return host;
}
