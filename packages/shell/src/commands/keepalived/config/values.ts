/** Values of keywords: numbers, times, switches and addresses, with what keepalived says of wrong ones. */
import { type Duration, type Ipv4Address, nanoseconds, parseIpv4Address } from "@lvsim/core";
import type { ConfigReader } from "./reader.ts";

type Words = readonly string[];

/** TIMER_MAXIMUM, in seconds. */
const TIMER_SECONDS_MAX = 4294;

/** A whole number of the line; null, with a complaint, when it is none or out of range. */
export function readNumber(
  reader: ConfigReader,
  words: Words,
  index: number,
  min: number,
  max: number,
): number | null {
  const text = reader.word(words, index);
  const trimmed = text.trim();
  const value = /^[+-]?\d+$/.test(trimmed) ? Number(trimmed) : Number.NaN;
  const complain = (what: string): null => {
    reader.report(what);
    return null;
  };
  if (min >= 0 && trimmed.startsWith("-")) return complain(`negative number '${text}'`);
  if (Number.isNaN(value)) return complain(`invalid number '${text}'`);
  if (value < min || value > max)
    return complain(`number '${text}' outside range [${min}, ${max}]`);
  return value;
}

/** A time in seconds with a fraction of at most six digits. */
export function readTimer(
  reader: ConfigReader,
  words: Words,
  index: number,
  min = 0,
  max: number = TIMER_SECONDS_MAX,
): Duration | null {
  const text = reader.word(words, index);
  const trimmed = text.trim();
  if (trimmed.startsWith("-")) {
    reader.report(`negative number '${text}'`);
    return null;
  }
  const [, whole, fraction = ""] = /^(\d+)(?:\.(\d*))?$/.exec(trimmed) ?? [];
  if (whole === undefined) {
    reader.report(`invalid number '${text}'`);
    return null;
  }
  const micros = Number(whole) * 1e6 + Number(fraction.slice(0, 6).padEnd(6, "0"));
  if (micros < min * 1e6 || micros > max * 1e6) {
    const bound = (value: number): string => {
      const rounded = Math.round(value * 1e6);
      return `${Math.floor(rounded / 1e6)}.${String(rounded % 1e6).padStart(6, "0")}`;
    };
    reader.report(`number '${text}' outside range [${bound(min)}, ${bound(max)}]`);
    return null;
  }
  return nanoseconds(micros * 1000);
}

/** on, true, yes; off, false, no; a keyword alone is on. Null for another word. */
export function readSwitch(words: Words, index = 1): boolean | null {
  const word = words[index];
  if (word === undefined || word === "true" || word === "on" || word === "yes") return true;
  return word === "false" || word === "off" || word === "no" ? false : null;
}

/** A switch whose wrong value is told as keepalived does: `Invalid WHAT parameter X`. */
export function readOption(reader: ConfigReader, words: Words, what: string): boolean | null {
  const value = readSwitch(words);
  if (value === null) reader.report(`Invalid ${what} parameter ${words[1] ?? ""}`);
  return value;
}

export interface AddressRange {
  readonly first: Ipv4Address;
  readonly last: Ipv4Address;
}

/** `a.b.c.d`, `a.b.c.d-e`, `a.b.c.d-e.f.g.h` or `a.b.c.d/n`; undefined for anything else. */
export function parseRange(text: string): AddressRange | undefined {
  const [from = "", to] = text.split("-");
  const [base = "", length] = from.split("/");
  const first = parseIpv4Address(base);
  if (first === undefined) return undefined;
  if (length !== undefined) {
    const bits = /^\d{1,2}$/.test(length) ? Number(length) : -1;
    if (bits < 0 || bits > 32) return undefined;
    const network = bits === 0 ? 0 : first & (-1 << (32 - bits));
    return { first: network as Ipv4Address, last: (network + 2 ** (32 - bits) - 1) as Ipv4Address };
  }
  if (to === undefined) return { first, last: first };
  const last = to.includes(".")
    ? parseIpv4Address(to)
    : /^\d{1,3}$/.test(to) && Number(to) <= 255
      ? (((first & ~0xff) | Number(to)) as Ipv4Address)
      : undefined;
  return last === undefined || last >>> 0 < first >>> 0 ? undefined : { first, last };
}
