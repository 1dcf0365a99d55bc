/** `[[ … ]]`. */
import type { TestBinaryExpression, TestExpression } from "unbash";
import { evaluate } from "../expansions/arithmetic.ts";
import { expandPattern, expandRegex, expandText } from "../expansions/expand.ts";
import { quoteTrace } from "../expansions/transform.ts";
import type { Wait } from "../process/wait.ts";
import { ExpansionError } from "../shell/control.ts";
import type { Shell } from "../shell/shell.ts";
import { compileGlob, matchesGlob } from "../text/glob.ts";
import { Regex, RegexError } from "../text/regex.ts";
import { numberComparison, testBinary, testUnary } from "./test-expression.ts";
import { traceLine } from "./trace.ts";

export function* evaluateCondition(
  shell: Shell,
  expression: TestExpression,
  negation = "",
): Generator<Wait, boolean, void> {
  switch (expression.type) {
    case "TestGroup":
      return yield* evaluateCondition(shell, expression.expression);
    case "TestNot": {
      const value = yield* evaluateCondition(shell, expression.operand, "! ");
      return expression.negations.length % 2 === 1 ? !value : value;
    }
    case "TestLogical": {
      const stopsAt = expression.operator === "||";
      for (const operand of expression.operands) {
        if ((yield* evaluateCondition(shell, operand)) === stopsAt) return stopsAt;
      }
      return !stopsAt;
    }
    case "TestUnary": {
      const operand = yield* expandText(shell, expression.operand);
      if (shell.options.xtrace)
        yield* traceLine(shell, `[[ ${negation}${expression.operator} ${quoteEmpty(operand)} ]]`);
      return testUnary(shell, expression.operator, operand);
    }
    case "TestBinary":
      return yield* evaluateBinary(shell, expression, negation);
  }
}

/** A word of `[[ ]]` as `set -x` shows it: only nothing has quotes. */
const quoteEmpty = (text: string): string => (text === "" ? "''" : text);

function* evaluateBinary(
  shell: Shell,
  { operator, left, right }: TestBinaryExpression,
  negation: string,
): Generator<Wait, boolean, void> {
  const text = yield* expandText(shell, left);
  const shown = function* (other: string): Generator<Wait, void, void> {
    if (shell.options.xtrace)
      yield* traceLine(shell, `[[ ${negation}${quoteEmpty(text)} ${operator} ${other} ]]`);
  };
  if (operator === "=" || operator === "==" || operator === "!=") {
    const pattern = yield* expandPattern(shell, right);
    yield* shown(pattern);
    const glob = compileGlob(pattern, shell.options.shopt("nocasematch"));
    return matchesGlob(text, glob) === (operator !== "!=");
  }
  if (operator === "=~") {
    const pattern = yield* expandRegex(shell, right);
    yield* shown(pattern);
    return matchRegex(shell, text, pattern);
  }
  const other = yield* expandText(shell, right);
  yield* shown(quoteTrace(other));
  const compare = numberComparison(operator);
  if (compare === undefined) return testBinary(shell, operator, text, other);
  return compare(evaluate(shell, text, "[[: "), evaluate(shell, other, "[[: "));
}

/** Matches, and leaves the groups in BASH_REMATCH. */
function matchRegex(shell: Shell, text: string, pattern: string): boolean {
  let regex: Regex;
  try {
    regex = new Regex(pattern, true, shell.options.shopt("nocasematch"));
  } catch (thrown) {
    if (thrown instanceof RegexError) throw new ExpansionError("", false, 2);
    throw thrown;
  }
  const found = regex.match(text);
  const variable = shell.variables.target("BASH_REMATCH");
  variable.kind = "indexed";
  const groups = new Map<number, string>();
  for (let i = 0; found !== null && i < found.length; i += 2) {
    groups.set(
      i / 2,
      text.slice(Math.max(0, found[i] as number), Math.max(0, found[i + 1] as number)),
    );
  }
  variable.value = groups;
  return found !== null;
}
