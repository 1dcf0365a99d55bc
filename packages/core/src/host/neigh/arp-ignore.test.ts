/** arp_ignore against a second reading, from the words of Documentation/networking/ip-sysctl.rst. */
import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { type Ipv4Address, inPrefix } from "../../packet/ipv4-address.ts";
import { type AddressConfig, Scope } from "../device/config.ts";
import { address, arp, ip, mac, type TestDevice, TestHost } from "./neigh-fixture.ts";

const VIP = "192.168.0.100";
const INTERFACES = ["lo", "eth0", "eth1"] as const;
type Interface = (typeof INTERFACES)[number];

interface Home {
  readonly on: Interface;
  readonly prefixLength: number;
  readonly scope: number;
}

const sender = fc.constantFrom("192.168.0.2", "10.1.0.2", "172.31.9.9", "0.0.0.0");
const home = fc.record<Home>({
  on: fc.constantFrom(...INTERFACES),
  prefixLength: fc.constantFrom(24, 32),
  scope: fc.constantFrom(Scope.universe, Scope.link, Scope.host),
});

/** Whether Linux answers for the VIP, which is configured at every one of `homes`. */
function answers(ignore: number, homes: readonly Home[], on: Interface, from: string): boolean {
  // a host answers only for what is its own at all
  if (homes.length === 0) return false;
  const onIncoming = homes.filter((one) => one.on === on);
  const inSubnet = (one: Home): boolean =>
    from === "0.0.0.0" || inPrefix(ip(from), ip(VIP), one.prefixLength);
  switch (ignore) {
    case 1: // reply only if the target IP address is local address configured on the incoming interface
      return onIncoming.length > 0;
    case 2: // ... and both with the sender's IP address are part from same subnet on this interface
      return onIncoming.length > 0 && (onIncoming.some(inSubnet) || sharesOther(on, from));
    case 3: // do not reply for local addresses configured with scope host, only for global and link addresses
      return homes.some((one) => one.scope !== Scope.host);
    case 8: // do not reply for all local addresses
      return false;
    default: // reply for any local target IP address, configured on any interface
      return true;
  }
}

/** The interface's own address may span the subnet in which VIP and sender are. */
const sharesOther = (on: Interface, from: string): boolean =>
  on === "eth0" && inPrefix(ip(from), ip(VIP), 24);

function hostWith(homes: readonly Home[]): TestHost {
  const host = new TestHost();
  host.add("eth0", mac("02:00:00:00:00:10"), [address("192.168.0.10/24")]);
  host.add("eth1", mac("02:00:00:00:01:10"), [address("10.1.0.10/24")]);
  for (const one of homes) {
    const device = host.list.find(({ name }) => name === one.on) as TestDevice;
    const vip: AddressConfig = {
      ...address(`${VIP}/${one.prefixLength}`, { scope: one.scope }),
      local: ip(VIP) as Ipv4Address,
    };
    device.addresses = [...device.addresses, vip];
  }
  return host;
}

test.prop([
  fc.integer({ min: 0, max: 9 }),
  fc.uniqueArray(home, { maxLength: 3, selector: (one) => one.on }),
  fc.constantFrom<Interface>("eth0", "eth1"),
  sender,
])("arp_ignore answers as the documentation says", (ignore, homes, on, from) => {
  const host = hostWith(homes);
  for (const name of INTERFACES) host.conf.set(name, { arpIgnore: ignore });
  const device = host.list.find(({ name }) => name === on) as TestDevice;
  // what is local by lo's /24 only is not configured anywhere: not the documentation's case
  const words = { operation: 1, sender: from, senderMac: "2:0:0:0:0:1", target: VIP };
  host.arp.receive(arp(host, { ...words, to: "ff:ff:ff:ff:ff:ff" }), device);
  expect(host.takeHeard().length > 0).toBe(answers(ignore, homes, on, from));
});
