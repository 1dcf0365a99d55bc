/** Reading and writing numbers in network byte order (RFC 791, appendix B). 32-bit values are signed, as in frames. */
import type { MacAddress } from "../packet/mac-address.ts";

export const get8 = (octets: Uint8Array, at: number): number => octets[at] as number;

export const get16 = (octets: Uint8Array, at: number): number =>
  (get8(octets, at) << 8) | get8(octets, at + 1);

export const get32 = (octets: Uint8Array, at: number): number =>
  (get16(octets, at) << 16) | get16(octets, at + 2);

export const getMac = (octets: Uint8Array, at: number): MacAddress =>
  (get16(octets, at) * 0x1_0000_0000 + (get32(octets, at + 2) >>> 0)) as MacAddress;

export function put16(octets: Uint8Array, at: number, value: number): void {
  octets[at] = value >>> 8;
  octets[at + 1] = value;
}

export function put32(octets: Uint8Array, at: number, value: number): void {
  put16(octets, at, value >>> 16);
  put16(octets, at + 2, value);
}

export function putMac(octets: Uint8Array, at: number, value: MacAddress): void {
  put16(octets, at, Math.floor(value / 0x1_0000_0000));
  put32(octets, at + 2, (value % 0x1_0000_0000) | 0);
}

/** One array from many. */
export function concatenate(chunks: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(chunks.reduce((sum, chunk) => sum + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.length;
  }
  return whole;
}
