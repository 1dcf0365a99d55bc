/**
 * Bridged packets and iptables, typed on one machine whose first namespace is bridge and router: stations a and b on ports
 * pa and pb of br0, c beyond wan. What rules count was recorded of a Linux 6.18 with the same devices and rules.
 */
import { describe, expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

const LAB = `
for n in a b c; do ip netns add $n; done
ip link add pa address 02:00:00:00:01:0a type veth peer name eth0 address 02:00:00:00:00:0a netns a
ip link add pb address 02:00:00:00:01:0b type veth peer name eth0 address 02:00:00:00:00:0b netns b
ip link add wan type veth peer name eth0 netns c
ip link add br0 address 02:00:00:00:00:99 type bridge
for p in pa pb; do ip link set $p master br0; ip link set $p up; done
ip link set br0 up; ip link set wan up
ip addr add 10.0.0.254/24 dev br0; ip addr add 10.1.0.254/24 dev wan
sysctl -qw net.ipv4.ip_forward=1
for n in a b c; do ip -n $n link set eth0 up; done
ip -n a addr add 10.0.0.1/24 dev eth0; ip -n a route add default via 10.0.0.254
ip -n b addr add 10.0.0.2/24 dev eth0; ip -n b route add default via 10.0.0.254
ip -n c addr add 10.1.0.1/24 dev eth0; ip -n c route add default via 10.1.0.254
ip -n a neigh add 10.0.0.77 lladdr 02:00:00:00:00:77 dev eth0
`;

function machineAfter(script: string): ShellMachine {
  const machine = new ShellMachine();
  expect(machine.sh(LAB + script)).toEqual({ status: 0, stdout: "", stderr: "" });
  return machine;
}

const PINGS = "ip netns exec a ping -c1 -W1";
const isAnswered = (machine: ShellMachine, to: string): boolean =>
  machine.sh(`${PINGS} ${to}`).status === 0;

const CONDITIONS = [
  ["in-pa", "--physdev-in pa"],
  ["in-pb", "--physdev-in pb"],
  ["notin-pa", "! --physdev-in pa"],
  ["out-pa", "--physdev-out pa"],
  ["out-pb", "--physdev-out pb"],
  ["notout-pb", "! --physdev-out pb"],
  ["isin", "--physdev-is-in"],
  ["notisin", "! --physdev-is-in"],
  ["isout", "--physdev-is-out"],
  ["notisout", "! --physdev-is-out"],
  ["br", "--physdev-is-bridged"],
  ["notbr", "! --physdev-is-bridged"],
  ["outplus", "--physdev-out +"],
] as const;

/** For each chain every condition, every interface, and a rule for anything, in mangle. */
function rules(): string {
  const lines = ["*mangle"];
  for (const chain of ["PREROUTING", "INPUT", "FORWARD", "POSTROUTING"]) {
    const add = (condition: string, name: string): void => {
      lines.push(`-A ${chain} -p icmp ${condition} -m comment --comment ${name}`);
    };
    for (const [name, options] of CONDITIONS) add(`-m physdev ${options}`, name);
    add("", "any");
    for (const device of ["br0", "pa", "pb", "wan"]) {
      if (chain !== "POSTROUTING") add(`-i ${device}`, `I:${device}`);
      if (chain === "FORWARD" || chain === "POSTROUTING") add(`-o ${device}`, `O:${device}`);
    }
  }
  return `${lines.join("\n")}\nCOMMIT\n`;
}

/** What the rules counted, as `CHAIN: name=packets …`, rules that counted nothing left out. */
function counted(machine: ShellMachine): string[] {
  const chains = new Map<string, string>();
  for (const line of machine.sh("iptables-save -c -t mangle").stdout.split("\n")) {
    const [, packets = "", chain = "", name = ""] =
      /^\[(\d+):.*-A (\w+) .*--comment "?([^" ]+)/.exec(line) ?? [];
    if (packets === "" || packets === "0") continue;
    chains.set(chain, `${chains.get(chain) ?? `${chain}:`} ${name}=${packets}`);
  }
  return Array.from(chains.values()).sort();
}

describe("rules see of an echo request and its answer", () => {
  test.each([
    [
      "bridged from station to station",
      1,
      "10.0.0.2",
      [
        "FORWARD: in-pa=1 in-pb=1 notin-pa=1 out-pa=1 out-pb=1 notout-pb=1 isin=2 isout=2 br=2 outplus=2 any=2 I:br0=2 O:br0=2",
        "POSTROUTING: in-pa=1 in-pb=1 notin-pa=1 out-pa=1 out-pb=1 notout-pb=1 isin=2 isout=2 br=2 outplus=2 any=2 O:br0=2",
        "PREROUTING: in-pa=1 in-pb=1 notin-pa=1 isin=2 notisout=2 notbr=2 any=2 I:br0=2",
      ],
    ],
    [
      "to the bridge itself",
      1,
      "10.0.0.254",
      [
        "INPUT: in-pa=1 isin=1 notisout=1 notbr=1 any=1 I:br0=1",
        "POSTROUTING: notin-pa=1 notout-pb=1 notisin=1 notisout=1 notbr=1 any=1 O:br0=1",
        "PREROUTING: in-pa=1 isin=1 notisout=1 notbr=1 any=1 I:br0=1",
      ],
    ],
    [
      "routed by way of the bridge",
      1,
      "10.1.0.1",
      [
        "FORWARD: in-pa=1 notin-pa=1 notout-pb=1 isin=1 notisin=1 notisout=2 notbr=2 any=2 I:br0=1 O:br0=1 I:wan=1 O:wan=1",
        "POSTROUTING: in-pa=1 notin-pa=1 notout-pb=1 isin=1 notisin=1 notisout=2 notbr=2 any=2 O:br0=1 O:wan=1",
        "PREROUTING: in-pa=1 notin-pa=1 notout-pb=1 isin=1 notisin=1 notisout=2 notbr=2 any=2 I:br0=1 I:wan=1",
      ],
    ],
    ["bridged, with the call off", 0, "10.0.0.2", []],
    [
      "to the bridge itself, with the call off",
      0,
      "10.0.0.254",
      [
        "INPUT: notin-pa=1 notout-pb=1 notisin=1 notisout=1 notbr=1 any=1 I:br0=1",
        "POSTROUTING: notin-pa=1 notout-pb=1 notisin=1 notisout=1 notbr=1 any=1 O:br0=1",
        "PREROUTING: notin-pa=1 notout-pb=1 notisin=1 notisout=1 notbr=1 any=1 I:br0=1",
      ],
    ],
    [
      "routed, with the call off",
      0,
      "10.1.0.1",
      [
        "FORWARD: notin-pa=2 notout-pb=2 notisin=2 notisout=2 notbr=2 any=2 I:br0=1 O:br0=1 I:wan=1 O:wan=1",
        "POSTROUTING: notin-pa=2 notout-pb=2 notisin=2 notisout=2 notbr=2 any=2 O:br0=1 O:wan=1",
        "PREROUTING: notin-pa=2 notout-pb=2 notisin=2 notisout=2 notbr=2 any=2 I:br0=1 I:wan=1",
      ],
    ],
  ] as const)("%s", (_title, call, to, expected) => {
    const machine = machineAfter(
      `modprobe br_netfilter; sysctl -qw net.bridge.bridge-nf-call-iptables=${call}`,
    );
    expect(isAnswered(machine, to)).toBe(true);
    machine.sh(`iptables-restore <<'E'\n${rules()}E\n`);
    expect(isAnswered(machine, to)).toBe(true);
    expect(counted(machine)).toEqual(expected);
  });

  test("one bridge's own switch is enough", () => {
    const machine = machineAfter(
      "modprobe br_netfilter; sysctl -qw net.bridge.bridge-nf-call-iptables=0;" +
        "ip link set br0 type bridge nf_call_iptables 1; iptables -A FORWARD -p icmp -j DROP",
    );
    expect(isAnswered(machine, "10.0.0.2")).toBe(false);
    expect(machine.sh("ip -d link show br0").stdout).toContain(" nf_call_iptables 1 ");
  });
});

describe("br_netfilter", () => {
  const FORWARD_DROPS = "iptables -P FORWARD DROP";

  test("is not loaded at first, and then bridged packets meet no rule", () => {
    const machine = machineAfter(FORWARD_DROPS);
    expect(isAnswered(machine, "10.0.0.2")).toBe(true);
    expect(machine.sh("sysctl net.bridge.bridge-nf-call-iptables; ls /proc/sys/net").stderr).toBe(
      "sysctl: cannot stat /proc/sys/net/bridge/bridge-nf-call-iptables: No such file or directory\n",
    );
    expect(machine.sh("lsmod").stdout).not.toContain("br_netfilter");
  });

  test.each([
    ["modprobe", "modprobe br_netfilter"],
    ["the first rule with physdev", "iptables -A INPUT -m physdev --physdev-in pa"],
  ])("is loaded by %s, in every namespace, with its settings", (_what, command) => {
    const machine = machineAfter(`${FORWARD_DROPS}; ${command}; ip netns add later`);
    expect(isAnswered(machine, "10.0.0.2")).toBe(false);
    const names = "arptables ip6tables iptables"
      .split(" ")
      .map((name) => `bridge-nf-call-${name} = 1`);
    const off = ["filter-pppoe-tagged", "filter-vlan-tagged", "pass-vlan-input-dev"];
    const all = [...names, ...off.map((name) => `bridge-nf-${name} = 0`)];
    const expected = all.map((line) => `net.bridge.${line}\n`).join("");
    for (const where of ["", "ip netns exec b ", "ip netns exec later "])
      expect(machine.sh(`${where}sysctl -a | grep ^net.bridge`).stdout).toBe(expected);
    expect(machine.sh("lsmod").stdout).toContain("br_netfilter           32768  0\n");
  });

  test("takes any number but 0 as 1, and its settings go with it", () => {
    const machine = machineAfter("modprobe br_netfilter");
    const file = "/proc/sys/net/bridge/bridge-nf-call-iptables";
    expect(machine.sh(`echo 5 >${file}; cat ${file}; echo -3 >${file}; cat ${file}`).stdout).toBe(
      "1\n1\n",
    );
    const after = "modprobe -r br_netfilter; ls -d /proc/sys/net/bridge; modprobe br_netfilter";
    const said = machine.sh(`echo 0 >${file}; ${after}; cat ${file}`);
    expect([said.stdout, said.stderr]).toEqual([
      "1\n",
      "ls: cannot access '/proc/sys/net/bridge': No such file or directory\n",
    ]);
  });

  test("lets LOG name the ports", () => {
    const machine = machineAfter("modprobe br_netfilter");
    isAnswered(machine, "10.0.0.2");
    for (const chain of ["PREROUTING", "INPUT", "FORWARD", "POSTROUTING"])
      machine.sh(`iptables -t mangle -A ${chain} -s 10.0.0.1 -j LOG --log-prefix '${chain} '`);
    for (const to of ["10.0.0.2", "10.0.0.254", "10.1.0.1"]) isAnswered(machine, to);
    const devices = machine
      .sh("dmesg")
      .stdout.split("\n")
      .flatMap((line) => /([A-Z]+ IN=.*?)(?:MAC=\S+ )?SRC=/.exec(line)?.[1]?.trim() ?? []);
    expect(devices).toEqual([
      "PREROUTING IN=br0 OUT= PHYSIN=pa",
      "FORWARD IN=br0 OUT=br0 PHYSIN=pa PHYSOUT=pb",
      "POSTROUTING IN= OUT=br0 PHYSIN=pa PHYSOUT=pb",
      "PREROUTING IN=br0 OUT= PHYSIN=pa",
      "INPUT IN=br0 OUT= PHYSIN=pa",
      "PREROUTING IN=br0 OUT= PHYSIN=pa",
      "FORWARD IN=br0 OUT=wan PHYSIN=pa",
      "POSTROUTING IN=br0 OUT=wan PHYSIN=pa",
    ]);
  });
});

describe("a bridged packet", () => {
  /** For DNAT, chains that an echo request to 10.0.0.77 came through. */
  test.each([
    ["10.0.0.2", 1, true, ["FORWARD", "POSTROUTING", "PREROUTING"]],
    ["10.1.0.1", 1, true, ["FORWARD", "POSTROUTING", "PREROUTING"]],
    ["10.0.0.254", 1, true, ["INPUT", "PREROUTING"]],
    ["10.0.0.2", 0, false, ["PREROUTING"]],
    ["10.1.0.1", 0, false, ["PREROUTING"]],
    ["10.0.0.254", 0, true, ["INPUT", "PREROUTING"]],
  ] as const)("redirected to %s, with ip_forward=%i: answered %s", (to, forward, answered, way) => {
    const machine = machineAfter(
      `modprobe br_netfilter; sysctl -qw net.ipv4.ip_forward=${forward};` +
        `iptables -t nat -A PREROUTING -d 10.0.0.77 -j DNAT --to-destination ${to};` +
        "for c in PREROUTING INPUT FORWARD POSTROUTING; do" +
        " iptables -t mangle -A $c -s 10.0.0.1 -m physdev --physdev-in pa -m comment --comment x; done",
    );
    expect(isAnswered(machine, "10.0.0.77")).toBe(answered);
    expect(counted(machine).map((line) => line.split(":")[0])).toEqual(way);
  });

  test("redirected to a station keeps its sender's address and its TTL", () => {
    const machine = machineAfter(
      "modprobe br_netfilter; iptables -t nat -A PREROUTING -d 10.0.0.77 -j DNAT --to 10.0.0.2",
    );
    const seen = machine.sh(
      `ip netns exec b tcpdump -envc1 -i eth0 icmp & ${PINGS} 10.0.0.77 >/dev/null; wait`,
    ).stdout;
    expect(seen).toContain("02:00:00:00:00:0a > 02:00:00:00:00:0b");
    expect(seen).toContain("ttl 64");
  });

  test("masqueraded gets the bridge's address", () => {
    const machine = machineAfter(
      "modprobe br_netfilter; iptables -t nat -A POSTROUTING -o br0 -j MASQUERADE",
    );
    const seen = machine.sh(
      `ip netns exec b tcpdump -nc1 -i eth0 icmp & ${PINGS} 10.0.0.2 >/dev/null; wait`,
    ).stdout;
    expect(seen).toContain("10.0.0.254 > 10.0.0.2: ICMP echo request");
  });

  test("refused with a reset is answered in its destination's name, past all rules", () => {
    const machine = machineAfter(
      "modprobe br_netfilter; iptables -A FORWARD -p tcp -j REJECT --reject-with tcp-reset;" +
        "iptables -A OUTPUT -p tcp -j DROP; iptables -t mangle -A POSTROUTING -p tcp -j DROP",
    );
    isAnswered(machine, "10.0.0.2");
    const seen = machine.sh(
      "ip netns exec a tcpdump -enc1 -i eth0 'tcp[13] & 4 != 0' &" +
        " ip netns exec a curl -s 10.0.0.2; wait",
    ).stdout;
    expect(seen).toContain("02:00:00:00:00:0b > 02:00:00:00:00:0a");
  });

  test("dropped before the bridge is not learnt from", () => {
    const machine = machineAfter(
      "modprobe br_netfilter; iptables -t raw -A PREROUTING -j DROP;" +
        "ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:02 dev eth0",
    );
    isAnswered(machine, "10.0.0.2");
    expect(machine.sh("bridge fdb show br br0 | grep -v permanent").stdout).toBe("");
  });

  test("flooded meets the rules once for each port, and may end at one of them", () => {
    const machine = machineAfter(
      "ip netns add d; ip link add pd type veth peer name eth0 netns d; ip link set pd master br0;" +
        "ip link set pd up; ip -n d link set eth0 up; modprobe br_netfilter;" +
        "ip -n a neigh add 10.0.0.2 lladdr 02:00:00:00:00:0b dev eth0;" +
        "iptables -t mangle -A FORWARD -m physdev --physdev-out pd -m comment --comment d -j DROP;" +
        "iptables -t mangle -A FORWARD -m comment --comment forward;" +
        "iptables -t mangle -A POSTROUTING -m conntrack --ctstate NEW -m comment --comment new",
    );
    expect(isAnswered(machine, "10.0.0.2")).toBe(true);
    expect(counted(machine)).toEqual(["FORWARD: d=1 forward=2", "POSTROUTING: new=1"]);
    machine.sh("iptables -t mangle -F FORWARD; bridge fdb flush dev pb; conntrack -F");
    machine.sh(`ip link set pb down; ip link set pb up; ${PINGS} 10.0.0.2`);
    expect(counted(machine)).toEqual(["POSTROUTING: new=3"]);
  });

  test("in fragments is put together for tracking and cut again", () => {
    const machine = machineAfter(
      "modprobe br_netfilter; iptables -t mangle -A FORWARD -m conntrack --ctstate NEW,ESTABLISHED" +
        " -m comment --comment x",
    );
    expect(machine.sh(`${PINGS} -s 3000 10.0.0.2`).status).toBe(0);
    expect(counted(machine)).toEqual(["FORWARD: x=2"]);
  });
});

test.each([
  ["of the port by which it comes", "02:00:00:00:01:0a", 0],
  ["of no other port", "02:00:00:00:01:0b", 1],
  ["of the bridge", "02:00:00:00:00:99", 0],
])("a host takes frames for the link address %s", (_whose, mac, status) => {
  const machine = machineAfter("");
  machine.sh(`ip -n a neigh replace 10.0.0.254 lladdr ${mac} dev eth0`);
  expect(machine.sh(`${PINGS} 10.0.0.254`).status).toBe(status);
});
