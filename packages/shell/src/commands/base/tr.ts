/** tr (coreutils): sets of characters with ranges, classes, escapes and `[c*n]`; equivalence classes are left out. */
import { nanoseconds } from "@lvsim/core";
import { flag } from "../../options/getopt.ts";
import { type Job, tool } from "./tool.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};

const between = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, i) => String.fromCharCode(first + i));

const LOWER = between(97, 122);
const UPPER = between(65, 90);
const DIGITS = between(48, 57);
const PUNCTUATION = between(33, 126).filter((c) => !/[A-Za-z0-9]/.test(c));

const CLASSES: ReadonlyMap<string, readonly string[]> = new Map([
  ["lower", LOWER],
  ["upper", UPPER],
  ["alpha", [...UPPER, ...LOWER]],
  ["digit", DIGITS],
  ["alnum", [...DIGITS, ...UPPER, ...LOWER]],
  ["space", ["\t", "\n", "\v", "\f", "\r", " "]],
  ["blank", ["\t", " "]],
  ["punct", PUNCTUATION],
  ["cntrl", [...between(0, 31), "\x7f"]],
  ["graph", between(33, 126)],
  ["print", between(32, 126)],
  ["xdigit", [...DIGITS, ...between(65, 70), ...between(97, 102)]],
]);

/** One character of a set as written, and where the next begins. */
function readCharacter(text: string, at: number): { character: string; end: number } {
  const first = text[at] as string;
  if (first !== "\\" || at + 1 >= text.length) return { character: first, end: at + 1 };
  const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1));
  if (octal !== null) {
    const character = String.fromCharCode(Number.parseInt(octal[0], 8) & 0xff);
    return { character, end: at + 1 + octal[0].length };
  }
  const next = text[at + 1] as string;
  return { character: ESCAPES[next] ?? next, end: at + 2 };
}

/** The characters of a set in order; `length` is how many the first set has, for `[c*]`. */
function expandSet(job: Job, text: string, length: number): string[] {
  const set: string[] = [];
  for (let at = 0; at < text.length; ) {
    const named = /^\[:([a-z]*):\]/.exec(text.slice(at));
    const repeated = /^\[(\\?.)\*(\d*)\]/.exec(text.slice(at));
    if (named !== null) {
      const members = CLASSES.get(named[1] as string);
      if (members === undefined)
        throw job.fail(`invalid character class ${job.quote.word(named[1] as string)}`);
      set.push(...members);
      at += named[0].length;
    } else if (repeated !== null) {
      const { character } = readCharacter(repeated[1] as string, 0);
      const digits = repeated[2] as string;
      const count = Number.parseInt(digits || "0", digits.startsWith("0") ? 8 : 10);
      set.push(...Array<string>(count || Math.max(0, length - set.length)).fill(character));
      at += repeated[0].length;
    } else {
      const from = readCharacter(text, at);
      at = from.end;
      if (text[at] !== "-" || at + 1 >= text.length) {
        set.push(from.character);
        continue;
      }
      const to = readCharacter(text, at + 1);
      at = to.end;
      const [first, last] = [from.character.charCodeAt(0), to.character.charCodeAt(0)];
      if (first > last) {
        const range = `${from.character}-${to.character}`;
        const why = "are in reverse collating sequence order";
        throw job.fail(`range-endpoints of '${range}' ${why}`);
      }
      set.push(...between(first, last));
    }
  }
  return set;
}

/** What becomes of one character: another, itself, or "" when it goes. */
type Mapping = (character: string) => string;

function translation(
  first: readonly string[],
  second: readonly string[],
  complement: boolean,
  truncate: boolean,
): Mapping {
  const last = second[second.length - 1] as string;
  if (complement) {
    const kept = new Set(first);
    return (character) => (kept.has(character) ? character : last);
  }
  const map = new Map<string, string>();
  first.forEach((character, i) => {
    if (!truncate || i < second.length) map.set(character, second[i] ?? last);
  });
  return (character) => map.get(character) ?? character;
}

export const tr = tool(
  "/usr/bin/tr",
  {
    options: [
      flag("c", "complement", "c"),
      flag("C", "", "c"),
      flag("d", "delete", "d"),
      flag("s", "squeeze-repeats", "s"),
      flag("t", "truncate-set1", "t"),
    ],
    stopsAtOperand: true,
  },
  function* (job) {
    checkOperands(job);
    const { context, given, operands } = job;
    const [deletes, squeezes, complement] = [given.has("d"), given.has("s"), given.has("c")];
    const first = expandSet(job, operands[0] as string, 0);
    const second = operands[1] === undefined ? [] : expandSet(job, operands[1], first.length);
    const isIn = (set: readonly string[], inverted: boolean): ((c: string) => boolean) => {
      const members = new Set(set);
      return (character) => members.has(character) !== inverted;
    };
    const translates = !deletes && operands.length === 2;
    if (translates && second.length === 0)
      throw job.fail("when not truncating set1, string2 must be non-empty");
    const inFirst = isIn(first, complement);
    const map: Mapping = translates
      ? translation(first, second, complement, given.has("t"))
      : (character) => (deletes && inFirst(character) ? "" : character);
    const squeezed = operands.length === 2 ? isIn(second, false) : inFirst;
    let before = "";
    for (let text = yield* context.read(); text !== ""; text = yield* context.read()) {
      let out = "";
      for (const character of text) {
        const mapped = map(character);
        if (squeezes && mapped === before && mapped !== "" && squeezed(mapped)) continue;
        if (mapped !== "") before = mapped;
        out += mapped;
      }
      // what is written counts as work by itself; what is only read has to
      const dropped = text.length - out.length;
      const wait =
        dropped > 0 ? context.machine.step(context.process, nanoseconds(0), dropped) : null;
      if (wait !== null) yield wait;
      yield* context.out(out);
    }
    return 0;
  },
);

function checkOperands(job: Job): void {
  const { given, operands, quote } = job;
  const [deletes, squeezes] = [given.has("d"), given.has("s")];
  const least = deletes === squeezes ? 2 : 1;
  const most = deletes && !squeezes ? 1 : 2;
  const [first] = operands;
  if (first === undefined) throw job.misused("missing operand");
  if (operands.length < least) {
    const why = deletes
      ? "Two strings must be given when both deleting and squeezing repeats."
      : "Two strings must be given when translating.";
    throw job.misused(`missing operand after ${quote.word(first)}\n${why}`);
  }
  const extra = operands[most];
  if (extra === undefined) return;
  const why =
    most === 1 && operands.length === 2
      ? "\nOnly one string may be given when deleting without squeezing repeats."
      : "";
  throw job.misused(`extra operand ${quote.word(extra)}${why}`);
}
