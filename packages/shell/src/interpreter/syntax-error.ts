/** Syntax errors in the words of bash and dash, from what the parser found. */
import { forEachChild, type ParseError, type SyntaxNode } from "unbash";
import { printable } from "../expansions/transform.ts";
import type { Shell } from "../shell/shell.ts";
import type { Source } from "../shell/source.ts";
import { dashFault } from "./dash-syntax.ts";

export interface SyntaxFault {
  /** Line at which the error is; statements that begin there or later do not run. */
  readonly line: number;
  /** What the shell prints, with its newlines. */
  readonly text: string;
  /** Whether the text only ends too early: more lines could complete it. */
  readonly isIncomplete: boolean;
  /** Errors inside `[[ ]]` leave the status as it was. */
  readonly keepsStatus: boolean;
}

/** The first syntax error of a source; undefined when it has none. */
export function syntaxFault(shell: Shell, source: Source, who: string): SyntaxFault | undefined {
  const error = firstError(source);
  const prefix = (line: number): string => {
    const name = source.file !== "" ? source.file : shell.name;
    if (shell.dialect === "dash") return `${name}: ${line}: ${who}`;
    return shell.interactive && source.file === ""
      ? `${name}: ${who}`
      : `${name}: ${who}line ${line}: `;
  };
  if (shell.dialect === "dash") {
    const bashism = dashFault(source);
    if (bashism !== undefined && (error === undefined || bashism.pos <= error.pos)) {
      const line = source.lineAt(bashism.pos);
      return fault(line, `${prefix(line)}Syntax error: ${bashism.message}\n`);
    }
  }
  if (error === undefined) return undefined;
  if (shell.dialect === "dash") return dashText(source, error, prefix);
  const said = bashText(source, error, prefix, shell.isAsciiLocale());
  if (!shell.interactive || source.file !== "") return said;
  // a line that was typed is not shown again
  const lines = said.text.split("\n").filter((line) => !line.startsWith(`${prefix(0)}\``));
  return { ...said, text: lines.join("\n") };
}

const fault = (
  line: number,
  text: string,
  isIncomplete = false,
  keepsStatus = false,
): SyntaxFault => ({
  line,
  text,
  isIncomplete,
  keepsStatus,
});

type Prefix = (line: number) => string;

const found = new WeakMap<object, ParseError | null>();

/** The first error of a script and of all substitutions in it, which bash reads with it. */
function firstError({ script, text }: Source): ParseError | undefined {
  const cached = found.get(script);
  if (cached !== undefined) return cached ?? undefined;
  let first: ParseError | null = null;
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Script" && node.source !== undefined) return;
    for (const error of (node.type === "Script" ? node.errors : undefined) ?? []) {
      if (first === null || error.pos < first.pos) first = error;
    }
    forEachChild(node, visit);
  };
  if (script.errors !== undefined || /\$\(|<\(|>\(/.test(text)) visit(script);
  first ??= danglingParenthesis(script.commands[script.commands.length - 1]?.end, text);
  found.set(script, first);
  return first ?? undefined;
}

/** `name (` at the end of a text, which the parser takes for a command and passes over. */
function danglingParenthesis(end: number | undefined, text: string): ParseError | null {
  if (end === undefined || !/^[ \t]*\(\s*$/.test(text.slice(end))) return null;
  return {
    message: "expected redirect target after a parenthesis",
    pos: text.indexOf("(", end) + 1,
  };
}

/** The line after the last one: where a text ends. */
const lastLine = (source: Source): number =>
  source.lineAt(source.text.length) + (source.text.endsWith("\n") ? 0 : 1);

function bashText(
  source: Source,
  error: ParseError,
  prefix: Prefix,
  isAscii: boolean,
): SyntaxFault {
  const { text } = source;
  const { message, pos } = error;
  const line = source.lineAt(pos);
  if (message.startsWith("unterminated")) {
    const at = /command substitution|process substitution/.test(message) ? lastLine(source) : line;
    const said = `unexpected EOF while looking for matching \`${closerOf(message, text, pos)}'`;
    const warning = at === line ? "" : hereDocumentWarning(source, prefix, at - 1);
    return fault(line, `${warning}${prefix(at)}${said}\n`, true);
  }
  if (/\[\[|unary test/.test(message) || isInTest(source, pos))
    return testText(source, pos, prefix, message);
  if (message.startsWith("expected three arithmetic")) {
    const header = /\(\(.*?\)\)/s.exec(text.slice(text.lastIndexOf("for", pos)))?.[0] ?? "";
    const said = "syntax error: arithmetic expression required";
    return fault(line, `${prefix(line)}${said}\n${prefix(line)}syntax error: \`${header}'\n`);
  }
  const at = culprit(text, error);
  const isEnd = text.slice(at).trim() === "" && !/redirect target|coproc/.test(message);
  if (isEnd) {
    // what stands before an operator on the last line waits for what comes after it
    const last = source.lineAt(text.slice(0, pos).trimEnd().length);
    const at = lastLine(source);
    const said = `${hereDocumentWarning(source, prefix, at - 1)}${prefix(at)}syntax error`;
    return fault(last, `${said}: unexpected end of file\n`, true);
  }
  const place = source.lineAt(at);
  const token = printable(tokenAt(text, at), isAscii);
  const first = `${prefix(place)}syntax error near unexpected token \`${token}'\n`;
  return fault(Math.min(line, place), `${first}${prefix(place)}\`${source.lineText(at)}'\n`);
}

/** What is said before, at line `at`, of a here-document that has no end either. */
function hereDocumentWarning(source: Source, prefix: Prefix, at: number): string {
  const open = source.text.includes("<<") ? source.openHereDocument() : undefined;
  if (open === undefined) return "";
  const line = source.lineAt(open.pos);
  return `${prefix(at)}warning: here-document at line ${line} delimited by end-of-file (wanted \`${open.delimiter?.value ?? ""}')\n`;
}

/** Whether an offset stands in a `[[` that has no end. */
function isInTest({ script }: Source, pos: number): boolean {
  const last = script.commands.findLast((statement) => statement.pos <= pos);
  return last?.command.type === "TestCommand" && last.end <= last.pos;
}

function testText(source: Source, pos: number, prefix: Prefix, message: string): SyntaxFault {
  const { text } = source;
  const line = source.lineAt(pos);
  const rest = text.slice(pos).trimStart();
  const before = text.slice(0, pos).replace(/[;&|\s]+$/, "");
  const operator = /(?:^|\s)(==?|!=|=~|<|>|-[a-z]{2}|-[a-zA-Z])\s*(?:\]\])?$/.exec(before)?.[1];
  const isUnary = /unary test/.test(message);
  let said = "conditional binary operator expected";
  if (isUnary && /^\s*\]\]/.test(text.slice(pos)))
    said = "unexpected argument `]]' to conditional unary operator";
  else if (isUnary && before.endsWith("]]"))
    said = "unexpected argument `]]' to conditional unary operator";
  else if (isUnary)
    said = `unexpected argument \`${tokenAt(text, pos)}' to conditional unary operator`;
  else if ((before.endsWith("]]") || rest.startsWith("]]")) && operator !== undefined)
    said = "unexpected argument `]]' to conditional binary operator";
  else if (rest === "") said = "unexpected token `newline', conditional binary operator expected";
  else if (
    /^[^\S\n]*\n/.test(text.slice(pos)) ||
    text.slice(text.lastIndexOf("[[", pos), pos).includes("\n")
  ) {
    said = "syntax error in conditional expression";
  }
  const start = source.lineAt(text.lastIndexOf("[[", pos));
  return fault(
    start,
    `${prefix(said.startsWith("syntax") ? start : line)}${said}\n`,
    rest === "",
    true,
  );
}

/** Where the token stands that bash would complain of. */
function culprit(text: string, { message, pos }: ParseError): number {
  if (/^expected command in (brace group|subshell)/.test(message)) return skipBlanks(text, pos + 1);
  if (/^expected '[^']+'(?! to close)/.test(message)) return beforeMissing(text, pos);
  if (/^expected command after '(if|then|else|elif|while|until|do)'/.test(message))
    return skipBlanks(text, pos);
  if (/^unexpected token/.test(message)) {
    const call = /(?:^|[;&|\n(])[ \t]*[^\s;&|()<>$'"]+[ \t]*\([ \t]*(?=[^\s)])/g;
    const start = text.lastIndexOf("\n", pos - 1) + 1;
    for (const match of text.slice(start, pos + 1).matchAll(call)) {
      const at = start + match.index + match[0].length;
      if (at <= pos) return at;
    }
  }
  return skipBlanks(text, pos);
}

const CLOSING = new Set("fi done esac then do else elif }".split(" "));

/** What stands where `then`, `do` or `in` should: the parser tells the end of that token. */
function beforeMissing(text: string, pos: number): number {
  const start = text.lastIndexOf("\n", pos - 1) + 1;
  const empty = /(?:^|[;&|\s])(?:if|elif|while|until)[ \t]*(?=[;&|)])/.exec(text.slice(start, pos));
  if (empty !== null) return start + empty.index + empty[0].length;
  const at = startOfTokenBefore(text, pos);
  const isEnd = text.slice(pos).trim() === "";
  return isEnd && !CLOSING.has(text.slice(at, pos).trim()) ? pos : at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text[at] === " " || text[at] === "\t") at++;
  return at;
}

function startOfTokenBefore(text: string, end: number): number {
  const word = /[^\s;&|()<>]+$/.exec(text.slice(0, end));
  if (word !== null) return word.index;
  const operator = /(;;|&&|\|\||[;&|()<>])\s*$/.exec(text.slice(0, end));
  return operator === null ? end : operator.index;
}

function closerOf(message: string, text: string, offset: number): string {
  if (message.includes("double quote")) return '"';
  if (message.includes("backtick")) return "`";
  if (message.includes("parameter")) return "}";
  return /single quote|ANSI|\$'/.test(message) || text[offset] === "'" ? "'" : ")";
}

function tokenAt(text: string, offset: number): string {
  const rest = text.slice(offset);
  if (rest === "" || /^[ \t]*(\n|$)/.test(rest)) return "newline";
  const operator = /^(;;&|;;|;&|&&|\|\||<<<|<<-|<<|>>|<&|>&|<>|>\||&>>|&>|\|&|[;&|()<>])/.exec(
    rest,
  );
  return operator?.[0] ?? /^[^\s;&|()<>]+/.exec(rest)?.[0] ?? "newline";
}

const RESERVED = new Set(
  "then fi do done else elif esac in } { ! while until for case if".split(" "),
);

function dashText(source: Source, error: ParseError, prefix: Prefix): SyntaxFault {
  const { text } = source;
  const { message, pos } = error;
  const line = source.lineAt(pos);
  const end = source.lineAt(text.length);
  const say = (at: number, what: string, isIncomplete: boolean): SyntaxFault =>
    fault(line, `${prefix(at)}Syntax error: ${what}\n`, isIncomplete);
  if (/unterminated (command|process)/.test(message))
    return say(end, 'end of file unexpected (expecting ")")', true);
  if (message.startsWith("unterminated")) return say(end, "Unterminated quoted string", true);
  const at = culprit(text, error);
  const wanted = expectation(message);
  if (text.slice(at).trim() === "") return say(end, `end of file unexpected${wanted}`, true);
  const place = source.lineAt(at);
  const token = tokenAt(text, at);
  const isWord = /^[^;&|()<>]/.test(token) && !RESERVED.has(token);
  const shown = token === "newline" ? "newline" : isWord ? "word" : `"${token}"`;
  return say(place, `${shown} unexpected${wanted}`, false);
}

function expectation(message: string): string {
  const wanted = /expected '([^']+)'/.exec(message)?.[1];
  if (wanted !== undefined) return ` (expecting "${wanted}")`;
  return message === "expected command after 'if'" ? ' (expecting "then")' : "";
}
