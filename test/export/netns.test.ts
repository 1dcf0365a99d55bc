/**
 * The exported script for real: `LVSIM_NETNS=1 npx vitest run test/export`, as root, with what the script asks for. A busy
 * machine can lose a race with a retransmission, so that the usual run of all tests leaves it out.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { expect, test } from "vitest";
import { folderWith } from "../cli/folder.ts";
import { lvsim } from "../cli/lvsim.ts";

const LAB = "test/export/router-and-nat.lab.yml";

const place = folderWith({});

test("the lab without IPVS holds all its checks in the simulation", {
  timeout: 60_000,
}, async () => {
  expect((await lvsim(["validate", LAB])).status).toBe(0);
});

test("a recording of the simulation is what the simulation does", { timeout: 60_000 }, async () => {
  const recording = join(place, "simulated");
  expect(await lvsim(["export", "recording", LAB, "-o", recording])).toMatchObject({ status: 0 });
  const { status, out } = await lvsim(["compare", LAB, recording]);
  expect(out).toMatch(/^No difference: \d\d things of the recording by lvsim/);
  expect(status).toBe(0);
  expect(await lvsim(["export", "recording", LAB, "-o", recording])).toMatchObject({
    status: 2,
    err: `lvsim: ${recording} is not empty\n`,
  });
});

test.runIf(process.env.LVSIM_NETNS === "1")(
  "a real kernel sends what the simulation sends",
  { timeout: 90_000 },
  async () => {
    const [script, recording] = [join(place, "lab.sh"), join(place, "real")];
    await lvsim(["export", "netns", LAB, "-o", script]);
    const real = spawnSync("bash", [script, recording], { encoding: "utf8" });
    expect(real.stderr).toContain("recorded in");
    expect(real.status).toBe(0);
    expect((await lvsim(["compare", LAB, recording])).out).toMatch(/^No difference: \d\d things/);
  },
);
