/** Network namespaces, their devices and the tools for them, typed on one Debian machine. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

/** A machine on which `script` was run without a word. */
function machineAfter(script: string): ShellMachine {
  const machine = new ShellMachine();
  expect(machine.sh(script)).toEqual({ status: 0, stdout: "", stderr: "" });
  return machine;
}

const PAIR = "ip netns add blue; ip link add v0 type veth peer name v1 netns blue";

describe("ip link add", () => {
  test.each([
    ["ip link add v0 type veth peer name v1", ""],
    ["ip link add br0 type bridge", ""],
    ["ip link add link d0 name d0.7 type vlan id 7", ""],
    ["ip link add vrrp.51 link d0 address 00:00:5e:00:01:33 type macvlan mode private", ""],
    ["ip link add d0 type dummy", "RTNETLINK answers: File exists\n"],
    ["ip link add link d0 name x type vlan", "Error: VLAN properties not specified.\n"],
    ["ip link add link d0 name x type vlan id 4095", "Error: Invalid VLAN id.\n"],
    ["ip link add link d0 name x type vlan id 5", "Error: VLAN device already exists.\n"],
    ["ip link add link lo name x type vlan id 5", "Error: VLANs not supported on device.\n"],
    ["ip link add name x type vlan id 5", "Error: link not specified.\n"],
    ["ip link add name x type macvlan", "RTNETLINK answers: Invalid argument\n"],
    ["ip link add link lo name x type macvlan", "RTNETLINK answers: Invalid argument\n"],
    ["ip link add link nosuch name x type macvlan", 'Cannot find device "nosuch"\n'],
    ["ip link add name x type bogus", "Error: Unknown device type.\n"],
    [
      "ip link add name toolongtobeaname type dummy",
      'Error: argument "toolongtobeaname" is wrong: "name" not a valid ifname\n',
    ],
    [
      "ip link add x type dummy foo",
      'Garbage instead of arguments "foo ...". Try "ip link help".\n',
    ],
    [
      "ip link add link d0 name x type macvlan mode odd",
      'Error: argument of "mode" must be "private", "vepa", "bridge", "passthru" or "source", not "odd"\n',
    ],
    ["ip link set d0 master d0.5", "RTNETLINK answers: Operation not supported\n"],
    ["ip link set lo master b0", "RTNETLINK answers: Invalid argument\n"],
    ["ip link set b1 master b0", "Error: Can not enslave a bridge to a bridge.\n"],
    ["ip link set d0 master b9", 'Error: argument "b9" is wrong: Device does not exist\n\n'],
    ["ip link set d0 netns nosuch", 'Error: argument "nosuch" is wrong: Invalid "netns" value\n\n'],
    ["ip link set lo netns blue", "RTNETLINK answers: Invalid argument\n"],
    ["ip link set b0 netns blue", "RTNETLINK answers: Invalid argument\n"],
    ["ip link set d0.5 up", "RTNETLINK answers: Network is down\n"],
    ["ip link set d0.5 mtu 1600", "RTNETLINK answers: Numerical result out of range\n"],
  ])("%s", (line, stderr) => {
    const machine = machineAfter(
      "ip netns add blue; ip link add d0 type dummy; ip link add link d0 name d0.5 type vlan id 5;" +
        "ip link add b0 type bridge; ip link add b1 type bridge",
    );
    const before = machine.sh("ip -d link").stdout;
    const said = machine.sh(line);
    expect(said).toEqual({ status: said.status, stdout: "", stderr });
    expect(said.status === 0).toBe(stderr === "");
    if (stderr !== "") expect(machine.sh("ip -d link").stdout).toBe(before);
  });
});

describe("a veth pair across namespaces", () => {
  test("is shown with the other end's number and namespace", () => {
    const machine = machineAfter(`${PAIR}; ip link set v0 up`);
    expect(machine.sh("ip -br link show v0; ip -n blue link show v1; ip netns").stdout).toBe(
      // both ends have number 6, so that the kernel does not see that the other is to blame
      "v0@if6           DOWN           36:21:c7:34:da:6c <NO-CARRIER,BROADCAST,MULTICAST,UP> \n" +
        "6: v1@if6: <BROADCAST,MULTICAST> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 1000\n" +
        "    link/ether 72:16:f5:74:36:32 brd ff:ff:ff:ff:ff:ff link-netnsid 0\n" +
        "blue (id: 0)\n",
    );
  });

  test("within one, with its name; without carrier it blames the other end", () => {
    const machine = machineAfter("ip link add v0 type veth peer name v1; ip link set v0 up");
    expect(
      machine.sh("ip -br link show type veth").stdout.replace(/([0-9a-f]{2}:){5}../g, "MAC"),
    ).toBe(
      "v1@v0            DOWN           MAC <BROADCAST,MULTICAST> \n" +
        "v0@v1            LOWERLAYERDOWN MAC <NO-CARRIER,BROADCAST,MULTICAST,UP,M-DOWN> \n",
    );
  });

  test("goes when one of its namespaces goes, but not while a process lives there", () => {
    const machine = machineAfter(PAIR);
    machine.machine.exec("ip netns exec blue sleep 5");
    machine.sh("sleep 1; ip netns del blue");
    expect(machine.sh("ip link show v0").status).toBe(0);
    expect(machine.sh("sleep 6; ip link show v0").stderr).toBe('Device "v0" does not exist.\n');
  });

  test("in JSON is one object a device", () => {
    const machine = machineAfter(`${PAIR}; ip -n blue addr add 10.0.0.2/24 brd + dev v1`);
    const [device] = JSON.parse(machine.sh("ip -n blue -j addr show v1").stdout);
    expect(device).toMatchObject({
      ifindex: 6,
      link_index: 6,
      link_netnsid: 0,
      flags: ["BROADCAST", "MULTICAST"],
      addr_info: [{ family: "inet", local: "10.0.0.2", prefixlen: 24, broadcast: "10.0.0.255" }],
    });
    expect(machine.sh("ip -j -p link show lo").stdout.split("\n").slice(0, 3)).toEqual([
      "[ {",
      '        "ifindex": 1,',
      '        "ifname": "lo",',
    ]);
  });
});

test.each([
  ["ip netns add blue", 1, 'Cannot create namespace file "/run/netns/blue": File exists\n'],
  [
    "ip netns del red",
    1,
    'Cannot remove namespace file "/run/netns/red": No such file or directory\n',
  ],
  ["ip netns exec red ls", 255, 'Cannot open network namespace "red": No such file or directory\n'],
  ["ip netns exec blue", 1, "No command specified\n"],
  ["ip netns exec blue nosuch", 1, 'exec of "nosuch" failed: No such file or directory\n'],
  ["ip netns exec blue false", 1, ""],
  ["ip netns add a/b", 255, 'Invalid netns name "a/b"\n'],
  ["ip netns add", 1, "No netns name specified\n"],
  ["ip netns identify x", 1, "Specified string 'x' is not a pid\n"],
])("%s ends with status %i", (line, status, stderr) => {
  expect(machineAfter("ip netns add blue").sh(line)).toEqual({ status, stdout: "", stderr });
});

test("a namespace has its own sysctls, rules, services, sockets and lo, which is down", () => {
  const machine = machineAfter("sysctl -qw net.ipv4.conf.all.arp_ignore=1; ip netns add blue");
  const inside = (command: string): string => machine.sh(`ip netns exec blue ${command}`).stdout;
  machine.sh(
    "iptables -A INPUT -j DROP; ipvsadm -A -t 10.0.0.1:80 -s rr; sysctl -w net.ipv4.ip_forward=1",
  );
  expect(inside("sysctl net.ipv4.conf.all.arp_ignore net.ipv4.ip_forward")).toBe(
    "net.ipv4.conf.all.arp_ignore = 1\nnet.ipv4.ip_forward = 0\n",
  );
  expect(inside("iptables -S INPUT")).toBe("-P INPUT ACCEPT\n");
  expect(inside("ipvsadm -Sn")).toBe("");
  expect(inside("ip -br link show lo")).toBe(
    "lo               DOWN           00:00:00:00:00:00 <LOOPBACK> \n",
  );
  expect(inside("bash -c 'ip netns identify $$'")).toBe("blue\n");
  expect(machine.sh("ls /var/run/netns").stdout).toBe("blue\n");
});

/**
 * In the manner of the kernel's own test of IPVS: a client, a director and two servers, each in a namespace, joined by veth
 * pairs and a bridge, configured by their own commands.
 */
const LAB = `
set -e
for ns in cl lb s1 s2 sw; do ip netns add $ns; ip -n $ns link set lo up; done
ip -n sw link add br0 type bridge
ip -n sw link set br0 up
for ns in cl lb s1 s2; do
  ip -n sw link add p-$ns type veth peer name eth0 netns $ns
  ip -n sw link set p-$ns master br0 up
  ip -n $ns link set eth0 up
done
ip -n cl addr add 10.0.3.1/24 dev eth0
ip -n lb addr add 10.0.3.2/24 dev eth0
ip -n lb addr add 207.175.44.110/32 dev eth0
ip -n cl route add 207.175.44.110 via 10.0.3.2
ip netns exec lb sysctl -qw net.ipv4.ip_forward=1
n=11
for ns in s1 s2; do
  ip -n $ns addr add 10.0.3.$n/24 dev eth0
  ip netns exec $ns sysctl -qw net.ipv4.conf.all.arp_ignore=1 net.ipv4.conf.all.arp_announce=2
  ip -n $ns addr add 207.175.44.110/32 dev lo
  n=$((n + 1))
done
ip netns exec lb ipvsadm -A -t 207.175.44.110:80 -s rr
ip netns exec lb ipvsadm -a -t 207.175.44.110:80 -r 10.0.3.11 -g
ip netns exec lb ipvsadm -a -t 207.175.44.110:80 -r 10.0.3.12 -g
`;

test("a whole direct-routing lab runs in namespaces of one machine", () => {
  const machine = machineAfter(LAB);
  // nobody listens: the servers answer with a reset, which comes straight from them
  const status = machine.sh("ip netns exec cl curl -s http://207.175.44.110/").status;
  expect(status).toBe(7);
  machine.sh("ip netns exec cl curl -s http://207.175.44.110/; sleep 3");
  expect(machine.sh("ip netns exec lb ipvsadm -Ln --stats").stdout.split("\n").slice(3)).toEqual([
    "TCP  207.175.44.110:80                   2        2        0      120        0",
    "  -> 10.0.3.11:80                        1        1        0       60        0",
    "  -> 10.0.3.12:80                        1        1        0       60        0",
    "",
  ]);
  machine.sh("for ns in cl lb s1 s2 sw; do ip netns del $ns; done");
  expect(machine.sh("ip netns; ip -br link show type veth")).toMatchObject({ stdout: "" });
});

test("an address with a lifetime is deprecated, then gone", () => {
  const machine = machineAfter(
    "ip link add d0 type dummy; ip link set d0 up; ip addr add 10.0.0.5/24 dev d0 valid_lft 20 preferred_lft 10;" +
      "ip addr add 10.0.0.6/32 dev d0",
  );
  const shown = () =>
    machine
      .sh("ip -4 addr show d0 to 10.0.0.5")
      .stdout.split("\n")
      .slice(1, 3)
      .map((line) => line.trim());
  expect(shown()).toEqual([
    "inet 10.0.0.5/24 scope global dynamic d0",
    "valid_lft 20sec preferred_lft 10sec",
  ]);
  machine.sh("sleep 12");
  expect(shown()).toEqual([
    "inet 10.0.0.5/24 scope global deprecated dynamic d0",
    "valid_lft 8sec preferred_lft 0sec",
  ]);
  machine.sh("ip addr change 10.0.0.5/24 dev d0 valid_lft 30 preferred_lft 30; sleep 10");
  expect(shown()[1]).toBe("valid_lft 20sec preferred_lft 20sec");
  machine.sh("sleep 25");
  expect(machine.sh("ip -4 -o addr show d0; ip route").stdout).toBe(
    "6: d0    inet 10.0.0.6/32 scope global d0\\       valid_lft forever preferred_lft forever\n",
  );
});

test.each([
  ["valid_lft 0", 1, "valid_lft is zero\n"],
  ["valid_lft 5 preferred_lft 6", 1, "preferred_lft is greater than valid_lft\n"],
  ["valid_lft x", 255, 'Error: argument "x" is wrong: valid_lft value\n'],
])("ip addr add … %s is refused", (words, status, stderr) => {
  const said = new ShellMachine().sh(`ip addr add 10.0.0.5/24 dev lo ${words}`);
  expect(said).toEqual({ status, stdout: "", stderr });
});

test("what ifconfig sets of a device, ip shows, and the other way round", () => {
  const machine = machineAfter("ip link add d0 type dummy; ifconfig d0 promisc txqueuelen 7");
  expect(machine.sh("ip link show d0").stdout.split("\n")[0]).toBe(
    "6: d0: <BROADCAST,NOARP,PROMISC> mtu 1500 qdisc noop state DOWN mode DEFAULT group default qlen 7",
  );
  machine.sh("ip link set d0 promisc off allmulticast on txqueuelen 9");
  const [head, ether] = machine.sh("ifconfig d0").stdout.split("\n");
  expect(head).toBe("d0: flags=642<BROADCAST,NOARP,ALLMULTI>  mtu 1500");
  expect(ether).toMatch(/ txqueuelen 9 {2}\(Ethernet\)$/);
});

test("ip monitor tells of links, addresses, routes and neighbours as they change", () => {
  const machine = machineAfter(
    "ip link add v0 address 02:00:00:00:00:0a type veth peer name v1 address 02:00:00:00:00:0b",
  );
  machine.sh("ip netns add blue; ip link set v1 netns blue; ip -n blue link set v1 up");
  const monitor = machine.machine.exec("timeout 60 ip monitor all");
  machine.sh("sleep 1; ip addr add 10.0.0.1/24 dev v0; ip link set v0 up");
  machine.sh(
    "ip neigh add 10.0.0.7 lladdr 02:00:00:00:00:0c dev v0; ip addr del 10.0.0.1/24 dev v0",
  );
  const shown = machine.finish(monitor).stdout;
  expect(shown.split("\n")).toEqual([
    "[ADDR]7: v0    inet 10.0.0.1/24 scope global v0",
    "       valid_lft forever preferred_lft forever",
    "[ROUTE]local 10.0.0.1 dev v0 table local proto kernel scope host src 10.0.0.1 ",
    "[LINK]7: v0@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 qdisc noqueue state UP group default ",
    "    link/ether 02:00:00:00:00:0a brd ff:ff:ff:ff:ff:ff link-netns blue",
    "[ROUTE]10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1 ",
    "[ROUTE]broadcast 10.0.0.255 dev v0 table local proto kernel scope link src 10.0.0.1 ",
    "[NEIGH]10.0.0.7 dev v0 lladdr 02:00:00:00:00:0c PERMANENT ",
    "[ADDR]Deleted 7: v0    inet 10.0.0.1/24 scope global v0",
    "       valid_lft forever preferred_lft forever",
    "[ROUTE]Deleted local 10.0.0.1 dev v0 table local proto kernel scope host src 10.0.0.1 ",
    "[ROUTE]Deleted 10.0.0.0/24 dev v0 proto kernel scope link src 10.0.0.1 ",
    "[ROUTE]Deleted broadcast 10.0.0.255 dev v0 table local proto kernel scope link src 10.0.0.1 ",
    "",
  ]);
});

const WORD = fc.constantFrom(
  ...[
    "add",
    "del",
    "set",
    "show",
    "link",
    "name",
    "v0",
    "v1",
    "lo",
    "br0",
    "nosuch",
    "type",
    "veth",
  ],
  ...[
    "bridge",
    "vlan",
    "macvlan",
    "dummy",
    "id",
    "10",
    "peer",
    "netns",
    "blue",
    "mtu",
    "99999",
    "up",
  ],
  ...[
    "down",
    "master",
    "nomaster",
    "address",
    "02:00:00:00:00:01",
    "dev",
    "alias",
    "",
    "-1",
    "a/b",
  ],
  ...[
    "mode",
    "private",
    "exec",
    "identify",
    "10.0.0.1/24",
    "brd",
    "+",
    "scope",
    "flush",
    "to",
    "index",
  ],
  ...["promisc", "on", "addr", "list", "all", "attach", "group", "fdb", "static", "vlan_filtering"],
);

test.prop([
  fc.constantFrom("ip link", "ip addr", "ip netns", "bridge", "bridge fdb", "brctl", "vconfig"),
  fc.array(WORD, { maxLength: 9 }),
])("any words are answered, and never with a crash", (command, words) => {
  const machine = machineAfter(`${PAIR}; ip link add br0 type bridge`);
  const { status } = machine.sh(`${command} ${words.map((word) => `'${word}'`).join(" ")}`, 10);
  expect(status).toBeGreaterThanOrEqual(0);
});
