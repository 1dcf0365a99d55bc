/** Evaluates shell arithmetic with 64-bit wrap-around; a variable's value is itself an expression. */
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { ExpansionError } from "../shell/control.ts";
import type { Shell } from "../shell/shell.ts";
import { type Arithmetic, ArithmeticError, parseArithmetic } from "./arithmetic-syntax.ts";

const wrap = (value: bigint): bigint => BigInt.asIntN(64, value);
const truth = (value: boolean): bigint => (value ? 1n : 0n);

class Evaluation {
  private readonly shell: Shell;
  private readonly depth: number;

  constructor(shell: Shell, depth: number) {
    this.shell = shell;
    this.depth = depth;
  }

  text(text: string): bigint {
    if (this.depth > SHELL_LIMITS.arithmeticDepthMax) {
      throw new ArithmeticError(`expression recursion level exceeded (error token is "${text}")`);
    }
    try {
      return this.value(parseArithmetic(text));
    } catch (thrown) {
      if (thrown instanceof ArithmeticError) thrown.expression ??= text;
      throw thrown;
    }
  }

  private value(tree: Arithmetic): bigint {
    switch (tree.kind) {
      case "number":
        return tree.value;
      case "variable":
        return this.read(tree.name, tree.index);
      case "unary":
        return this.unary(tree.operator, this.value(tree.operand));
      case "step": {
        const { name, index } = tree.target as { name: string; index: string | null };
        const before = this.read(name, index);
        this.write(name, index, wrap(before + tree.by));
        return tree.prefix ? wrap(before + tree.by) : before;
      }
      case "choice":
        return this.value(tree.test) !== 0n ? this.value(tree.yes) : this.value(tree.no);
      case "assign": {
        const { name, index } = tree.target as { name: string; index: string | null };
        const value = this.value(tree.value);
        const result =
          tree.operator === ""
            ? value
            : this.binary(tree.operator, this.read(name, index), value, tree.rest);
        this.write(name, index, result);
        return result;
      }
      case "binary":
        return this.lazy(tree);
    }
  }

  private lazy(tree: Arithmetic & { kind: "binary" }): bigint {
    const left = this.value(tree.left);
    if (tree.operator === "&&") return truth(left !== 0n && this.value(tree.right) !== 0n);
    if (tree.operator === "||") return truth(left !== 0n || this.value(tree.right) !== 0n);
    return this.binary(tree.operator, left, this.value(tree.right), tree.rest);
  }

  private unary(operator: string, value: bigint): bigint {
    if (operator === "-") return wrap(-value);
    if (operator === "~") return ~value;
    return operator === "!" ? truth(value === 0n) : value;
  }

  private binary(operator: string, a: bigint, b: bigint, rest: string): bigint {
    switch (operator) {
      case "+":
        return wrap(a + b);
      case "-":
        return wrap(a - b);
      case "*":
        return wrap(a * b);
      case "/":
      case "%":
        if (b === 0n) throw new ArithmeticError(`division by 0 (error token is "${rest}")`);
        return wrap(operator === "/" ? a / b : a % b);
      case "**":
        return this.power(a, b, rest);
      case "<<":
        return wrap(a << (b & 63n));
      case ">>":
        return a >> (b & 63n);
      case "<":
        return truth(a < b);
      case ">":
        return truth(a > b);
      case "<=":
        return truth(a <= b);
      case ">=":
        return truth(a >= b);
      case "==":
        return truth(a === b);
      case "!=":
        return truth(a !== b);
      case "&":
        return a & b;
      case "|":
        return a | b;
      case "^":
        return a ^ b;
      default:
        return b; // the comma
    }
  }

  private power(base: bigint, exponent: bigint, rest: string): bigint {
    if (exponent < 0n) throw new ArithmeticError(`exponent less than 0 (error token is "${rest}")`);
    let result = 1n;
    let square = base;
    for (let left = exponent; left > 0n; left >>= 1n) {
      if ((left & 1n) === 1n) result = wrap(result * square);
      square = wrap(square * square);
    }
    return result;
  }

  private key(name: string, index: string): number | string {
    if (this.shell.variables.find(name)?.kind === "associative")
      return index.replace(/^(["'])(.*)\1$/s, "$2");
    const key = Number(new Evaluation(this.shell, this.depth + 1).text(index));
    if (key >= 0) return key;
    return (this.shell.variables.find(name)?.highestIndex() ?? -1) + 1 + key;
  }

  private read(name: string, index: string | null): bigint {
    const { variables, options } = this.shell;
    const key = index === null ? null : this.key(name, index);
    const text = key === null ? variables.get(name) : variables.find(name)?.element(key);
    if (text === undefined) {
      if (options.nounset) throw new ExpansionError(`${name}: unbound variable`, true, 127);
      return 0n;
    }
    if (this.shell.dialect === "dash" && !/^\s*[-+]?(0[xX][0-9A-Fa-f]+|\d+)\s*$/.test(text)) {
      throw new ExpansionError(`Illegal number: ${text}`, true, 2);
    }
    if (/^\d{1,15}$/.test(text) && (text === "0" || !text.startsWith("0"))) return BigInt(text);
    return new Evaluation(this.shell, this.depth + 1).text(text);
  }

  private write(name: string, index: string | null, value: bigint): void {
    const { variables } = this.shell;
    if (index === null) {
      variables.set(name, String(value));
      return;
    }
    const variable = variables.target(name);
    const key = this.key(name, index);
    variables.assignElement(variable, name, key, String(value));
  }
}

/** The value of `text`, whose `$` were expanded already. Throws an ExpansionError worded as bash words it. */
export function evaluate(shell: Shell, text: string, who = ""): bigint {
  try {
    if (shell.dialect === "dash" && /\+\+|--|\*\*/.test(text))
      throw new ArithmeticError("syntax error");
    return new Evaluation(shell, 0).text(text);
  } catch (thrown) {
    if (!(thrown instanceof ArithmeticError)) throw thrown;
    if (shell.dialect === "dash") throw dashError(text, thrown);
    const shown = (thrown.expression ?? text).replace(/^\s+/, "");
    throw new ExpansionError(`${who}${shown}: ${thrown.message}`, false);
  }
}

/** dash's few words for what is no expression. */
function dashError(text: string, error: ArithmeticError): ExpansionError {
  const shown = error.expression ?? text;
  if (shown !== text && !/^\s*[-+]?\d/.test(shown))
    return new ExpansionError(`Illegal number: ${shown}`, true, 2);
  const what = error.message.startsWith("division")
    ? "division by zero"
    : error.message.startsWith("value too great") || error.message.startsWith("syntax error in")
      ? "expecting EOF"
      : "expecting primary";
  return new ExpansionError(`arithmetic expression: ${what}: "${text}"`, true, 2);
}

/** A number for an index or a slice, kept within what a JavaScript number holds exactly. */
export const evaluateIndex = (shell: Shell, text: string): number => Number(evaluate(shell, text));
