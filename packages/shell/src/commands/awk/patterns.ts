/** awk's regular expressions: those of POSIX, with awk's own escapes, each compiled once. */
import { Regex, RegexError } from "../../text/regex.ts";

const CACHE_MAX = 200;

/** Thrown when a text is no regular expression. */
export class BadPattern {
  readonly message: string;
  readonly pattern: string;

  constructor(message: string, pattern: string) {
    this.message = message;
    this.pattern = pattern;
  }
}

/** A compiled pattern; plain texts are searched for as such. */
export class Pattern {
  private readonly plain: string | null;
  private readonly regex: Regex | null;

  constructor(text: string, ignoreCase: boolean) {
    this.plain = !ignoreCase && /^[\w ,:;=@%&"'<>#/!~-]+$/.test(text) ? text : null;
    this.regex = this.plain === null ? new Regex(translate(text), true, ignoreCase) : null;
  }

  /** Start, end, and those of groups; null for no match. */
  match(text: string, from = 0): readonly number[] | null {
    if (this.plain === null) return (this.regex as Regex).match(text, from);
    const at = text.indexOf(this.plain, from);
    return at < 0 ? null : [at, at + this.plain.length];
  }
}

export class Patterns {
  ignoreCase = false;
  private readonly compiled = new Map<string, Pattern>();

  of(text: string): Pattern {
    const key = this.ignoreCase ? `i${text}` : ` ${text}`;
    const known = this.compiled.get(key);
    if (known !== undefined) return known;
    if (this.compiled.size >= CACHE_MAX) this.compiled.clear();
    try {
      const made = new Pattern(text, this.ignoreCase);
      this.compiled.set(key, made);
      return made;
    } catch (thrown) {
      if (thrown instanceof RegexError) throw new BadPattern(thrown.message, text);
      throw thrown;
    }
  }
}

const LETTERS: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  f: "\f",
  v: "\v",
  a: "\x07",
  y: "\\b",
};
/** Letters that mean the same with a backslash in the machine below. */
const KEPT = /[wWsSB<>]/;

/** From awk's escapes to those of `Regex`. */
function translate(text: string): string {
  let made = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "[") {
      const { end, set } = bracket(text, at);
      made += set;
      at = end;
    } else if (character !== "\\") made += character;
    else {
      const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0];
      const letter = text.charAt(++at);
      if (octal !== undefined) {
        made += quoted(String.fromCharCode(Number.parseInt(octal, 8)));
        at += octal.length - 1;
      } else if (LETTERS[letter] !== undefined) made += LETTERS[letter];
      else if (letter === "`") made += "^";
      else if (letter === "'") made += "$";
      else made += KEPT.test(letter) ? `\\${letter}` : quoted(letter === "" ? "\\" : letter);
    }
  }
  return made;
}

const quoted = (character: string): string =>
  /[[\]().*+?{}|^$\\]/.test(character) ? `\\${character}` : character;

/** The set that begins at `start`, with its escapes resolved: `]` goes to the front, `-` to the back. */
function bracket(text: string, start: number): { set: string; end: number } {
  const negated = text[start + 1] === "^";
  let at = start + (negated ? 2 : 1);
  let members = "";
  let closing = "";
  let dash = "";
  for (let first = true; at < text.length; at++, first = false) {
    const character = text.charAt(at);
    if (character === "]" && !first) {
      // ^ may not come first
      const set = closing + (members.startsWith("^") ? `${members.slice(1)}^` : members) + dash;
      return { set: set === "^" ? "\\^" : `[${negated ? "^" : ""}${set}]`, end: at };
    }
    if (character === "]") closing = "]";
    else if (character === "[" && /[:.=]/.test(text.charAt(at + 1))) {
      const end = text.indexOf(`${text.charAt(at + 1)}]`, at + 2);
      if (end < 0) break;
      members += text.slice(at, end + 2);
      at = end + 1;
    } else if (character === "\\" && at + 1 < text.length) {
      const letter = text.charAt(++at);
      if (letter === "]") closing = "]";
      else if (letter === "-") dash = "-";
      else members += letter === "y" ? "y" : (LETTERS[letter] ?? letter);
    } else members += character;
  }
  return { set: text.slice(start), end: text.length };
}
