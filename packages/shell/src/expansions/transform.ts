/** `${name@operator}` and the quoting forms that bash prints values in. */

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
  const isPlain = /^[\w@%+=:./\-,~\u0080-\u{10ffff}]*$/u.test(text) && !text.startsWith("~");
  return isPlain ? text : quoteSingle(text);
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
