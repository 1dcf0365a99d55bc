/** Syntax errors in the words of bash and dash, from what the parser found. */
import type { Shell } from "../shell/shell.ts";
import type { Source } from "../shell/source.ts";

export interface SyntaxFault {
  /** Line at which the error is; statements that begin there or later do not run. */
  readonly line: number;
  /** Where it is, as an offset. */
  readonly offset: number;
  /** What the shell prints, with its newlines. */
  readonly text: string;
}

const CLOSERS: Readonly<Record<string, string>> = {
  "double quote": '"',
  "single quote": "'",
  backtick: "`",
  "command substitution": ")",
  "parameter expansion": "}",
};

/** The first syntax error of a source; undefined when it has none. */
export function syntaxFault(shell: Shell, source: Source, who: string): SyntaxFault | undefined {
  const errors = source.script.errors;
  if (errors === undefined || errors.length === 0) return undefined;
  const first = errors.reduce((a, b) => (b.pos < a.pos ? b : a));
  const { text } = source;
  const isDash = shell.dialect === "dash";
  const prefix = (line: number): string => {
    const name = source.file !== "" ? source.file : shell.name;
    return isDash ? `${name}: ${line}: ${who}` : `${name}: ${who}line ${line}: `;
  };
  const opened = /unterminated (.*)|unclosed (.*)/.exec(first.message);
  if (opened !== null) {
    const line = source.lineAt(first.pos);
    const closer = closerOf(opened[1] ?? opened[2] ?? "", text, first.pos);
    const said = isDash
      ? "Syntax error: Unterminated quoted string"
      : `unexpected EOF while looking for matching \`${closer}'`;
    return { line, offset: first.pos, text: `${prefix(line)}${said}\n` };
  }
  if (text.slice(first.pos).trim() === "") return endOfFile(source, first, prefix, isDash);
  const line = source.lineAt(first.pos);
  const token = tokenAt(text, first.pos);
  if (isDash) {
    const expecting = expectation(first.message);
    const shown =
      /^\w/.test(token) && !RESERVED.has(token)
        ? `word`
        : token === "newline"
          ? token
          : `"${token}"`;
    return {
      line,
      offset: first.pos,
      text: `${prefix(line)}Syntax error: ${shown} unexpected${expecting}\n`,
    };
  }
  const message = `${prefix(line)}syntax error near unexpected token \`${token}'\n`;
  return {
    line,
    offset: first.pos,
    text: `${message}${prefix(line)}\`${source.lineText(first.pos)}'\n`,
  };
}

const RESERVED = new Set("then fi do done else elif esac in } {".split(" "));

function endOfFile(
  source: Source,
  first: { readonly message: string; readonly pos: number },
  prefix: (line: number) => string,
  isDash: boolean,
): SyntaxFault {
  const { text } = source;
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  const line = source.firstLine + lines;
  const said = isDash
    ? `Syntax error: end of file unexpected${expectation(first.message)}`
    : "syntax error: unexpected end of file";
  return {
    line: source.lineAt(first.pos),
    offset: first.pos,
    text: `${prefix(isDash ? source.firstLine + lines - (text.endsWith("\n") ? 0 : 1) : line)}${said}\n`,
  };
}

function expectation(message: string): string {
  const found = /expected '([^']+)'/.exec(message);
  return found === null ? "" : ` (expecting "${found[1]}")`;
}

function closerOf(what: string, text: string, offset: number): string {
  for (const [name, closer] of Object.entries(CLOSERS)) if (what.includes(name)) return closer;
  const opener = text[offset];
  return opener === "(" || text[offset + 1] === "("
    ? ")"
    : opener === "{" || text[offset + 1] === "{"
      ? "}"
      : (opener ?? '"');
}

function tokenAt(text: string, offset: number): string {
  let at = offset;
  while (text[at] === " " || text[at] === "\t") at++;
  if (text[at] === "\n" || text[at] === undefined) return "newline";
  const rest = text.slice(at);
  const operator = /^(;;&|;;|;&|&&|\|\||<<<|<<-|<<|>>|<&|>&|<>|>\||&>>|&>|\|&|[;&|()<>])/.exec(
    rest,
  );
  if (operator !== null) return operator[0];
  return /^[^\s;&|()<>]+/.exec(rest)?.[0] ?? "newline";
}
