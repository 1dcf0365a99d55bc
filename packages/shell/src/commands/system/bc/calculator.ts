/** What bc's statements do: values, variables, and the three settings scale, ibase and obase. */
import {
  added,
  type Decimal,
  decimal,
  divided,
  isZero,
  multiplied,
  negated,
  ONE,
  order,
  parseDecimal,
  raised,
  remainder,
  root,
  withScale,
  ZERO,
} from "./decimal.ts";
import { arctangent, cosine, exponential, logarithm, sine } from "./functions.ts";
import type { BcExpression, BcStatement } from "./parse.ts";

export class BcError {
  readonly message: string;
  readonly quits: boolean;

  constructor(message: string, quits = false) {
    this.message = message;
    this.quits = quits;
  }
}

/** Exponents and lengths beyond which bc says that it is too much. */
const EXPONENT_MAX = 100_000n;
const LIBRARY_SCALE = 20;
const LIBRARY: Readonly<Record<string, (x: Decimal, scale: number) => Decimal>> = {
  s: sine,
  c: cosine,
  a: arctangent,
  l: logarithm,
  e: exponential,
};

/** What a statement gives out: a number, a text, or null for a turn of work. */
type Output = Generator<Decimal | string | null, "on" | "break" | "continue", void>;

export class Calculator {
  outputBase = 10;
  private inputBase = 10;
  private scale = 0;
  private last: Decimal = ZERO;
  private readonly library: boolean;
  private readonly variables = new Map<string, Decimal>();

  constructor(library: boolean) {
    this.library = library;
    if (library) this.scale = LIBRARY_SCALE;
  }

  *run(statement: BcStatement): Output {
    yield null;
    switch (statement.kind) {
      case "expression": {
        const value = this.value(statement.value);
        if (!statement.shown) return "on";
        this.last = value;
        yield value;
        return "on";
      }
      case "text":
        yield statement.text;
        return "on";
      case "print":
        for (const item of statement.items)
          yield typeof item === "string"
            ? item.replace(
                /\\(.)/g,
                (_, letter: string) => ({ n: "\n", t: "\t", q: '"', "\\": "\\" })[letter] ?? letter,
              )
            : plain(this.value(item));
        return "on";
      case "block":
        for (const one of statement.body) {
          const flow = yield* this.run(one);
          if (flow !== "on") return flow;
        }
        return "on";
      case "if": {
        const branch = isZero(this.value(statement.test)) ? statement.no : statement.yes;
        return branch === null ? "on" : yield* this.run(branch);
      }
      case "for":
        if (statement.first !== null) this.value(statement.first);
        while (statement.test === null || !isZero(this.value(statement.test))) {
          if ((yield* this.run(statement.body)) === "break") break;
          if (statement.next !== null) this.value(statement.next);
        }
        return "on";
      case "break":
      case "continue":
        return statement.kind;
      case "quit":
        throw new BcError("", true);
    }
    return "on";
  }

  private value(expression: BcExpression): Decimal {
    switch (expression.kind) {
      case "number":
        return parseDecimal(expression.text, this.inputBase);
      case "variable":
        return this.variable(expression.name);
      case "assign": {
        const right = this.value(expression.value);
        const letter = expression.operator.slice(0, -1);
        return this.assign(
          expression.name,
          letter === "" ? right : this.calculate(letter, this.variable(expression.name), right),
        );
      }
      case "step": {
        const before = this.variable(expression.name);
        const after = this.assign(expression.name, added(before, decimal(expression.by)));
        return expression.prefix ? after : before;
      }
      case "call":
        return this.call(expression.name, this.value(expression.operand));
      case "unary": {
        const operand = this.value(expression.operand);
        if (expression.operator === "!") return isZero(operand) ? ONE : ZERO;
        return expression.operator === "-" ? negated(operand) : operand;
      }
    }
    return this.calculate(
      expression.operator,
      this.value(expression.left),
      this.value(expression.right),
    );
  }

  private variable(name: string): Decimal {
    if (name === "scale") return decimal(this.scale);
    if (name === "ibase") return decimal(this.inputBase);
    if (name === "obase") return decimal(this.outputBase);
    return name === "last" ? this.last : (this.variables.get(name) ?? ZERO);
  }

  private assign(name: string, value: Decimal): Decimal {
    const whole = Number(withScale(value, 0));
    if (name === "scale") this.scale = Math.min(Math.max(0, whole), 10_000);
    else if (name === "ibase") this.inputBase = Math.min(Math.max(2, whole), 16);
    else if (name === "obase") this.outputBase = Math.min(Math.max(2, whole), 999_999);
    else this.variables.set(name, value);
    return value;
  }

  private calculate(operator: string, a: Decimal, b: Decimal): Decimal {
    const truth = (holds: boolean): Decimal => (holds ? ONE : ZERO);
    switch (operator) {
      case "+":
        return added(a, b);
      case "-":
        return added(a, negated(b));
      case "*":
        return multiplied(a, b, this.scale);
      case "/":
        if (isZero(b)) throw new BcError("Divide by zero");
        return divided(a, b, this.scale);
      case "%":
        if (isZero(b)) throw new BcError("Modulo by zero");
        return remainder(a, b, this.scale);
      case "^":
        return this.power(a, b);
      case "&&":
        return truth(!isZero(a) && !isZero(b));
      case "||":
        return truth(!isZero(a) || !isZero(b));
    }
    const sign = order(a, b);
    return truth(
      {
        "<": sign < 0,
        "<=": sign <= 0,
        ">": sign > 0,
        ">=": sign >= 0,
        "==": sign === 0,
        "!=": sign !== 0,
      }[operator] === true,
    );
  }

  private power(a: Decimal, b: Decimal): Decimal {
    const exponent = withScale(b, 0);
    const size = exponent < 0n ? -exponent : exponent;
    const digits = a.digits.toString().length;
    if (size > EXPONENT_MAX || size * BigInt(digits) > 10n * EXPONENT_MAX)
      throw new BcError("exponent too large in raise");
    return raised(a, exponent, this.scale);
  }

  private call(name: string, operand: Decimal): Decimal {
    if (name === "sqrt") {
      if (operand.digits < 0n) throw new BcError("Square root of a negative number");
      return root(operand, this.scale);
    }
    if (name === "length")
      return decimal(Math.max(operand.digits.toString().replace("-", "").length, operand.scale));
    if (name === "scale") return decimal(operand.scale);
    const library = this.library ? LIBRARY[name] : undefined;
    if (library === undefined) throw new BcError(`Function ${name} not defined.`);
    return library(operand, this.scale);
  }
}

/** In base ten without a line's end. */
function plain({ digits, scale }: Decimal): string {
  const text = (digits < 0n ? -digits : digits).toString().padStart(scale + 1, "0");
  const whole = text.slice(0, text.length - scale).replace(/^0$/, scale > 0 ? "" : "0");
  return digits === 0n
    ? "0"
    : `${digits < 0n ? "-" : ""}${whole}${scale > 0 ? `.${text.slice(text.length - scale)}` : ""}`;
}
