/**
 * VRRP advertisements as octets: version 2 (RFC 3768 §5, with the eight octets of authentication that keepalived always sends) and
 * version 3 (RFC 5798 §5). Behind an AH header (RFC 2402) the digest is HMAC-MD5-96 over addresses, header and
 * advertisement; that it leaves out the rest of the IP header is ours.
 */
import type { Ipv4Address } from "@lvsim/core";
import { md5 } from "../../../text/md5.ts";
import { encodeUtf8 } from "../../../text/utf8.ts";
import type { VrrpSettings } from "../config/complete-vrrp.ts";

export const VRRP_PROTOCOL = 112;
export const AH_PROTOCOL = 51;
const HEADER = 8;
const AUTH = 8;
const AH_HEADER = 24;
const AH_DIGEST = 12;
const ADVERTISEMENT = 1;
const AUTH_NUMBERS = { none: 0, PASS: 1, AH: 2 } as const;

/** What an advertisement says. */
export interface Advert {
  readonly version: number;
  readonly type: number;
  readonly routerId: number;
  readonly priority: number;
  readonly count: number;
  /** Version 2: seconds; version 3: hundredths. */
  readonly interval: number;
  /** Version 2. */
  readonly authType: number;
}

/** The parts of an instance that its packets carry. */
export type PacketSettings = Pick<
  VrrpSettings,
  "version" | "routerId" | "advertInterval" | "addresses" | "authType" | "authPassword"
>;

const advertLength = ({ version, addresses }: PacketSettings): number =>
  HEADER + 4 * addresses.length + (version === 2 ? AUTH : 0);

/** RFC 1071. */
function checksum(octets: Uint8Array, start = 0): number {
  let sum = start;
  for (let i = 0; i < octets.length; i += 2)
    sum += ((octets[i] as number) << 8) | (octets[i + 1] ?? 0);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return ~sum & 0xffff;
}

/** The sum of version 3's pseudo header. */
const pseudoSum = (source: Ipv4Address, destination: Ipv4Address, length: number): number =>
  (source >>> 16) +
  (source & 0xffff) +
  (destination >>> 16) +
  (destination & 0xffff) +
  VRRP_PROTOCOL +
  length;

function passwordOctets(password: string): Uint8Array {
  const octets = new Uint8Array(AUTH);
  octets.set(encodeUtf8(password).subarray(0, AUTH));
  return octets;
}

/** The advertisement of an instance from `source` to `destination`. */
export function encodeAdvert(
  settings: PacketSettings,
  priority: number,
  source: Ipv4Address,
  destination: Ipv4Address,
): Uint8Array {
  const { version, routerId, addresses, authType } = settings;
  const octets = new Uint8Array(advertLength(settings));
  const view = new DataView(octets.buffer);
  octets[0] = (version << 4) | ADVERTISEMENT;
  octets[1] = routerId;
  octets[2] = priority;
  octets[3] = addresses.length;
  if (version === 2) {
    octets[4] = AUTH_NUMBERS[authType];
    octets[5] = Math.round(settings.advertInterval / 1e9);
  } else view.setUint16(4, Math.round(settings.advertInterval / 1e7) & 0xfff);
  addresses.forEach(({ address }, i) => {
    view.setInt32(HEADER + 4 * i, address);
  });
  if (version === 2 && authType === "PASS")
    octets.set(passwordOctets(settings.authPassword), octets.length - AUTH);
  const start = version === 3 ? pseudoSum(source, destination, octets.length) : 0;
  view.setUint16(6, checksum(octets, start));
  return octets;
}

/** Null when it is too short for a header. */
function decodeAdvert(octets: Uint8Array): Advert | null {
  if (octets.length < HEADER) return null;
  const [first = 0, routerId = 0, priority = 0, count = 0, fourth = 0, fifth = 0] = octets;
  const version = first >>> 4;
  return {
    version,
    type: first & 0xf,
    routerId,
    priority,
    count,
    interval: version === 2 ? fifth : ((fourth << 8) | fifth) & 0xfff,
    authType: version === 2 ? fourth : 0,
  };
}

/** An advertisement as it came in. */
export interface HeardAdvert {
  readonly source: Ipv4Address;
  readonly destination: Ipv4Address;
  readonly ttl: number;
  readonly protocol: number;
  /** What follows the IP header. */
  readonly octets: Uint8Array;
}

const TTL = 255;

/** What is wrong with an advertisement, in keepalived's words (`vrrp_check_packet`); null for nothing. */
export function advertFault(
  settings: PacketSettings & Pick<VrrpSettings, "peers">,
  heard: HeardAdvert,
  checksAddresses: boolean,
): string | null {
  const isAh = heard.protocol === AH_PROTOCOL;
  if (isAh !== (settings.authType === "AH"))
    return isAh ? "Received AH header but auth type not AH" : "No AH header but auth type is AH";
  const octets = isAh ? heard.octets.subarray(AH_HEADER) : heard.octets;
  const expected = advertLength(settings);
  if (octets.length !== expected) {
    const ip = 20 + (isAh ? AH_HEADER : 0);
    return `vrrp packet too ${octets.length > expected ? "long" : "short"}, length ${octets.length + ip} and expect ${expected + ip}`;
  }
  if (settings.peers.length === 0 && heard.ttl !== TTL)
    return `invalid TTL/HL. Received ${heard.ttl} and expect ${TTL}`;
  const advert = decodeAdvert(octets) as Advert;
  if (advert.version !== settings.version)
    return `wrong version. Received ${advert.version} and expect ${settings.version}`;
  const refusal = settings.version === 2 ? versionTwoFault(settings, heard, octets, advert) : null;
  if (refusal !== null) return refusal;
  if (advert.type !== ADVERTISEMENT)
    return `Invalid packet type. ${advert.type} and expect ${ADVERTISEMENT}`;
  if (advert.count !== settings.addresses.length)
    return `received an unexpected ip number count ${advert.count}, expected ${settings.addresses.length}!`;
  const start =
    settings.version === 3 ? pseudoSum(heard.source, heard.destination, octets.length) : 0;
  if (checksum(octets, start) !== 0) return `Invalid VRRPv${settings.version} checksum`;
  return checksAddresses ? missingAddress(settings, octets) : null;
}

function versionTwoFault(
  settings: PacketSettings,
  heard: HeardAdvert,
  octets: Uint8Array,
  advert: Advert,
): string | null {
  const mine = AUTH_NUMBERS[settings.authType];
  if (advert.authType > AUTH_NUMBERS.AH) return `Invalid auth type: ${advert.authType}`;
  if (advert.authType !== mine) return `received a ${advert.authType} auth, expecting ${mine}!`;
  if (
    settings.authType === "PASS" &&
    !sameOctets(octets.subarray(octets.length - AUTH), passwordOctets(settings.authPassword))
  )
    return "received an invalid passwd!";
  if (settings.authType === "AH" && !hasRightDigest(settings, heard))
    return "IPSEC-AH : invalid IPSEC HMAC-MD5 value. Due to fields mutation or bad password !";
  const interval = Math.round(settings.advertInterval / 1e9);
  return advert.interval === interval
    ? null
    : `advertisement interval mismatch mine=${interval} sec rcv'd=${advert.interval} sec`;
}

/** The first of our addresses that the advertisement does not name. */
function missingAddress(
  { addresses, routerId }: PacketSettings,
  octets: Uint8Array,
): string | null {
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const named = addresses.map((_address, i) => view.getInt32(HEADER + 4 * i));
  const missing = addresses.find(({ address }) => !named.includes(address));
  if (missing === undefined) return null;
  const { address } = missing;
  const text = [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join(".");
  return `ip address associated with VRID ${routerId} not present in MASTER advert : ${text}`;
}

const sameOctets = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((octet, i) => octet === b[i]);

/** An advertisement behind its AH header. */
export function wrapInAh(
  settings: PacketSettings,
  advert: Uint8Array,
  source: Ipv4Address,
  destination: Ipv4Address,
  sequence: number,
): Uint8Array {
  const octets = new Uint8Array(AH_HEADER + advert.length);
  const view = new DataView(octets.buffer);
  octets[0] = VRRP_PROTOCOL;
  octets[1] = 4; // in words of four octets, minus two
  view.setInt32(4, settings.addresses[0]?.address ?? 0);
  view.setUint32(8, sequence);
  octets.set(advert, AH_HEADER);
  octets.set(digestOf(settings, octets, source, destination), AH_HEADER - AH_DIGEST);
  return octets;
}

function hasRightDigest(
  settings: PacketSettings,
  { octets, source, destination }: HeardAdvert,
): boolean {
  const blank = octets.slice();
  blank.fill(0, AH_HEADER - AH_DIGEST, AH_HEADER);
  const digest = octets.subarray(AH_HEADER - AH_DIGEST, AH_HEADER);
  return sameOctets(digest, digestOf(settings, blank, source, destination));
}

const HMAC_BLOCK = 64;

function digestOf(
  { authPassword }: PacketSettings,
  octets: Uint8Array,
  source: Ipv4Address,
  destination: Ipv4Address,
): Uint8Array {
  const key = new Uint8Array(HMAC_BLOCK);
  key.set(passwordOctets(authPassword));
  const text = new Uint8Array(8 + octets.length);
  const view = new DataView(text.buffer);
  view.setInt32(0, source);
  view.setInt32(4, destination);
  text.set(octets, 8);
  const inner = md5(
    joined(
      key.map((octet) => octet ^ 0x36),
      text,
    ),
  );
  return md5(
    joined(
      key.map((octet) => octet ^ 0x5c),
      inner,
    ),
  ).subarray(0, AH_DIGEST);
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

/** The advertisement in what came in, past an AH header. */
export const innerAdvert = ({ octets, protocol }: HeardAdvert): Advert | null =>
  decodeAdvert(protocol === AH_PROTOCOL ? octets.subarray(AH_HEADER) : octets);
