/** Frames that a recording describes by their fields, as octets for the cable. */
import {
  EtherType,
  encodeFrame,
  FragmentField,
  Frame,
  IpProtocol,
  packetLength,
  parseIpv4Address,
  parseMacAddress,
} from "@lvsim/core";
import type { JsonObject } from "./recording.ts";

const mac = (text: unknown): Frame["sourceMac"] => {
  const address = parseMacAddress(String(text));
  if (address === undefined) throw new Error(`not a MAC address: ${String(text)}`);
  return address;
};

export const ip = (text: unknown): Frame["source"] => {
  const address = parseIpv4Address(String(text));
  if (address === undefined) throw new Error(`not an address: ${String(text)}`);
  return address;
};

/** P of the recordings: `data`, or `len` times `fill`. */
export function payloadOf(spec: JsonObject): Uint8Array {
  const text =
    typeof spec.data === "string" ? spec.data : String(spec.fill ?? "").repeat(Number(spec.len));
  return new TextEncoder().encode(text);
}

/** An ARP frame of `{op, sha, spa, tha, tpa, eth_dst, eth_src?}`. */
export function arpOctets(spec: JsonObject): Uint8Array {
  const frame = new Frame(0);
  frame.etherType = EtherType.arp;
  frame.destinationMac = mac(spec.eth_dst);
  frame.sourceMac = mac(spec.eth_src ?? spec.sha);
  frame.arpOperation = Number(spec.op);
  frame.arpSenderMac = mac(spec.sha);
  frame.arpTargetMac = mac(spec.tha);
  frame.source = ip(spec.spa);
  frame.destination = ip(spec.tpa);
  return encodeFrame(frame);
}

/** An IPv4/UDP packet of `{eth_dst, eth_src, src, dst, ttl, df, id, udp: {sport, dport, P}}`. */
export function packetOctets(spec: JsonObject): Uint8Array {
  const udp = spec.udp as JsonObject;
  const frame = ipFrame(
    String(spec.eth_src),
    String(spec.eth_dst),
    String(spec.src),
    String(spec.dst),
  );
  frame.ttl = Number(spec.ttl);
  frame.fragment = spec.df === false ? 0 : FragmentField.dontFragment;
  frame.identification = Number(spec.id);
  frame.protocol = IpProtocol.udp;
  frame.sourcePort = Number(udp.sport);
  frame.destinationPort = Number(udp.dport);
  frame.payload = payloadOf(udp);
  frame.payloadLength = frame.payload.length;
  frame.length = packetLength(frame);
  return encodeFrame(frame);
}

/** An IPv4 frame as the scheduler recordings use them: TTL 64, DF, no options. */
export function ipFrame(srcMac: string, dstMac: string, src: string, dst: string): Frame {
  const frame = new Frame(0);
  frame.sourceMac = mac(srcMac);
  frame.destinationMac = mac(dstMac);
  frame.source = ip(src);
  frame.destination = ip(dst);
  frame.fragment = FragmentField.dontFragment;
  return frame;
}

export const hexOctets = (hex: string): Uint8Array =>
  Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
