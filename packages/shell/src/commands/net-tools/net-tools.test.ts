import { describe, expect, test } from "vitest";
import { IPROUTE_COMMANDS } from "../ip/ip.ts";
import { type TestHost, testNetwork } from "../network-fixture.ts";
import { NET_TOOLS_COMMANDS } from "./index.ts";

const hostOf = (): TestHost =>
  testNetwork(1, [...NET_TOOLS_COMMANDS, ...IPROUTE_COMMANDS]).hosts[0] as TestHost;

const DONE = { status: 0, stdout: "", stderr: "" };

describe("the lines of the sheet", () => {
  test("a director's alias and its route", () => {
    const { run } = hostOf();
    run("ifconfig eth0 192.168.31.128/24");
    expect(
      run("ifconfig eth0:2 192.168.31.200 broadcast 192.168.31.200 netmask 255.255.255.255 up"),
    ).toEqual(DONE);
    expect(run("route add -host 192.168.31.200 dev eth0:2")).toEqual(DONE);
    expect(run("ifconfig eth0:2").stdout).toBe(
      "eth0:2: flags=4163<UP,BROADCAST,RUNNING,MULTICAST>  mtu 1500\n" +
        "        inet 192.168.31.200  netmask 255.255.255.255  broadcast 192.168.31.200\n" +
        "        ether 02:00:00:00:00:01  txqueuelen 1000  (Ethernet)\n\n",
    );
    expect(run("route -n").stdout).toBe(
      "Kernel IP routing table\n" +
        "Destination     Gateway         Genmask         Flags Metric Ref    Use Iface\n" +
        "192.168.31.0    0.0.0.0         255.255.255.0   U     0      0        0 eth0\n" +
        "192.168.31.200  0.0.0.0         255.255.255.255 UH    0      0        0 eth0\n",
    );
  });

  test("words that ran into a comment: what stands before them is done", () => {
    const { run } = hostOf();
    expect(
      run(
        "ifconfig lo:0 192.168.31.200 broadcast 192.168.31.200 netmask 255.255.255.255 up绑定vip到虚拟网卡lo:0上",
      ),
    ).toEqual({
      status: 1,
      stdout: "",
      stderr:
        "up绑定vip到虚拟网卡lo:0上: Unknown host\nifconfig: `--help' gives usage information.\n",
    });
    expect(run("ip -4 -o addr show lo").stdout).toContain(
      "192.168.31.200/32 brd 192.168.31.200 scope global lo:0",
    );
    expect(run("route add -host 192.168.31.200 lo:0为lo:0网卡添加网关")).toEqual({
      status: 7,
      stdout: "",
      stderr: "SIOCADDRT: No such device\n",
    });
    expect(run("route add -host 192.168.31.200 lo:0")).toEqual(DONE);
  });
});

test.each([
  ["ifconfig nosuch", 1, "nosuch: error fetching interface information: Device not found\n"],
  [
    "ifconfig nosuch 1.2.3.4",
    255,
    "SIOCSIFADDR: No such device\nnosuch: ERROR while getting interface flags: No such device\n",
  ],
  ["ifconfig eth0:3 down", 255, "SIOCSIFFLAGS: Cannot assign requested address\n"],
  ["ifconfig eth0:1 netmask 255.255.0.0", 1, "SIOCSIFNETMASK: Cannot assign requested address\n"],
  [
    "ifconfig eth0:1 broadcast 10.0.0.255",
    255,
    "SIOCSIFBRDADDR: Cannot assign requested address\nSIOCSIFFLAGS: Cannot assign requested address\n",
  ],
  ["ifconfig eth0 netmask 255.0.255.0", 1, "SIOCSIFNETMASK: Invalid argument\n"],
  ["ifconfig eth0 224.0.0.1", 1, "SIOCSIFADDR: Invalid argument\n"],
  ["ifconfig eth0 mtu 20", 1, "SIOCSIFMTU: Invalid argument\n"],
  ["ifconfig eth0 hw ether zz", 1, "zz: invalid ether address.\n"],
  [
    "ifconfig -x",
    1,
    "ifconfig: option `-x' not recognised.\nifconfig: `--help' gives usage information.\n",
  ],
  ["route add default gw 10.9.9.9", 7, "SIOCADDRT: Network is unreachable\n"],
  ["route del default", 7, "SIOCDELRT: No such process\n"],
  ["route add -net 10.3.0.0 dev eth0", 7, "SIOCADDRT: Invalid argument\n"],
  ["route add -host 192.168.0.9", 7, "SIOCADDRT: No such device\n"],
  ["route add default gw foo", 6, "foo: Unknown host\n"],
  ["arp -d", 255, "arp: need host name\n"],
  ["arp -s 192.168.0.5", 255, "arp: need hardware address\n"],
  ["arp -s 192.168.0.5 zz", 255, "arp: invalid hardware address\n"],
  ["arp -s 10.9.0.5 02:00:00:00:00:aa", 255, "SIOCSARP: Network is unreachable\n"],
])("%s fails with status %i", (line, status, stderr) => {
  const { run } = hostOf();
  run("ifconfig eth0 192.168.0.1 netmask 255.255.255.0 up");
  expect(run(line)).toEqual({ status, stdout: "", stderr });
});

test.each([
  ["route add", 0, ""],
  ["route add -host", 3, "Usage: inet_route"],
  [
    "route add -net 10.4.0.1 netmask 255.255.0.0 dev eth0",
    3,
    "route: netmask doesn't match route address\nUsage: inet_route",
  ],
  ["ifconfig eth0 netmask", 3, "Usage:\n  ifconfig"],
])("%s explains itself with status %i", (line, status, words) => {
  const answer = hostOf().run(line);
  expect(answer.status).toBe(status);
  if (status !== 0) expect(answer.stderr.startsWith(words)).toBe(true);
  else expect(answer.stdout).toMatch(/^Usage: inet_route/);
});

test("arp shows entries in both styles", () => {
  const { run } = hostOf();
  run("ifconfig eth0 192.168.0.1 netmask 255.255.255.0 up");
  run("arp -s 192.168.0.200 02:00:00:00:00:aa");
  run("ip neigh add 192.168.0.77 dev eth0 nud failed");
  expect(run("arp -n").stdout).toBe(
    "Address                  HWtype  HWaddress           Flags Mask            Iface\n" +
      "192.168.0.200            ether   02:00:00:00:00:aa   CM                    eth0\n" +
      "192.168.0.77                     (incomplete)                              eth0\n",
  );
  expect(run("arp -an").stdout).toBe(
    "? (192.168.0.200) at 02:00:00:00:00:aa [ether] PERM on eth0\n" +
      "? (192.168.0.77) at <incomplete> on eth0\n",
  );
  expect(run("arp -n 192.168.0.3").stdout).toBe("192.168.0.3 (192.168.0.3) -- no entry\n");
});

test("netstat shows interfaces and listening sockets", () => {
  const { namespace, run } = hostOf();
  run("ifconfig eth0:2 192.168.0.100 netmask 255.255.255.255 up");
  expect(run("netstat -i").stdout).toBe(
    "Kernel Interface table\n" +
      "Iface             MTU    RX-OK RX-ERR RX-DRP RX-OVR    TX-OK TX-ERR TX-DRP TX-OVR Flg\n" +
      "eth0             1500        0      0      0 0             0      0      0      0 BMRU\n" +
      "eth0:2           1500      - no statistics available -                        BMRU\n" +
      "lo              65536        0      0      0 0             0      0      0      0 LRU\n",
  );
  namespace.sockets.listen({ address: 0 as never, port: 80 }, 5);
  expect(run("netstat -tln").stdout).toBe(
    "Active Internet connections (only servers)\n" +
      "Proto Recv-Q Send-Q Local Address           Foreign Address         State      \n" +
      "tcp        0      0 0.0.0.0:80              0.0.0.0:*               LISTEN     \n",
  );
});

test("a tunnel with a fixed other end has its address alone, and a GRE device shows its own end", () => {
  const { run } = hostOf();
  run("ip addr add 10.0.0.1/24 dev eth0");
  run("ip tunnel add t0 mode gre remote 10.0.0.2 local 10.0.0.1");
  expect(run("ifconfig t0 172.16.0.1 pointopoint 172.16.0.2 up")).toEqual(DONE);
  expect(run("ifconfig t0").stdout.split("\n").slice(0, 3)).toEqual([
    "t0: flags=209<UP,POINTOPOINT,RUNNING,NOARP>  mtu 1476",
    "        inet 172.16.0.1  netmask 255.255.255.255  destination 172.16.0.2",
    "        unspec 0A-00-00-01-00-00-00-00-00-00-00-00-00-00-00-00  txqueuelen 1000  (UNSPEC)",
  ]);
});
