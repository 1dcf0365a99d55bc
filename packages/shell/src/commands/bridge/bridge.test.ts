/** bridge (iproute2) and brctl (bridge-utils), typed on a machine whose bridge joins two namespaces. */
import { describe, expect, test } from "vitest";
import { ShellMachine } from "../../testing/shell-machine.ts";

describe("tools for bridges", () => {
  const machine = new ShellMachine();
  const made = machine.sh(
    "for i in 1 2; do ip netns add h$i; ip link add p$i address 02:00:00:00:00:a$i type veth peer name eth0" +
      " address 02:00:00:00:00:0$i netns h$i;" +
      "ip link set p$i up; ip -n h$i link set eth0 up; ip -n h$i addr add 10.0.0.$i/24 dev eth0; done;" +
      "brctl addbr br0; brctl addif br0 p1; ip link set p2 master br0; ip link set br0 up",
  );
  expect(made).toEqual({ status: 0, stdout: "", stderr: "" });
  machine.sh("ip netns exec h1 arping -c 1 -I eth0 10.0.0.2");

  test.each([
    [
      "brctl show",
      "bridge name\tbridge id\t\tSTP enabled\tinterfaces\n" +
        "br0\t\t8000.0200000000a1\tno\t\tp1\n\t\t\t\t\t\t\tp2\n",
    ],
    [
      "bridge fdb show br br0 | grep -v permanent",
      "02:00:00:00:00:01 dev p1 master br0 \n02:00:00:00:00:02 dev p2 master br0 \n",
    ],
    [
      "bridge link show dev p2",
      "7: p2@if6: <BROADCAST,MULTICAST,UP,LOWER_UP> mtu 1500 master br0 state forwarding priority 32 cost 2 \n",
    ],
    [
      "bridge vlan show dev p1",
      "port              vlan-id  \np1                1 PVID Egress Untagged\n",
    ],
    [
      "ip -br link show master br0",
      "p1@if6           UP             02:00:00:00:00:a1 <BROADCAST,MULTICAST,UP,LOWER_UP> \n" +
        "p2@if6           UP             02:00:00:00:00:a2 <BROADCAST,MULTICAST,UP,LOWER_UP> \n",
    ],
  ])("%s", (line, stdout) => {
    expect(machine.sh(line)).toEqual({ status: 0, stdout, stderr: "" });
  });

  test.each([
    ["brctl addbr br0", "device br0 already exists; can't create bridge with the same name\n"],
    ["brctl delbr br0", "bridge br0 is still up; can't delete it\n"],
    [
      "brctl addif br0 p1",
      "device p1 is already a member of a bridge; can't add it to bridge br0.\n",
    ],
    ["brctl addif br0 nosuch", "interface nosuch does not exist!\n"],
    ["brctl addif nosuch p1", "bridge nosuch does not exist!\n"],
    ["brctl addif p1 p2", "can't add p2 to bridge p1: Operation not supported\n"],
    ["brctl show p1", "device p1 is not a bridge!\n"],
    ["brctl sethello br0 11", "set hello timer failed: Numerical result out of range\n"],
    ["brctl setmaxage br0 5", "set max age failed: Numerical result out of range\n"],
    ["brctl setbridgeprio br0 x", "bad priority\n"],
    ["brctl setpathcost br0 p1 x", "bad path cost value\n"],
    ["brctl setpathcost br0 lo 5", "set path cost failed: No such file or directory\n"],
    ["brctl setportprio br0 p1 64", "set port priority failed: Numerical result out of range\n"],
    ["brctl hairpin nosuch p1 on", "bridge nosuch does not exist!\n"],
    ["bridge link set dev nosuch learning off", 'Cannot find bridge device "nosuch"\n'],
    ["bridge fdb show br nosuch", 'Cannot find bridge device "nosuch"\n'],
    ["brctl delif br0 lo", "device lo is not a port of br0\n"],
    ["bridge fdb add zz dev p1 master", "Invalid mac address zz\n"],
    [
      "bridge fdb del 02:00:00:00:00:77 dev p1 master",
      "RTNETLINK answers: No such file or directory\n",
    ],
  ])("%s is refused", (line, stderr) => {
    const said = machine.sh(line);
    expect([said.stderr, said.status === 0]).toEqual([stderr, false]);
  });

  test("an address tied to a port is found there and stays", () => {
    machine.sh("bridge fdb add 02:00:00:00:00:77 dev p2 master static");
    const shown = () => machine.sh("bridge fdb show dev p2 | grep 77").stdout;
    expect(shown()).toBe("02:00:00:00:00:77 master br0 static\n");
    machine.sh("sleep 400");
    expect(shown()).toBe("02:00:00:00:00:77 master br0 static\n");
    machine.sh("bridge fdb del 02:00:00:00:00:77 dev p2 master");
    expect(shown()).toBe("");
  });
});
