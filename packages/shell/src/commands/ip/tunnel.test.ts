import { Frame } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import type { TestHost } from "../network-fixture.ts";
import { hostAfter } from "./host-after.fixture.ts";

/** As `hostAfter`, for a host that is 10.0.0.1. */
const tunnelHostAfter = (...lines: readonly string[]): TestHost =>
  hostAfter("ip addr add 10.0.0.1/24 dev eth0", ...lines);

const PAIR = "remote 10.0.0.2 local 10.0.0.1";

describe("bad input", () => {
  test.each([
    ["ip tunnel add tunl0 mode ipip", 1, 'add tunnel "tunl0" failed: File exists\n'],
    [`ip tunnel add t mode ipip ${PAIR}`, 1, 'add tunnel "t" failed: File exists\n'],
    [`ip tunnel add a mode gre ${PAIR}`, 1, 'add tunnel "a" failed: File exists\n'],
    ["ip tunnel add x", 1, "cannot determine tunnel mode (ipip, gre, vti or sit)\n"],
    ["ip tunnel add x mode foo", 255, 'Unknown tunnel mode "foo"\n'],
    [
      "ip tunnel add x mode gre mode ipip",
      255,
      "You managed to ask for more than one tunnel mode.\n",
    ],
    ["ip tunnel add x mode ipip key 5", 1, "Keys are not allowed with ipip and sit tunnels\n"],
    ["ip tunnel add x mode ipip ttl 5 nopmtudisc", 1, "ttl != 0 and nopmtudisc are incompatible\n"],
    ["ip tunnel add x mode ipip dev nosuch", 1, 'Cannot find device "nosuch"\n'],
    [
      "ip tunnel add gre9 key foo",
      255,
      'invalid value for "key": "foo"; it should be an unsigned integer\n',
    ],
    ["ip tunnel change x ttl 5", 1, 'get tunnel "x" failed: No such device\n'],
    ["ip tunnel change eth0 ttl 5", 1, 'get tunnel "eth0" failed: Operation not supported\n'],
    ["ip tunnel del x", 1, 'delete tunnel "x" failed: No such device\n'],
    ["ip tunnel del", 1, 'delete tunnel "" failed: No such device\n'],
    ["ip tunnel del tunl0", 1, 'delete tunnel "tunl0" failed: Operation not permitted\n'],
    ["ip tunnel add a name b", 255, 'Error: either "name" is duplicate, or "b" is a garbage.\n'],
    ["ip link add g type gre", 2, "RTNETLINK answers: File exists\n"],
    ["ip link add a type gre local 10.0.0.1", 2, "RTNETLINK answers: File exists\n"],
    [
      "ip link add g type gre remote foo",
      1,
      'Error: inet address is expected rather than "foo".\n',
    ],
    ["ip fou add port 6080 ipproto 4", 2, "RTNETLINK answers: Address already in use\n"],
    ["ip fou add gue", 1, "fou: missing port\n"],
    ["ip fou add port 5", 1, "fou: must set ipproto or gue\n"],
    ["ip fou add port 5 ipproto 4 gue", 1, "fou: cannot set ipproto and gue\n"],
    ["ip fou add port 70000 gue", 255, 'Error: argument "70000" is wrong: invalid port\n'],
    ["ip fou del port 5", 2, "RTNETLINK answers: Invalid argument\n"],
  ])("%s is refused with status %i and changes nothing", (line, status, stderr) => {
    const host = tunnelHostAfter(
      `ip tunnel add a mode ipip ${PAIR}`,
      `ip link add b type gre ${PAIR}`,
      "ip fou add port 6080 gue",
    );
    const before = host.namespace.config;
    expect(host.run(line)).toEqual({ status, stdout: "", stderr });
    expect(host.namespace.config).toBe(before);
  });
});

test("`ip tunnel` lists what was made, with the fallback devices first", () => {
  const host = tunnelHostAfter(
    `ip tunnel add t1 mode ipip ${PAIR} ttl 64 tos 10`,
    `ip tunnel add gre1 ${PAIR} key 5 csum seq dev eth0 tos inherit`,
    "ip tunnel add gre2 remote 10.0.0.3 ikey 1.2.3.4 okey 7 nopmtudisc",
    "ip tunnel change t1 remote 10.0.0.9",
  );
  expect(host.run("ip tunnel").stdout).toMatchInlineSnapshot(`
    "tunl0: any/ip remote any local any ttl inherit nopmtudisc
    gre0: gre/ip remote any local any ttl inherit nopmtudisc
    t1: ip/ip remote 10.0.0.9 local 10.0.0.1 ttl 64 tos 0x10
    gre1: gre/ip remote 10.0.0.2 local 10.0.0.1 dev eth0 ttl inherit tos inherit key 5
      Drop packets out of sequence.
      Checksum in received packet is required.
      Sequence packets on output.
      Checksum output packets.
    gre2: gre/ip remote 10.0.0.3 local any ttl inherit nopmtudisc ikey 16909060 okey 7
    "
  `);
});

/** 1500 less 20 for IPv4, 4 for GRE and 4 for each of its options, 8 for UDP, 4 for GUE, 8 for its option. */
test.each([
  ["mode ipip", 1480],
  ["mode gre", 1476],
  ["mode gre key 1 csum seq", 1464],
])("the MTU of a tunnel of `%s` is %i", (how, mtu) => {
  const host = tunnelHostAfter(`ip tunnel add x ${how} ${PAIR}`);
  expect(host.namespace.deviceNamed("x")?.mtu).toBe(mtu);
});

test.each([
  ["ipip encap fou encap-dport 5555", 1472],
  ["ipip encap gue encap-dport 5555", 1468],
  ["gre ocsum encap gue encap-dport 5555 encap-remcsum", 1452],
])("the MTU of a link of type `%s` is %i", (how, mtu) => {
  const [type, ...rest] = how.split(" ");
  const host = tunnelHostAfter(`ip link add x type ${type} ${PAIR} ${rest.join(" ")}`);
  expect(host.namespace.deviceNamed("x")?.mtu).toBe(mtu);
});

test("the MTU of a tunnel follows the device that leads to its other end", () => {
  const host = tunnelHostAfter("ip link set eth0 mtu 1400", `ip tunnel add x mode gre ${PAIR}`);
  expect(host.namespace.deviceNamed("x")?.mtu).toBe(1376);
});

test("`ip -d link` has the ends as link addresses, and all that was set", () => {
  const host = tunnelHostAfter(
    `ip link add x type gre ${PAIR} ikey 7 okey 0.0.1.0 csum dev eth0 encap gue encap-sport auto encap-dport 6080 encap-csum`,
  );
  const [head, address, details] = host.run("ip -d link show x").stdout.split("\n");
  expect(head).toBe(
    "7: x@eth0: <POINTOPOINT,NOARP> mtu 1456 qdisc noop state DOWN mode DEFAULT group default qlen 1000",
  );
  expect(address).toContain("    link/gre 10.0.0.1 peer 10.0.0.2 promiscuity 0 ");
  expect(details).toContain(
    "    gre remote 10.0.0.2 local 10.0.0.1 dev eth0 ttl inherit pmtudisc ikey 0.0.0.7 okey 0.0.1.0 icsum ocsum " +
      "encap gue encap-sport auto encap-dport 6080 encap-csum noencap-csum6 noencap-remcsum numtxqueues 1 ",
  );
});

test("`ip fou` lists ports, the newest first", () => {
  const host = tunnelHostAfter(
    "ip fou add port 6080 gue",
    "ip fou add port 5555 ipproto 4 local 10.0.0.1",
    "ip fou add port 5556 ipproto gre",
    "ip fou del port 6080",
  );
  expect(host.run("ip fou show").stdout).toBe(
    "port 5556 ipproto 47\nport 5555 ipproto 4 local 10.0.0.1\n",
  );
});

test.each([
  [
    "ip -j tunnel show gre1",
    '[{"ifname":"gre1","mode":"gre/ip","remote":"10.0.0.2","local":"10.0.0.1","ttl":9,"key":5,"flags":["rx_csum","tx_csum"]}]\n',
  ],
  ["ip -j fou show", '[{"port":6080,"gue":null}]\n'],
])("`%s` prints JSON", (line, stdout) => {
  const host = tunnelHostAfter(
    `ip tunnel add gre1 ${PAIR} key 5 csum ttl 9`,
    "ip fou add port 6080 gue",
  );
  expect(host.run(line).stdout).toBe(stdout);
});

test("`ip -j -d link` has a tunnel's parameters in info_data", () => {
  const host = tunnelHostAfter(`ip link add x type ipip ${PAIR} encap fou encap-dport 5555`);
  const [link] = JSON.parse(host.run("ip -j -d link show x").stdout);
  expect(link.linkinfo).toEqual({
    info_kind: "ipip",
    info_data: {
      ...{ proto: "ipip", remote: "10.0.0.2", local: "10.0.0.1", ttl: 0, pmtudisc: true },
      encap: { type: "fou", sport: 0, dport: 5555, csum: false, csum6: false, remcsum: false },
    },
  });
});

test("`ip -s tunnel` and `ip -s link` count what a tunnel could not send", () => {
  const host = tunnelHostAfter(
    "ip tunnel add t1 mode ipip remote 10.1.0.9",
    "ip link set t1 up",
    "ip addr add 10.1.0.1/24 dev t1",
  );
  const { namespace } = host;
  const device = namespace.deviceNamed("t1");
  device?.transmit(new Frame(1));
  expect(host.run("ip -s tunnel show t1").stdout.split("\n").slice(1)).toEqual([
    "RX: Packets    Bytes        Errors CsumErrs OutOfSeq Mcasts",
    "    0          0            0      0        0        0       ",
    "TX: Packets    Bytes        Errors DeadLoop NoRoute  NoBufs",
    "    0          0            1      1        0        0     ",
    "",
  ]);
  expect(host.run("ip -s link show t1").stdout.split("\n").slice(-2)[0]).toBe(
    "             0       0      1       0       0       1 ",
  );
});

test("`ip link set … type` changes what is said and keeps the rest", () => {
  const host = tunnelHostAfter(
    `ip link add x type gre ${PAIR} key 7 encap gue encap-dport 6080`,
    "ip link set x type gre ttl 9 okey 8 csum",
  );
  const device = host.namespace.deviceNamed("x");
  expect(device).toMatchObject({
    mtu: 1500 - 20 - 12 - 4 - 8,
    parameters: { ttl: 9, inputKey: 7, outputKey: 8, encapsulation: { kind: "gue" } },
  });
  const before = host.namespace.config;
  for (const [line, error] of [
    ["ip link set x type gre remote 0.0.0.0", "Invalid argument"],
    ["ip link set x type ipip ttl 3", "Operation not supported"],
    ["ip link set eth0 type gre ttl 3", "Operation not supported"],
    ["ip link set gre0 type gre ttl 3", "Invalid argument"],
  ] as const)
    expect([line, host.run(line).stderr]).toEqual([line, `RTNETLINK answers: ${error}\n`]);
  expect(host.namespace.config).toBe(before);
});
