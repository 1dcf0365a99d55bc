/** expr (coreutils): arithmetic, comparisons and patterns as arguments, by precedence. Whole numbers of any size. */
import type { Command } from "../../command.ts";
import { Regex, RegexError } from "../../text/regex.ts";
import { type Job, wordTool } from "../base/tool.ts";

const WHOLE = /^-?\d+$/;
const NESTING_MAX = 200;

const isNull = (value: string): boolean => value === "" || /^-?0+$/.test(value);

class Reading {
  private readonly job: Job;
  private readonly words: readonly string[];
  private at = 0;
  private depth = 0;

  constructor(job: Job, words: readonly string[]) {
    this.job = job;
    this.words = words;
  }

  all(): string {
    const value = this.or();
    const extra = this.words[this.at];
    if (extra !== undefined) throw this.wrong(`unexpected argument ${this.job.quote.word(extra)}`);
    return value;
  }

  private wrong(what: string): unknown {
    return this.job.fail(`syntax error: ${what}`, 2);
  }

  private take(...operators: readonly string[]): string | undefined {
    const word = this.words[this.at];
    if (word === undefined || !operators.includes(word)) return undefined;
    this.at++;
    return word;
  }

  private or(): string {
    if (++this.depth > NESTING_MAX) throw this.job.fail("memory exhausted", 3);
    let left = this.and();
    while (this.take("|") !== undefined) {
      const right = this.and();
      if (isNull(left)) left = isNull(right) ? "0" : right;
    }
    this.depth--;
    return left;
  }

  private and(): string {
    let left = this.comparison();
    while (this.take("&") !== undefined) {
      const right = this.comparison();
      if (isNull(left) || isNull(right)) left = "0";
    }
    return left;
  }

  private comparison(): string {
    let left = this.sum();
    for (
      let operator = this.take("<", "<=", "=", "==", "!=", ">=", ">");
      operator !== undefined;
      operator = this.take("<", "<=", "=", "==", "!=", ">=", ">")
    ) {
      const right = this.sum();
      const numeric = WHOLE.test(left) && WHOLE.test(right);
      const [a, b]: [bigint | string, bigint | string] = numeric
        ? [BigInt(left), BigInt(right)]
        : [left, right];
      const holds = {
        "<": a < b,
        "<=": a <= b,
        "=": a === b,
        "==": a === b,
        "!=": a !== b,
        ">=": a >= b,
        ">": a > b,
      }[operator];
      left = holds === true ? "1" : "0";
    }
    return left;
  }

  private number(text: string): bigint {
    if (!WHOLE.test(text)) throw this.job.fail("non-integer argument", 2);
    return BigInt(text);
  }

  private sum(): string {
    let left = this.product();
    for (
      let operator = this.take("+", "-");
      operator !== undefined;
      operator = this.take("+", "-")
    ) {
      const right = this.product();
      const [a, b] = [this.number(left), this.number(right)];
      left = String(operator === "+" ? a + b : a - b);
    }
    return left;
  }

  private product(): string {
    let left = this.match();
    for (
      let operator = this.take("*", "/", "%");
      operator !== undefined;
      operator = this.take("*", "/", "%")
    ) {
      const right = this.match();
      const [a, b] = [this.number(left), this.number(right)];
      if (operator !== "*" && b === 0n) throw this.job.fail("division by zero", 2);
      left = String(operator === "*" ? a * b : operator === "/" ? a / b : a % b);
    }
    return left;
  }

  private match(): string {
    let left = this.primary();
    while (this.take(":") !== undefined) left = this.matched(left, this.primary());
    return left;
  }

  /** The first group, or how many characters matched. */
  private matched(text: string, pattern: string): string {
    try {
      const regex = new Regex(pattern.replace(/^\^/, ""), false);
      const found = new Regex(`^${pattern.replace(/^\^/, "")}`, false).match(text);
      if (found === null) return regex.groupCount > 0 ? "" : "0";
      if (regex.groupCount === 0) return String(Array.from(text.slice(0, found[1])).length);
      const [start = -1, end = -1] = found.slice(2, 4);
      return start < 0 ? "" : text.slice(start, end);
    } catch (thrown) {
      if (!(thrown instanceof RegexError)) throw thrown;
      throw this.job.fail(thrown.message, 2);
    }
  }

  private operand(): string {
    const word = this.words[this.at++];
    if (word === undefined)
      throw this.wrong(
        `missing argument after ${this.job.quote.word(this.words[this.words.length - 1] ?? "")}`,
      );
    return word;
  }

  private primary(): string {
    const word = this.operand();
    const more = this.words[this.at] !== undefined;
    switch (word) {
      case "+":
        return more ? this.operand() : this.missing(word);
      case "(": {
        if (!more) return this.missing(word);
        const value = this.or();
        if (this.words[this.at] === undefined)
          throw this.wrong(
            `expecting ')' after ${this.job.quote.word(this.words[this.at - 1] ?? "")}`,
          );
        if (this.take(")") === undefined)
          throw this.wrong(
            `expecting ')' instead of ${this.job.quote.word(this.words[this.at] ?? "")}`,
          );
        return value;
      }
      case ")":
        throw this.wrong("unexpected ')'");
      case "length":
        return more ? String(Array.from(this.primary()).length) : word;
      case "match":
        return more ? this.matched(this.primary(), this.primary()) : word;
      case "index":
        return more ? this.index() : word;
      case "substr":
        return more ? this.substring() : word;
    }
    return word;
  }

  private missing(word: string): never {
    throw this.wrong(`missing argument after ${this.job.quote.word(word)}`);
  }

  private index(): string {
    const text = Array.from(this.primary());
    const wanted = Array.from(this.primary());
    return String(text.findIndex((character) => wanted.includes(character)) + 1);
  }

  private substring(): string {
    const text = Array.from(this.primary());
    const [start, length] = [this.primary(), this.primary()];
    if (!WHOLE.test(start) || !WHOLE.test(length) || Number(start) < 1 || Number(length) < 1)
      return "";
    return text.slice(Number(start) - 1, Number(start) - 1 + Number(length)).join("");
  }
}

export const expr: Command = wordTool("/usr/bin/expr", function* (job) {
  const words = job.context.argv.slice(1);
  if (words.length === 0) throw job.misused("missing operand", 2);
  if (words.length === 1 && (words[0] === "--help" || words[0] === "--version")) {
    yield* job.context.out(
      words[0] === "--help" ? `Usage: ${job.name} EXPRESSION\n` : "expr (GNU coreutils) 9.1\n",
    );
    return 0;
  }
  const value = new Reading(job, words[0] === "--" ? words.slice(1) : words).all();
  yield* job.context.out(`${value}\n`);
  return isNull(value) ? 1 : 0;
});
