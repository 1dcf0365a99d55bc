/** Reading from a file without an end is ended by the machine's limits. */
import { expect, test } from "vitest";
import { ShellMachine } from "../testing/shell-machine.ts";

const SIGXCPU_STATUS = 152;

test("read ends with the process that has used up its steps", () => {
  const { status } = new ShellMachine().sh("read x < /dev/zero");
  expect(status).toBe(SIGXCPU_STATUS);
});

test("mapfile refuses more than a variable may hold", () => {
  const { status, stderr } = new ShellMachine().sh("mapfile x < /dev/zero; echo $?");
  expect(stderr).toContain("mapfile: xrealloc: cannot allocate");
  expect(status).toBe(0);
});
