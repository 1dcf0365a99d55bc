import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

/** Status, and what ipvsadm 1.31 of Debian said or did: a line of `-Sn` that was not there before. */
test.each([
  ["-A -t 2001:db8::1", 2, "Zero port specified for non-persistent service"],
  ["-A -t [2001:db8::1] -p", 2, "illegal virtual server address[:port] specified"],
  ["-A -t [2001:db8::1]:http", 0, "-A -t [2001:db8::1]:80 -s wlc"],
  ["-A -t [2001:db8::1]x:80", 2, "illegal virtual server address[:port] specified"],
  ["-A -t [10.0.0.1] -p", 2, "illegal virtual server address[:port] specified"],
  ["-A -t [10.0.0.1]:80", 2, "Zero port specified for non-persistent service"],
  ["-A -t [10.0.0.1]:80 -p", 0, "-A -t 10.0.0.1:0 -s wlc -p 360"],
  ["-A -t 10.0.0.1:80:81", 2, "illegal virtual server address[:port] specified"],
  ["-A -t 5 -p", 2, "illegal virtual server address[:port] specified"],
  ["-A -t 5:80", 0, "-A -t 0.0.0.5:80 -s wlc"],
  ["-A -t 10.0.0.1:", 2, "illegal virtual server address[:port] specified"],
  ["-A -t 10.0.0.1:-0", 2, "Zero port specified for non-persistent service"],
  ["-A -t '10.0.0.1 :80'", 0, "-A -t 10.0.0.1:80 -s wlc"],
  ["-A -t '10.0.0.1: +80'", 0, "-A -t 10.0.0.1:80 -s wlc"],
  ["-A -t '10.0.0.1:80 '", 2, "illegal virtual server address[:port] specified"],
  ["-A -t 10.0.0.1:0x50", 2, "illegal virtual server address[:port] specified"],
  ["-A -u 10.0.0.1:http", 2, "illegal virtual server address[:port] specified"],
  ["-A --sctp-service 10.0.0.1:http", 2, "illegal virtual server address[:port] specified"],
  ["-a -t 10.0.0.100:80 -r 10.1.0.1:http -m", 0, "-a -t 10.0.0.100:80 -r 10.1.0.1:80 -m -w 1"],
  ["-a -r 10.1.0.1:http -t 10.0.0.100:80 -m", 2, "illegal real server address[:port] specified"],
  ["-a -r 10.1.0.1:8080 -t 10.0.0.100:80 -m", 0, "-a -t 10.0.0.100:80 -r 10.1.0.1:8080 -m -w 1"],
  ["-a -r 10.1.0.1 -t 10.0.0.100:80 -m", 0, "-a -t 10.0.0.100:80 -r 10.1.0.1:0 -m -w 1"],
  ["-A -f 2 -b mh-port -s mh", 0, "-A -f 2 -s mh -b mh-port"],
  ["-A -f 2 -b mh-port", 2, "incompatible scheduler flag `mh-port'"],
  ["-A -f 2 -b flag-1,flag-3 -s sh", 0, "-A -f 2 -s sh -b sh-fallback"],
  ["-A -f 2 -b flag-3 -s mh", 0, "-A -f 2 -s mh -b "],
  ["-A -f 2 -b flag-3", 0, "-A -f 2 -s wlc -b flag-3"],
  ["-A -f 2 -b ''", 0, "-A -f 2 -s wlc"],
  ["-A -f 2 -b ,", 139, "Segmentation fault"],
  ["-A -f 2 --pe sip", 0, "-A -f 2 -s wlc --pe sip"],
  ["-A -f 2 -M '255.255.0.0 x' -p", 0, "-A -f 2 -s wlc -p 360 -M 255.255.0.0"],
  ["-A -t [2001:db8::1]:80 -p -M 64x", 0, "-A -t [2001:db8::1]:80 -s wlc -p 360 -M 64"],
  ["-A -M 24x -t [2001:db8::1]:80 -p", 2, "illegal virtual server persistent mask specified"],
  ["-A -f 2 -b flag-4 -q", 255, "-q: unknown option"],
  ["-A -f 2 -M 255.255.0.0 -6 -p", 0, "-A -f 2 -6 -s wlc -p 360"],
  ["-A -6 -f 2", 2, "-6 used before -f"],
  ["-AC", 2, "invalid option `-AC'"],
  ["-A --start-daemon master", 2, "invalid option `master'"],
  ["-Anw", 255, "-Anw: missing argument"],
  ["-Anq", 255, "-Anq: unknown option"],
  ["-An=1", 255, "-An=1: option does not take an argument"],
  ["-L --stats=1", 255, "--stats=1: option does not take an argument"],
  ["-L=1", 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ["--set=1 2 3", 255, "Try `ipvsadm -h' or 'ipvsadm --help' for more information."],
  ["-A -v", 2, "invalid option `-v'"],
  ["-S extra", 2, "unexpected argument extra"],
])("ipvsadm %s: %i, %s", (words, status, text) => {
  const machine = new ShellMachine();
  machine.sh("ipvsadm -A -t 10.0.0.100:80 -s rr");
  const saved = (): string[] => machine.sh("ipvsadm -Sn").stdout.split("\n");
  const before = saved();
  const answer = machine.sh(`ipvsadm ${words}`);
  const made = saved().filter((line) => !before.includes(line));
  expect(answer.status).toBe(status);
  expect([answer.stderr.trim(), ...made].filter((line) => line !== "").join("\n")).toBe(text);
});

test("--version and --help look at nothing that comes after them", () => {
  const machine = new ShellMachine();
  for (const option of ["-v", "-h"])
    expect(machine.sh(`ipvsadm ${option} -q --stats=1`)).toMatchObject({ status: 0, stderr: "" });
});

test("it names itself as it was called", () => {
  const machine = new ShellMachine();
  expect(machine.sh("/usr/sbin/ipvsadm -q").stderr).toBe(
    "Try `/usr/sbin/ipvsadm -h' or '/usr/sbin/ipvsadm --help' for more information.\n",
  );
  expect(machine.sh("/usr/sbin/ipvsadm -h").stdout).toContain("\n  /usr/sbin/ipvsadm -C\n");
});

test("ports have the names of their protocol", () => {
  const machine = new ShellMachine();
  machine.sh("ipvsadm -A --sctp-service 127.0.0.1:amqp");
  machine.sh("ipvsadm -A -t 127.0.0.1:www");
  for (const service of ["-f 3", "--sctp-service 127.0.0.1:80", "-u 127.0.0.1:53"]) {
    machine.sh(`ipvsadm -A ${service}`);
    machine.sh(`ipvsadm -a ${service} -r 127.0.0.1:${service.includes("53") ? 53 : 80}`);
  }
  expect(machine.sh("ipvsadm -S").stdout).toBe(
    [
      "-A -t localhost:http -s wlc",
      "-A -u localhost:domain -s wlc",
      "-a -u localhost:domain -r localhost:domain -g -w 1",
      "-A --sctp-service localhost:80 -s wlc",
      "-a --sctp-service localhost:80 -r localhost:80 -g -w 1",
      "-A --sctp-service localhost:amqp -s wlc",
      "-A -f 3 -s wlc",
      "-a -f 3 -r localhost:80 -g -w 1",
      "",
    ].join("\n"),
  );
});
