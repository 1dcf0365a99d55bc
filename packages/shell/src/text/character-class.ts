/** Bracket expressions of patterns and regular expressions (POSIX.1-2017 §9.3.5) in the C locale's order. */

/** Whether a character belongs to a set. */
export type CharacterTest = (character: string) => boolean;

const isControl = (character: string): boolean => character < " " || character === "\x7f";
const isSpace = (character: string): boolean => /^[ \t\n\v\f\r]$/.test(character);

const CLASSES: Readonly<Record<string, CharacterTest>> = {
  alnum: (character) => /^[\p{L}\p{N}]$/u.test(character),
  alpha: (character) => /^\p{L}$/u.test(character),
  ascii: (character) => character <= "\x7f",
  blank: (character) => character === " " || character === "\t",
  cntrl: isControl,
  digit: (character) => character >= "0" && character <= "9",
  graph: (character) => !isControl(character) && !isSpace(character),
  lower: (character) => /^\p{Ll}$/u.test(character),
  print: (character) => !isControl(character),
  punct: (character) => /^[!-/:-@[-`{-~]$/.test(character),
  space: isSpace,
  upper: (character) => /^\p{Lu}$/u.test(character),
  word: (character) => /^[\p{L}\p{N}_]$/u.test(character),
  xdigit: (character) => /^[0-9A-Fa-f]$/.test(character),
};

export interface Bracket {
  readonly test: CharacterTest;
  /** The offset after the closing bracket. */
  readonly end: number;
}

/**
 * Reads the bracket expression whose `[` is at `start`; undefined when it is not closed, so that the `[` stands for itself.
 * `escapes`: a backslash quotes (patterns), else it is an ordinary member (regular expressions).
 */
export function readBracket(
  text: string,
  start: number,
  escapes: boolean,
  ignoreCase = false,
): Bracket | undefined {
  let at = start + 1;
  const negated = text[at] === "!" && escapes ? true : text[at] === "^";
  if (negated) at++;
  const tests: CharacterTest[] = [];
  for (let first = true; ; first = false) {
    const character = text[at];
    if (character === undefined) return undefined;
    if (character === "]" && !first) break;
    const named = character === "[" ? readNamed(text, at) : undefined;
    if (named?.test !== undefined) {
      tests.push(named.test);
      at = named.end;
      continue;
    }
    const low = readMember(text, at, escapes);
    if (low === undefined) return undefined;
    at = low.end;
    const isRange = text[at] === "-" && text[at + 1] !== "]" && text[at + 1] !== undefined;
    const high = isRange ? readMember(text, at + 1, escapes) : low;
    if (high === undefined) return undefined;
    at = high.end;
    tests.push(range(low.character, high.character, ignoreCase));
  }
  const test: CharacterTest = (character) => tests.some((one) => one(character)) !== negated;
  return { test, end: at + 1 };
}

/** `[:alpha:]`, `[.x.]` and `[=x=]` inside a bracket expression. */
function readNamed(
  text: string,
  at: number,
): { end: number; test: CharacterTest | undefined } | undefined {
  const found = /^\[([:.=])(.*?)\1\]/s.exec(text.slice(at, at + 32));
  if (found === null) return undefined;
  const [whole, kind, name] = found as unknown as [string, string, string];
  if (kind === ":") {
    const members = CLASSES[name];
    return { end: at + whole.length, test: (character) => members?.(character) === true };
  }
  return { end: at + whole.length, test: (character) => character === name };
}

function readMember(
  text: string,
  at: number,
  escapes: boolean,
): { character: string; end: number } | undefined {
  const here = escapes && text[at] === "\\" && at + 1 < text.length ? at + 1 : at;
  const point = text.codePointAt(here);
  if (point === undefined) return undefined;
  const character = String.fromCodePoint(point);
  return { character, end: here + character.length };
}

function range(low: string, high: string, ignoreCase: boolean): CharacterTest {
  const from = low.codePointAt(0) as number;
  const to = high.codePointAt(0) as number;
  const holds = (character: string): boolean => {
    const point = character.codePointAt(0) as number;
    return point >= from && point <= to;
  };
  if (!ignoreCase) return holds;
  return (character) => holds(character.toLowerCase()) || holds(character.toUpperCase());
}
