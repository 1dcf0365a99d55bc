/** Backslash escapes of `echo -e`, `printf` and `printf %b`. */
import { decodeUtf8, encodeUtf8 } from "../text/utf8.ts";

const NAMED: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
};

/** `echo`: octal only after `\0`. `format`: also `\nnn`, `\"`. `argument` (%b): `\nnn` and `\0nnn`. */
export type EscapeStyle = "echo" | "format" | "argument";

/** The text with its escapes replaced; `stops` when `\c` ended it. `isAscii`: no other character can be shown. */
export function replaceEscapes(
  text: string,
  style: EscapeStyle,
  isAscii = false,
): { readonly text: string; readonly stops: boolean } {
  if (!text.includes("\\")) return { text, stops: false };
  let done = "";
  let hasOctets = false;
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character !== "\\") {
      done += character;
      continue;
    }
    const rest = text.slice(at + 1, at + 10);
    const next = rest.charAt(0);
    if (next === "c" && style !== "format") return { text: joined(done, hasOctets), stops: true };
    const number = numeric(rest, style, isAscii);
    if (number !== null) {
      done += number.text;
      hasOctets ||= number.isOctet;
      at += number.length;
    } else if (
      NAMED[next] !== undefined ||
      (style === "format" && (next === '"' || next === "'" || next === "?"))
    ) {
      done += NAMED[next] ?? next;
      at++;
    } else done += "\\";
  }
  return { text: joined(done, hasOctets), stops: false };
}

function numeric(
  rest: string,
  style: EscapeStyle,
  isAscii: boolean,
): { text: string; length: number; isOctet: boolean } | null {
  const octal = (
    style === "echo" ? /^0([0-7]{0,3})/ : style === "argument" ? /^0?([0-7]{1,3})/ : /^([0-7]{1,3})/
  ).exec(rest);
  if (octal !== null) return octet(Number.parseInt(octal[1] || "0", 8), octal[0].length);
  const hex = /^x([0-9A-Fa-f]{1,2})/.exec(rest);
  if (hex !== null) return octet(Number.parseInt(hex[1] as string, 16), hex[0].length);
  const unicode = /^(?:u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8}))/.exec(rest);
  if (unicode === null) return null;
  const point = Number.parseInt(unicode[1] ?? (unicode[2] as string), 16);
  const shown = point < 0x110000 ? String.fromCodePoint(point) : "";
  const digits = point.toString(16).toUpperCase();
  const escaped =
    point > 0xffff ? `\\U${digits.padStart(8, "0")}` : `\\u${digits.padStart(4, "0")}`;
  return {
    text: isAscii && point > 0x7f ? escaped : shown,
    length: unicode[0].length,
    isOctet: false,
  };
}

const octet = (
  value: number,
  length: number,
): { text: string; length: number; isOctet: boolean } => {
  const low = value & 0xff;
  return {
    text: String.fromCharCode(low < 0x80 ? low : 0xdc00 + low),
    length,
    isOctet: low >= 0x80,
  };
};

/** Octets that were written one by one may make characters together. */
const joined = (text: string, hasOctets: boolean): string =>
  hasOctets ? decodeUtf8(encodeUtf8(text)) : text;
