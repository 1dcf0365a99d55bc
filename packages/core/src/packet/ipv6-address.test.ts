import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import {
  formatIpv6Address,
  formatIpv6InFull,
  type Ipv6Address,
  isGlobalUnicastIpv6,
  parseIpv6Address,
} from "./ipv6-address.ts";

test.each([
  ["2001:db8::1", "2001:db8::1"],
  ["2001:DB8:0:0:0:0:0:1", "2001:db8::1"],
  ["::", "::"],
  ["::1", "::1"],
  ["1::", "1::"],
  ["1:0:0:2:0:0:0:3", "1:0:0:2::3"],
  ["1:0:2:3:4:5:6:7", "1:0:2:3:4:5:6:7"],
  ["::ffff:192.0.2.1", "::ffff:192.0.2.1"],
  ["64:ff9b::192.0.2.1", "64:ff9b::c000:201"],
])("inet_ntop writes %s as %s", (text, written) => {
  const address = parseIpv6Address(text);
  expect(address && formatIpv6Address(address)).toBe(written);
});

test.each([
  "",
  ":",
  "1",
  "1:2:3:4:5:6:7",
  "1:2:3:4:5:6:7:8:9",
  "1::2::3",
  "12345::",
  "g::",
  "1:2:3:4:5:6:7:8::",
  "::1.2.3.256",
  "1.2.3.4",
])("%j is no IPv6 address", (text) => {
  expect(parseIpv6Address(text)).toBeUndefined();
});

test.prop([fc.array(fc.oneof(fc.constant(0), fc.nat(0xffff)), { minLength: 8, maxLength: 8 })])(
  "every address reads back as it was written, short and in full",
  (groups) => {
    const address = groups
      .map((group) => group.toString(16).padStart(4, "0"))
      .join("") as Ipv6Address;
    expect(parseIpv6Address(formatIpv6Address(address))).toBe(address);
    expect(parseIpv6Address(formatIpv6InFull(address))).toBe(address);
  },
);

test.each([
  ["2001:db8::1", true],
  ["::1", true],
  ["::", false],
  ["ff02::1", false],
  ["fe80::1", false],
  ["::ffff:1.2.3.4", false],
])("%s names one host anywhere: %s", (text, unicast) => {
  expect(isGlobalUnicastIpv6(parseIpv6Address(text) as Ipv6Address)).toBe(unicast);
});
