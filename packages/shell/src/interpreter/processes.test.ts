import { expect, test } from "vitest";
import { DEFAULT_COSTS } from "../kernel/costs.ts";
import { ShellMachine } from "../testing/shell-machine.ts";

test("jobs in the background run beside one another in simulated time", () => {
  const shell = new ShellMachine();
  const { stdout } = shell.sh("for i in 3 1 2; do (sleep $i; echo $i) & done; wait; echo $SECONDS");
  expect(stdout).toBe("1\n2\n3\n3\n");
  expect(shell.engine.now).toBe(3e9);
});

test("a pipe ends its writer when the reader is gone, and its reader when the writers are", () => {
  const shell = new ShellMachine();
  expect(shell.sh("yes | head -2; echo ${PIPESTATUS[*]}").stdout).toBe("y\ny\n141 0\n");
  expect(shell.sh("(sleep 5; echo late) | cat; echo end").stdout).toBe("late\nend\n");
});

test("a stage of a pipe reads what another has written before that one ends", () => {
  const shell = new ShellMachine();
  const script = "(echo a; sleep 2; echo b) | while read x; do echo $x $SECONDS; done";
  expect(shell.sh(script).stdout).toBe("a 0\nb 2\n");
});

test("Ctrl-C ends the shell and what it waits for, and keeps what was printed", () => {
  const shell = new ShellMachine(DEFAULT_COSTS);
  const handle = shell.machine.exec("while true; do echo tick; sleep 1; done");
  shell.finish(handle, 3);
  handle.interrupt();
  const { status, stdout } = shell.finish(handle, 1);
  expect(status).toBe(130);
  expect(stdout.startsWith("tick\ntick\n")).toBe(true);
  shell.engine.run(shell.engine.now);
  expect(shell.machine.kernel.processes.size).toBe(0);
});

test("a trapped signal waits for the command in the foreground", () => {
  const shell = new ShellMachine();
  const script = "trap 'echo got $SECONDS' TERM; (sleep 1; kill $$) & sleep 3; echo after";
  expect(shell.sh(script).stdout).toBe("got 3\nafter\n");
});

test("wait comes back at once for a trapped signal", () => {
  const shell = new ShellMachine();
  const script =
    "trap 'echo got $SECONDS' USR1; sleep 9 & (sleep 1; kill -USR1 $$) & wait; echo $?";
  expect(shell.sh(script).stdout).toBe("got 1\n138\n");
});

test("a stopped process goes on when it is continued", () => {
  const shell = new ShellMachine();
  const script =
    "(sleep 1; echo woke $SECONDS) & p=$!; sleep 0.5; kill -STOP $p; sleep 5; kill -CONT $p; wait $p; echo $?";
  expect(shell.sh(script).stdout).toBe("woke 5\n0\n");
});

test("a busy loop over the clock ends because shell work costs time", () => {
  const shell = new ShellMachine(DEFAULT_COSTS);
  const { status } = shell.sh("t=$(date +%s); until [ $(date +%s) -ge $((t + 1)) ]; do :; done");
  expect(status).toBe(0);
  expect(shell.engine.now).toBeGreaterThanOrEqual(1e9);
});

test("a change of configuration knows the script and the line that it comes from", () => {
  const shell = new ShellMachine();
  const origins: unknown[] = [];
  const { kernel } = shell.machine;
  const namespace = kernel.namespaces.get("");
  if (namespace === undefined) throw new Error("no namespace");
  const change = namespace.change.bind(namespace);
  namespace.change = (origin, recipe) => {
    origins.push(origin);
    return change(origin, recipe);
  };
  shell.machine.writeFile("/root/x.sh", "true\necho 1 > /proc/sys/net/ipv4/ip_forward\n");
  shell.sh("bash /root/x.sh; sysctl -w net.ipv4.ip_forward=0");
  expect(origins).toEqual([
    {
      machine: "host",
      process: "echo 1 > /proc/sys/net/ipv4/ip_forward",
      file: "/root/x.sh",
      line: 2,
    },
    { machine: "host", process: "sysctl -w net.ipv4.ip_forward=0", file: "", line: 1 },
  ]);
});

test("the same script gives the same output on two machines", () => {
  const script = "echo $RANDOM $RANDOM; mktemp; (sleep 0.1; echo $BASHPID) & echo $!; wait";
  expect(new ShellMachine().sh(script)).toEqual(new ShellMachine().sh(script));
});
