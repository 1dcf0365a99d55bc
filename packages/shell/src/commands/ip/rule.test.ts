/** `ip rule` and `ip route` beyond the everyday: what iproute2 6.1 prints, and what the kernel refuses. */
import { writeSysctl } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { address } from "../network-fixture.ts";
import { hostAfter } from "./host-after.fixture.ts";

describe("ip rule", () => {
  test.each([
    ["not from 10.0.0.0/8 lookup 7", "not from 10.0.0.0/8 lookup 7"],
    ["from all tos 0x10 table 7", "from all tos 0x10 lookup 7"],
    ["fwmark 1 blackhole", "from all fwmark 0x1 blackhole"],
    ["from 10.0.0.1 prohibit", "from 10.0.0.1 prohibit"],
    ["to 10.0.0.1 type unreachable", "from all to 10.0.0.1 unreachable"],
    ["iif nosuch lookup 7", "from all iif nosuch [detached] lookup 7"],
    [
      "oif eth0 lookup main suppress_prefixlength 0",
      "from all oif eth0 lookup main suppress_prefixlength 0",
    ],
    ["uidrange 0-99 lookup 7", "from all uidrange 0-99 lookup 7"],
    ["goto 32766", "from all goto 32766"],
    ["goto 200", "from all goto 200 [unresolved]"],
    ["nop", "from all nop"],
    ["fwmark 0/1 lookup 7", "from all fwmark 0/0x1 lookup 7"],
    ["lookup 7 protocol static", "from all lookup 7 proto static "],
  ])("add %s is shown as %s", (words, line) => {
    const { run } = hostAfter(`ip rule add pref 100 ${words}`);
    expect(run("ip rule show pref 100").stdout).toBe(`100:\t${line}\n`);
    hostAfter(`ip rule add pref 100 ${words}`, `ip rule del pref 100 ${words}`);
  });

  test.each([
    ["ip rule add goto 50 pref 100", 2, "Error: Backward goto not supported.\n"],
    ["ip rule add tos 0x11 table 7", 2, "Error: Invalid dsfield (tos): ECN bits must be 0.\n"],
    ["ip rule add uidrange 9-1", 2, "Error: Invalid uid range.\n"],
    ["ip rule add uidrange 9", 255, 'Error: argument "9" is wrong: invalid UID range\n\n'],
    ["ip rule add goto x", 255, 'Error: argument "x" is wrong: invalid target\n\n'],
    ["ip rule del from 10.9.9.9", 2, "RTNETLINK answers: No such file or directory\n"],
    ["ip rule add table nosuch", 255, 'Error: argument "nosuch" is wrong: invalid table ID\n\n'],
    ["ip rule show garbage", 1, 'Error: any valid prefix is expected rather than "garbage".\n'],
  ])("%s is refused", (line, status, stderr) => {
    expect(hostAfter().run(line)).toEqual({ status, stdout: "", stderr });
  });

  test("del takes the first rule that has all that was said", () => {
    const { run } = hostAfter(
      "ip rule add pref 5 from 10.0.0.1 lookup 7",
      "ip rule add pref 6 from 10.0.0.1 lookup 8",
      "ip rule del from 10.0.0.1 table 8",
    );
    expect(run("ip rule show from 10.0.0.1").stdout).toBe("5:\tfrom 10.0.0.1 lookup 7\n");
  });

  test("-d names who made a rule, and flush leaves those of priority 0", () => {
    const { run } = hostAfter();
    expect(run("ip -d rule").stdout.split("\n")[1]).toBe(
      "32766:\tfrom all lookup main proto kernel ",
    );
    run("ip rule flush");
    expect(run("ip rule").stdout).toBe("0:\tfrom all lookup local\n");
  });
});

const ADDRESSED = ["ip addr add 10.0.0.1/24 dev eth0", "ip addr add 10.1.0.1/24 dev eth0"];

describe("ip route", () => {
  test("shows the ways of a multipath route line by line", () => {
    const { run } = hostAfter(
      ...ADDRESSED,
      "ip route add default proto static metric 5 nexthop via 10.0.0.254 weight 3 nexthop via 10.1.0.254 dev eth0",
    );
    const ways = "nexthop via 10.0.0.254 dev eth0 weight 3 ";
    expect(run("ip route show default").stdout).toBe(
      `default proto static metric 5 \n\t${ways}\n\tnexthop via 10.1.0.254 dev eth0 weight 1 \n`,
    );
    expect(run("ip -o route show default").stdout).toContain(`metric 5 \\\t${ways}\\\tnexthop`);
    run("ip link set eth0 down");
    expect(run("ip route show default").stdout).toBe("");
  });

  test.each([
    ["mtu 1400", "mtu 1400"],
    ["mtu lock 1400 advmss 1300 hoplimit 10", "mtu lock 1400 advmss 1300 hoplimit 10"],
    ["initcwnd 20 cwnd 9 initrwnd 30 quickack 1", "cwnd 9 initcwnd 20 initrwnd 30 quickack 1"],
    [
      "rtt 1.5s rto_min 20ms features ecn mtu 99999",
      "mtu 65520 rtt 1.5s features ecn rto_min lock 20ms",
    ],
  ])("keeps the metrics %s", (words, shown) => {
    const { run } = hostAfter(...ADDRESSED, `ip route add 10.9.0.0/16 via 10.0.0.9 ${words}`);
    expect(run("ip route show 10.9.0.0/16").stdout).toBe(
      `10.9.0.0/16 via 10.0.0.9 dev eth0 ${shown} \n`,
    );
  });

  test.each([
    ["ip route add nat 10.9.0.0/16 via 10.0.0.9", 2, "Error: Invalid scope.\n"],
    ["ip route add default nexthop", 255, 'Error: unexpected end of line after "nexthop"\n'],
    [
      "ip route add default nexthop via 10.0.0.9 foo",
      255,
      'Error: "nexthop" or end of line is expected instead of "foo"\n',
    ],
    [
      "ip route add default nexthop via 10.0.0.9 weight 0",
      255,
      'Error: argument "0" is wrong: "weight" is invalid\n\n',
    ],
    [
      "ip route add default nexthop via 10.0.0.9 nexthop via 9.9.9.9",
      2,
      "Error: Nexthop has invalid gateway.\n",
    ],
    [
      "ip route add 10.9.0.0/16 dev eth0 quickack 2",
      255,
      'Error: argument "2" is wrong: "quickack" value should be 0 or 1\n\n',
    ],
  ])("%s is refused", (line, status, stderr) => {
    const { run } = hostAfter(...ADDRESSED);
    expect(run(line)).toEqual({ status, stdout: "", stderr });
  });

  test("knows tables by the names in rt_tables", () => {
    const host = hostAfter(...ADDRESSED);
    host.kernel.files.writeText("/etc/iproute2/rt_tables", "# mine\n100 web\n255\tlocal\n");
    for (const line of [
      "ip rule add pref 9 table web",
      "ip route add default via 10.0.0.9 table web",
    ])
      expect(host.run(line).stderr).toBe("");
    expect(host.run("ip rule show pref 9").stdout).toBe("9:\tfrom all lookup web\n");
    expect(host.run("ip route show table 100").stdout).toBe("default via 10.0.0.9 dev eth0 \n");
  });

  test("get fibmatch shows the route that was found", () => {
    const { run } = hostAfter(...ADDRESSED, "ip route add 10.9.0.0/16 via 10.0.0.9 metric 7");
    expect(run("ip route get fibmatch 10.9.1.1").stdout).toBe(
      "10.9.0.0/16 via 10.0.0.9 dev eth0 metric 7 \n",
    );
  });
});

test.each([
  ["ip -j rule show pref 0", '[{"priority":0,"src":"all","table":"local"}]'],
  [
    "ip -j rule show pref 9",
    '[{"priority":9,"not":null,"src":"10.0.0.0","srclen":8,"fwmark":"0x1","table":"7"}]',
  ],
  [
    "ip -j route show default",
    '[{"dst":"default","gateway":"10.0.0.254","dev":"eth0","metric":5,"flags":["onlink"],"metrics":[{"mtu":1400}]}]',
  ],
  [
    "ip -j route show 10.9.0.0/16",
    '[{"dst":"10.9.0.0/16","flags":[],"nexthops":[{"gateway":"10.0.0.2","dev":"eth0","weight":1,"flags":[]},{"gateway":"10.1.0.2","dev":"eth0","weight":2,"flags":[]}]}]',
  ],
  [
    "ip -j route get 8.8.8.8",
    '[{"dst":"8.8.8.8","gateway":"10.0.0.254","dev":"eth0","prefsrc":"10.0.0.1","flags":[],"uid":0,"cache":[]}]',
  ],
  [
    "ip -j neigh",
    '[{"dst":"10.0.0.9","dev":"eth0","lladdr":"02:00:00:00:00:09","router":null,"extern_learn":null,"state":["STALE"]}]',
  ],
])("%s", (line, json) => {
  const { run } = hostAfter(
    ...ADDRESSED,
    "ip rule add pref 9 not from 10.0.0.0/8 fwmark 1 table 7",
    "ip route add default via 10.0.0.254 dev eth0 onlink metric 5 mtu 1400",
    "ip route add 10.9.0.0/16 nexthop via 10.0.0.2 nexthop via 10.1.0.2 weight 2",
    "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud stale router extern_learn",
  );
  expect(run(line)).toEqual({ status: 0, stdout: `${json}\n`, stderr: "" });
});

test("ip neigh add … use asks for the neighbour at once", () => {
  const { run } = hostAfter(...ADDRESSED, "ip neigh add 10.0.0.9 dev eth0 use");
  expect(run("ip neigh").stdout).toBe("10.0.0.9 dev eth0 INCOMPLETE \n");
});

test("ip route get tells a path's MTU until the cache is flushed or the host turns router", () => {
  const { namespace, run } = hostAfter(...ADDRESSED, "ip route add default via 10.0.0.254");
  const learn = (): void =>
    namespace.paths.learnMtu(address("8.8.8.8"), 1400, namespace.engine.now);
  const head = "8.8.8.8 via 10.0.0.254 dev eth0 src 10.0.0.1 uid 0 \n    cache ";
  learn();
  expect(run("ip route get 8.8.8.8").stdout).toBe(`${head}expires 600sec mtu 1400 \n`);
  run("ip route flush cache");
  expect(run("ip route get 8.8.8.8").stdout).toBe(`${head}\n`);
  learn();
  const origin = { machine: "h1", process: "test", file: "", line: 0 };
  namespace.change(origin, (draft) => writeSysctl(draft, "net/ipv4/ip_forward", "1"));
  expect(run("ip route get 8.8.8.8").stdout).toBe(`${head}\n`);
});

test("ip neigh show unused leaves out entries whose timer runs", () => {
  const { run } = hostAfter(
    ...ADDRESSED,
    "ip neigh add 10.0.0.8 dev eth0 use",
    "ip neigh add 10.0.0.9 lladdr 02:00:00:00:00:09 dev eth0 nud stale",
  );
  expect(run("ip neigh show unused").stdout).toBe(
    "10.0.0.9 dev eth0 lladdr 02:00:00:00:00:09 STALE \n",
  );
});
