import { expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

const NOT_BY_KERNEL =
  "Invalid operation.  Possibly wrong module version, address not unicast, ...\n";

const machineAfter = (...commands: readonly string[]): ShellMachine => {
  const machine = new ShellMachine();
  for (const command of ["ip link add d0 type dummy", "ip link set d0 up", ...commands])
    expect(machine.sh(command), command).toEqual({ status: 0, stdout: "", stderr: "" });
  return machine;
};

test.each([
  ["--mcast-interface d0 --mcast-group 10.0.0.1", 2, "invalid IPv4 mcast-group `10.0.0.1'\n"],
  ["--mcast-interface d0 --mcast-group ::1", 2, "invalid IPv6 mcast-group `::1'\n"],
  ["--mcast-interface d0 --mcast-group ff02::81", 2, "IPv6 multicast groups are not modelled\n"],
  ["--mcast-interface d0 --mcast-port 0", 2, "illegal mcast-port specified\n"],
  ["--mcast-interface d0 --mcast-ttl 256", 2, "illegal mcast-ttl specified\n"],
  ["--mcast-interface d0 --sync-maxlen 65508", 2, "illegal sync-maxlen specified\n"],
  ["--mcast-interface d0 -w 3", 2, "Illegal 'weight' option with the 'start-daemon' command\n"],
  ["--mcast-interface d1", 255, "No such device\n"],
])("--start-daemon master %s ends with %i: %j", (words, status, stderr) => {
  const machine = machineAfter();
  expect(machine.sh(`ipvsadm --start-daemon master ${words}`)).toEqual({
    status,
    stdout: "",
    stderr,
  });
  expect(machine.sh("ipvsadm -L --daemon").stdout).toBe("");
});

test("a master needs a device that is up, a backup does not", () => {
  const machine = machineAfter("ip link set d0 down");
  const start = (role: string) => machine.sh(`ipvsadm --start-daemon ${role} --mcast-interface d0`);
  expect(start("master")).toEqual({ status: 255, stdout: "", stderr: "Network is unreachable\n" });
  expect(start("backup").status).toBe(0);
});

test.each([
  ["backup", 1, 1024],
  ["backup", 9000, 9000],
  ["backup", 0, 8972],
  ["master", 1, 1],
  ["master", 0, 1472],
])("a %s that is asked for %i octets has room for %i at an MTU of 9000", (role, asked, room) => {
  const length = asked === 0 ? "" : `--sync-maxlen ${asked}`;
  const machine = machineAfter(
    "ip link set d0 mtu 9000",
    `ipvsadm --start-daemon ${role} --mcast-interface d0 ${length}`,
  );
  expect(machine.sh("ipvsadm -L --daemon").stdout).toContain(` maxlen=${room},`);
});

test("daemons and servers of another family exclude each other", () => {
  const machine = machineAfter(
    "ipvsadm -A -t 10.0.0.1:80",
    "ipvsadm -a -t 10.0.0.1:80 -r [2001:db8::1]:80 -i",
  );
  const start = "ipvsadm --start-daemon backup --mcast-interface d0";
  expect(machine.sh(start).stderr).toBe(NOT_BY_KERNEL);
  machine.sh("ipvsadm -d -t 10.0.0.1:80 -r [2001:db8::1]:80");
  expect(machine.sh(start).status).toBe(0);
  expect(machine.sh("ipvsadm -a -t 10.0.0.1:80 -r [2001:db8::1]:80 -i").stderr).toBe(NOT_BY_KERNEL);
});

test("the sockets of daemons are there as long as they run", () => {
  const machine = machineAfter(
    "ip addr add 10.0.0.1/24 dev d0",
    "sysctl -qw net.ipv4.vs.sync_ports=2",
  );
  const sockets = (): string => machine.sh("ss -Huan").stdout;
  machine.sh("ipvsadm --start-daemon backup --mcast-interface d0 --mcast-port 9000");
  for (const port of [9000, 9001]) expect(sockets()).toContain(`224.0.0.81:${port} `);
  machine.sh("ipvsadm --stop-daemon backup");
  expect(sockets()).toBe("");
});
