import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import {
  formatIpv4Address,
  type Ipv4Address,
  inPrefix,
  isLoopbackAddress,
  isMulticastAddress,
  isZeroNetAddress,
  LIMITED_BROADCAST,
  parseIpv4Address,
  prefixMask,
} from "./ipv4-address.ts";
import {
  BROADCAST_MAC,
  formatMacAddress,
  isGroupMac,
  type MacAddress,
  parseMacAddress,
} from "./mac-address.ts";

const octet = fc.nat({ max: 255 });
const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const mac = (text: string): MacAddress => parseMacAddress(text) as MacAddress;

test.prop([fc.tuple(octet, octet, octet, octet)])("IPv4 text comes back", (octets) => {
  expect(formatIpv4Address(address(octets.join(".")))).toBe(octets.join("."));
});

test.prop([fc.nat({ max: 0xffff_ffff_ffff })])("MAC text comes back", (value) => {
  const text = formatMacAddress(value as MacAddress);
  expect(text).toMatch(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
  expect(parseMacAddress(text)).toBe(value);
});

test.each(["", "1.2.3", "1.2.3.4.5", "256.0.0.1", "1.2.3.-4", " 1.2.3.4", "1.2.3.4/8", "a.b.c.d"])(
  "%j is no IPv4 address",
  (text) => expect(parseIpv4Address(text)).toBeUndefined(),
);

test.each(["", "02:00:00:00:00", "02:00:00:00:00:001", "02-00-00-00-00-01", "0g:00:00:00:00:01"])(
  "%j is no MAC address",
  (text) => expect(parseMacAddress(text)).toBeUndefined(),
);

test.prop([fc.tuple(octet, octet, octet, octet), fc.nat({ max: 32 }), fc.nat({ max: 32 })])(
  "a prefix holds the addresses that share its first bits",
  (octets, length, bit) => {
    const network = address(octets.join("."));
    fc.pre(bit < 32);
    const other = (network ^ (1 << (31 - bit))) as Ipv4Address;
    expect(inPrefix(network, network, length)).toBe(true);
    expect(inPrefix(other, network, length)).toBe(bit >= length);
  },
);

test("netmasks", () => {
  expect([0, 8, 25, 32].map((length) => formatIpv4Address(prefixMask(length)))).toEqual([
    "0.0.0.0",
    "255.0.0.0",
    "255.255.255.128",
    "255.255.255.255",
  ]);
});

test("addresses with a meaning of their own", () => {
  expect(address("255.255.255.255")).toBe(LIMITED_BROADCAST);
  expect(["127.0.0.1", "128.0.0.1"].map((a) => isLoopbackAddress(address(a)))).toEqual([
    true,
    false,
  ]);
  expect(
    ["224.0.0.1", "239.255.0.1", "240.0.0.1"].map((a) => isMulticastAddress(address(a))),
  ).toEqual([true, true, false]);
  expect(["0.1.2.3", "1.0.0.0"].map((a) => isZeroNetAddress(address(a)))).toEqual([true, false]);
  expect(mac("ff:ff:ff:ff:ff:ff")).toBe(BROADCAST_MAC);
  expect([mac("01:00:5e:00:00:01"), mac("02:00:00:00:00:01")].map(isGroupMac)).toEqual([
    true,
    false,
  ]);
});
