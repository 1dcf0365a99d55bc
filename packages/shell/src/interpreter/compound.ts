/** if, while, until, for, case, select, `[[ ]]` and `(( ))`. */
import type {
  ArithmeticCommand,
  ArithmeticFor,
  Case,
  CompoundList,
  For,
  If,
  Select,
  TestCommand,
  While,
} from "unbash";
import { evaluateText, expandPattern, expandText, expandWords } from "../expansions/expand.ts";
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { readSome } from "../process/transfer.ts";
import type { Wait } from "../process/wait.ts";
import { Break, Continue, ExpansionError } from "../shell/control.ts";
import type { Run, Shell } from "../shell/shell.ts";
import { isName } from "../shell/variable.ts";
import { compileGlob, matchesGlob } from "../text/glob.ts";
import { evaluateCondition } from "./condition.ts";
import { complainOf } from "./main.ts";
import { traceLine } from "./trace.ts";

const list = (shell: Shell, { commands }: CompoundList): Run =>
  shell.executor.list(shell, commands);

/** Runs a list whose failure decides something and so ends nothing. */
function* condition(shell: Shell, clause: CompoundList): Run {
  shell.conditionDepth++;
  try {
    return yield* list(shell, clause);
  } finally {
    shell.conditionDepth--;
  }
}

export function* runIf(shell: Shell, node: If): Run {
  if ((yield* condition(shell, node.clause)) === 0) return yield* list(shell, node.then);
  for (const { clause, then } of node.elif) {
    if ((yield* condition(shell, clause)) === 0) return yield* list(shell, then);
  }
  return node.else === undefined ? 0 : yield* list(shell, node.else);
}

/** One turn of a loop: false when the loop ends by `break`. */
function* turn(shell: Shell, body: CompoundList): Generator<Wait, boolean, void> {
  const { kernel, process } = shell;
  const wait = kernel.step(process, kernel.costs.loopTurn);
  if (wait !== null) yield wait;
  try {
    shell.status = yield* list(shell, body);
    return true;
  } catch (thrown) {
    if (thrown instanceof Break) {
      shell.status = thrown.status;
      if (--thrown.levels > 0) throw thrown;
      return false;
    }
    if (!(thrown instanceof Continue)) throw thrown;
    shell.status = 0;
    if (--thrown.levels > 0) throw thrown;
    return true;
  }
}

function* inLoop(shell: Shell, loop: Run): Run {
  shell.loopDepth++;
  try {
    return yield* loop;
  } finally {
    shell.loopDepth--;
  }
}

export const runWhile = (shell: Shell, node: While): Run => inLoop(shell, whileLoop(shell, node));

function* whileLoop(shell: Shell, { kind, clause, body }: While): Run {
  let status = 0;
  for (;;) {
    const holds = (yield* clauseOf(shell, clause)) === true;
    if (holds === (kind === "until")) return status;
    const goesOn = yield* turn(shell, body);
    status = shell.status;
    if (!goesOn) return status;
  }
}

/** `break` in the condition of a loop ends the loop. */
function* clauseOf(shell: Shell, clause: CompoundList): Generator<Wait, boolean, void> {
  return (yield* condition(shell, clause)) === 0;
}

export const runFor = (shell: Shell, node: For): Run => inLoop(shell, forLoop(shell, node));

function* forLoop(shell: Shell, { name, wordlist, body, pos }: For): Run {
  const words = wordlist === undefined ? shell.positional : yield* expandWords(shell, wordlist);
  const shown = wordlist === undefined ? '"$@"' : wordlist.map((word) => word.text).join(" ");
  let status = 0;
  if (!isName(name.text)) {
    yield* shell.complain(`\`${name.text}': not a valid identifier`);
    return 1;
  }
  for (const word of words) {
    shell.line = shell.source.lineAt(pos);
    if (shell.options.xtrace && shell.dialect === "bash")
      yield* traceLine(shell, `for ${name.text} in ${shown}`);
    if (shell.dialect === "bash" && shell.variables.find(name.text)?.attributes.readonly === true) {
      yield* shell.complain(shell.variables.readonlyText(name.text));
      return 1;
    }
    shell.variables.set(name.text, word);
    const goesOn = yield* turn(shell, body);
    status = shell.status;
    if (!goesOn) break;
  }
  return status;
}

export const runArithmeticFor = (shell: Shell, node: ArithmeticFor): Run =>
  inLoop(shell, arithmeticLoop(shell, node));

function* arithmeticLoop(shell: Shell, { initialize, test, update, body }: ArithmeticFor): Run {
  const text = (part: { pos: number; end: number } | undefined): string =>
    part === undefined ? "" : shell.source.text.slice(part.pos, part.end);
  const value = function* (
    part: { pos: number; end: number } | undefined,
  ): Generator<Wait, bigint, void> {
    if (shell.options.xtrace && part !== undefined) yield* traceLine(shell, `(( ${text(part)} ))`);
    return yield* evaluateText(shell, text(part), "((: ");
  };
  yield* value(initialize);
  let status = 0;
  while (test === undefined || (yield* value(test)) !== 0n) {
    const goesOn = yield* turn(shell, body);
    status = shell.status;
    if (!goesOn) break;
    yield* value(update);
  }
  return status;
}

export function* runCase(shell: Shell, { word, items }: Case): Run {
  const text = yield* expandText(shell, word);
  if (shell.options.xtrace && shell.dialect === "bash")
    yield* traceLine(shell, `case ${word.text} in`);
  let fallsThrough = false;
  let status = 0;
  for (const { pattern, body, terminator } of items) {
    if (!fallsThrough && !(yield* matchesAny(shell, text, pattern))) continue;
    status = yield* list(shell, body);
    shell.status = status;
    if (terminator !== ";&" && terminator !== ";;&") return status;
    fallsThrough = terminator === ";&";
  }
  return status;
}

function* matchesAny(
  shell: Shell,
  text: string,
  patterns: Case["items"][number]["pattern"],
): Generator<Wait, boolean, void> {
  for (const pattern of patterns) {
    const glob = compileGlob(
      yield* expandPattern(shell, pattern),
      shell.options.shopt("nocasematch"),
    );
    if (matchesGlob(text, glob)) return true;
  }
  return false;
}

export const runSelect = (shell: Shell, node: Select): Run =>
  inLoop(shell, selectLoop(shell, node));

function* selectLoop(shell: Shell, { name, wordlist, body }: Select): Run {
  const words = wordlist === undefined ? shell.positional : yield* expandWords(shell, wordlist);
  const menu = selectMenu(words, Number(shell.variables.get("COLUMNS")) || 80);
  let shows = true;
  for (let i = 0; words.length > 0 && i < SHELL_LIMITS.wordsMax; i++) {
    if (shows) yield* shell.err(menu);
    yield* shell.err(shell.variables.get("PS3") ?? "#? ");
    const line = yield* readLine(shell);
    if (line === undefined) {
      yield* shell.out("\n", "select");
      return 1;
    }
    shows = line === "";
    if (shows) continue;
    shell.variables.set("REPLY", line);
    shell.variables.set(name.text, words[Number(line) - 1] ?? "");
    if (!(yield* turn(shell, body))) break;
  }
  return shell.status;
}

/** The choices in columns, filled from top to bottom; few of them stand in one. */
function selectMenu(words: readonly string[], width: number): string {
  if (words.length === 0) return "";
  const digits = String(words.length).length;
  const longest = Math.max(...words.map((word) => word.length));
  const size = longest + digits + 2;
  const perLine = Math.max(1, Math.floor(width / (size + 2)));
  let rows = Math.ceil(words.length / perLine);
  const columns = Math.ceil(words.length / rows);
  if (rows === 1) rows = words.length;
  if (columns === 1) rows = words.length;
  const lines: string[] = [];
  for (let row = 0; row < rows; row++) {
    let line = "";
    let at = 0;
    for (let i = row; i < words.length; i += rows) {
      const cell = `${String(i + 1).padStart(i === row ? String(rows).length : digits)}) ${words[i]}`;
      line += cell;
      at += cell.length;
      if (i + rows >= words.length) break;
      const next = (Math.floor(i / rows) + 1) * (size + 2);
      // tabs as far as they lead, then blanks
      while (at < next) {
        const stop = (Math.floor(at / 8) + 1) * 8;
        line += stop <= next ? "\t" : " ";
        at = stop <= next ? stop : at + 1;
      }
    }
    lines.push(`${line}\n`);
  }
  return lines.join("");
}

function* readLine(shell: Shell): Generator<Wait, string | undefined, void> {
  const file = shell.process.descriptors.get(0);
  let line = "";
  for (;;) {
    const got = file === undefined ? "" : yield* readSome(file, 1);
    if (typeof got === "number" || got === "") return undefined;
    if (got === "\n") return line;
    line += got;
  }
}

export function* runTest(shell: Shell, { expression }: TestCommand): Run {
  try {
    return (yield* evaluateCondition(shell, expression)) ? 0 : 1;
  } catch (thrown) {
    if (!(thrown instanceof ExpansionError) || thrown.fatal) throw thrown;
    yield* complainOf(shell, thrown);
    return thrown.status === 2 ? 2 : 1;
  }
}

export function* runArithmetic(shell: Shell, { body }: ArithmeticCommand): Run {
  if (shell.options.xtrace) yield* traceLine(shell, `(( ${body} ))`);
  try {
    return (yield* evaluateText(shell, body, "((: ")) === 0n ? 1 : 0;
  } catch (thrown) {
    if (!(thrown instanceof ExpansionError) || thrown.fatal) throw thrown;
    yield* complainOf(shell, thrown);
    return 1;
  }
}
