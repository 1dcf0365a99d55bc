/**
 * Which way of a multipath route a packet takes: fib_multipath_hash_policy 0 looks at addresses, 1 at ports too, 2 at the
 * packet inside a tunnel, 3 at what fib_multipath_hash_fields names by default (addresses and protocol). An ICMP error
 * goes the way of the packet that it is about. The hash itself is another one than Linux's, whose key is random with each
 * boot: which way a flow takes differs, how flows spread does not.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { FragmentField, IcmpType, IpProtocol } from "../../packet/protocol.ts";

export const HashPolicy = { addresses: 0, ports: 1, inner: 2, fields: 3 } as const;

const mix = (hash: number, word: number): number => {
  const mixed = Math.imul(hash ^ word, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
};

const finish = (hash: number): number => (hash ^ (hash >>> 16)) >>> 1;

/** By addresses alone, 31 bits. */
export const hashOfAddresses = (source: Ipv4Address, destination: Ipv4Address): number =>
  finish(mix(mix(0x9e3779b1, source), destination));

const ICMP_ERRORS: readonly number[] = [
  IcmpType.destinationUnreachable,
  IcmpType.redirect,
  IcmpType.timeExceeded,
  IcmpType.parameterProblem,
];

/** By what the policy looks at, 31 bits. */
export function hashOfPacket(policy: number, packet: Frame): number {
  const { inner } = packet;
  const isError = packet.protocol === IpProtocol.icmp && ICMP_ERRORS.includes(packet.icmpType);
  if (policy === HashPolicy.ports) return isError ? hashOfAbout(packet) : hashOfFlow(packet);
  const within = policy === HashPolicy.inner ? inner !== null : isError && inner !== null;
  const { source, destination, protocol } = within ? (inner as Frame) : packet;
  if (policy !== HashPolicy.fields) return hashOfAddresses(source, destination);
  return finish(mix(mix(mix(0x9e3779b1, source), destination), protocol));
}

/** Linux's policy 1 takes an ICMP error for the addresses of its own header, without ports. */
const hashOfAbout = ({ source, destination }: Frame): number =>
  finish(mix(mix(mix(mix(0x9e3779b1, source), destination), 0), IpProtocol.icmp));

function hashOfFlow(packet: Frame): number {
  const { source, destination, protocol, fragment } = packet;
  const isCut = (fragment & (FragmentField.offsetMask | FragmentField.moreFragments)) !== 0;
  const ports = isCut ? 0 : (packet.sourcePort << 16) | packet.destinationPort;
  return finish(mix(mix(mix(mix(0x9e3779b1, source), destination), ports), protocol));
}
