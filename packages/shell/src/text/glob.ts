/**
 * Shell patterns (POSIX.1-2017 §2.13, and bash's extended ones), matched by carrying the set of all offsets that a
 * prefix of the pattern can reach: time grows with pattern × text, never exponentially.
 */
import { type CharacterTest, readBracket } from "./character-class.ts";
import { MATCH_WORK_MAX, TooMuchWork } from "./work.ts";

type Token =
  | { readonly kind: "one"; readonly test: CharacterTest }
  | { readonly kind: "literal"; readonly character: string }
  | { readonly kind: "star" }
  | {
      readonly kind: "group";
      readonly operator: string;
      readonly branches: readonly (readonly Token[])[];
    };

/** A pattern that was read once and may be matched often. */
export interface Glob {
  readonly tokens: readonly Token[];
  readonly ignoreCase: boolean;
}

const cache = new Map<string, Glob>();

/** Reads a pattern, in which a backslash quotes the next character. */
export function compileGlob(pattern: string, ignoreCase = false): Glob {
  const key = `${ignoreCase ? 1 : 0}${pattern}`;
  let glob = cache.get(key);
  if (glob === undefined) {
    glob = { tokens: read(pattern, 0, false, ignoreCase).branches[0] as Token[], ignoreCase };
    if (cache.size > 500) cache.clear();
    cache.set(key, glob);
  }
  return glob;
}

/** Whether `text` has a character that would make a pattern of it. */
export const hasMagic = (pattern: string): boolean =>
  /(^|[^\\])(\\\\)*([*?[]|[+@!]\()/.test(pattern);

/** Quotes what is special in a pattern. */
export const escapeGlob = (text: string): string => text.replace(/[\\*?[\]()|!@+^-]/g, "\\$&");

function read(
  pattern: string,
  start: number,
  inGroup: boolean,
  ignoreCase: boolean,
): { branches: Token[][]; end: number } {
  const branches: Token[][] = [[]];
  let tokens = branches[0] as Token[];
  let at = start;
  while (at < pattern.length) {
    const point = pattern.codePointAt(at) as number;
    const character = String.fromCodePoint(point);
    if (inGroup && character === ")") return { branches, end: at + 1 };
    if (inGroup && character === "|") {
      tokens = [];
      branches.push(tokens);
      at++;
    } else if ("?*+@!".includes(character) && pattern[at + 1] === "(" && closes(pattern, at + 1)) {
      const group = read(pattern, at + 2, true, ignoreCase);
      tokens.push({ kind: "group", operator: character, branches: group.branches });
      at = group.end;
    } else if (character === "*") {
      if (tokens[tokens.length - 1]?.kind !== "star") tokens.push({ kind: "star" });
      at++;
    } else if (character === "?") {
      tokens.push({ kind: "one", test: () => true });
      at++;
    } else if (character === "[") {
      const bracket = readBracket(pattern, at, true, ignoreCase);
      tokens.push(
        bracket === undefined ? literal("[", ignoreCase) : { kind: "one", test: bracket.test },
      );
      at = bracket?.end ?? at + 1;
    } else {
      const quoted = character === "\\" && at + 1 < pattern.length;
      const here = quoted ? String.fromCodePoint(pattern.codePointAt(at + 1) as number) : character;
      tokens.push(literal(here, ignoreCase));
      at += here.length + (quoted ? 1 : 0);
    }
  }
  return { branches, end: at };
}

const literal = (character: string, ignoreCase: boolean): Token => ({
  kind: "literal",
  character: ignoreCase ? character.toLowerCase() : character,
});

/** Whether the parenthesis at `start` is closed. */
function closes(pattern: string, start: number): boolean {
  let depth = 0;
  for (let at = start; at < pattern.length; at++) {
    const character = pattern[at];
    if (character === "\\") at++;
    else if (character === "(") depth++;
    else if (character === ")" && --depth === 0) return true;
  }
  return false;
}

class Matcher {
  private readonly characters: readonly string[];
  private readonly ignoreCase: boolean;
  private work = 0;

  constructor(characters: readonly string[], ignoreCase: boolean) {
    this.characters = characters;
    this.ignoreCase = ignoreCase;
  }

  /** Every offset that `tokens` can end at when they begin at one of `from`; ascending. */
  run(tokens: readonly Token[], from: readonly number[]): readonly number[] {
    let places = from;
    for (const token of tokens) {
      if (places.length === 0) return places;
      places = this.step(token, places);
    }
    return places;
  }

  private step(token: Token, places: readonly number[]): readonly number[] {
    const { characters } = this;
    if (token.kind === "star") {
      const first = places[0] as number;
      this.count(characters.length - first + 1);
      return Array.from({ length: characters.length - first + 1 }, (_, i) => first + i);
    }
    if (token.kind === "group") return this.group(token.operator, token.branches, places);
    this.count(places.length);
    const next: number[] = [];
    for (const place of places) {
      const character = characters[place];
      if (character !== undefined && this.accepts(token, character)) next.push(place + 1);
    }
    return next;
  }

  private accepts(token: Token, character: string): boolean {
    if (token.kind === "one") return token.test(character);
    if (token.kind !== "literal") return false;
    return token.character === (this.ignoreCase ? character.toLowerCase() : character);
  }

  private group(
    operator: string,
    branches: readonly (readonly Token[])[],
    places: readonly number[],
  ): readonly number[] {
    if (operator === "!") return this.except(branches, places);
    const reached = new Set<number>(operator === "?" || operator === "*" ? places : []);
    let front = places;
    for (;;) {
      const next = new Set<number>();
      for (const branch of branches) {
        for (const place of this.run(branch, front)) if (!reached.has(place)) next.add(place);
      }
      for (const place of next) reached.add(place);
      if (next.size === 0 || operator === "?" || operator === "@") break;
      front = ascending(next);
    }
    return ascending(reached);
  }

  private except(
    branches: readonly (readonly Token[])[],
    places: readonly number[],
  ): readonly number[] {
    const reached = new Set<number>();
    for (const place of places) {
      const excluded = new Set(branches.flatMap((branch) => this.run(branch, [place])));
      this.count(this.characters.length - place + 1);
      for (let end = place; end <= this.characters.length; end++) {
        if (!excluded.has(end)) reached.add(end);
      }
    }
    return ascending(reached);
  }

  private count(work: number): void {
    this.work += work;
    if (this.work > MATCH_WORK_MAX) throw new TooMuchWork();
  }
}

const ascending = (places: Set<number>): number[] => Array.from(places).sort((a, b) => a - b);

/** Whether the whole of `text` matches. */
export function matchesGlob(text: string, glob: Glob): boolean {
  const characters = Array.from(text);
  const ends = new Matcher(characters, glob.ignoreCase).run(glob.tokens, [0]);
  return ends[ends.length - 1] === characters.length;
}

/** `text` without its shortest or longest beginning that matches. */
export function removePrefix(text: string, glob: Glob, longest: boolean): string {
  const characters = Array.from(text);
  const ends = new Matcher(characters, glob.ignoreCase).run(glob.tokens, [0]);
  const end = longest ? ends[ends.length - 1] : ends[0];
  return end === undefined ? text : characters.slice(end).join("");
}

/** `text` without its shortest or longest end that matches. */
export function removeSuffix(text: string, glob: Glob, longest: boolean): string {
  const characters = Array.from(text).reverse();
  const ends = new Matcher(characters, glob.ignoreCase).run(reversed(glob.tokens), [0]);
  const end = longest ? ends[ends.length - 1] : ends[0];
  return end === undefined ? text : characters.slice(end).reverse().join("");
}

const reversed = (tokens: readonly Token[]): Token[] =>
  tokens
    .map((token) =>
      token.kind === "group" ? { ...token, branches: token.branches.map(reversed) } : token,
    )
    .reverse();

/** `${text/pattern/…}`: replaces the longest matches by what `replacement` makes of them. */
export function replaceGlob(
  text: string,
  glob: Glob,
  where: "first" | "all" | "prefix" | "suffix",
  replacement: (matched: string) => string,
): string {
  if (where === "suffix") {
    const kept = removeSuffix(text, glob, true);
    const matched = text.slice(kept.length);
    const isMatch = matched !== "" || matchesGlob("", glob);
    return isMatch ? kept + replacement(matched) : text;
  }
  const characters = Array.from(text);
  const matcher = new Matcher(characters, glob.ignoreCase);
  let done = "";
  let at = 0;
  while (at <= characters.length) {
    const ends = matcher.run(glob.tokens, [at]);
    const end = ends[ends.length - 1];
    const isMatch =
      end !== undefined &&
      (end > at || (characters.length === 0 && at === 0) || where === "prefix");
    if (isMatch) {
      done += replacement(characters.slice(at, end).join(""));
      at = end;
      if (where !== "all" || at >= characters.length) break;
    } else {
      if (where === "prefix") break;
      done += characters[at] ?? "";
      at++;
    }
  }
  return done + characters.slice(at).join("");
}
