/** Brace expansion: `a{b,c}d`, `{1..9..2}`. Purely textual and first of all, as in bash; quoted and `${ }` parts are skipped. */
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { ExpansionError } from "../shell/control.ts";

/** The words that `text` stands for; itself when it holds no brace expression. */
export function expandBraces(text: string): string[] {
  const open = findOpen(text, 0);
  if (open === undefined) return [text];
  const before = text.slice(0, open.start);
  const after = expandBraces(text.slice(open.end + 1));
  const body = text.slice(open.start + 1, open.end);
  const middle = open.commas.length > 0 ? alternatives(body, open) : sequence(body);
  const words: string[] = [];
  for (const part of middle) for (const rest of after) words.push(before + part + rest);
  return bounded(words);
}

function bounded<T>(words: T[]): T[] {
  if (words.length > SHELL_LIMITS.wordsMax) throw tooMany(words.length);
  return words;
}

const tooMany = (count: number): ExpansionError =>
  new ExpansionError(`brace expansion: failed to allocate memory for ${count} elements`, false);

interface Open {
  readonly start: number;
  readonly end: number;
  readonly commas: readonly number[];
}

function alternatives(body: string, open: Open): string[] {
  const words: string[] = [];
  let from = 0;
  for (const comma of [...open.commas, open.end]) {
    const end = comma - open.start - 1;
    words.push(...expandBraces(body.slice(from, end)));
    from = end + 1;
  }
  return bounded(words);
}

/** The first brace expression at or after `from`. */
function findOpen(text: string, from: number): Open | undefined {
  for (let at = from; at < text.length; at++) {
    const skipped = skipQuoted(text, at);
    if (skipped > at) at = skipped - 1;
    else if (text[at] === "{" && text[at - 1] !== "$") {
      const found = closing(text, at);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function closing(text: string, start: number): Open | undefined {
  const commas: number[] = [];
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const skipped = skipQuoted(text, at);
    if (skipped > at) at = skipped - 1;
    else if (text[at] === "{") depth++;
    else if (text[at] === "," && depth === 1) commas.push(at);
    else if (text[at] === "}" && --depth === 0) {
      const isExpression = commas.length > 0 || isSequence(text.slice(start + 1, at));
      return isExpression ? { start, end: at, commas } : undefined;
    }
  }
  return undefined;
}

/** The offset after a quoted part, an escaped character or a `$` expansion that begins at `at`; `at` when none does. */
function skipQuoted(text: string, at: number): number {
  const character = text[at];
  if (character === "\\") return at + 2;
  if (character === "'" || character === '"' || character === "`") {
    let end = at + 1;
    while (end < text.length && text[end] !== character)
      end += text[end] === "\\" && character !== "'" ? 2 : 1;
    return end + 1;
  }
  const opens = text[at + 1];
  if (character !== "$" || (opens !== "{" && opens !== "(")) return at;
  const closes = opens === "{" ? "}" : ")";
  let depth = 0;
  for (let end = at + 1; end < text.length; end++) {
    if (text[end] === "\\") end++;
    else if (text[end] === opens) depth++;
    else if (text[end] === closes && --depth === 0) return end + 1;
  }
  return text.length;
}

const SEQUENCE = /^(?:(-?\d+)\.\.(-?\d+)|([A-Za-z])\.\.([A-Za-z]))(?:\.\.(-?\d+))?$/;
const isSequence = (body: string): boolean => SEQUENCE.test(body);

function sequence(body: string): string[] {
  const [, low, high, first, last, by] = SEQUENCE.exec(body) as unknown as (string | undefined)[];
  const from = low === undefined ? (first as string).charCodeAt(0) : Number(low);
  const to = high === undefined ? (last as string).charCodeAt(0) : Number(high);
  const step = Math.abs(Number(by ?? 1)) || 1;
  const count = Math.floor(Math.abs(to - from) / step) + 1;
  if (!(count <= SHELL_LIMITS.wordsMax)) throw tooMany(count);
  const isPadded = (end: string | undefined): boolean => end !== undefined && /^-?0\d/.test(end);
  const width =
    isPadded(low) || isPadded(high) ? Math.max((low as string).length, (high as string).length) : 0;
  return Array.from({ length: count }, (_, i) => {
    const value = from <= to ? from + i * step : from - i * step;
    if (low === undefined) return String.fromCharCode(value);
    const digits = String(Math.abs(value));
    return value < 0 ? `-${digits.padStart(width - 1, "0")}` : digits.padStart(width, "0");
  });
}
