/**
 * `-m string` (`xt_string`): whether octets stand in the packet, headers included, at a place between two offsets from
 * the beginning of its IP header. Both algorithms find the same.
 */
import type { Frame } from "../../../packet/frame.ts";
import { encodePacket } from "../../../wire/encode.ts";
import { encodeUtf8 } from "../../../wire/utf8.ts";
import type { OptionValues } from "../config.ts";
import { StatelessMatch } from "./match.ts";
import { readNumber, readOption } from "./option.ts";

/** What stands between the quotes of iptables-save: text with backslashes, or `|` and hexadecimal octets. */
function readPattern(quoted: string, isHex: boolean): Uint8Array {
  const inner = quoted.slice(1, -1);
  if (!isHex) return encodeUtf8(inner.replace(/\\(.)/g, "$1"));
  const octets = inner.slice(1, -1).match(/../g) ?? [];
  return Uint8Array.from(octets, (octet) => Number.parseInt(octet, 16));
}

const LETTER_A = 0x41;
const LETTER_Z = 0x5a;
const CASE_BIT = 0x20;
const lower = (octet: number): number =>
  octet >= LETTER_A && octet <= LETTER_Z ? octet | CASE_BIT : octet;

export class TextMatch extends StatelessMatch {
  private readonly pattern: Uint8Array;
  private readonly inverted: boolean;
  private readonly from: number;
  private readonly to: number;
  private readonly ignoresCase: boolean;

  constructor(options: OptionValues) {
    super();
    const hex = readOption(options, "hex-string");
    const reading = hex ?? readOption(options, "string");
    this.ignoresCase = options.icase !== undefined;
    const pattern = readPattern(reading?.value ?? '""', hex !== null);
    this.pattern = this.ignoresCase ? pattern.map(lower) : pattern;
    this.inverted = reading?.inverted ?? false;
    this.from = readNumber(options.from ?? "0");
    this.to = readNumber(options.to ?? "65535");
  }

  matches(frame: Frame): boolean {
    return this.isIn(encodePacket(frame)) !== this.inverted;
  }

  private isIn(octets: Uint8Array): boolean {
    const last = Math.min(this.to, octets.length - this.pattern.length);
    for (let at = this.from; at <= last; at++) if (this.standsAt(octets, at)) return true;
    return false;
  }

  private standsAt(octets: Uint8Array, at: number): boolean {
    const { pattern, ignoresCase } = this;
    for (let i = 0; i < pattern.length; i++) {
      const octet = octets[at + i] as number;
      if ((ignoresCase ? lower(octet) : octet) !== pattern[i]) return false;
    }
    return true;
  }
}
