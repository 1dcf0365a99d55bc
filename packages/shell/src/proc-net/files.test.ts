import { expect, test } from "vitest";
import { IPROUTE_COMMANDS } from "../commands/ip/ip.ts";
import { NET_TOOLS_COMMANDS } from "../commands/net-tools/index.ts";
import { type TestHost, testNetwork } from "../commands/network-fixture.ts";
import { arpFile, deviceFile, routeFile } from "./files.ts";

function host(): TestHost {
  const { hosts } = testNetwork(1, [...IPROUTE_COMMANDS, ...NET_TOOLS_COMMANDS]);
  const made = hosts[0] as TestHost;
  made.run("ifconfig eth0 192.168.0.11 netmask 255.255.255.0 up");
  made.run("ifconfig lo:0 192.168.0.100 broadcast 192.168.0.100 netmask 255.255.255.255 up");
  made.run("route add -host 192.168.0.100 dev lo:0");
  return made;
}

test("/proc/net/arp has the kernel's columns and flags", () => {
  const { namespace, run } = host();
  run("arp -s 192.168.0.200 02:00:00:00:00:aa");
  run("ip neigh add 192.168.0.1 lladdr 02:00:00:00:00:02 dev eth0 nud stale");
  expect(arpFile(namespace)).toBe(
    "IP address       HW type     Flags       HW address            Mask     Device\n" +
      "192.168.0.200    0x1         0x6         02:00:00:00:00:aa     *        eth0\n" +
      "192.168.0.1      0x1         0x2         02:00:00:00:00:02     *        eth0\n",
  );
});

test("/proc/net/route has swapped octets and lines of one width", () => {
  const lines = routeFile(host().namespace).split("\n");
  expect(lines.map((line) => line.trimEnd())).toEqual([
    "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
    "eth0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0",
    "lo\t6400A8C0\t00000000\t0005\t0\t0\t0\tFFFFFFFF\t0\t0\t0",
    "",
  ]);
  expect(lines.slice(0, 3).map(({ length }) => length)).toEqual([127, 127, 127]);
});

test("/proc/net/dev lists every device in order of index", () => {
  const lines = deviceFile(host().namespace).split("\n");
  expect(lines.slice(2, 4)).toEqual([
    "    lo:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0",
    " tunl0:       0       0    0    0    0     0          0         0        0       0    0    0    0     0       0          0",
  ]);
  expect(lines).toHaveLength(2 + 6 + 1);
});
