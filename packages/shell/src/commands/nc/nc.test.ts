import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

test("a pause of the input is not its end", () => {
  const host = new ShellMachine();
  host.sh("ip link set lo up; ip addr add 10.9.0.1/24 dev lo");
  const { stdout } = host.sh(
    "nc -l -p 80 >/root/heard & sleep 0.1; (echo one; sleep 5; echo two) | nc -q 1 10.9.0.1 80; cat /root/heard",
  );
  expect(stdout).toBe("one\ntwo\n");
});
