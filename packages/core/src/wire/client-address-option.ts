/**
 * TOA: the TCP option by which a FULLNAT director tells a server whose segment this is. Kind 254 (for experiments,
 * RFC 4727), length 8: the client's port, then its IPv4 address. It stands before all other options. Left out: the
 * option for IPv6 (kind 253, length 20), and that other makers use other kinds.
 */
import type { Frame } from "../packet/frame.ts";
import type { Ipv4Address } from "../packet/ipv4-address.ts";
import { get8, get16, get32, put16, put32 } from "./octets.ts";
import { findTcpOption, setTcpOptionArea, tcpOptionArea } from "./tcp-option-area.ts";

const KIND = 254;
export const CLIENT_ADDRESS_LENGTH = 8;

export interface ClientAddress {
  readonly address: Ipv4Address;
  readonly port: number;
}

/** Puts the option before the others, for which the header has room, and lengthens the packet. */
export function addClientAddress(frame: Frame, address: Ipv4Address, port: number): void {
  const options = tcpOptionArea(frame);
  const area = new Uint8Array(CLIENT_ADDRESS_LENGTH + options.length);
  area[0] = KIND;
  area[1] = CLIENT_ADDRESS_LENGTH;
  put16(area, 2, port);
  put32(area, 4, address);
  area.set(options, CLIENT_ADDRESS_LENGTH);
  setTcpOptionArea(frame, area);
}

/** What the option says; null when there is none. */
export function readClientAddress(frame: Frame): ClientAddress | null {
  if (frame.tcpOptions === null && (frame.wire === null || frame.wire.tcpOptions === null))
    return null;
  const area = tcpOptionArea(frame);
  const at = findTcpOption(area, KIND);
  if (at < 0 || get8(area, at + 1) !== CLIENT_ADDRESS_LENGTH) return null;
  return { address: get32(area, at + 4) as Ipv4Address, port: get16(area, at + 2) };
}
