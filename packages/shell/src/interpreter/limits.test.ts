import { expect, test } from "vitest";
import { DEFAULT_COSTS, NO_COSTS } from "../kernel/costs.ts";
import { ShellMachine } from "../testing/shell-machine.ts";

const KILLED_BY_XCPU = 128 + 24;

test.each([
  ["a loop without end", "while :; do :; done", KILLED_BY_XCPU],
  ["recursion without end", "f() { f; }; f", 1],
  ["recursion through eval", "x() { eval x; }; x", 1],
  ["text that doubles", "x=a; while :; do x=$x$x; done", 2],
  ["a brace range of a hundred million", "echo {1..99999999}", 1],
  ["output without end", "yes", 141],
  ["a substitution without end", "echo $(yes)", 2],
  ["an array that grows", "while :; do a+=(x); done", 2],
  ["much text through a pipe", "cat /dev/zero | tr a b > /dev/null", 0],
  ["arithmetic that means itself", "x=x; echo $((x))", 1],
  ["a file that grows from itself", "echo x > f; while cat f >> g && cat g >> f; do :; done", 0],
])("%s ends", (_name, script, status) => {
  expect(new ShellMachine(NO_COSTS).sh(script).status).toBe(status);
});

test("a loop without end ends where shell work costs time, too", () => {
  expect(new ShellMachine(DEFAULT_COSTS).sh("while :; do :; done").status).toBe(KILLED_BY_XCPU);
});

test("a fork bomb meets the limit on processes and leaves the machine usable", () => {
  const shell = new ShellMachine(NO_COSTS);
  const bomb = shell.sh("f() { sleep 100 & f; }; f");
  expect(bomb.stderr).toContain("maximum function nesting level");
  const many = shell.sh("for i in {1..1000}; do sleep 1000 & done");
  expect(many.stderr).toContain("fork: Resource temporarily unavailable");
  expect(many.status).toBe(254);
  shell.sh("sleep 2000");
  expect(shell.sh("echo again").stdout).toBe("again\n");
});

test("a pattern made to take exponential time takes little", () => {
  const shell = new ShellMachine();
  const letters = "a".repeat(60);
  expect(shell.sh(`[[ ${letters} =~ ^(a|aa)+(a*)*b$ ]]; echo $?`).stdout).toBe("1\n");
  expect(shell.sh(`[[ ${letters} == *a*a*a*a*a*a*a*a*b ]]; echo $?`).stdout).toBe("1\n");
});
