import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

/** SIGXCPU and SIGKILL as a shell shows them. */
test.each([
  ["cat /dev/zero | tr a b > /dev/null; exit ${PIPESTATUS[0]}", 152],
  ["tr -d '\\0' < /dev/zero", 152],
  ["dd if=/dev/zero of=/dev/null", 152],
  ["dd if=/dev/zero of=/big bs=1M", 1],
  ["yes > /f", 1],
  ["od /dev/zero", 137],
  ["tac /dev/zero", 137],
  ["shuf -r -e a > /dev/null", 152],
  ["diff /dev/zero /dev/zero", 137],
  ["echo 'while(1) {}' | bc", 152],
  ["tar cf - / / / / | tar tf - > /dev/null", 0],
])("%s ends with status %i and the machine goes on", (script, status) => {
  const machine = new ShellMachine();
  expect(machine.sh(script).status).toBe(status);
  expect(machine.sh("echo on").stdout).toBe("on\n");
});
