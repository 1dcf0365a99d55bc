/** Words of a configuration line: blanks part them, double quotes hold them together; scripts also know `'` and `\`. */

const BLANK = /[ \t\f\n\r\v]/;

export interface Split {
  readonly words: readonly string[];
  /** A quote without its partner. */
  readonly unmatched: boolean;
}

/** As the parser splits a line: a quote also ends a word that it is glued to. */
export function splitWords(text: string): Split {
  const words: string[] = [];
  let at = 0;
  for (;;) {
    while (at < text.length && BLANK.test(text.charAt(at))) at++;
    if (at >= text.length) return { words, unmatched: false };
    if (text.charAt(at) === '"') {
      const end = text.indexOf('"', at + 1);
      if (end < 0) return { words, unmatched: true };
      words.push(text.slice(at + 1, end));
      at = end + 1;
      continue;
    }
    const from = at;
    while (at < text.length && text.charAt(at) !== '"' && !BLANK.test(text.charAt(at))) at++;
    words.push(text.slice(from, at));
  }
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

/** As scripts and their parameters are split: quotes of both kinds within words, and backslashes. Null for an open quote. */
export function splitScript(text: string): string[] | null {
  const words: string[] = [];
  let word: string | null = null;
  let quote = "";
  for (let at = 0; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === "\\" && at + 1 < text.length) {
      const next = text.charAt(++at);
      word = (word ?? "") + (ESCAPES[next] ?? next);
    } else if (quote !== "") {
      if (character === quote) quote = "";
      else word += character;
    } else if (character === '"' || character === "'") {
      quote = character;
      word ??= "";
    } else if (BLANK.test(character)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? "") + character;
  }
  if (quote !== "") return null;
  if (word !== null) words.push(word);
  return words;
}

/** Takes the comment away (`#` or `!` to the end of the line, but in double quotes) and the blanks around the rest. */
export function withoutComment(text: string): { readonly text: string; readonly open: boolean } {
  let quoted = false;
  let kept = "";
  const line = text.replace(/^[ \t]+/, "");
  for (let at = 0; at < line.length; at++) {
    const character = line.charAt(at);
    if (character === "\\" && at + 1 < line.length) {
      const next = line.charAt(++at);
      kept += !quoted && (next === "#" || next === "!") ? next : character + next;
      continue;
    }
    if (character === '"') quoted = !quoted;
    else if (!quoted && (character === "#" || character === "!")) break;
    kept += character;
  }
  return { text: kept.replace(/[ \t]+$/, ""), open: quoted };
}
