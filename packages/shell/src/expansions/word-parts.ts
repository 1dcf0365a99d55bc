/** A word as the expander wants it: literal text in pieces that are quoted or not, and expansions in between. */
import {
  type CommandExpansionPart,
  type ParameterExpansionPart,
  type ParsedScript,
  parse,
  type Word,
  type WordPart,
} from "unbash";
import { expandBraces } from "./brace.ts";

export type Piece =
  | { readonly kind: "text"; readonly text: string; readonly quoted: boolean }
  /** Unquoted text that is split like the result of an expansion: the operand of `${x:-…}`. */
  | { readonly kind: "split"; readonly text: string }
  /** `$'…'`, whose text dash takes as it stands after a `$`. */
  | { readonly kind: "ansi"; readonly text: string; readonly raw: string }
  | { readonly kind: "tilde"; readonly user: string }
  | { readonly kind: "parameter"; readonly name: string; readonly quoted: boolean }
  | { readonly kind: "operation"; readonly part: ParameterExpansionPart; readonly quoted: boolean }
  | { readonly kind: "command"; readonly part: CommandExpansionPart; readonly quoted: boolean }
  | { readonly kind: "arithmetic"; readonly text: string; readonly quoted: boolean }
  | {
      readonly kind: "process";
      readonly operator: "<" | ">";
      readonly script: ParsedScript | undefined;
    };

/** How a word stands in its command, which decides about tildes. */
export type WordRole = "word" | "assignment" | "quoted";

const caches: Readonly<Record<WordRole, WeakMap<object, readonly Piece[]>>> = {
  word: new WeakMap(),
  assignment: new WeakMap(),
  quoted: new WeakMap(),
};

/** The pieces of `word`, without brace expansion. `quoted`: it stands inside double quotes, as an operand of `${x:-…}`. */
export function piecesOf(word: Word, role: WordRole): readonly Piece[] {
  const cache = caches[role];
  let pieces = cache.get(word);
  if (pieces === undefined) {
    pieces = read(word, role);
    cache.set(word, pieces);
  }
  return pieces;
}

const braceCache = new WeakMap<Word, readonly Word[]>();

/** The words that brace expansion makes of `word`. */
export function bracedWords(word: Word): readonly Word[] {
  if (!word.text.includes("{")) return [word];
  let words = braceCache.get(word);
  if (words === undefined) {
    const texts = expandBraces(word.text);
    words =
      texts.length === 1 && texts[0] === word.text
        ? [word]
        : texts.flatMap((text) => wordFrom(text));
    braceCache.set(word, words);
  }
  return words;
}

/** Reads a text as one word; none when it is empty. */
function wordFrom(text: string): Word[] {
  const command = parse(`: ${text}`).commands[0]?.command;
  if (command?.type !== "Command") return [];
  return command.args.filter((argument) => argument.type === "Word");
}

function read(word: Word, role: WordRole): Piece[] {
  const pieces: Piece[] = [];
  if (word.parts === undefined) {
    if (word.text === word.value && role !== "quoted") plainText(word.text, pieces);
    else literal(word.text, role === "quoted", pieces);
  } else for (const part of word.parts) readPart(part, role === "quoted", pieces);
  if (role === "quoted") return pieces;
  const isLike = role === "word" && /^[A-Za-z_]\w*\+?=/.test(word.text);
  return withTildes(pieces, role === "assignment" || isLike, isLike);
}

const plainText = (text: string, pieces: Piece[]): void => {
  pieces.push({ kind: "text", text, quoted: false });
};

/** Pieces of a list of parts, as of a here-document. */
export function piecesOfParts(parts: readonly WordPart[]): Piece[] {
  const pieces: Piece[] = [];
  for (const part of parts) readPart(part, true, pieces);
  return pieces;
}

function readPart(part: WordPart, quoted: boolean, pieces: Piece[]): void {
  switch (part.type) {
    case "Literal":
      if (quoted) pieces.push({ kind: "text", text: part.value, quoted: true });
      else literal(part.text, false, pieces);
      return;
    case "Glob":
      if (part.parts === undefined) pieces.push({ kind: "text", text: part.text, quoted });
      else framed("[", part.parts, "]", quoted, pieces);
      return;
    case "ExtendedGlob":
      if (part.parts === undefined) pieces.push({ kind: "text", text: part.text, quoted });
      else framed(`${part.operator}(`, part.parts, ")", quoted, pieces);
      return;
    case "BraceExpansion":
      if (part.parts === undefined) literal(part.text, quoted, pieces);
      else framed("{", part.parts, "}", quoted, pieces);
      return;
    case "AnsiCQuoted":
      pieces.push({ kind: "ansi", text: part.value, raw: part.text.slice(2, -1) });
      return;
    case "SingleQuoted":
      pieces.push({ kind: "text", text: part.value, quoted: true });
      return;
    case "DoubleQuoted":
    case "LocaleString":
      if (part.type === "LocaleString") pieces.push({ kind: "ansi", text: "", raw: "" });
      // an empty one still makes a word
      if (part.parts.length === 0) pieces.push({ kind: "text", text: "", quoted: true });
      for (const inner of part.parts) readPart(inner, true, pieces);
      return;
    case "SimpleExpansion":
      pieces.push({ kind: "parameter", name: part.text.slice(1), quoted });
      return;
    case "ParameterExpansion":
      pieces.push({ kind: "operation", part, quoted });
      return;
    case "CommandExpansion":
      pieces.push({ kind: "command", part, quoted });
      return;
    case "ArithmeticExpansion":
      pieces.push({ kind: "arithmetic", text: arithmeticBody(part.text), quoted });
      return;
    case "ProcessSubstitution":
      pieces.push({ kind: "process", operator: part.operator, script: part.script });
  }
}

/** Parts between two texts that belong to them: a bracket expression, an extended pattern, a brace. */
function framed(
  open: string,
  parts: readonly WordPart[],
  close: string,
  quoted: boolean,
  pieces: Piece[],
): void {
  pieces.push({ kind: "text", text: open, quoted });
  for (const part of parts) readPart(part, quoted, pieces);
  pieces.push({ kind: "text", text: close, quoted });
}

/** `$((…))` or `$[…]` without its frame. */
const arithmeticBody = (text: string): string =>
  text.startsWith("$((") ? text.slice(3, -2) : text.slice(2, -1);

/** Splits literal text into what a backslash quotes and the rest. */
function literal(text: string, quoted: boolean, pieces: Piece[]): void {
  if (!text.includes("\\")) {
    pieces.push({ kind: "text", text, quoted });
    return;
  }
  let plain = "";
  for (let at = 0; at < text.length; at++) {
    const next = text[at + 1];
    const escapes =
      text[at] === "\\" && next !== undefined && (!quoted || '$`"\\\n}'.includes(next));
    if (!escapes) {
      plain += text[at];
      continue;
    }
    at++;
    if (next === "\n") continue;
    if (plain !== "") pieces.push({ kind: "text", text: plain, quoted });
    pieces.push({ kind: "text", text: next, quoted: true });
    plain = "";
  }
  if (plain !== "") pieces.push({ kind: "text", text: plain, quoted });
}

/** Turns an unquoted `~` or `~user` into its piece: at the beginning, and in an assignment after every colon. */
function withTildes(pieces: Piece[], inAssignment: boolean, hasName: boolean): Piece[] {
  if (!pieces.some((piece) => piece.kind === "text" && !piece.quoted && piece.text.includes("~")))
    return pieces;
  const done: Piece[] = [];
  pieces.forEach((piece, i) => {
    if (piece.kind !== "text" || piece.quoted) {
      done.push(piece);
      return;
    }
    const segments = inAssignment
      ? piece.text.split(hasName ? /(?<=[:=])/ : /(?<=:)/)
      : [piece.text];
    segments.forEach((segment, j) => {
      const tilde =
        (i === 0 && !hasName) || j > 0 ? /^~([A-Za-z0-9_+-]*)(?=[/:]|$)/.exec(segment) : null;
      const isWhole =
        tilde !== null &&
        (tilde[0].length < segment.length || j < segments.length - 1 || i === pieces.length - 1);
      if (tilde === null || !isWhole) done.push({ kind: "text", text: segment, quoted: false });
      else {
        done.push({ kind: "tilde", user: tilde[1] as string });
        const rest = segment.slice(tilde[0].length);
        if (rest !== "") done.push({ kind: "text", text: rest, quoted: false });
      }
    });
  });
  return done;
}
