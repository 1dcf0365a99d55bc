/** Words of an awk program. A slash begins a regular expression where no operand stands before it. */

export type TokenKind =
  | "number"
  | "string"
  | "regex"
  | "name"
  | "function-name"
  | "word"
  | "builtin"
  | "operator"
  | "newline"
  | "end";

export interface Token {
  readonly kind: TokenKind;
  /** Of a string its value, of a number its digits. */
  readonly text: string;
  /** Of a string, what stands between its quotes. */
  readonly raw?: string;
  readonly line: number;
  /** Offset in the source. */
  readonly at: number;
}

/** Thrown when the source is no program. */
export class AwkSyntaxError {
  readonly message: string;
  readonly line: number;
  readonly at: number;
  /** A complaint without the source line above it. */
  readonly bare: boolean;

  constructor(message: string, line: number, at: number, bare = false) {
    this.message = message;
    this.line = line;
    this.at = at;
    this.bare = bare;
  }
}

const WORDS = new Set(
  (
    "BEGIN END BEGINFILE ENDFILE function func if else while for do break continue next nextfile exit return delete in " +
    "getline print printf switch case default"
  ).split(" "),
);

/** With the fewest and the most arguments that each takes. */
export const BUILTINS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ["and", [2, 9]],
  ["asort", [1, 2]],
  ["asorti", [1, 2]],
  ["atan2", [2, 2]],
  ["close", [1, 2]],
  ["compl", [1, 1]],
  ["cos", [1, 1]],
  ["exp", [1, 1]],
  ["fflush", [0, 1]],
  ["gensub", [3, 4]],
  ["gsub", [2, 3]],
  ["index", [2, 2]],
  ["int", [1, 1]],
  ["isarray", [1, 1]],
  ["length", [0, 1]],
  ["log", [1, 1]],
  ["lshift", [2, 2]],
  ["match", [2, 3]],
  ["mktime", [1, 2]],
  ["or", [2, 9]],
  ["rand", [0, 0]],
  ["rshift", [2, 2]],
  ["sin", [1, 1]],
  ["split", [2, 4]],
  ["sprintf", [1, 99]],
  ["sqrt", [1, 1]],
  ["srand", [0, 1]],
  ["strftime", [0, 3]],
  ["strtonum", [1, 1]],
  ["sub", [2, 3]],
  ["substr", [2, 3]],
  ["system", [1, 1]],
  ["systime", [0, 0]],
  ["tolower", [1, 1]],
  ["toupper", [1, 1]],
  ["xor", [2, 9]],
]);

const OPERATORS =
  "**= ** += -= *= /= %= ^= == <= >= != ++ -- && || |& !~ >> { } ( ) [ ] ; , + - * / % ^ ! > < | ? : ~ $ =".split(
    " ",
  );

const NUMBER = /0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?/y;
const NAME = /[A-Za-z_]\w*/y;
/** Blanks, continued lines and comments. */
const SKIPPED = /(?:[ \t\r]|\\\r?\n|#[^\n]*)+/y;

export function tokensOf(source: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  let line = 1;
  const matched = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(source)?.[0];
  };
  const push = (kind: TokenKind, text: string, end: number): void => {
    tokens.push({ kind, text, line, at });
    at = end;
  };
  for (;;) {
    const skipped = matched(SKIPPED);
    if (skipped !== undefined) {
      line += skipped.split("\n").length - 1;
      at += skipped.length;
    }
    const character = source[at];
    if (character === undefined) break;
    if (character === "\n") {
      push("newline", "\n", at + 1);
      line++;
      continue;
    }
    if (character === '"') {
      const { end, text } = readString(source, at + 1, line);
      tokens.push({ kind: "string", text, raw: source.slice(at + 1, end - 1), line, at });
      at = end;
      continue;
    }
    if (character === "/" && !endsOperand(tokens[tokens.length - 1])) {
      const end = endOfRegex(source, at + 1, line);
      push("regex", source.slice(at + 1, end), end + 1);
      continue;
    }
    const number = matched(NUMBER);
    if (number !== undefined) {
      push("number", number, at + number.length);
      continue;
    }
    const name = matched(NAME);
    if (name !== undefined) {
      const end = at + name.length;
      const kind = WORDS.has(name)
        ? "word"
        : BUILTINS.has(name)
          ? "builtin"
          : source[end] === "("
            ? "function-name"
            : "name";
      push(kind, name === "func" ? "function" : name, end);
      continue;
    }
    const operator = OPERATORS.find((candidate) => source.startsWith(candidate, at));
    if (operator === undefined)
      throw new AwkSyntaxError(`invalid char '${character}' in expression`, line, at);
    push(
      "operator",
      operator === "**" ? "^" : operator === "**=" ? "^=" : operator,
      at + operator.length,
    );
  }
  tokens.push({ kind: "end", text: "", line, at });
  return tokens;
}

/** Whether what came last is an operand, after which a slash divides. */
function endsOperand(last: Token | undefined): boolean {
  if (last === undefined) return false;
  if (last.kind === "operator") return [")", "]", "$", "++", "--"].includes(last.text);
  return ["number", "string", "regex", "name", "builtin"].includes(last.kind);
}

function endOfRegex(source: string, from: number, line: number): number {
  let bracket = false;
  for (let at = from; at < source.length; at++) {
    const character = source[at];
    if (character === "\n") break;
    if (character === "\\") at++;
    else if (bracket) {
      if (character === "]" && !/\[\^?$/.test(source.slice(Math.max(from, at - 2), at)))
        bracket = false;
    } else if (character === "[") bracket = true;
    else if (character === "/") return at;
  }
  throw new AwkSyntaxError("unterminated regexp", line, from);
}

const ESCAPES: Readonly<Record<string, string>> = {
  n: "\n",
  t: "\t",
  r: "\r",
  a: "\x07",
  b: "\b",
  f: "\f",
  v: "\v",
  "\\": "\\",
  '"': '"',
  "/": "/",
};

/** `from` stands behind the opening quote. */
function readString(source: string, from: number, line: number): { text: string; end: number } {
  for (let at = from; at < source.length; at++) {
    if (source[at] === "\\") at++;
    else if (source[at] === "\n") break;
    else if (source[at] === '"')
      return { text: withoutEscapes(source.slice(from, at)), end: at + 1 };
  }
  throw new AwkSyntaxError("unterminated string", line, from - 1);
}

/** What a string's backslashes stand for; an unknown one stays out, as in gawk. */
export const withoutEscapes = (text: string): string =>
  !text.includes("\\")
    ? text
    : text.replace(
        /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|\r?(\n)|([\s\S]?))/g,
        (_, octal, hex, newline, letter) => {
          if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
          if (hex !== undefined) return String.fromCharCode(Number.parseInt(hex, 16));
          if (newline !== undefined) return "";
          return ESCAPES[letter] ?? (letter === "" ? "\\" : letter);
        },
      );
