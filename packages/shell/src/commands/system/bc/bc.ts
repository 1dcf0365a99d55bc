/**
 * bc (GNU 1.07): numbers of any precision, variables and arrays' absence, if, while, for, print, scale, ibase, obase, last, sqrt,
 * length, and with -l the functions s c a l e. Left out: define, arrays, read, warnings.
 */
import { nanoseconds } from "@lvsim/core";
import { SHELL_LIMITS } from "../../../kernel/limits.ts";
import { flag } from "../../../options/getopt.ts";
import { Killed, Signal } from "../../../process/signal.ts";
import { slurp } from "../../base/input.ts";
import { type Job, type Run, tool } from "../../base/tool.ts";
import { BcError, Calculator } from "./calculator.ts";
import { decimalText } from "./decimal.ts";
import { type BcExpression, BcSyntaxError, parse } from "./parse.ts";

export const bc = tool(
  "/usr/bin/bc",
  {
    options: [
      flag("l", "mathlib", "l"),
      flag("q", "quiet", "q"),
      flag("i", "interactive", "i"),
      flag("s", "standard", "s"),
      flag("w", "warn", "w"),
    ],
    version: "1.07.1",
  },
  function* (job) {
    const calculator = new Calculator(job.given.has("l"));
    for (const name of [...job.operands, "-"]) {
      const text = yield* slurp(job.context, name);
      if (typeof text === "number") throw job.failBare(`File ${name} is unavailable.`);
      if (!(yield* runText(job, calculator, text, name === "-" ? "(standard_in)" : name))) break;
    }
    return 0;
  },
);

/** Line by line, so that what stands before a mistake has run. False after `quit`. */
function* runText(job: Job, calculator: Calculator, text: string, name: string): Run<boolean> {
  const { context } = job;
  let rest = text;
  let line = 1;
  while (rest !== "") {
    let found: ReturnType<typeof parse>;
    try {
      found = parse(rest);
    } catch (thrown) {
      if (!(thrown instanceof BcSyntaxError)) throw thrown;
      yield* context.err(`${name} ${line + thrown.line - 1}: ${thrown.message}\n`);
      const skipped = Math.max(1, rest.slice(0, thrown.at).split("\n").length);
      rest = rest.split("\n").slice(skipped).join("\n");
      line += skipped;
      continue;
    }
    line += rest.slice(0, found.end).split("\n").length - 1;
    rest = rest.slice(found.end);
    try {
      for (const piece of calculator.run(found.statement)) {
        if (piece === null) {
          const wait = context.machine.step(context.process, nanoseconds(0));
          if (wait !== null) yield wait;
        } else if (typeof piece === "string") yield* context.out(piece);
        else {
          if (piece.digits.toString().length > SHELL_LIMITS.textCharactersMax)
            throw new Killed(Signal.KILL);
          yield* context.out(`${decimalText(piece, calculator.outputBase)}\n`);
        }
      }
    } catch (thrown) {
      if (!(thrown instanceof BcError)) throw thrown;
      if (thrown.quits) return false;
      const address = found.statement.kind === "expression" ? codeSize(found.statement.value) : 3;
      yield* context.err(`Runtime error (func=(main), adr=${address}): ${thrown.message}\n`);
    }
  }
  return true;
}

/** Where bc's byte code of an expression ends, which is what a runtime error names. */
function codeSize(expression: BcExpression): number {
  switch (expression.kind) {
    case "number":
      return /^[01]$/.test(expression.text) ? 1 : expression.text.length + 2;
    case "unary":
      return codeSize(expression.operand) + 1;
    case "binary":
      return codeSize(expression.left) + codeSize(expression.right) + 1;
    case "call":
      return codeSize(expression.operand) + 2;
  }
  return 2;
}
