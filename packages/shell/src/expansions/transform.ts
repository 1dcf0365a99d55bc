/** `${name@operator}` and the quoting forms that bash prints values in. */
import { encodeUtf8 } from "../text/utf8.ts";

/** As `printf %q` and `${name@Q}`'s plain cousins: backslashes before what is special. */
export function quoteBackslash(text: string): string {
  if (text === "") return "''";
  if (needsAnsi(text)) return ansiQuote(text);
  return text.replace(/[^\w@%+=:./\-,\u0080-\u{10ffff}]/gu, "\\$&").replace(/^~/, "\\~");
}

/** As `${name@Q}` and `set -x` print: single quotes where they are needed. */
export function quoteSingle(text: string): string {
  if (needsAnsi(text)) return ansiQuote(text);
  return `'${text.replace(/'/g, "'\\''")}'`;
}

/** As `set -x` prints a word: quoted only if it must be. */
export function quoteTrace(text: string): string {
  if (text === "") return "''";
  const isPlain = /^[\w@%+=:./\-,\u0080-\u{10ffff}]*$/u.test(text);
  return isPlain ? text : `'${text.replace(/'/g, "'\\''")}'`;
}

/** As bash shows a name in a message: quoted when it cannot be shown as it is. */
export function printable(text: string, isAscii: boolean): string {
  if (needsAnsi(text)) return ansiQuote(text);
  let isPlain = true;
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) isPlain = false;
  if (!isAscii || isPlain) return text;
  const octets = Array.from(encodeUtf8(text), (octet) =>
    String.fromCharCode(octet < 128 ? octet : 0xdc00 + octet),
  );
  return ansiQuote(octets.join(""));
}

/** As `declare -p` prints a value: double quotes. */
export function quoteDouble(text: string): string {
  if (needsAnsi(text)) return ansiQuote(text);
  return `"${text.replace(/[\\"$`]/g, "\\$&")}"`;
}

const isControl = (code: number): boolean =>
  code < 32 || code === 127 || (code >= 0xdc80 && code <= 0xdcff);
const needsAnsi = (text: string): boolean => {
  for (let i = 0; i < text.length; i++)
    if (isControl(text.charCodeAt(i)) && !isPaired(text, i)) return true;
  return false;
};
const isPaired = (text: string, i: number): boolean => {
  const before = text.charCodeAt(i - 1);
  return text.charCodeAt(i) >= 0xdc00 && before >= 0xd800 && before < 0xdc00;
};

const NAMED: Readonly<Record<string, string>> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\E",
  "'": "\\'",
  "\\": "\\\\",
};

function ansiQuote(text: string): string {
  let quoted = "";
  for (let i = 0; i < text.length; i++) {
    const character = text.charAt(i);
    const code = text.charCodeAt(i);
    const named = NAMED[character];
    if (named !== undefined) quoted += named;
    else if (isControl(code) && !isPaired(text, i))
      quoted += `\\${(code & 0xff).toString(8).padStart(3, "0")}`;
    else quoted += character;
  }
  return `$'${quoted}'`;
}

/** Upper or lower case of the first or of all characters that `matches` accepts. */
export function changeCase(
  text: string,
  operator: string,
  matches: (character: string) => boolean,
): string {
  const change = (character: string): string =>
    !matches(character)
      ? character
      : operator.startsWith("^")
        ? character.toUpperCase()
        : character.toLowerCase();
  const characters = Array.from(text);
  if (operator.length === 2) return characters.map(change).join("");
  return characters.map((character, i) => (i === 0 ? change(character) : character)).join("");
}

const UNNAMED: ReadonlyMap<string, string> = new Map(
  Object.entries(NAMED).map(([text, name]) => [name.slice(1), text]),
);

/** Reads the escapes of `$'…'`. */
export const unquoteAnsi = (text: string): string =>
  text.replace(
    /\\(?:([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|(.))/gs,
    (_, octal?: string, hex?: string, name?: string) => {
      if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8));
      if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
      return UNNAMED.get(name ?? "") ?? (name === "e" ? "\x1b" : `\\${name}`);
    },
  );
