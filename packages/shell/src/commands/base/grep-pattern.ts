/** grep's patterns as one function that finds the leftmost, longest match. */
import { Regex, RegexError } from "../../text/regex.ts";
import type { Job } from "./tool.ts";

/** Start and end of the first match at or after `from`; null for none. */
export type Matcher = (text: string, from: number) => readonly [number, number] | null;

const isWord = (character: string | undefined): boolean =>
  character !== undefined && /[\p{L}\p{N}_]/u.test(character);

/** The shorthands of Perl's patterns that POSIX has no letters for. */
const PERL: Readonly<Record<string, string>> = { d: "[0-9]", D: "[^0-9]" };

/** `kind` is the program's own default; options on its line go before. */
export function matcherOf(job: Job, patterns: readonly string[], kind: "E" | "F" | "G"): Matcher {
  const { given } = job;
  const syntax = given.last("E", "F", "G", "P") ?? kind;
  const ignoreCase = given.last("i", "no-i") === "i";
  const whole = given.has("x");
  const plain = patterns.map((pattern) =>
    syntax === "F" ? fixed(pattern, ignoreCase) : compiled(job, pattern, syntax, ignoreCase),
  );
  const finders = plain.map((find) =>
    whole ? wholeLine(find) : given.has("w") ? word(find) : find,
  );
  return (text, from) => {
    let best: readonly [number, number] | null = null;
    for (const find of finders) {
      const match = find(text, from);
      if (match === null) continue;
      const better =
        best === null || match[0] < best[0] || (match[0] === best[0] && match[1] > best[1]);
      if (better) best = match;
    }
    return best;
  };
}

function fixed(pattern: string, ignoreCase: boolean): Matcher {
  const wanted = ignoreCase ? pattern.toLowerCase() : pattern;
  return (text, from) => {
    const at = (ignoreCase ? text.toLowerCase() : text).indexOf(wanted, from);
    return at < 0 ? null : [at, at + wanted.length];
  };
}

function compiled(job: Job, pattern: string, syntax: string, ignoreCase: boolean): Matcher {
  const text =
    syntax === "P"
      ? pattern.replace(/\\([dD])/g, (_, letter: string) => PERL[letter] ?? "")
      : pattern;
  try {
    const regex = new Regex(text, syntax !== "G", ignoreCase);
    return (line, from) => {
      const match = regex.match(line, from);
      return match === null ? null : [match[0] as number, match[1] as number];
    };
  } catch (thrown) {
    if (!(thrown instanceof RegexError)) throw thrown;
    throw job.fail(thrown.message, 2);
  }
}

/** Only a match of all of the line. A shorter alternative is not tried again, since matches are the longest. */
const wholeLine =
  (find: Matcher): Matcher =>
  (text, from) => {
    const match = from === 0 ? find(text, 0) : null;
    return match !== null && match[0] === 0 && match[1] === text.length ? match : null;
  };

/** Only a match that no letter, digit or underscore touches. */
const word =
  (find: Matcher): Matcher =>
  (text, from) => {
    for (let at = from; at <= text.length; ) {
      const match = find(text, at);
      if (match === null) return null;
      const [start, end] = match;
      if (!isWord(text[start - 1]) && !isWord(text[end])) return match;
      at = start + 1;
    }
    return null;
  };
