/** Expansion of words: pieces into fields, texts and patterns, in bash's order. */
import type { ParsedScript, Word } from "unbash";
import { parse } from "unbash";
import type { Wait } from "../process/wait.ts";
import { ExpansionError } from "../shell/control.ts";
import type { Shell } from "../shell/shell.ts";
import { Source } from "../shell/source.ts";
import { evaluate } from "./arithmetic.ts";
import { expandOperation, type Tools } from "./operation.ts";
import { type ParameterValue, parameterValue, unboundText } from "./parameter-value.ts";
import { globPaths } from "./path-glob.ts";
import { type Field, FieldSink, PatternSink, type Sink, TextSink } from "./sink.ts";
import { bracedWords, type Piece, piecesOf, piecesOfParts, type WordRole } from "./word-parts.ts";

export type Expansion<T> = Generator<Wait, T, void>;

/** The words of a command, expanded to its arguments. */
export function* expandWords(shell: Shell, words: readonly Word[]): Expansion<string[]> {
  const done: string[] = [];
  for (const word of words) {
    if (word.parts === undefined && word.text === word.value && !/[{~]/.test(word.text)) {
      done.push(word.text);
      continue;
    }
    const expandsBraces = shell.dialect === "bash" && shell.options.has("braceexpand");
    for (const braced of expandsBraces ? bracedWords(word) : [word]) {
      for (const field of yield* expandFields(shell, braced)) pushPaths(shell, field, done);
    }
  }
  return done;
}

function pushPaths(shell: Shell, field: Field, done: string[]): void {
  if (!field.mayGlob || shell.options.has("noglob")) {
    done.push(field.text);
    return;
  }
  const paths = globPaths(shell, field.pattern);
  if (paths.length > 0) done.push(...paths);
  else if (shell.options.shopt("failglob"))
    throw new ExpansionError(`no match: ${field.text}`, false);
  else if (!shell.options.shopt("nullglob")) done.push(field.text);
}

function* expandFields(shell: Shell, word: Word): Expansion<readonly Field[]> {
  const sink = new FieldSink(shell.variables.get("IFS") ?? " \t\n");
  yield* expandPieces(shell, piecesOf(word, "word"), sink);
  return sink.end();
}

/** A word as one text: no splitting, no globbing. */
export function* expandText(shell: Shell, word: Word, role: WordRole = "word"): Expansion<string> {
  const sink = new TextSink();
  yield* expandPieces(shell, piecesOf(word, role), sink);
  return sink.value;
}

/** A word as a pattern in which what was quoted stands for itself. */
export function* expandPattern(shell: Shell, word: Word): Expansion<string> {
  const sink = new PatternSink();
  yield* expandPieces(shell, piecesOf(word, "word"), sink);
  return sink.value;
}

/** The right side of `=~`. */
export function* expandRegex(shell: Shell, word: Word): Expansion<string> {
  const sink = new PatternSink((text) => text.replace(/[\\.[\]{}()*+?^$|]/g, "\\$&"));
  yield* expandPieces(shell, piecesOf(word, "word"), sink);
  return sink.value;
}

/** The parts of a here-document, or of an arithmetic expression: as inside double quotes. */
export function* expandParts(shell: Shell, pieces: readonly Piece[]): Expansion<string> {
  const sink = new TextSink();
  yield* expandPieces(shell, pieces, sink);
  return sink.value;
}

const arithmeticPieces = new Map<string, readonly Piece[]>();

/** Expands the `$` of an arithmetic expression; quotes are ordinary characters there but for double ones, which vanish. */
export function* expandArithmeticText(shell: Shell, text: string): Expansion<string> {
  if (!/[$`"\\]/.test(text)) return text;
  let pieces = arithmeticPieces.get(text);
  if (pieces === undefined) {
    const end = "_END_OF_ARITHMETIC_";
    const command = parse(`: <<${end}\n${text.replace(/"/g, "")}\n${end}\n`).commands[0]?.command;
    const redirect = command?.type === "Command" ? command.redirects[0] : undefined;
    const body = redirect?.type === "HereDoc" ? redirect.body : undefined;
    pieces =
      body?.parts === undefined
        ? [{ kind: "text", text: body?.text.replace(/\n$/, "") ?? text, quoted: true }]
        : piecesOfParts(body.parts);
    if (arithmeticPieces.size > 500) arithmeticPieces.clear();
    arithmeticPieces.set(text, pieces);
  }
  return (yield* expandParts(shell, pieces)).replace(/\n$/, "");
}

/** The value of an arithmetic text after expanding it. */
export function* evaluateText(shell: Shell, text: string, who = ""): Expansion<bigint> {
  return evaluate(shell, yield* expandArithmeticText(shell, text), who);
}

function* expandPieces(shell: Shell, pieces: readonly Piece[], sink: Sink): Expansion<void> {
  yield* expandEach(shell, pieces, sink);
  if (shell.notes.length === 0) return;
  for (const note of shell.notes.splice(0)) yield* shell.complain(note);
}

function* expandEach(shell: Shell, pieces: readonly Piece[], sink: Sink): Expansion<void> {
  for (const piece of pieces) {
    switch (piece.kind) {
      case "text":
        sink.text(piece.text, piece.quoted);
        break;
      case "ansi":
        sink.text(shell.dialect === "dash" ? `$${piece.raw}` : piece.text, true);
        break;
      case "split":
        sink.split(piece.text);
        break;
      case "tilde":
        sink.text(tilde(shell, piece.user), true);
        break;
      case "parameter":
        emitValue(shell, simpleValue(shell, piece.name), piece.quoted, sink);
        break;
      case "operation":
        yield* expandOperation(shell, piece.part, piece.quoted, sink, OPERATION_TOOLS);
        break;
      case "command":
        emitText(yield* captureCommand(shell, piece.part), piece.quoted, sink);
        break;
      case "arithmetic":
        emitText(String(yield* evaluateText(shell, piece.text)), piece.quoted, sink);
        break;
      case "process":
        sink.text(processPath(shell, piece.operator, piece.script), true);
    }
  }
}

const OPERATION_TOOLS: Tools = {
  emitValue,
  emitText,
  expandPieces,
  expandText,
  expandPattern,
  evaluateText,
};

function simpleValue(shell: Shell, name: string): ParameterValue {
  const value = parameterValue(shell, name, null);
  if (!value.many && value.text === undefined && shell.options.nounset) {
    throw new ExpansionError(unboundText(shell, name), true, 127);
  }
  return value;
}

function emitText(text: string, quoted: boolean, sink: Sink): void {
  if (quoted) sink.text(text, true);
  else sink.split(text);
}

/** `$*` joins by the first character of IFS when quoted, `"$@"` makes a field of every item. */
function emitValue(shell: Shell, value: ParameterValue, quoted: boolean, sink: Sink): void {
  if (!value.many) {
    emitText(value.text ?? "", quoted, sink);
    return;
  }
  if (quoted && value.star) {
    sink.text(value.items.join((shell.variables.get("IFS") ?? " ").charAt(0)), true);
    return;
  }
  value.items.forEach((item, i) => {
    if (i > 0) sink.boundary(quoted);
    emitText(item, quoted, sink);
  });
}

function tilde(shell: Shell, user: string): string {
  if (user === "") return shell.variables.get("HOME") ?? "/root";
  if (user === "+") return shell.process.cwd;
  if (user === "-") return shell.variables.get("OLDPWD") ?? "~-";
  const place = /^([+-]?)(\d+)$/.exec(user);
  if (place === null) return user === "root" ? "/root" : `~${user}`;
  const stack = [shell.process.cwd, ...shell.directoryStack];
  return stack.at(place[1] === "-" ? -1 - Number(place[2]) : Number(place[2])) ?? `~${user}`;
}

function* captureCommand(
  shell: Shell,
  part: { readonly text: string; readonly script: ParsedScript | undefined },
): Expansion<string> {
  const { script } = part;
  if (script === undefined) return "";
  const source =
    script.source === undefined
      ? shell.source
      : new Source(script.source, shell.source.file, shell.line, script);
  return yield* shell.executor.capture(shell, script, source);
}

function processPath(shell: Shell, operator: "<" | ">", script: ParsedScript | undefined): string {
  return script === undefined
    ? ""
    : shell.executor.substituteProcess(shell, operator, script, shell.source);
}
