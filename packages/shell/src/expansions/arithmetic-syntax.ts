/** Shell arithmetic read into a tree: C's operators and precedence on 64-bit integers, with bash's error texts. */

export type Arithmetic =
  | { readonly kind: "number"; readonly value: bigint }
  | { readonly kind: "variable"; readonly name: string; readonly index: string | null }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Arithmetic }
  | {
      readonly kind: "step";
      readonly by: bigint;
      readonly prefix: boolean;
      readonly target: Arithmetic;
    }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Arithmetic;
      readonly right: Arithmetic;
      readonly rest: string;
    }
  | {
      readonly kind: "assign";
      readonly operator: string;
      readonly target: Arithmetic;
      readonly value: Arithmetic;
      readonly rest: string;
    }
  | {
      readonly kind: "choice";
      readonly test: Arithmetic;
      readonly yes: Arithmetic;
      readonly no: Arithmetic;
    };

/** Thrown for what is no expression; `message` is what bash prints after the expression itself. */
export class ArithmeticError {
  readonly message: string;
  /** The innermost expression that it is in: a variable's value counts as one. */
  expression: string | null = null;

  constructor(message: string) {
    this.message = message;
  }
}

/** Binary operators from the weakest; those of one row bind equally. */
const LEVELS: readonly (readonly string[])[] = [
  ["||"],
  ["&&"],
  ["|"],
  ["^"],
  ["&"],
  ["==", "!="],
  ["<=", ">=", "<", ">"],
  ["<<", ">>"],
  ["+", "-"],
  ["*", "/", "%"],
];
const ASSIGNMENTS = ["<<=", ">>=", "*=", "/=", "%=", "+=", "-=", "&=", "^=", "|=", "="];
const OPERATORS = [
  ...ASSIGNMENTS.slice(0, -1),
  ..."** ++ -- << >> <= >= == != && ||".split(" "),
  ..."= < > + - * / % & | ^ ! ~ ? : , ( )".split(" "),
];

class Reader {
  private readonly text: string;
  private at = 0;
  /** Where the last token began that is not the end: bash shows the rest from there. */
  private tokenStart = 0;
  private token = "";
  private depth = 0;

  constructor(text: string) {
    this.text = text;
    this.advance();
  }

  whole(): Arithmetic {
    if (this.token === "") return { kind: "number", value: 0n };
    const tree = this.comma();
    if (this.token !== "") throw this.error(this.operandEnds());
    return tree;
  }

  private operandEnds(): string {
    return OPERATORS.includes(this.token) || /^\W/.test(this.token)
      ? "syntax error: invalid arithmetic operator"
      : "syntax error in expression";
  }

  private error(what: string): ArithmeticError {
    return new ArithmeticError(`${what} (error token is "${this.rest()}")`);
  }

  private rest(): string {
    return this.text.slice(this.tokenStart);
  }

  private advance(): void {
    while (/\s/.test(this.text[this.at] ?? "x")) this.at++;
    if (this.at < this.text.length) this.tokenStart = this.at;
    const word = /^([A-Za-z_]\w*|\d[\w@#]*)/.exec(this.text.slice(this.at, this.at + 256))?.[0];
    this.token =
      word ??
      OPERATORS.find((operator) => this.text.startsWith(operator, this.at)) ??
      this.text.charAt(this.at);
    this.at += this.token.length;
  }

  private accept(operator: string): boolean {
    if (this.token !== operator) return false;
    this.advance();
    return true;
  }

  private comma(): Arithmetic {
    let left = this.assignment();
    for (let rest = this.rest(); this.accept(","); rest = this.rest()) {
      left = { kind: "binary", operator: ",", left, right: this.assignment(), rest };
    }
    return left;
  }

  private assignment(): Arithmetic {
    if (++this.depth > 200) throw new ArithmeticError("expression recursion level exceeded");
    const left = this.choice();
    this.depth--;
    if (!ASSIGNMENTS.includes(this.token)) return left;
    if (left.kind !== "variable") throw this.error("attempted assignment to non-variable");
    const operator = this.token;
    this.advance();
    const rest = this.rest();
    return {
      kind: "assign",
      operator: operator.slice(0, -1),
      target: left,
      value: this.assignment(),
      rest,
    };
  }

  private choice(): Arithmetic {
    const test = this.binary(0);
    if (!this.accept("?")) return test;
    if (this.token === ":" || this.token === "") throw this.error("expression expected");
    const yes = this.comma();
    if (!this.accept(":")) throw this.error("`:' expected for conditional expression");
    if (this.token === "") throw this.error("expression expected");
    return { kind: "choice", test, yes, no: this.assignment() };
  }

  private binary(level: number): Arithmetic {
    const operators = LEVELS[level];
    if (operators === undefined) return this.power();
    let left = this.binary(level + 1);
    while (operators.includes(this.token)) {
      const operator = this.token;
      this.advance();
      const rest = this.rest();
      const right = this.binary(level + 1);
      left = { kind: "binary", operator, left, right, rest };
    }
    return left;
  }

  private power(): Arithmetic {
    const left = this.unary();
    if (!this.accept("**")) return left;
    const right = this.power();
    return { kind: "binary", operator: "**", left, right, rest: this.rest() };
  }

  private unary(): Arithmetic {
    const operator = this.token;
    if (operator === "++" || operator === "--") {
      this.advance();
      const target = this.unary();
      const by = operator === "++" ? 1n : -1n;
      if (target.kind === "variable") return { kind: "step", by, prefix: true, target };
      return operator === "--" ? negated(negated(target)) : target;
    }
    if (["+", "-", "!", "~"].includes(operator)) {
      this.advance();
      if (++this.depth > 200) throw new ArithmeticError("expression recursion level exceeded");
      const operand = this.unary();
      this.depth--;
      return { kind: "unary", operator, operand };
    }
    return this.postfix();
  }

  private postfix(): Arithmetic {
    const operand = this.operand();
    const isStep = this.token === "++" || this.token === "--";
    if (!isStep || operand.kind !== "variable") return operand;
    const by = this.token === "++" ? 1n : -1n;
    this.advance();
    return { kind: "step", by, prefix: false, target: operand };
  }

  private operand(): Arithmetic {
    if (this.accept("(")) {
      const inner = this.comma();
      if (this.token !== ")") throw this.error("missing `)'");
      this.advance();
      return inner;
    }
    const { token } = this;
    if (/^\d/.test(token)) {
      const value = this.number(token);
      this.advance();
      return { kind: "number", value };
    }
    if (/^[A-Za-z_]/.test(token)) return this.variable(token);
    throw this.error("syntax error: operand expected");
  }

  private variable(name: string): Arithmetic {
    if (this.text[this.at] !== "[") {
      this.advance();
      return { kind: "variable", name, index: null };
    }
    let depth = 0;
    let end = this.at;
    for (; end < this.text.length; end++) {
      if (this.text[end] === "[") depth++;
      else if (this.text[end] === "]" && --depth === 0) break;
    }
    if (depth !== 0)
      throw new ArithmeticError(`bad array subscript (error token is "${this.rest()}")`);
    const index = this.text.slice(this.at + 1, end);
    this.at = end + 1;
    this.advance();
    return { kind: "variable", name, index };
  }

  private number(token: string): bigint {
    const based = /^(\d+)#(.*)$/.exec(token);
    if (based !== null) return this.inBase(Number(based[1]), based[2] as string);
    if (/^0[xX]/.test(token)) return this.inBase(16, token.slice(2));
    if (/^0./.test(token)) return this.inBase(8, token.slice(1));
    return this.inBase(10, token);
  }

  private inBase(base: number, digits: string): bigint {
    if (base < 2 || base > 64) throw this.error("invalid arithmetic base");
    if (digits === "" && base !== 16) throw this.error("invalid integer constant");
    let value = 0n;
    for (const digit of digits) {
      const found = digitValue(digit, base);
      if (found < 0 || found >= base) throw this.error(`value too great for base`);
      value = BigInt.asIntN(64, value * BigInt(base) + BigInt(found));
    }
    return value;
  }
}

function digitValue(digit: string, base: number): number {
  if (digit >= "0" && digit <= "9") return Number(digit);
  if (digit >= "a" && digit <= "z") return digit.charCodeAt(0) - 87;
  if (digit >= "A" && digit <= "Z") return digit.charCodeAt(0) - (base <= 36 ? 55 : 29);
  return digit === "@" ? 62 : digit === "_" ? 63 : -1;
}

const negated = (operand: Arithmetic): Arithmetic => ({ kind: "unary", operator: "-", operand });

const cache = new Map<string, Arithmetic>();

/** Reads an expression whose `$` were expanded already. */
export function parseArithmetic(text: string): Arithmetic {
  let tree = cache.get(text);
  if (tree === undefined) {
    tree = new Reader(text).whole();
    if (cache.size > 2000) cache.clear();
    cache.set(text, tree);
  }
  return tree;
}
