import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

/** The first two lines and the last are recorded of coreutils 9.1; that a name has gone is not. */
test("tail -F follows a name through its files", () => {
  const machine = new ShellMachine();
  const { stderr, stdout } = machine.sh(
    "(sleep 2; echo one > f; sleep 2; rm f; sleep 2; echo two > f; sleep 2; echo three > g; mv g f; sleep 3) & timeout 15 tail -F f",
  );
  expect(stdout).toBe("one\ntwo\nthree\n");
  expect(stderr).toBe(
    "tail: cannot open 'f' for reading: No such file or directory\n" +
      "tail: 'f' has appeared;  following new file\n" +
      "tail: 'f' has become inaccessible: No such file or directory\n" +
      "tail: 'f' has appeared;  following new file\n" +
      "tail: 'f' has been replaced;  following new file\n",
  );
});

test("tail -f goes on with what is written", () => {
  const machine = new ShellMachine();
  const { stdout } = machine.sh(
    "echo a > f; (sleep 1; echo b >> f; sleep 1; echo c >> f) & timeout 5 tail -f f",
  );
  expect(stdout).toBe("a\nb\nc\n");
});
