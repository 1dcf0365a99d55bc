/**
 * The exported script for real: `LVSIM_NETNS=1 npx vitest run test/export`, as root, with what the script asks for. A busy
 * machine can lose a race with a retransmission, so that the usual run of all tests leaves it out.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { folderWith } from "../cli/folder.ts";
import { lvsim } from "../cli/lvsim.ts";

const LABS = ["router-and-nat", "quiet-real-servers"].map((name) => `test/export/${name}.lab.yml`);
const place = folderWith({});

test.each(LABS)("%s is recorded as it is simulated", { timeout: 60_000 }, async (lab) => {
  const recording = join(place, `simulated-${LABS.indexOf(lab)}`);
  expect((await lvsim(["validate", lab])).status).toBe(0);
  expect(await lvsim(["export", "recording", lab, "-o", recording])).toMatchObject({ status: 0 });
  const { status, out } = await lvsim(["compare", lab, recording]);
  expect(out).toMatch(/^No difference: \d\d things of the recording by lvsim/);
  expect(status).toBe(0);
});

describe.runIf(process.env.LVSIM_NETNS === "1")("a real kernel", () => {
  test.each(LABS)("sends what the simulation of %s sends", { timeout: 120_000 }, async (lab) => {
    const name = `real-${LABS.indexOf(lab)}`;
    const [script, recording] = [join(place, `${name}.sh`), join(place, name)];
    await lvsim(["export", "netns", lab, "-o", script]);
    const real = spawnSync("bash", [script, recording], { encoding: "utf8" });
    expect(real.stderr).toContain("recorded in");
    expect(real.status).toBe(0);
    expect((await lvsim(["compare", lab, recording])).out).toMatch(/^No difference: \d\d things/);
  });
});
