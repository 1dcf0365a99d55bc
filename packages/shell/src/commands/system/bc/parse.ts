/** bc's language, a statement at a time: what ends with a newline or a semicolon. */

export type BcExpression =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "variable"; readonly name: string }
  | {
      readonly kind: "assign";
      readonly operator: string;
      readonly name: string;
      readonly value: BcExpression;
    }
  | { readonly kind: "step"; readonly name: string; readonly by: 1 | -1; readonly prefix: boolean }
  | { readonly kind: "call"; readonly name: string; readonly operand: BcExpression }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: BcExpression }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: BcExpression;
      readonly right: BcExpression;
    };

export type BcStatement =
  | { readonly kind: "expression"; readonly value: BcExpression; readonly shown: boolean }
  | { readonly kind: "print"; readonly items: readonly (string | BcExpression)[] }
  | { readonly kind: "text"; readonly text: string }
  | { readonly kind: "block"; readonly body: readonly BcStatement[] }
  | {
      readonly kind: "if";
      readonly test: BcExpression;
      readonly yes: BcStatement;
      readonly no: BcStatement | null;
    }
  | {
      readonly kind: "for";
      readonly first: BcExpression | null;
      readonly test: BcExpression | null;
      readonly next: BcExpression | null;
      readonly body: BcStatement;
    }
  | { readonly kind: "break" | "continue" | "quit" | "nothing" };

export class BcSyntaxError {
  readonly message: string;
  /** Lines from where reading began, from 1. */
  readonly line: number;
  /** Offset of what was not expected. */
  readonly at: number;

  constructor(message: string, line: number, at: number) {
    this.message = message;
    this.line = line;
    this.at = at;
  }
}

const TOKEN =
  /(?:[ \t\r]|\\\n|\/\*[\s\S]*?\*\/|#[^\n]*)*(?:(\d[\dA-F]*\.?[\dA-F]*|\.[\dA-F]+|[A-F][\dA-F]*(?![a-z])\.?[\dA-F]*)|([a-z][a-z0-9_]*)|("[^"]*")|(\+\+|--|&&|\|\||[-+*/%^]=|[<>=!]=|[-+*/%^=<>!(){};,\n]))/y;
const NESTING_MAX = 150;

export function parse(text: string): { readonly statement: BcStatement; readonly end: number } {
  const reader = new Reader(text);
  return reader.one();
}

class Reader {
  private readonly text: string;
  private at = 0;
  private kind: "number" | "name" | "string" | "operator" | "end" = "end";
  private token = "";
  private next = 0;
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.advance();
  }

  one(): { statement: BcStatement; end: number } {
    const statement =
      this.kind === "end" || this.sees("\n") || this.sees(";")
        ? { kind: "nothing" as const }
        : this.statement();
    // a last line without its newline is a mistake too
    if (!this.sees("\n") && !this.sees(";") && statement.kind !== "nothing") throw this.error();
    return { statement, end: this.kind === "end" ? this.text.length : this.next };
  }

  private advance(): void {
    this.at = this.next;
    TOKEN.lastIndex = this.at;
    const found = TOKEN.exec(this.text);
    if (found === null) {
      const rest = this.text
        .slice(this.at)
        .replace(/^(?:[ \t\r]|\\\n|\/\*[\s\S]*?\*\/|#[^\n]*)*/, "");
      this.kind = "end";
      this.token = "";
      this.next = this.text.length;
      if (rest !== "")
        throw new BcSyntaxError(
          /^[A-Za-z"]/.test(rest) ? "syntax error" : `illegal character: ${rest.charAt(0)}`,
          this.line,
          this.at,
        );
      return;
    }
    const [whole, number, name, string, operator] = found;
    this.next = this.at + whole.length;
    this.kind =
      number !== undefined
        ? "number"
        : name !== undefined
          ? "name"
          : string !== undefined
            ? "string"
            : "operator";
    this.token = number ?? name ?? string ?? operator ?? "";
  }

  /** A newline that is not expected counts as read already. */
  private get line(): number {
    return this.text.slice(0, this.next).split("\n").length;
  }

  private error(): BcSyntaxError {
    return new BcSyntaxError("syntax error", this.line, this.at);
  }

  private sees(token: string): boolean {
    return this.token === token && (this.kind === "operator" || this.kind === "name");
  }

  private take(token: string): boolean {
    if (!this.sees(token)) return false;
    this.advance();
    return true;
  }

  private expect(token: string): void {
    if (!this.take(token)) throw this.error();
  }

  private newlines(): void {
    while (this.take("\n"));
  }

  private statement(): BcStatement {
    if (++this.depth > NESTING_MAX) throw this.error();
    const found = this.anyStatement();
    this.depth--;
    return found;
  }

  private anyStatement(): BcStatement {
    if (this.kind === "string") {
      const text = this.token.slice(1, -1);
      this.advance();
      return { kind: "text", text };
    }
    if (this.take("{")) return this.block();
    if (this.take("if")) {
      const test = this.head();
      const yes = this.statement();
      return {
        kind: "if",
        test,
        yes,
        no: this.take("else") ? this.onNextLine() : null,
      };
    }
    if (this.take("while"))
      return { kind: "for", first: null, test: this.head(), next: null, body: this.statement() };
    if (this.take("for")) return this.loop();
    if (this.take("print")) return this.print();
    for (const word of ["break", "continue", "quit"] as const)
      if (this.take(word)) return { kind: word };
    if (this.take("halt")) return { kind: "quit" };
    const value = this.expression();
    return { kind: "expression", value, shown: value.kind !== "assign" };
  }

  private block(): BcStatement {
    const body: BcStatement[] = [];
    while (!this.take("}")) {
      if (this.take("\n") || this.take(";")) continue;
      if (this.kind === "end") throw this.error();
      body.push(this.statement());
    }
    return { kind: "block", body };
  }

  private head(): BcExpression {
    this.expect("(");
    const test = this.expression();
    this.expect(")");
    this.newlines();
    return test;
  }

  private onNextLine(): BcStatement {
    this.newlines();
    return this.statement();
  }

  private loop(): BcStatement {
    this.expect("(");
    const part = (end: string): BcExpression | null => {
      const found = this.sees(end) ? null : this.expression();
      this.expect(end);
      return found;
    };
    const [first, test, next] = [part(";"), part(";"), part(")")];
    this.newlines();
    return { kind: "for", first, test, next, body: this.statement() };
  }

  private print(): BcStatement {
    const items: (string | BcExpression)[] = [];
    do {
      if (this.kind === "string") {
        items.push(this.token.slice(1, -1));
        this.advance();
      } else items.push(this.expression());
    } while (this.take(","));
    return { kind: "print", items };
  }

  private expression(): BcExpression {
    return this.or();
  }

  private or(): BcExpression {
    let left = this.and();
    while (this.take("||")) left = { kind: "binary", operator: "||", left, right: this.and() };
    return left;
  }

  private and(): BcExpression {
    let left = this.not();
    while (this.take("&&")) left = { kind: "binary", operator: "&&", left, right: this.not() };
    return left;
  }

  private not(): BcExpression {
    if (this.take("!")) return { kind: "unary", operator: "!", operand: this.not() };
    let left = this.assignment();
    while (this.kind === "operator" && /^([<>]=?|[=!]=)$/.test(this.token)) {
      const operator = this.token;
      this.advance();
      left = { kind: "binary", operator, left, right: this.assignment() };
    }
    return left;
  }

  private assignment(): BcExpression {
    const left = this.sum();
    if (left.kind !== "variable" || this.kind !== "operator" || !/^[-+*/%^]?=$/.test(this.token))
      return left;
    const operator = this.token;
    this.advance();
    return { kind: "assign", operator, name: left.name, value: this.assignment() };
  }

  private sum(): BcExpression {
    let left = this.product();
    while (this.sees("+") || this.sees("-")) {
      const operator = this.token;
      this.advance();
      left = { kind: "binary", operator, left, right: this.product() };
    }
    return left;
  }

  private product(): BcExpression {
    let left = this.power();
    while (this.sees("*") || this.sees("/") || this.sees("%")) {
      const operator = this.token;
      this.advance();
      left = { kind: "binary", operator, left, right: this.power() };
    }
    return left;
  }

  private power(): BcExpression {
    const left = this.unary();
    return this.take("^") ? { kind: "binary", operator: "^", left, right: this.power() } : left;
  }

  /** The minus sign binds more tightly than ^. */
  private unary(): BcExpression {
    if (++this.depth > NESTING_MAX) throw this.error();
    const found: BcExpression = this.take("-")
      ? { kind: "unary", operator: "-", operand: this.unary() }
      : this.primary();
    this.depth--;
    return found;
  }

  private primary(): BcExpression {
    const { kind, token } = this;
    if (token === "++" || token === "--") {
      this.advance();
      const name = this.token;
      if (this.kind !== "name") throw this.error();
      this.advance();
      return { kind: "step", name, by: token === "++" ? 1 : -1, prefix: true };
    }
    this.advance();
    if (kind === "number") return { kind: "number", text: token };
    if (kind === "operator" && token === "(") {
      const found = this.expression();
      this.expect(")");
      // in parentheses an assignment is shown
      return found.kind === "assign" ? { kind: "unary", operator: "+", operand: found } : found;
    }
    if (kind !== "name") throw this.error();
    if (this.take("(")) {
      const operand = this.expression();
      this.expect(")");
      return { kind: "call", name: token, operand };
    }
    if (this.take("++")) return { kind: "step", name: token, by: 1, prefix: false };
    if (this.take("--")) return { kind: "step", name: token, by: -1, prefix: false };
    return { kind: "variable", name: token };
  }
}
