import { fc, test } from "@fast-check/vitest";
import { type Ipv4Address, parseIpv4Address, seconds } from "@lvsim/core";
import { expect } from "vitest";
import type { VirtualAddress } from "../config/model.ts";
import { NOWHERE } from "../config/report.ts";
import {
  AH_PROTOCOL,
  advertFault,
  encodeAdvert,
  innerAdvert,
  type PacketSettings,
  VRRP_PROTOCOL,
  wrapInAh,
} from "./packet.ts";

const address = (text: string): Ipv4Address => parseIpv4Address(text) as Ipv4Address;
const source = address("10.0.0.2");
const destination = address("224.0.0.18");

const virtual = (value: number): VirtualAddress => ({
  address: value as Ipv4Address,
  prefixLength: 32,
  device: "",
  label: "",
  broadcast: null,
  scope: 0,
  tracked: true,
  place: NOWHERE,
});

const anySettings: fc.Arbitrary<PacketSettings> = fc
  .record({
    version: fc.constantFrom(2, 3),
    routerId: fc.integer({ min: 1, max: 255 }),
    interval: fc.integer({ min: 1, max: 40 }),
    addresses: fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 20 }),
    authType: fc.constantFrom("none" as const, "PASS" as const, "AH" as const),
    authPassword: fc.string({ minLength: 1, maxLength: 8 }),
  })
  .map(({ version, interval, addresses, authType, ...rest }) => ({
    ...rest,
    version: version === 3 ? 3 : 2,
    advertInterval: seconds(interval),
    addresses: addresses.map(virtual),
    authType: version === 3 ? "none" : authType,
  }));

function packet(settings: PacketSettings, priority: number) {
  const advert = encodeAdvert(settings, priority, source, destination);
  const isAh = settings.authType === "AH";
  const octets = isAh ? wrapInAh(settings, advert, source, destination, 7) : advert;
  return { source, destination, ttl: 255, protocol: isAh ? AH_PROTOCOL : VRRP_PROTOCOL, octets };
}

const faultOf = (settings: PacketSettings, heard: ReturnType<typeof packet>): string | null =>
  advertFault({ ...settings, peers: [] }, heard, true);

test.prop([anySettings, fc.nat({ max: 255 })])(
  "what one router says the other takes, with the same settings",
  (settings, priority) => {
    const heard = packet(settings, priority);
    expect(faultOf(settings, heard)).toBeNull();
    expect(innerAdvert(heard)).toMatchObject({ priority, routerId: settings.routerId });
  },
);

test.prop([anySettings, fc.nat(), fc.nat({ max: 7 })])(
  "one wrong bit is found",
  (settings, place, bit) => {
    const heard = packet(settings, 100);
    const at = place % heard.octets.length;
    heard.octets[at] = (heard.octets[at] as number) ^ (1 << bit);
    // AH's own header but its digest is only looked at as part of the digest, and so found too
    expect(faultOf(settings, heard)).not.toBeNull();
  },
);

const plain: PacketSettings = {
  version: 2,
  routerId: 51,
  advertInterval: seconds(1),
  addresses: [virtual(address("10.0.0.100"))],
  authType: "none",
  authPassword: "",
};

test("the octets of version 2 are RFC 3768's", () => {
  const octets = encodeAdvert(
    { ...plain, authType: "PASS", authPassword: "1111" },
    150,
    source,
    destination,
  );
  expect(Array.from(octets, (octet) => octet.toString(16).padStart(2, "0")).join(" ")).toBe(
    "21 33 96 01 01 01 db 03 0a 00 00 64 31 31 31 31 00 00 00 00",
  );
});

test.each<[string, Partial<PacketSettings>, string]>([
  ["another password", { authType: "PASS", authPassword: "2" }, "received a 0 auth, expecting 1!"],
  [
    "another interval",
    { advertInterval: seconds(3) },
    "advertisement interval mismatch mine=3 sec rcv'd=1 sec",
  ],
  [
    "more addresses",
    { addresses: [virtual(1), virtual(2)] },
    "vrrp packet too short, length 40 and expect 44",
  ],
  [
    "another address",
    { addresses: [virtual(address("10.0.0.200"))] },
    "ip address associated with VRID 51 not present in MASTER advert : 10.0.0.200",
  ],
  ["version 3", { version: 3 }, "vrrp packet too long, length 40 and expect 32"],
])("a router with %s says what is wrong", (_what, changes, fault) => {
  expect(faultOf({ ...plain, ...changes }, packet(plain, 100))).toBe(fault);
});

test("a packet that came from beyond the link is refused", () => {
  expect(faultOf(plain, { ...packet(plain, 100), ttl: 254 })).toBe(
    "invalid TTL/HL. Received 254 and expect 255",
  );
});
