/** `test` and `[`: POSIX's rules by the number of arguments, then bash's grammar of `!`, `-a`, `-o` and parentheses. */
import {
  BINARY_OPERATORS,
  numberComparison,
  testBinary,
  testUnary,
  UNARY_OPERATORS,
} from "../interpreter/test-expression.ts";
import type { Builtin, Shell } from "../shell/shell.ts";

/** What is wrong with an expression, as it is printed after the builtin's name. */
class TestError {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export const test: Builtin = function* (shell, argv) {
  const name = argv[0] ?? "test";
  const words = argv.slice(1);
  if (name === "[" && words.pop() !== "]") {
    yield* shell.complain(shell.dialect === "dash" ? "[: missing ]" : "[: missing `]'");
    return 2;
  }
  try {
    return new Reader(shell, words).whole() ? 0 : 1;
  } catch (thrown) {
    if (!(thrown instanceof TestError)) throw thrown;
    yield* shell.complain(`${name}: ${thrown.message}`);
    return 2;
  }
};

const isBinary = (word: string | undefined): boolean =>
  word !== undefined &&
  (BINARY_OPERATORS.has(word) || word === "-a" || word === "-o") &&
  word !== "=~";

class Reader {
  private readonly shell: Shell;
  private readonly words: readonly string[];
  private at = 0;

  constructor(shell: Shell, words: readonly string[]) {
    this.shell = shell;
    this.words = words;
  }

  whole(): boolean {
    const { words } = this;
    const [first = "", second = "", third = ""] = words;
    switch (words.length) {
      case 0:
        return false;
      case 1:
        return first !== "";
      case 2:
        return this.two(first, second);
      case 3:
        return this.three(first, second, third);
      case 4:
        if (first === "!") return !this.three(second, third, words[3] as string);
        if (first === "(" && words[3] === ")") return this.two(second, third);
    }
    const value = this.either();
    if (this.at < words.length) throw this.tooMany();
    return value;
  }

  private tooMany(): TestError {
    if (this.shell.dialect === "dash")
      return new TestError(`${this.words[0]}: unexpected operator`);
    return new TestError("too many arguments");
  }

  private two(first: string, second: string): boolean {
    if (first === "!") return second === "";
    if (UNARY_OPERATORS.has(first)) return testUnary(this.shell, first, second);
    throw new TestError(
      this.shell.dialect === "dash"
        ? `${first}: unexpected operator`
        : `${first}: unary operator expected`,
    );
  }

  private three(first: string, second: string, third: string): boolean {
    if (second === "-a") return first !== "" && third !== "";
    if (second === "-o") return first !== "" || third !== "";
    if (isBinary(second) && this.knows(second)) return this.binary(second, first, third);
    if (first === "!") return !this.two(second, third);
    if (first === "(" && third === ")") return second !== "";
    throw new TestError(
      this.shell.dialect === "dash"
        ? `${first}: unexpected operator`
        : `${second}: binary operator expected`,
    );
  }

  /** dash knows no `==`. */
  private knows(operator: string): boolean {
    return this.shell.dialect === "bash" || operator !== "==";
  }

  private binary(operator: string, left: string, right: string): boolean {
    const compare = numberComparison(operator);
    if (compare === undefined) return testBinary(this.shell, operator, left, right);
    return compare(this.number(left), this.number(right));
  }

  private number(text: string): bigint {
    if (/^\s*[-+]?\d+\s*$/.test(text)) return BigInt(text.trim().replace(/^\+/, ""));
    const isDash = this.shell.dialect === "dash";
    throw new TestError(
      isDash ? `Illegal number: ${text}` : `${text}: integer expression expected`,
    );
  }

  private either(): boolean {
    let value = this.both();
    while (this.take("-o")) value = this.both() || value;
    return value;
  }

  private both(): boolean {
    let value = this.negation();
    while (this.take("-a")) value = this.negation() && value;
    return value;
  }

  private negation(): boolean {
    if (this.words[this.at] === "!" && this.words.length > this.at + 1) {
      this.at++;
      return !this.negation();
    }
    return this.primary();
  }

  private primary(): boolean {
    const word = this.words[this.at];
    if (word === undefined) throw new TestError("argument expected");
    const next = this.words[this.at + 1];
    if (word === "(" && !isBinary(next)) {
      this.at++;
      const value = this.either();
      if (!this.take(")")) throw new TestError("`)' expected");
      return value;
    }
    if (
      next !== undefined &&
      isBinary(next) &&
      next !== "-a" &&
      next !== "-o" &&
      this.at + 2 < this.words.length
    ) {
      this.at += 3;
      return this.binary(next, word, this.words[this.at - 1] as string);
    }
    if (UNARY_OPERATORS.has(word) && next !== undefined) {
      this.at += 2;
      return testUnary(this.shell, word, next);
    }
    if (next !== undefined && next !== ")" && next !== "-a" && next !== "-o") throw this.tooMany();
    this.at++;
    return word !== "";
  }

  private take(word: string): boolean {
    if (this.words[this.at] !== word) return false;
    this.at++;
    return true;
  }
}
