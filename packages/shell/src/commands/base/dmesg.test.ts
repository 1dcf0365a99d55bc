import type { Instant } from "@lvsim/core";
import { expect, test } from "vitest";
import { bareNamespace, runCommand, testKernel } from "../../testing/run-command.ts";
import { dmesg } from "./dmesg.ts";

const kernel = testKernel(bareNamespace());
kernel.log.append(1_500_000_000 as Instant, 4, "IN=eth0 OUT= ");
kernel.log.append(61_000_001_000 as Instant, 6, "TRACE: raw:OUTPUT:policy:2 IN= OUT=eth0 ");

/** As dmesg of util-linux 2.38.1 writes them. */
test.each([
  ["", "[    1.500000] IN=eth0 OUT= \n[   61.000001] TRACE: raw:OUTPUT:policy:2 IN= OUT=eth0 \n"],
  ["-t -l warn", "IN=eth0 OUT= \n"],
  ["-T -l info", "[Mon Jan  1 00:01:01 2024] TRACE: raw:OUTPUT:policy:2 IN= OUT=eth0 \n"],
  ["-x --level=warn", "kern  :warn  : [    1.500000] IN=eth0 OUT= \n"],
  ["-r -l warn", "<4>[    1.500000] IN=eth0 OUT= \n"],
])("dmesg %s", (words, stdout) => {
  const argv = ["dmesg", ...words.split(" ").filter((word) => word !== "")];
  expect(runCommand(kernel, dmesg, argv)).toEqual({ status: 0, stdout, stderr: "" });
});

test.each([
  ["-l nosuch", "dmesg: unknown level 'nosuch'\n"],
  ["foo", "dmesg: bad usage\nTry 'dmesg --help' for more information.\n"],
])("dmesg %s complains", (words, stderr) => {
  const argv = ["dmesg", ...words.split(" ")];
  expect(runCommand(kernel, dmesg, argv)).toEqual({ status: 1, stdout: "", stderr });
});

test("dmesg -c empties the buffer", () => {
  runCommand(kernel, dmesg, ["dmesg", "-c"]);
  expect(runCommand(kernel, dmesg, ["dmesg"]).stdout).toBe("");
});

test("the buffer keeps what came last", () => {
  for (let n = 0; n < 3000; n++) kernel.log.append(0 as Instant, 4, `${n} ${"x".repeat(100)}`);
  const kept = kernel.log.all();
  expect(kept.length).toBeLessThan(1300);
  expect(kept.at(-1)?.text).toMatch(/^2999 /);
  expect(kernel.log.since(kernel.log.count - 2)).toHaveLength(2);
});
