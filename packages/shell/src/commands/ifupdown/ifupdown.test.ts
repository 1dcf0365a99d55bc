import { Scope, seconds } from "@lvsim/core";
import { describe, expect, test } from "vitest";
import { ARPING_COMMANDS } from "../arping/arping.ts";
import { IPROUTE_COMMANDS } from "../ip/ip.ts";
import { NET_TOOLS_COMMANDS } from "../net-tools/index.ts";
import { address, type TestHost, type TestNetwork, testNetwork } from "../network-fixture.ts";
import { bootNetwork } from "./boot-network.ts";
import { IFUPDOWN_COMMANDS } from "./ifupdown.ts";

const COMMANDS = [
  ...IPROUTE_COMMANDS,
  ...NET_TOOLS_COMMANDS,
  ...ARPING_COMMANDS,
  ...IFUPDOWN_COMMANDS,
];

function booted(): {
  readonly network: TestNetwork;
  readonly host: TestHost;
  readonly other: TestHost;
} {
  const network = testNetwork(2, COMMANDS);
  const [host, other] = network.hosts as [TestHost, TestHost];
  const { distribution } = host.kernel.system;
  const system = { ...host.kernel.system, distribution: { ...distribution, id: "centos" } };
  bootNetwork(
    host.namespace,
    { files: host.kernel.files, system },
    {
      devices: [{ name: "eth0", local: address("192.168.31.128"), prefixLength: 24 }],
      gateway: address("192.168.31.2"),
    },
  );
  return { network, host, other };
}

const addressesOf = (host: TestHost, device: string): string =>
  host.run(`ip -4 -o addr show ${device}`).stdout;

describe("a machine of CentOS 7", () => {
  test("boots with its address, a default route, and the files that say so", () => {
    const { host } = booted();
    expect(host.run("ip route").stdout).toBe(
      "default via 192.168.31.2 dev eth0 \n" +
        "192.168.31.0/24 dev eth0 proto kernel scope link src 192.168.31.128 \n",
    );
    expect(host.kernel.files.readText("/etc/sysconfig/network-scripts/ifcfg-eth0")).toContain(
      "IPADDR=192.168.31.128\nPREFIX=24\nGATEWAY=192.168.31.2\n",
    );
  });

  test("loses aliases by ifdown and ifup, and has the rest again", () => {
    const { host } = booted();
    const before = addressesOf(host, "eth0");
    const routes = host.run("ip route").stdout;
    host.run("ifconfig eth0:2 192.168.31.200 netmask 255.255.255.255 up");
    expect(host.run("ifdown eth0")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(addressesOf(host, "eth0")).toBe("");
    expect(host.run("ip route").stdout).toBe("");
    expect(host.run("ifup eth0")).toEqual({ status: 0, stdout: "", stderr: "" });
    expect(addressesOf(host, "eth0")).toBe(before);
    expect(host.run("ip route").stdout).toBe(routes);
  });

  test("announces its address to the neighbours, after two seconds of looking for another owner", () => {
    const { host, network, other } = booted();
    other.run("ip addr add 192.168.31.1/24 dev eth0");
    other.run("ip neigh add 192.168.31.128 lladdr 02:00:00:00:00:99 dev eth0 nud stale");
    host.run("ifdown eth0");
    const began = network.simulation.engine.now;
    host.run("ifup eth0");
    expect(network.simulation.engine.now - began).toBe(seconds(3));
    expect(other.run("ip neigh").stdout).toBe(
      "192.168.31.128 dev eth0 lladdr 02:00:00:00:00:01 STALE \n",
    );
  });

  test("does not take an address that another host has", () => {
    const { host, other } = booted();
    host.run("ifdown eth0");
    other.run("ip addr add 192.168.31.128/24 dev eth0");
    const { status, stderr } = host.run("ifup eth0");
    expect(status).toBe(1);
    expect(stderr).toContain("already uses address 192.168.31.128.");
    expect(addressesOf(host, "eth0")).toBe("");
  });

  test("keeps a VIP on lo when lo goes down and up", () => {
    const { host } = booted();
    host.run("ifconfig lo:0 192.168.31.200 netmask 255.255.255.255 up");
    host.run("ifdown lo");
    expect(host.namespace.deviceNamed("lo")?.up).toBe(false);
    host.run("ifup lo");
    const lo = host.namespace.deviceNamed("lo");
    expect(lo?.addresses.map(({ label, scope }) => [label, scope])).toEqual([
      ["lo", Scope.host],
      ["lo:0", Scope.universe],
    ]);
  });

  test.each([
    ["ifup eth9", "/usr/sbin/ifup: configuration for eth9 not found.\nUsage: ifup <device name>\n"],
    ["ifup", "Usage: ifup <device name>\n"],
    ["ifdown eth9", "usage: ifdown <configuration>\n"],
  ])("%s fails with status 1", (line, stderr) => {
    expect(booted().host.run(line)).toEqual({ status: 1, stdout: "", stderr });
  });
});
