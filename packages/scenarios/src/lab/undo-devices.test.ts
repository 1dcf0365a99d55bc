import type { MacAddress } from "@lvsim/core";
import { expect, test } from "vitest";
import { Lab } from "./lab.ts";

function lab(): { readonly lab: Lab; show(): string; answers(address: string): boolean } {
  const made = Lab.empty({ seed: "1" });
  made.addMachine("a");
  made.addMachine("b");
  made.connect(
    { machine: "a", device: "eth0", mac: 0x020000000001 as MacAddress },
    { machine: "b", device: "eth0", mac: 0x020000000002 as MacAddress },
  );
  made.exec("b", "ip addr add 10.0.0.2/24 dev eth0");
  made.exec("a", "ip addr add 10.0.0.1/24 dev eth0; ip netns add blue");
  return {
    lab: made,
    show: () => made.exec("a", "ip -br addr; ip -n blue -br link; bridge link").stdout,
    answers: (address) => made.exec("a", `arping -c 1 -I eth0 ${address}`).status === 0,
  };
}

test.each([
  [
    "a veth pair across namespaces",
    "ip link add v0 type veth peer name v1 netns blue",
    "ip link del v0",
  ],
  [
    "a bridge with its port, and what stands on the port",
    "ip link add br0 type bridge; ip link add v0 type veth peer name v1; ip link set v1 up;" +
      "ip link set v0 master br0 up; ip link set br0 up; ip link add link v0 name v0.5 type vlan id 5",
    "ip link del v0",
  ],
])("undoing its deletion brings back %s", (_what, making, deleting) => {
  const { lab: made, show } = lab();
  made.exec("a", making);
  const before = show();
  made.exec("a", deleting);
  expect(show()).not.toBe(before);
  made.undo("a");
  expect(show()).toBe(before);
});

test("a cable follows its device into another namespace, back, and by undo", () => {
  const { lab: made, answers } = lab();
  const up = "ip -n blue addr add 10.0.0.1/24 dev eth0; ip -n blue link set eth0 up";
  expect(answers("10.0.0.2")).toBe(true);
  made.exec("a", "ip link set eth0 netns blue");
  expect(answers("10.0.0.2")).toBe(false);
  made.undo("a");
  expect(answers("10.0.0.2")).toBe(true);
  made.exec("a", `ip link set eth0 netns blue; ${up}`);
  expect(made.exec("a", "arping -c 1 -I eth0 10.0.0.2", "blue").status).toBe(0);
  made.exec("a", "ip netns del blue; ip addr add 10.0.0.1/24 dev eth0; ip link set eth0 up");
  expect(answers("10.0.0.2")).toBe(true);
});
