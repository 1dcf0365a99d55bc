/** Texts recorded from socat 1.7.4.4; process numbers are the machine's. */
import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

function host(): ShellMachine {
  const made = new ShellMachine();
  made.sh("ip link set lo up; ip addr add 10.9.0.1/24 dev lo");
  return made;
}

const STAMP = /\d{4}\/\d\d\/\d\d \d\d:\d\d:\d\d socat\[\d+\] /g;

test.each([
  ["socat - TCP:10.9.0.1:81", "E connect(5, AF=2 10.9.0.1:81, 16): Connection refused\n"],
  [
    "socat - TCP:nohost:81",
    'E getaddrinfo("nohost", "NULL", {1,0,1,6}, {}): Temporary failure in name resolution\n',
  ],
  ["socat - TCP:10.9.0.1", "E TCP: wrong number of parameters (1 instead of 2)\n"],
  ["socat - FOO:1", 'E unknown device/address "FOO"\n'],
  ["socat -", 'E exactly 2 addresses required (there are 1); use option "-h" for help\n'],
  ["socat -q - -", 'E unknown option "-q"; use option "-h" for help\n'],
  ["socat - TCP-LISTEN", "E TCP-LISTEN: wrong number of parameters (0 instead of 1)\n"],
  [
    "socat - TCP-LISTEN:80,bind=10.1.1.1",
    "E bind(5, {AF=2 10.1.1.1:80}, 16): Cannot assign requested address\n",
  ],
  ["socat - TCP-LISTEN:80,foo", 'E parseopts_table(): unknown option "foo"\n'],
  ["socat - OPEN:/nonexistent", 'E open("/nonexistent", 02, 0666): No such file or directory\n'],
  ["socat -T x - -", 'E parseopts(): missing numerical value of option "-T"\n'],
  ["socat -u -U - -", "E -U and -u must not be combined\n"],
])("%s says what is wrong, with status 1", (line, text) => {
  const { status, stderr } = host().sh(`${line} </dev/null`);
  expect({ status, stderr: stderr.replace(STAMP, "") }).toEqual({ status: 1, stderr: text });
});

test("a program that fails is named with its status", () => {
  const { status, stderr } = host().sh('socat - "SYSTEM:exit 3" </dev/null');
  expect(status).toBe(1);
  expect(stderr.replace(STAMP, "").replace(/child \d+/, "child N")).toBe(
    "E waitpid(): child N exited with status 3\n",
  );
  expect(host().sh('socat - "SYSTEM:echo a; echo b" </dev/null').stdout).toBe("a\nb\n");
});

test("a server that forks serves one after the other and at the same time, each by a process of its own", () => {
  const made = host();
  const answer = made.sh(
    "socat TCP-LISTEN:80,fork,reuseaddr EXEC:cat & sleep 0.1; " +
      "(echo slow; sleep 0.4) | socat - TCP:10.9.0.1:80 & sleep 0.1; " +
      "ss -tnpH state established sport = :80; echo quick | socat - TCP:10.9.0.1:80; wait $!; sleep 0.1; pgrep socat | wc -l; kill %1",
  );
  const lines = answer.stdout.split("\n");
  expect(answer.stdout).toMatch(/ users:\(\("socat",pid=\d+,fd=6\)\)/);
  expect(lines).toEqual(expect.arrayContaining(["quick", "slow"]));
  expect(lines.at(-2)).toBe("1");
  expect(made.sh("ss -tln").stdout).not.toContain(":80");
});

test("datagrams go to whoever sent first, or to each sender's own process", () => {
  const made = host();
  made.machine.exec("socat -T 3 UDP-LISTEN:53,fork EXEC:cat");
  expect(made.sh("echo a | socat -t 1 - UDP:10.9.0.1:53").stdout).toBe("a\n");
  expect(made.sh("echo b | socat -t 1 - UDP:10.9.0.1:53").stdout).toBe("b\n");
  expect(made.sh("ss -unpl").stdout).toContain('("socat"');
  const refused = made.sh("echo x | socat - UDP:10.9.0.1:81");
  expect(refused.stderr.replace(STAMP, "")).toBe("E read(5, 0x0, 8192): Connection refused\n");
});

test("one direction, files, and a long transfer arrive whole", () => {
  const made = host();
  expect(
    made.sh(
      "echo x | socat -u - OPEN:/tmp/out,creat,append; echo y | socat -u - OPEN:/tmp/out,append; cat /tmp/out",
    ).stdout,
  ).toBe("x\ny\n");
  expect(
    made.sh(
      "seq 1 60000 >/tmp/in; socat -u TCP-LISTEN:80 CREATE:/tmp/copy & sleep 0.1; " +
        'socat -u OPEN:/tmp/in TCP:10.9.0.1:80; wait; test "$(cat /tmp/in)" = "$(cat /tmp/copy)" && echo same',
    ).stdout,
  ).toBe("same\n");
});
