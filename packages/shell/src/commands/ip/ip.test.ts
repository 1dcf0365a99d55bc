import { writeSysctl } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { hostAfter } from "./host-after.fixture.ts";

const ADDRESS = "ip addr add 10.0.0.1/24 dev eth0";

test.each([
  ["ip foo", 1, 'Object "foo" is unknown, try "ip help".\n'],
  ["ip -x addr", 255, 'Option "-x" is unknown, try "ip -help".\n'],
  ["ip addr foo", 255, 'Command "foo" is unknown, try "ip address help".\n'],
  ["ip addr add 10.0.0.2/24", 1, 'Not enough information: "dev" argument is required.\n'],
  [
    "ip addr ad 10.0.0.1/24 de lo",
    255,
    'Error: either "local" is duplicate, or "de" is a garbage.\n',
  ],
  ["ip addr add 10.0.0.2/24 dev nosuch", 1, 'Cannot find device "nosuch"\n'],
  ["ip addr add 10.0.0.1/24 dev eth0", 2, "RTNETLINK answers: File exists\n"],
  [
    "ip addr add 300.1.1.1/24 dev eth0",
    1,
    'Error: any valid prefix is expected rather than "300.1.1.1/24".\n',
  ],
  [
    "ip addr add 10.0.0.1/33 dev eth0",
    1,
    'Error: any valid prefix is expected rather than "10.0.0.1/33".\n',
  ],
  ["ip addr del 1.2.3.4/32 dev eth0", 2, "RTNETLINK answers: Cannot assign requested address\n"],
  ["ip addr show nosuch", 1, 'Device "nosuch" does not exist.\n'],
  ["ip addr flush", 1, "Flush requires arguments.\n"],
  ["ip link set", 255, 'Not enough information: "dev" argument is required.\n'],
  ["ip link set eth0 mtu 20", 2, "Error: mtu less than device minimum.\n"],
  ["ip link set eth0 address zz", 1, '"zz" is invalid lladdr.\n'],
  ["ip link set eth0 foo", 255, 'Error: either "dev" is duplicate, or "foo" is a garbage.\n'],
  ["ip link add x", 1, 'Not enough information: "type" argument is required\n'],
  ["ip link add x type foo", 2, "Error: Unknown device type.\n"],
  ["ip link del lo", 2, "RTNETLINK answers: Operation not supported\n"],
  ["ip route add 10.0.0.1/24 dev eth0", 2, "Error: Invalid prefix for given prefix length.\n"],
  ["ip route add 10.0.0.0/8 via 172.31.0.1", 2, "Error: Nexthop has invalid gateway.\n"],
  ["ip route add default", 2, "RTNETLINK answers: No such device\n"],
  ["ip route del default", 2, "RTNETLINK answers: No such process\n"],
  ["ip route show table 101", 2, "Error: ipv4: FIB table does not exist.\nDump terminated\n"],
  ["ip route get 8.8.8.8", 2, "RTNETLINK answers: Network is unreachable\n"],
  ["ip route get 8.8.8.8 from 10.0.0.9 iif eth0", 2, "RTNETLINK answers: No route to host\n"],
  ["ip rule add garbage", 255, 'Error: argument "garbage" is wrong: Failed to parse rule type\n'],
  ["ip neigh add 10.0.0.5", 255, "Device and destination are required arguments.\n"],
  ["ip neigh add 10.0.0.5 dev eth0", 2, "Error: No link layer address given.\n"],
  ["ip neigh del 10.0.0.5 dev eth0", 2, "RTNETLINK answers: No such file or directory\n"],
  ["ip -n foo addr", 255, 'Cannot open network namespace "foo": No such file or directory\n'],
])("%s is refused with status %i", (line, status, stderr) => {
  expect(hostAfter(ADDRESS).run(line)).toEqual({ status, stdout: "", stderr });
});

describe("ip addr", () => {
  test("shows labels, secondaries and peers", () => {
    const host = hostAfter(
      "ip addr add 10.0.0.1/24 brd + dev eth0",
      "ip addr add 10.0.0.2/24 dev eth0 label eth0:1",
      "ip addr add 10.1.0.1 peer 10.1.0.2 dev eth0",
    );
    expect(host.run("ip -4 addr show dev eth0").stdout).toBe(
      "6: eth0: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default qlen 1000\n" +
        "    inet 10.0.0.1/24 brd 10.0.0.255 scope global eth0\n" +
        "       valid_lft forever preferred_lft forever\n" +
        "    inet 10.1.0.1 peer 10.1.0.2/32 scope global eth0\n" +
        "       valid_lft forever preferred_lft forever\n" +
        "    inet 10.0.0.2/24 scope global secondary eth0:1\n" +
        "       valid_lft forever preferred_lft forever\n",
    );
    expect(host.run("ip -br a sh eth0").stdout).toBe(
      "eth0             UP             10.0.0.1/24 10.1.0.1 peer 10.1.0.2/32 10.0.0.2/24 \n",
    );
  });

  test("a label in place of a device means the device, and is not kept", () => {
    const host = hostAfter("ip addr add 10.0.0.5/32 dev lo:1");
    expect(host.run("ip -o -4 addr show to 10.0.0.5").stdout).toBe(
      "1: lo    inet 10.0.0.5/32 scope global lo\\       valid_lft forever preferred_lft forever\n",
    );
  });

  test("warns of a deletion without a length and does it", () => {
    const { run } = hostAfter(ADDRESS);
    const { status, stderr } = run("ip addr del 10.0.0.1 dev eth0");
    expect([status, stderr.split("\n")[1]]).toEqual([
      0,
      "         Explicitly specify the prefix length (10.0.0.1/32) to avoid this warning.",
    ]);
    expect(run("ip -4 addr show eth0").stdout).toBe("");
  });

  test("says with -s how many addresses a flush took", () => {
    const { run } = hostAfter(ADDRESS, "ip addr add 10.0.0.2/24 dev eth0");
    expect(run("ip -s addr flush dev eth0").stdout).toBe(
      "\n*** Round 1, deleting 2 addresses ***\n*** Flush is complete after 1 round ***\n",
    );
    expect(run("ip -s addr flush dev eth0").stdout).toBe("Nothing to flush.\n");
  });
});

describe("ip route", () => {
  const routes = hostAfter(
    ADDRESS,
    "ip route add default via 10.0.0.254",
    "ip route add 10.8.0.0/16 via 10.0.0.5 dev eth0 src 10.0.0.1 metric 100 proto static",
    "ip route add 10.7.0.0/16 via 172.16.0.1 dev eth0 onlink",
    "ip route add unreachable 10.6.1.0/24 metric 5",
    "ip route add local 10.6.4.0/24 dev lo",
    "ip route add 10.7.0.0/16 dev eth0 table 100",
  );

  test.each([
    [
      "ip route",
      "default via 10.0.0.254 dev eth0 \n" +
        "10.0.0.0/24 dev eth0 proto kernel scope link src 10.0.0.1 \n" +
        "unreachable 10.6.1.0/24 metric 5 \n" +
        "10.7.0.0/16 via 172.16.0.1 dev eth0 onlink \n" +
        "10.8.0.0/16 via 10.0.0.5 dev eth0 proto static src 10.0.0.1 metric 100 \n",
    ],
    ["ip route show table 100", "10.7.0.0/16 dev eth0 scope link \n"],
    ["ip route show via 10.0.0.5", "10.8.0.0/16 dev eth0 proto static src 10.0.0.1 metric 100 \n"],
    ["ip route show proto static", "10.8.0.0/16 via 10.0.0.5 dev eth0 src 10.0.0.1 metric 100 \n"],
    ["ip route show default", "default via 10.0.0.254 dev eth0 \n"],
    ["ip route get 10.6.4.1", "local 10.6.4.1 dev lo src 10.6.4.1 uid 0 \n    cache <local> \n"],
    ["ip route get 8.8.8.8", "8.8.8.8 via 10.0.0.254 dev eth0 src 10.0.0.1 uid 0 \n    cache \n"],
    [
      "ip route get 255.255.255.255",
      "broadcast 255.255.255.255 dev eth0 src 10.0.0.1 uid 0 \n    cache <local,brd> \n",
    ],
    ["ip route get 10.0.0.7 from 10.0.0.1", "10.0.0.7 from 10.0.0.1 dev eth0 uid 0 \n    cache \n"],
  ])("%s", (line, stdout) => {
    expect(routes.run(line)).toEqual({ status: 0, stdout, stderr: "" });
  });

  test("a forwarded packet that would go back where it came from is marked", () => {
    const { namespace, run } = routes;
    const origin = { machine: "h1", process: "test", file: "", line: 0 };
    namespace.change(origin, (draft) => writeSysctl(draft, "net/ipv4/ip_forward", "1"));
    expect(run("ip route get 172.16.0.2 from 10.0.0.11 iif eth0").stdout).toBe(
      "172.16.0.2 from 10.0.0.11 via 10.0.0.254 dev eth0 \n    cache <redirect> iif eth0 \n",
    );
  });
});

test("ip rule shows what was added in order of priority", () => {
  const { run } = hostAfter(
    "ip rule add from 10.0.0.5 lookup 100",
    "ip rule add fwmark 0x10/0xff table 7 pref 500",
    "ip rule add to 10.2.0.0/16 iif eth0 oif lo table main priority 600",
  );
  expect(run("ip rule").stdout).toBe(
    "0:\tfrom all lookup local\n" +
      "500:\tfrom all fwmark 0x10/0xff lookup 7\n" +
      "600:\tfrom all to 10.2.0.0/16 iif eth0 oif lo lookup main\n" +
      "32765:\tfrom 10.0.0.5 lookup 100\n" +
      "32766:\tfrom all lookup main\n" +
      "32767:\tfrom all lookup default\n",
  );
});

test("ip neigh lists states as the kernel names them", () => {
  const { run } = hostAfter(
    ADDRESS,
    "ip neigh add 10.0.0.5 lladdr 02:00:00:00:00:aa dev eth0",
    "ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:ab dev eth0 nud stale",
    "ip neigh add 10.0.0.12 dev eth0 nud failed",
    "ip neigh add proxy 10.0.0.11 dev eth0",
  );
  expect(run("ip neigh").stdout).toBe(
    "10.0.0.5 dev eth0 lladdr 02:00:00:00:00:aa PERMANENT \n" +
      "10.0.0.7 dev eth0 lladdr 02:00:00:00:00:ab STALE \n" +
      "10.0.0.12 dev eth0 FAILED \n",
  );
  expect(run("ip n sh proxy").stdout).toBe("10.0.0.11 dev eth0 proxy \n");
  expect(run("ip -s neigh show dev eth0 nud stale").stdout).toBe(
    "10.0.0.7 lladdr 02:00:00:00:00:ab  used 0/60/0probes 0 STALE \n",
  );
  run("ip neigh flush all");
  expect(run("ip neigh").stdout).toBe("10.0.0.5 dev eth0 lladdr 02:00:00:00:00:aa PERMANENT \n");
});

test("ip -s link counts in columns that grow with the numbers", () => {
  const host = hostAfter();
  const { counters } = host.namespace.deviceNamed("eth0") ?? {};
  if (counters !== undefined) counters.receivedOctets = 12_345_678_901;
  expect(host.run("ip -s link show eth0").stdout.split("\n").slice(2, 4)).toEqual([
    "    RX:   bytes packets errors dropped  missed   mcast           ",
    "    12345678901       0      0       0       0       0 ",
  ]);
});
