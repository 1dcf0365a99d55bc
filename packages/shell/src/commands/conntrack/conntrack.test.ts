import { fc, test } from "@fast-check/vitest";
import { Engine, seconds } from "@lvsim/core";
import { describe, expect } from "vitest";
import type { SimpleResult } from "../../command.ts";
import { CommandContext } from "../../command.ts";
import { Capture, Feed } from "../../process/capture.ts";
import { Descriptors } from "../../process/descriptors.ts";
import { Signal } from "../../process/signal.ts";
import { bareNamespace, runCommand, testKernel } from "../../testing/run-command.ts";
import { conntrack } from "./conntrack.ts";

function machine(): { run(line: string): SimpleResult; wait(count: number): void } {
  const engine = new Engine();
  const kernel = testKernel(bareNamespace(engine));
  return {
    run: (line) => runCommand(kernel, conntrack, line.trimEnd().split(" ")),
    wait: (count) => {
      engine.run(seconds(count) as never);
    },
  };
}

const told = (text: string): string => `conntrack v1.4.7 (conntrack-tools): ${text}\n`;
const SEE_HELP = "Try `conntrack -h' or 'conntrack --help' for more information.\n";

const WORDS = [
  ..."-L -G -D -I -U -F -C -S -s -d -r -q -p -t -u -z -e -m -f -n -g -j -o -i --sport --dport --state".split(
    " ",
  ),
  ..."--icmp-type --icmp-id --mask-src --zone -w tcp udp icmp 17 10.0.0.1 10.0.0.0/8 ::1 5 x 0x1/0xff".split(
    " ",
  ),
  ..."ASSURED UNREPLIED ESTABLISHED xml,id save expect conntrack ipv6 --src=1.1.1.1 --".split(" "),
];

test.prop([fc.array(fc.constantFrom(...WORDS), { maxLength: 12 })])(
  "random words end with a status of conntrack's",
  (words) => {
    const { run } = machine();
    run("conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 100");
    expect([0, 1, 2]).toContain(run(["conntrack", ...words].join(" ")).status);
  },
);

/** As conntrack-tools 1.4.7 answered in an empty network namespace. */
test.each([
  ["-L", 0, "", "0 flow entries have been shown."],
  ["-L -p udp --dport 53", 0, "", "0 flow entries have been shown."],
  ["-L -s ::1", 0, "", "0 flow entries have been shown."],
  ["-L dying", 0, "", "0 flow entries have been shown."],
  ["-L expect", 0, "", "0 expectations have been shown."],
  ["-F expect", 0, "", "expectation table has been emptied."],
  ["-D -s 1.2.3.4", 1, "", "0 flow entries have been deleted."],
  ["-U", 1, "", "0 flow entries have been updated."],
  ["-F", 0, "", "connection tracking table has been emptied."],
  ["-C", 0, "0\n", ""],
  ["-C expect", 0, "0\n", ""],
  ["-V", 0, "conntrack v1.4.7 (conntrack-tools)\n", ""],
  [
    "-G -p tcp -s 10.9.0.2 -d 10.8.0.2 --sport 40002 --dport 80",
    1,
    "",
    "Operation failed: such conntrack doesn't exist",
  ],
])("`conntrack %s` on a host that tracks nothing", (words, status, stdout, stderr) => {
  const got = machine().run(`conntrack ${words}`);
  expect(got).toEqual({ status, stdout, stderr: stderr === "" ? "" : told(stderr) });
});

/** Likewise. */
test.each([
  ["-L --dport 53", "unknown option `--dport'"],
  ["-L -p udp --state NONE", "unknown option `--state'"],
  ["-x", "unknown option `-x'"],
  ["-t", "option `-t' requires an argument"],
  ["-L --src", "option `--src' requires an argument"],
  ["-L -D", "Invalid commands combination"],
  ["-L foo", "unknown type `foo'"],
  ["-D -p foo", "`foo' unsupported protocol"],
  ["-L -f foo", "`foo' unsupported protocol"],
  ["-L -p tcp --state established", "unknown TCP state `established'"],
  ["-E -e FOO", "Bad parameter `FOO'"],
  ["-L -o foo", "Bad parameter `foo'"],
  ["-L -u FOO", "Bad parameter `FOO'"],
  ["-L -s foo", "Invalid IP address `foo'"],
  ["-L -s 10.0.0.0/33", "Invalid netmask"],
  ["-C -p tcp", "Illegal option `--protonum' with this command"],
  ["-L -t 5", "Illegal option `--timeout' with this command"],
  ["-G", "You need to supply the `--protonum' option for this command"],
  ["-I -p tcp", "You need to supply the `--timeout' option for this command"],
  ["-I -p tcp -t 5 -s 1.1.1.1", "you have to specify `--src' and `--dst'"],
  [
    "-I -p tcp -t 5 -s 1.1.1.1 -d 2.2.2.2",
    "You need to supply the `--state' option for this command",
  ],
  ["-G -p tcp -s 1.1.1.1 -d 2.2.2.2", "you have to specify `--sport' and `--dport'"],
])("`conntrack %s` is refused with status 2", (words, complaint) => {
  expect(machine().run(`conntrack ${words}`)).toEqual({
    status: 2,
    stdout: "",
    stderr: told(complaint) + SEE_HELP,
  });
});

const UDP = "conntrack -I -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 100";
const TCP =
  "conntrack -I -p tcp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2 -t 100 --state ESTABLISHED -u ASSURED -m 3";
const UDP_LINE = (left: number, uses = 1): string =>
  `udp      17 ${left} src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 [UNREPLIED] src=5.6.7.8 dst=1.2.3.4 sport=2 dport=1 mark=0 use=${uses}\n`;
const TCP_LINE = (left: number, mark = 3, uses = 1): string =>
  `tcp      6 ${left} ESTABLISHED src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 [UNREPLIED] src=5.6.7.8 dst=1.2.3.4 sport=2 dport=1 [ASSURED] mark=${mark} use=${uses}\n`;

test("`conntrack -E` tells of flows as they come and go, until it is interrupted", () => {
  const engine = new Engine();
  const kernel = testKernel(bareNamespace(engine));
  const descriptors = new Descriptors();
  const [stdout, stderr] = [new Capture(1 << 16), new Capture(1 << 16)];
  descriptors.set(0, new Feed("", true));
  descriptors.set(1, stdout);
  descriptors.set(2, stderr);
  const argv = ["conntrack", "-E", "-o", "extended"];
  const origin = { command: "conntrack -E", file: "", line: 0 };
  const watcher = kernel.spawn({ parent: null, argv, origin, descriptors }, (self) =>
    conntrack.run(new CommandContext(argv, self, kernel)),
  );
  engine.run(seconds(1) as never);
  runCommand(kernel, conntrack, UDP.split(" "));
  runCommand(kernel, conntrack, "conntrack -D -p udp".split(" "));
  runCommand(kernel, conntrack, UDP.replace("-t 100", "-t 5").split(" "));
  engine.run(seconds(120) as never);
  watcher?.signal(Signal.INT);
  engine.run(seconds(121) as never);
  const flow =
    "src=1.2.3.4 dst=5.6.7.8 sport=1 dport=2 [UNREPLIED] src=5.6.7.8 dst=1.2.3.4 sport=2 dport=1";
  const byHand = stdout.text.replace(/portid=\d+/g, "portid=N");
  expect(byHand.split("\n")).toEqual([
    `    [NEW] ipv4     2 udp      17 100 ${flow} [USERSPACE] portid=N progname=conntrack`,
    `[DESTROY] ipv4     2 udp      17 100 ${flow} [USERSPACE] portid=N progname=conntrack`,
    `    [NEW] ipv4     2 udp      17 5 ${flow} [USERSPACE] portid=N progname=conntrack`,
    `[DESTROY] ipv4     2 udp      17 ${flow}`,
    "",
  ]);
  expect(stderr.text).toBe(told("4 flow events have been shown."));
  expect(watcher?.status).toBe(0);
});

describe("flows made by hand", () => {
  function made(): ReturnType<typeof machine> {
    const host = machine();
    for (const line of [UDP, TCP])
      expect(host.run(line)).toEqual({
        status: 0,
        stdout: "",
        stderr: told("1 flow entries have been created."),
      });
    return host;
  }

  test("are listed with the time they still have, and gone when it is over", () => {
    const { run, wait } = made();
    expect(run("conntrack -L").stdout).toBe(UDP_LINE(100) + TCP_LINE(100));
    wait(40);
    expect(run("conntrack -L -o extended").stdout).toBe(
      `ipv4     2 ${UDP_LINE(60)}ipv4     2 ${TCP_LINE(60)}`,
    );
    wait(101);
    expect(run("conntrack -L").stdout).toBe("");
  });

  test("cannot be made twice", () => {
    const { run } = made();
    expect(run(TCP)).toEqual({
      status: 1,
      stdout: "",
      stderr: told("Operation failed: Such conntrack exists, try -U to update"),
    });
  });

  test.each([
    ["-L -p tcp", TCP_LINE(100)],
    ["-L -p udp --dport 2", UDP_LINE(100)],
    ["-L -p udp --dport 3", ""],
    ["-L -m 3", TCP_LINE(100)],
    ["-L -m 1/0x2", UDP_LINE(100)],
    ["-L -u ASSURED", TCP_LINE(100)],
    ["-L -u SEEN_REPLY", ""],
    ["-L -p tcp --state ESTABLISHED", TCP_LINE(100)],
    ["-L -p tcp --state CLOSE", ""],
    ["-L -s 1.2.0.0/16 -q 1.2.3.4 -p udp", UDP_LINE(100)],
    ["-L -s 5.6.7.8", ""],
    ["-L -n", ""],
    ["-L -g 5.6.7.8", ""],
    ["-G -p udp -s 1.2.3.4 -d 5.6.7.8 --sport 1 --dport 2", UDP_LINE(100, 2)],
    [
      "-L -p tcp -o save",
      "-A -t 100 -u ASSURED -s 1.2.3.4 -d 5.6.7.8 -r 5.6.7.8 -n 1.2.3.4 -p tcp --sport 1 --dport 2 --reply-port-src 2 --reply-port-dst 1 --state ESTABLISHED\n",
    ],
  ])("`conntrack %s` shows those that fit", (words, stdout) => {
    expect(made().run(`conntrack ${words}`).stdout).toBe(stdout);
  });

  test("are changed and deleted", () => {
    const { run } = made();
    expect(run("conntrack -U -p tcp -s 1.2.3.4 --mark 5")).toEqual({
      status: 0,
      stdout: TCP_LINE(100, 5, 2),
      stderr: told("1 flow entries have been updated."),
    });
    expect(run("conntrack -D -p udp")).toEqual({
      status: 0,
      stdout: UDP_LINE(100),
      stderr: told("1 flow entries have been deleted."),
    });
    expect(run("conntrack -C").stdout).toBe("1\n");
    run("conntrack -F");
    expect(run("conntrack -C").stdout).toBe("0\n");
  });
});
