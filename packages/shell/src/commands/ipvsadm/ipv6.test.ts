import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

const machineAfter = (...commands: readonly string[]): ShellMachine => {
  const machine = new ShellMachine();
  for (const command of commands)
    expect(machine.sh(command), command).toEqual({ status: 0, stdout: "", stderr: "" });
  return machine;
};

const NOT_BY_KERNEL =
  "Invalid operation.  Possibly wrong module version, address not unicast, ...\n";

test("services with IPv6 stand after those with IPv4 and are saved as they were made", () => {
  const lines = [
    "-A -u 10.0.0.1:53 -s rr",
    "-A -t [2001:db8::1]:80 -s rr -p 60 -M 64",
    "-a -t [2001:db8::1]:80 -r [2001:db8::9]:8080 -m -w 2",
    "-a -t [2001:db8::1]:80 -r [2001:db8::a]:80 -g -w 1",
    "-A -f 1 -s wlc",
    "-A -f 1 -6 -s wlc",
  ];
  const machine = machineAfter(
    ...lines
      .toReversed()
      .filter((line) => line.startsWith("-A"))
      .map((line) => `ipvsadm ${line}`),
  );
  for (const line of lines.filter((each) => each.startsWith("-a"))) machine.sh(`ipvsadm ${line}`);
  expect(machine.sh("ipvsadm -Sn").stdout.trim().split("\n")).toEqual(lines);
  expect(
    machine.sh('ipvsadm -Sn > /s; ipvsadm-restore < /s; [ "$(ipvsadm -Sn)" = "$(cat /s)" ]').status,
  ).toBe(0);
  expect(machine.sh("ipvsadm -Ln").stdout.split("\n").slice(3)).toEqual([
    "UDP  10.0.0.1:53 rr",
    "TCP  [2001:db8::1]:80 rr persistent 60 mask 64",
    "  -> [2001:db8::9]:8080           Masq    2      0          0         ",
    "  -> [2001:db8::a]:80             Route   1      0          0         ",
    "FWM  1 wlc",
    "FWM  1 IPv6 wlc",
    "",
  ]);
});

test("one server among several with IPv6 is edited and deleted", () => {
  const machine = machineAfter(
    "ipvsadm -A -t [2001:db8::1]:80 -s rr",
    "ipvsadm -a -t [2001:db8::1]:80 -r [2001:db8::2]:80",
    "ipvsadm -a -t [2001:db8::1]:80 -r 2001:db8::3",
    "ipvsadm -e -t [2001:db8::1]:80 -r [2001:db8::2]:80 -w 5",
    "ipvsadm -d -t [2001:db8::1]:80 -r [2001:db8::3]:80",
  );
  expect(machine.sh("ipvsadm -a -t [2001:db8::1]:80 -r [2001:db8::2]:80").stderr).toBe(
    "Destination already exists\n",
  );
  expect(machine.sh("ipvsadm -Sn").stdout.split("\n")[1]).toBe(
    "-a -t [2001:db8::1]:80 -r [2001:db8::2]:80 -g -w 5",
  );
});

test.each([
  ["fe80::1", NOT_BY_KERNEL],
  ["ff02::1", NOT_BY_KERNEL],
  ["::", NOT_BY_KERNEL],
  ["::ffff:10.0.0.1", NOT_BY_KERNEL],
  ["2001:db8::5", ""],
])("the kernel says to the server %s: %j", (server, stderr) => {
  const machine = machineAfter("ipvsadm -A -t [2001:db8::1]:80");
  expect(machine.sh(`ipvsadm -a -t [2001:db8::1]:80 -r ${server}`).stderr).toBe(stderr);
});

test("a server of the other family is reached through a tunnel alone", () => {
  const machine = machineAfter(
    "ipvsadm -A -t 10.0.0.1:80 -s rr",
    "ipvsadm -A -t [2001:db8::1]:80 -s rr",
    "ipvsadm -a -t 10.0.0.1:80 -r [2001:db8::5]:80 -i",
    "ipvsadm -a -t [2001:db8::1]:80 -r 10.0.0.5:80 -i",
  );
  const refusal = "Different address family is allowed only for tunneling servers\n";
  for (const words of ["-t [2001:db8::1]:80 -r 10.0.0.6 -m", "-t 10.0.0.1:80 -r 2001:db8::6 -g"])
    expect(machine.sh(`ipvsadm -a ${words}`)).toEqual({ status: 2, stdout: "", stderr: refusal });
  expect(machine.sh("cat /proc/net/ip_vs").stdout.split("\n").slice(3)).toEqual([
    "TCP  0A000001:0050 rr  ",
    "  -> [2001:0db8:0000:0000:0000:0000:0000:0005]:0050      Tunnel  1      0          0         ",
    "TCP  [2001:0db8:0000:0000:0000:0000:0000:0001]:0050 rr ",
    "  -> 0A000005:0050      Tunnel  1      0          0         ",
    "",
  ]);
});
