import { beforeEach, describe, expect, test } from "vitest";
import { formatIpv4Address } from "../../packet/ipv4-address.ts";
import { Scope } from "../device/config.ts";
import { address, ip, mac, packet, type TestDevice, TestHost } from "./neigh-fixture.ts";

/**
 *   lo    192.168.0.100/32 (a VIP)
 *   eth0  192.168.0.10/24, 192.168.7.10/24, 192.168.0.11/24 (secondary)
 *   eth1  10.1.0.10/24
 */
let host: TestHost;
let eth0: TestDevice;
let eth1: TestDevice;

beforeEach(() => {
  host = new TestHost();
  const lo = host.list[0] as TestDevice;
  lo.addresses = [...lo.addresses, address("192.168.0.100/32")];
  eth0 = host.add("eth0", mac("02:00:00:00:00:10"), [
    address("192.168.0.10/24"),
    address("192.168.7.10/24"),
    address("192.168.0.11/24", { secondary: true }),
  ]);
  eth1 = host.add("eth1", mac("02:00:00:00:01:10"), [address("10.1.0.10/24")]);
});

/** The source that a request for `target` names when a packet from `source` caused it. */
function announced(source: string, target: string, device = eth0): string {
  host.table.send(packet(host, source, target), device, ip(target));
  const [request] = host.takeHeard();
  return request === undefined ? "" : formatIpv4Address(request.frame.source);
}

describe("arp_announce", () => {
  test.each([
    // VIP on lo; secondary; the other subnet; the other device; a forwarded packet
    [0, "192.168.0.100", "192.168.7.2", "192.168.0.100"],
    [0, "192.168.0.11", "192.168.7.2", "192.168.0.11"],
    [0, "10.1.0.10", "192.168.0.2", "10.1.0.10"],
    [0, "10.1.0.2", "192.168.0.2", "192.168.0.10"],
    [0, "10.1.0.2", "192.168.7.2", "192.168.7.10"],
    [1, "192.168.0.100", "192.168.0.2", "192.168.0.100"],
    [1, "192.168.0.100", "192.168.7.2", "192.168.7.10"],
    [1, "192.168.0.11", "192.168.0.2", "192.168.0.11"],
    [1, "10.1.0.10", "192.168.0.2", "192.168.0.10"],
    [2, "192.168.0.100", "192.168.0.2", "192.168.0.10"],
    [2, "192.168.0.11", "192.168.0.2", "192.168.0.10"],
    [2, "192.168.0.11", "172.20.0.1", "192.168.0.10"],
    [3, "192.168.0.100", "192.168.7.2", "192.168.0.100"],
  ])("%i: a packet from %s makes the request for %s come from %s", (value, from, to, source) => {
    host.conf.set("eth0", { arpAnnounce: value });
    expect(announced(from, to)).toBe(source);
  });

  test("2 borrows from other devices, lo first, where the device has no address of its own", () => {
    host.conf.set("eth1", { arpAnnounce: 2 });
    eth1.addresses = [];
    // 127.0.0.1 has scope host, which is too narrow
    expect(announced("10.1.0.10", "10.1.0.2", eth1)).toBe("192.168.0.100");
    eth1.addresses = [address("10.1.0.10/24", { scope: Scope.link })];
    expect(announced("192.168.0.10", "10.1.0.3", eth1)).toBe("10.1.0.10");
  });
});

test("a broadcast request does not know the target's link address, and names the packet that caused it", () => {
  const cause = packet(host, "192.168.0.10", "192.168.0.2");
  host.table.send(cause, eth0, ip("192.168.0.2"));
  const [request] = host.takeHeard();
  expect(request?.frame).toMatchObject({
    arpOperation: 1,
    destinationMac: mac("ff:ff:ff:ff:ff:ff"),
    arpTargetMac: 0,
    parentId: cause.id,
  });
});

test("arp_notify announces all addresses of a device that came up, secondary ones too", () => {
  host.table.deviceReady(eth0);
  expect(host.takeHeard()).toEqual([]);
  host.conf.set("eth0", { arpNotify: 1 });
  host.table.deviceReady(eth0);
  const heard = host.takeHeard();
  expect(heard.map(({ frame }) => formatIpv4Address(frame.source))).toEqual([
    "192.168.0.10",
    "192.168.7.10",
    "192.168.0.11",
  ]);
  expect(heard.every(({ frame }) => frame.source === frame.destination)).toBe(true);
});
