/**
 * A script in the manner of the kernel's own tests of IPVS: namespaces, veth pairs, a bridge, sysctls, listeners in the
 * background, traps. It must come to its own PASS, and to FAIL when the network is broken on purpose.
 */
import { readFileSync } from "node:fs";
import { Lab } from "@lvsim/scenarios";
import { expect, test } from "vitest";

const SCRIPT = readFileSync(
  new URL("scripts/forwarding-in-namespaces.sh", import.meta.url),
  "utf8",
);

function run(script: string): { status: number; stdout: string; stderr: string; rest: string } {
  const lab = Lab.empty({ seed: "1" });
  const { shell } = lab.addMachine("host", {});
  shell.writeFile("/root/forwarding.sh", script, 0o755);
  const ended = lab.exec("host", "./forwarding.sh");
  const rest = lab.exec("host", "ip netns; ls /tmp; jobs").stdout;
  const { status, stdout, stderr } = ended;
  return { status, stdout, stderr, rest };
}

test("files come through in all three ways, and nothing is left behind", () => {
  expect(run(SCRIPT)).toEqual({
    status: 0,
    stdout: `routed     nc       ok
routed     socat    ok
translated nc       ok
translated socat    ok
tunnelled  nc       ok
tunnelled  socat    ok
root/forwarding.sh: \u001b[0;32mPASS\u001b[0m
`,
    stderr: "",
    rest: "",
  });
});

test("a broken network fails every trial, and its listeners end", () => {
  const broken = SCRIPT.replace(`\${FAULT:-:}`, "at director ip link set d1 down");
  expect(broken).not.toBe(SCRIPT);
  const { status, stdout, rest } = run(broken);
  expect(status).toBe(1);
  expect(stdout.match(/lost \(1\)/g)).toHaveLength(6);
  expect(stdout).toContain("FAIL");
  expect(rest).toBe("");
});
