import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

/** What a program does is recorded (recorded/userland.json); these are its bounds. */
test.each([
  ["a loop that never waits", "awk 'BEGIN{while(1);}'", 152],
  ["a text that grows", "awk 'BEGIN{x=\"a\"; while(1) x = x x}'", 137],
  ["an array that grows", "awk 'BEGIN{while(1) a[i++]=sprintf(\"%1000000d\", i)}'", 137],
  ["a function that calls itself", "awk 'function f(n){return f(n+1)} BEGIN{f(1)}'", 139],
  ["an input without end", "yes | awk '{n++}'", 152],
])("%s ends and the machine goes on", (_, script, status) => {
  const machine = new ShellMachine();
  expect(machine.sh(script).status).toBe(status);
  expect(machine.sh("echo on").stdout).toBe("on\n");
});

test("the clock of a program is the machine's", () => {
  const machine = new ShellMachine();
  machine.sh("sleep 90");
  expect(machine.sh("awk 'BEGIN{print systime(), strftime(\"%T\")}'").stdout).toBe(
    "1704067290 00:01:30\n",
  );
});
