import { seconds } from "@lvsim/core";
import { expect, test } from "vitest";
import { ToolsNetwork } from "../../recorded/tools-network.ts";

const network = () => {
  const net = new ToolsNetwork();
  return (machine: string, command: string) => {
    const step = { machine, command, background: false, stdout: "", stderr: "", status: 0 };
    const [{ stderr, stdout, status } = step] = net.play({ name: "", steps: [step] });
    return { stdout, stderr, status };
  };
};

test.each([
  ["ssh 10.0.0.2 hostname", { status: 0, stdout: "c2\n", stderr: "" }],
  [
    "ssh root@10.1.0.2 'echo out; echo err >&2; exit 3'",
    { status: 3, stdout: "out\n", stderr: "err\n" },
  ],
  ["printf 'a\\nb\\n' | ssh 10.0.0.2 'cat | tac'", { status: 0, stdout: "b\na\n", stderr: "" }],
  ["ssh 10.0.0.2 'kill -9 $$'", { status: 137, stdout: "", stderr: "" }],
  [
    "ssh 10.0.0.9 true",
    {
      status: 255,
      stdout: "",
      stderr: "ssh: connect to host 10.0.0.9 port 22: No route to host\r\n",
    },
  ],
  [
    "ssh -p 23 10.0.0.2 true",
    {
      status: 255,
      stdout: "",
      stderr: "ssh: connect to host 10.0.0.2 port 23: Connection refused\r\n",
    },
  ],
  [
    "ssh nosuch true",
    {
      status: 255,
      stdout: "",
      stderr: "ssh: Could not resolve hostname nosuch: Name or service not known\r\n",
    },
  ],
  [
    "ssh bob@10.0.0.2 true",
    {
      status: 255,
      stdout: "",
      stderr: "bob@10.0.0.2: Permission denied (publickey,password).\r\n",
    },
  ],
  [
    "ssh -o StrictHostKeyChecking=no 10.0.0.2 uname -n",
    {
      status: 0,
      stdout: "c2\n",
      stderr: "Warning: Permanently added '10.0.0.2' (ED25519) to the list of known hosts.\r\n",
    },
  ],
  ["ssh 10.0.0.2 'yes | head -50000' | wc -l", { status: 0, stdout: "50000\n", stderr: "" }],
])("%s", (command, outcome) => {
  expect(network()("c", command)).toEqual(outcome);
});

test("a firewall on the way is between ssh and sshd", () => {
  const run = network();
  run("r", "iptables -A FORWARD -p tcp --dport 22 -j DROP");
  const { stderr, status } = run("c", "ssh -o ConnectTimeout=3 10.1.0.2 true");
  expect({ stderr, status }).toEqual({
    status: 255,
    stderr: "ssh: connect to host 10.1.0.2 port 22: Connection timed out\r\n",
  });
});

test("sshd listens from the first use on, and no more once its unit is stopped", () => {
  const run = network();
  expect(run("c2", "ss -Htln").stdout).toBe("");
  run("c", "ssh 10.0.0.2 true");
  expect(run("c2", "ss -Htln").stdout).toContain("0.0.0.0:22");
  run("c2", "systemctl stop ssh");
  expect(run("c", "ssh 10.0.0.2 true").stderr).toContain("port 22: Connection refused");
});

test("without a terminal what a session runs outlives it until it writes", () => {
  const run = network();
  expect(run("c", "timeout 2 ssh 10.0.0.2 'sleep 9; echo late; touch /late'").status).toBe(124);
  expect(run("c2", "sleep 1; pgrep -c sleep").stdout).toBe("1\n");
  expect(run("c2", "sleep 10; ls /late").status).toBe(2);
});

test("a shell at a terminal asks for command lines through ssh", () => {
  const net = new ToolsNetwork();
  const session = net.machine("c").login();
  const { engine } = net.simulation;
  const settle = (): string => {
    const end = engine.now + seconds(2);
    while (engine.now < end && engine.step());
    return session.take();
  };
  settle();
  expect(session.prompt).toContain("root@c:");
  session.type("ssh 10.1.0.2\n");
  settle();
  expect(session.prompt).toContain("root@s:");
  session.type("hostname\n");
  expect(settle()).toBe("s\n");
  session.type("exit\n");
  expect(settle()).toContain("Connection to 10.1.0.2 closed.\r\n");
  expect(session.prompt).toContain("root@c:");
});

test("scp carries files and directories both ways", () => {
  const run = network();
  run("c", "mkdir -p d/e; echo one > d/a; echo two > d/e/b; printf '\\377\\000x' > octets");
  expect(
    run(
      "c",
      "scp octets 10.0.0.2:/tmp/o && scp -r d root@10.0.0.2:/tmp && scp -r 10.0.0.2:/tmp/d copy",
    ),
  ).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(run("c2", "od -An -tx1 /tmp/o; cat /tmp/d/e/b").stdout).toBe(" ff 00 78\ntwo\n");
  expect(run("c", "diff -r d copy").status).toBe(0);
  expect(run("c", "scp nofile 10.0.0.2:/tmp")).toEqual({
    status: 1,
    stdout: "",
    stderr: 'scp: stat local "nofile": No such file or directory\n',
  });
});

test("keys are made and installed", () => {
  const run = network();
  expect(
    run("c", "ssh-keygen -q -t rsa -N '' -f /root/.ssh/id_rsa; ssh-copy-id root@10.0.0.2").status,
  ).toBe(0);
  expect(run("c2", "grep -c '^ssh-rsa AAAA' .ssh/authorized_keys").stdout).toBe("1\n");
});
