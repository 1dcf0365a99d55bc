/** awk's rules, functions and statements. */
import { ExpressionParser } from "./parse-expression.ts";
import type {
  AwkFunction,
  Expression,
  Program,
  Redirection,
  Rule,
  Statement,
  SwitchCase,
} from "./syntax.ts";
import { AwkSyntaxError, type Token, tokensOf } from "./tokens.ts";

/** Throws an AwkSyntaxError when `source` is no program. */
export function parseProgram(source: string): Program {
  return new Parser(tokensOf(source)).program();
}

const NESTING_MAX = 200;

class Parser extends ExpressionParser {
  private readonly functions = new Map<string, AwkFunction>();
  private nesting = 0;
  private loops = 0;
  /** Where statements stand: in a rule, a function, BEGIN … */
  private place = "rule";

  program(): Program {
    const rules: Rule[] = [];
    this.skipSeparators();
    while (this.token.kind !== "end") {
      if (this.take("function")) this.functionDefinition();
      else rules.push(this.rule());
      this.skipSeparators();
    }
    return {
      rules,
      functions: this.functions,
      globals: this.globals,
      warnings: warningsOf(this.tokens),
    };
  }

  private skipSeparators(): void {
    while (this.token.kind === "newline" || this.sees(";")) this.at++;
  }

  private functionDefinition(): void {
    const { kind, line, text: name, at } = this.token;
    if (kind !== "name" && kind !== "function-name") throw this.error();
    if (this.functions.has(name))
      throw new AwkSyntaxError(`function name \`${name}' previously defined`, line, at, true);
    this.at++;
    this.expect("(");
    const parameters: string[] = [];
    this.skipNewlines();
    while (!this.take(")")) {
      const parameter = this.token;
      if (parameter.kind !== "name") throw this.error();
      const before = parameters.indexOf(parameter.text);
      if (before >= 0)
        throw new AwkSyntaxError(
          `function \`${name}': parameter #${parameters.length + 1}, \`${parameter.text}', duplicates parameter #${before + 1}`,
          parameter.line,
          parameter.at,
          true,
        );
      parameters.push(parameter.text);
      this.at++;
      this.skipNewlines();
      if (this.take(",")) this.skipNewlines();
    }
    this.skipNewlines();
    const made: AwkFunction = { name, parameters, body: [] };
    this.functions.set(name, made);
    this.locals = parameters;
    this.place = "function";
    made.body = this.block();
    this.place = "rule";
    this.locals = [];
  }

  private rule(): Rule {
    const { text, kind } = this.token;
    if (
      kind === "word" &&
      (text === "BEGIN" || text === "END" || text === "BEGINFILE" || text === "ENDFILE")
    ) {
      this.at++;
      if (!this.sees("{")) throw this.error();
      this.place = text;
      const body = this.block();
      this.place = "rule";
      return { kind: text, pattern: null, last: null, body };
    }
    let pattern: Expression | null = null;
    let last: Expression | null = null;
    if (!this.sees("{")) {
      pattern = this.expression();
      if (this.take(",")) {
        this.skipNewlines();
        last = this.expression();
      }
    }
    const body = this.sees("{") ? this.block() : null;
    if (
      body === null &&
      !this.sees(";") &&
      this.token.kind !== "newline" &&
      this.token.kind !== "end"
    )
      throw this.error();
    return { kind: "main", pattern, last, body };
  }

  private block(): Statement[] {
    this.expect("{");
    const body: Statement[] = [];
    this.skipSeparators();
    while (!this.take("}")) {
      body.push(this.statement());
      this.skipSeparators();
    }
    return body;
  }

  private statement(): Statement {
    if (++this.nesting > NESTING_MAX)
      throw new AwkSyntaxError("memory exhausted", this.token.line, this.token.at);
    const found = this.anyStatement();
    this.nesting--;
    return found;
  }

  private anyStatement(): Statement {
    if (this.sees("{")) return { kind: "block", body: this.block() };
    if (this.take(";")) return { kind: "block", body: [] };
    const { kind, text } = this.token;
    if (kind === "word") {
      const compound = this.compound(text);
      if (compound !== null) return compound;
    }
    const simple = this.simple();
    this.endSimple();
    return simple;
  }

  private endSimple(): void {
    if (this.take(";")) return;
    if (this.token.kind === "newline") this.at++;
    else if (!this.sees("}") && this.token.kind !== "end") throw this.error();
  }

  private compound(word: string): Statement | null {
    switch (word) {
      case "if":
        return this.ifStatement();
      case "while": {
        this.at++;
        const test = this.head();
        if (this.take(";")) return { kind: "while", test, body: { kind: "block", body: [] } };
        return { kind: "while", test, body: this.loopBody() };
      }
      case "do": {
        this.at++;
        const body = this.loopBody();
        this.skipSeparators();
        this.expect("while");
        this.expect("(");
        const test = this.expression();
        this.expect(")");
        this.endSimple();
        return { kind: "do", body, test };
      }
      case "for":
        this.at++;
        return this.forStatement();
      case "switch":
        this.at++;
        return this.switchStatement();
    }
    return null;
  }

  /** A condition in parentheses and the line ends after it. */
  private head(): Expression {
    this.expect("(");
    this.skipNewlines();
    const test = this.expression();
    this.skipNewlines();
    this.expect(")");
    return test;
  }

  private loopBody(): Statement {
    this.loops++;
    this.skipNewlines();
    const body = this.statement();
    this.loops--;
    return body;
  }

  private ifStatement(): Statement {
    this.at++;
    const test = this.head();
    this.skipNewlines();
    const yes = this.statement();
    const before = this.at;
    this.skipSeparators();
    if (!this.take("else")) {
      this.at = before;
      return { kind: "if", test, yes, no: null };
    }
    this.skipNewlines();
    return { kind: "if", test, yes, no: this.statement() };
  }

  private forStatement(): Statement {
    this.expect("(");
    const first = this.sees(";") ? null : this.forFirst();
    if (first !== null && this.take("in")) {
      const array = this.nameOf(this.token.text);
      if (this.token.kind !== "name" || first.kind !== "expression") throw this.error();
      this.at++;
      this.expect(")");
      const variable = first.value;
      if (variable.kind !== "name" && variable.kind !== "element") throw this.error();
      return { kind: "for-in", variable, array, body: this.loopBody() };
    }
    this.expect(";");
    this.skipNewlines();
    const test = this.sees(";") ? null : this.expression();
    this.expect(";");
    this.skipNewlines();
    const next = this.sees(")") ? null : this.simple();
    this.expect(")");
    if (this.take(";"))
      return { kind: "for", first, test, next, body: { kind: "block", body: [] } };
    return { kind: "for", first, test, next, body: this.loopBody() };
  }

  private forFirst(): Statement {
    const { kind } = this.token;
    // `for (k in a)` alone has no operator `in`; `for ((k in a); …)` stands in parentheses
    return kind === "word" ? this.simple() : { kind: "expression", value: this.withoutIn() };
  }

  private switchStatement(): Statement {
    const value = this.head();
    this.skipNewlines();
    this.expect("{");
    this.skipSeparators();
    const cases: SwitchCase[] = [];
    this.loops++;
    while (!this.take("}")) {
      const isDefault = this.take("default");
      if (!isDefault) this.expect("case");
      const wanted = isDefault ? null : this.expression();
      this.expect(":");
      const body: Statement[] = [];
      this.skipSeparators();
      while (!this.sees("case") && !this.sees("default") && !this.sees("}")) {
        body.push(this.statement());
        this.skipSeparators();
      }
      cases.push({ value: wanted, body });
    }
    this.loops--;
    return { kind: "switch", value, cases };
  }

  private get ended(): boolean {
    return (
      this.token.kind === "newline" || this.token.kind === "end" || this.sees(";") || this.sees("}")
    );
  }

  private simple(): Statement {
    const { kind, line, text, at } = this.token;
    if (kind !== "word") return { kind: "expression", value: this.expression() };
    this.at++;
    switch (text) {
      case "print":
      case "printf":
        return this.print(text, line);
      case "delete": {
        const array = this.nameOf(this.token.text);
        if (this.token.kind !== "name") throw this.error();
        this.at++;
        if (!this.take("[")) return { kind: "delete", array, index: null };
        const index = this.expressions("]");
        this.expect("]");
        return { kind: "delete", array, index };
      }
      case "return":
        if (this.place !== "function")
          throw new AwkSyntaxError("`return' used outside function context", line, at);
        return { kind: text, value: this.ended ? null : this.expression() };
      case "exit":
        return { kind: text, value: this.ended ? null : this.expression() };
      case "break":
      case "continue":
        if (this.loops === 0)
          throw new AwkSyntaxError(
            `\`${text}' is not allowed outside a loop${text === "break" ? " or switch" : ""}`,
            line,
            at,
            true,
          );
        return { kind: text };
      case "next":
      case "nextfile":
        if (this.place === "BEGIN" || this.place === "END")
          throw new AwkSyntaxError(`\`${text}' used in ${this.place} action`, line, at, true);
        return { kind: text };
    }
    this.at--;
    return { kind: "expression", value: this.expression() };
  }

  private print(kind: "print" | "printf", line: number): Statement {
    let items: Expression[] = [];
    if (!this.ended && !this.sees(">") && !this.sees(">>") && !this.sees("|")) {
      do {
        this.skipNewlines();
        items.push(this.printed());
      } while (this.take(","));
    }
    const [only] = items;
    if (items.length === 1 && only?.kind === "list") items = [...only.items];
    if (kind === "printf" && items.length === 0)
      throw new AwkSyntaxError("fatal: printf: no arguments", line, 0, true);
    return { kind, items, to: this.redirection(), line };
  }

  private redirection(): Redirection | null {
    for (const kind of [">", ">>", "|"] as const)
      if (this.take(kind)) return { kind, target: this.concatenation() };
    return null;
  }
}

/** Backslashes in strings that stand for nothing. */
function warningsOf(tokens: readonly Token[]): { line: number; text: string }[] {
  return tokens.flatMap(({ kind, line, raw }) => {
    const unknown =
      kind === "string"
        ? /^(?:[^\\]|\\[ntrabfv\\"/0-7x\n])*\\([^ntrabfv\\"/0-7x\n])/.exec(raw ?? "")?.[1]
        : undefined;
    return unknown === undefined
      ? []
      : [{ line, text: `escape sequence \`\\${unknown}' treated as plain \`${unknown}'` }];
  });
}
