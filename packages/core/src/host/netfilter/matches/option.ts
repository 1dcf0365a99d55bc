/** Reading the canonical option values of a `MatchConfig`, once, when a rule is compiled. */
import { assert } from "../../../base/assert.ts";
import { type Ipv4Address, parseIpv4Address } from "../../../packet/ipv4-address.ts";
import type { OptionValues } from "../config.ts";

export interface OptionReading {
  readonly value: string;
  readonly inverted: boolean;
}

/** The option of that name, negated or not; null when it was not given. */
export function readOption(options: OptionValues, name: string): OptionReading | null {
  const plain = options[name];
  if (plain !== undefined) return { value: plain, inverted: false };
  const negated = options[`! ${name}`];
  return negated === undefined ? null : { value: negated, inverted: true };
}

/** A whole number in decimal or with 0x, as a signed 32-bit value. */
export function readNumber(text: string): number {
  const value = Number(text);
  assert(Number.isInteger(value), `not a number in a rule: ${text}`);
  return value | 0;
}

/** `a`, `a:b` or `a-b` as [first, last]. */
export function readRange(text: string, separator: string): readonly [number, number] {
  const [first, last] = text.split(separator);
  const from = readNumber(first as string);
  return [from, last === undefined ? from : readNumber(last)];
}

/** `value` or `value/mask`; without a mask all bits count. */
export function readMasked(text: string): readonly [value: number, mask: number] {
  const [value, mask] = text.split("/");
  return [readNumber(value as string), mask === undefined ? -1 : readNumber(mask)];
}

export function readAddress(text: string): Ipv4Address {
  const address = parseIpv4Address(text);
  assert(address !== undefined, `not an address in a rule: ${text}`);
  return address;
}
