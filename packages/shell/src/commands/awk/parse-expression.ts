/** awk's expressions by precedence climbing, and the names that they use. */
import type { Expression, Name, Target } from "./syntax.ts";
import { AwkSyntaxError, BUILTINS, type Token, type TokenKind } from "./tokens.ts";

const ASSIGNMENTS = new Set(["=", "+=", "-=", "*=", "/=", "%=", "^="]);
const COMPARISONS = new Set(["<", "<=", "==", "!=", ">", ">="]);
/** Operators that can begin an operand of a concatenation: not + and -, which add. */
const OPERAND_OPERATORS = new Set(["(", "$", "!", "++", "--"]);
const OPERAND_KINDS: ReadonlySet<TokenKind> = new Set([
  "number",
  "string",
  "regex",
  "name",
  "function-name",
  "builtin",
]);
/** Parentheses within parentheses; beyond, gawk runs out of memory and so would we. */
const NESTING_MAX = 200;

export class ExpressionParser {
  readonly globals: string[] = [];
  protected locals: readonly string[] = [];
  protected readonly tokens: readonly Token[];
  protected at = 0;
  private readonly slots = new Map<string, number>();
  /** `>` redirects, and `in` ends the head of a for loop. */
  private noGreater = false;
  private noIn = false;
  private depth = 0;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
  }

  protected get token(): Token {
    return this.tokens[this.at] as Token;
  }

  protected sees(text: string): boolean {
    const { kind, text: own } = this.token;
    return own === text && (kind === "operator" || kind === "word" || kind === "newline");
  }

  protected take(text: string): boolean {
    if (!this.sees(text)) return false;
    this.at++;
    return true;
  }

  protected expect(text: string): void {
    if (!this.take(text)) throw this.error();
  }

  protected error(): AwkSyntaxError {
    const { kind, line, at } = this.token;
    const isEnd = kind === "end" || kind === "newline";
    return new AwkSyntaxError(
      isEnd ? "unexpected newline or end of string" : "syntax error",
      line,
      at,
    );
  }

  protected skipNewlines(): void {
    while (this.token.kind === "newline") this.at++;
  }

  protected slotOf(name: string): number {
    const known = this.slots.get(name);
    if (known !== undefined) return known;
    const slot = this.globals.push(name) - 1;
    this.slots.set(name, slot);
    return slot;
  }

  protected nameOf(name: string): Name {
    const local = this.locals.indexOf(name);
    if (local >= 0) return { kind: "name", name, local: true, slot: local };
    return { kind: "name", name, local: false, slot: this.slotOf(name) };
  }

  /** An expression before which `>` is a redirection. */
  protected printed(): Expression {
    const before = this.noGreater;
    this.noGreater = true;
    const found = this.expression();
    this.noGreater = before;
    return found;
  }

  /** The first part of a for loop's head, where `in` is not an operator. */
  protected withoutIn(): Expression {
    this.noIn = true;
    const found = this.expression();
    this.noIn = false;
    return found;
  }

  expression(): Expression {
    if (++this.depth > NESTING_MAX)
      throw new AwkSyntaxError("memory exhausted", this.token.line, this.token.at);
    const left = this.ternary();
    const operator = this.token;
    let found = left;
    if (operator.kind === "operator" && ASSIGNMENTS.has(operator.text) && isTarget(left)) {
      this.at++;
      this.skipNewlines();
      found = { kind: "assign", operator: operator.text, target: left, value: this.expression() };
    }
    this.depth--;
    return found;
  }

  protected expressions(end: string): Expression[] {
    const found: Expression[] = [];
    this.skipNewlines();
    if (this.sees(end)) return found;
    do {
      this.skipNewlines();
      found.push(this.expression());
      this.skipNewlines();
    } while (this.take(","));
    return found;
  }

  private ternary(): Expression {
    const test = this.or();
    if (!this.take("?")) return test;
    this.skipNewlines();
    const yes = this.expression();
    this.skipNewlines();
    this.expect(":");
    this.skipNewlines();
    return { kind: "ternary", test, yes, no: this.expression() };
  }

  private or(): Expression {
    let left = this.and();
    while (this.take("||")) {
      this.skipNewlines();
      left = { kind: "logic", operator: "||", left, right: this.and() };
    }
    return left;
  }

  private and(): Expression {
    let left = this.membership();
    while (this.take("&&")) {
      this.skipNewlines();
      left = { kind: "logic", operator: "&&", left, right: this.membership() };
    }
    return left;
  }

  private membership(): Expression {
    let left = this.matching();
    while (!this.noIn && this.take("in")) {
      const array = this.nameOf(this.token.text);
      if (this.token.kind !== "name") throw this.error();
      this.at++;
      left = { kind: "in", index: left.kind === "list" ? left.items : [left], array };
    }
    return left;
  }

  private matching(): Expression {
    let left = this.comparison();
    while (this.sees("~") || this.sees("!~")) {
      const negated = this.sees("!~");
      this.at++;
      left = { kind: "match", negated, text: left, pattern: this.comparison() };
    }
    return left;
  }

  private comparison(): Expression {
    const left = this.concatenation();
    const { kind, text, line } = this.token;
    if (kind !== "operator" || !COMPARISONS.has(text) || (text === ">" && this.noGreater))
      return left;
    this.at++;
    return { kind: "binary", operator: text, left, right: this.concatenation(), line };
  }

  /** `command | getline` stands between concatenation and comparison. */
  protected concatenation(): Expression {
    let left = this.additive();
    for (;;) {
      const { line } = this.token;
      if (
        this.sees("|") &&
        this.tokens[this.at + 1]?.text === "getline" &&
        this.tokens[this.at + 1]?.kind === "word"
      ) {
        this.at += 2;
        left = {
          kind: "getline",
          from: "command",
          source: left,
          target: this.optionalTarget(),
          line,
        };
      } else if (this.beginsOperand())
        left = { kind: "binary", operator: " ", left, right: this.additive(), line };
      else return left;
    }
  }

  private beginsOperand(): boolean {
    const { kind, text } = this.token;
    if (OPERAND_KINDS.has(kind)) return true;
    return kind === "operator" && OPERAND_OPERATORS.has(text);
  }

  private additive(): Expression {
    let left = this.multiplicative();
    while (this.sees("+") || this.sees("-")) {
      const { line, text } = this.token;
      this.at++;
      left = { kind: "binary", operator: text, left, right: this.multiplicative(), line };
    }
    return left;
  }

  private multiplicative(): Expression {
    let left = this.unary();
    while (this.sees("*") || this.sees("/") || this.sees("%")) {
      const { at, line, text } = this.token;
      this.at++;
      const right = this.unary();
      if (text !== "*" && right.kind === "number" && right.value === 0)
        throw new AwkSyntaxError(
          `division by zero attempted${text === "%" ? " in `%'" : ""}`,
          line,
          at,
          true,
        );
      left = { kind: "binary", operator: text, left, right, line };
    }
    return left;
  }

  private unary(): Expression {
    for (const operator of ["!", "-", "+"]) {
      if (!this.take(operator)) continue;
      if (++this.depth > NESTING_MAX) throw this.error();
      const operand = this.unary();
      this.depth--;
      return { kind: "unary", operator, operand };
    }
    return this.power();
  }

  private power(): Expression {
    const left = this.postfix();
    const { line } = this.token;
    if (!this.take("^")) return left;
    // -2 is allowed on the right; the operator groups to the right
    const right = this.sees("-") || this.sees("+") || this.sees("!") ? this.unary() : this.power();
    return { kind: "binary", operator: "^", left, right, line };
  }

  private postfix(): Expression {
    const found = this.primary();
    if (!isTarget(found)) return found;
    if (this.take("++")) return { kind: "step", by: 1, prefix: false, target: found };
    if (this.take("--")) return { kind: "step", by: -1, prefix: false, target: found };
    return found;
  }

  private primary(): Expression {
    const token = this.token;
    this.at++;
    switch (token.kind) {
      case "number":
        return {
          kind: "number",
          value: /^0[0-7]+$/.test(token.text) ? Number.parseInt(token.text, 8) : Number(token.text),
        };
      case "string":
        return { kind: "string", value: token.text };
      case "regex":
        return { kind: "regex", text: token.text };
      case "name":
        return this.variable(token);
      case "builtin":
        return this.builtin(token);
      case "function-name": {
        this.expect("(");
        const operands = this.grouped(() => this.expressions(")"));
        return { kind: "call", name: token.text, operands, line: token.line };
      }
      case "operator":
        return this.operator(token);
      case "word":
        if (token.text === "getline") return this.plainGetline(token);
    }
    this.at--;
    throw this.error();
  }

  private operator(token: Token): Expression {
    if (token.text === "(") {
      const items = this.grouped(() => this.expressions(")"));
      if (items.length === 1) return items[0] as Expression;
      if (items.length > 1) return { kind: "list", items };
    } else if (token.text === "$")
      return { kind: "field", index: this.fieldIndex(), line: token.line };
    else if (token.text === "++" || token.text === "--") {
      const target = this.primary();
      if (isTarget(target))
        return { kind: "step", by: token.text === "++" ? 1 : -1, prefix: true, target };
    }
    this.at--;
    throw this.error();
  }

  /** `$i++` steps the field, `$++i` the index, `$-1` is refused when it runs. */
  private fieldIndex(): Expression {
    for (const operator of ["-", "+", "!"])
      if (this.take(operator)) return { kind: "unary", operator, operand: this.fieldIndex() };
    return this.primary();
  }

  /** What is in parentheses knows nothing of print or for around it. */
  private grouped<T>(read: () => T): T {
    const { noGreater, noIn } = this;
    this.noGreater = false;
    this.noIn = false;
    const found = read();
    this.noGreater = noGreater;
    this.noIn = noIn;
    this.expect(")");
    return found;
  }

  private variable(token: Token): Target {
    if (token.text === "NF") return { kind: "field-count" };
    const name = this.nameOf(token.text);
    if (!this.take("[")) return name;
    const { noGreater, noIn } = this;
    this.noGreater = false;
    this.noIn = false;
    const index = this.expressions("]");
    this.noGreater = noGreater;
    this.noIn = noIn;
    if (index.length === 0) throw this.error();
    this.expect("]");
    return { kind: "element", array: name, index };
  }

  private builtin(token: Token): Expression {
    const { line, text: name } = token;
    if (name === "length" && !this.sees("(")) return { kind: "builtin", name, operands: [], line };
    this.expect("(");
    const operands = this.grouped(() => this.expressions(")"));
    const [least, most] = BUILTINS.get(name) as readonly [number, number];
    if (operands.length < least || operands.length > most)
      throw new AwkSyntaxError(
        `${operands.length} is invalid as number of arguments for ${name}`,
        line,
        (this.tokens[this.at - 1] as Token).at,
      );
    return { kind: "builtin", name, operands, line };
  }

  private plainGetline({ line }: Token): Expression {
    const target = this.optionalTarget();
    if (!this.take("<")) return { kind: "getline", from: "input", source: null, target, line };
    return { kind: "getline", from: "file", source: this.postfix(), target, line };
  }

  private optionalTarget(): Target | null {
    if (this.token.kind !== "name" && !this.sees("$")) return null;
    const target = this.primary();
    return isTarget(target) ? target : null;
  }
}

const isTarget = (found: Expression): found is Target =>
  found.kind === "name" ||
  found.kind === "element" ||
  found.kind === "field" ||
  found.kind === "field-count";
