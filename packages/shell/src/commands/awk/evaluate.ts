/** awk's expressions: each is evaluated by a generator, since getline, system and functions may wait. */
import { nanoseconds } from "@lvsim/core";
import { SHELL_LIMITS } from "../../kernel/limits.ts";
import { FileError, fileErrorText } from "../../process/errno.ts";
import { Killed, Signal } from "../../process/signal.ts";
import type { Run } from "../base/tool.ts";
import { PLAIN_FUNCTIONS } from "./functions.ts";
import { power } from "./maths.ts";
import type { Pattern } from "./patterns.ts";
import { callSpecial, type SpecialHost } from "./special.ts";
import { type AwkArray, AwkFatal, Cell, type State } from "./state.ts";
import type { AwkFunction, Expression, Name, Program, Target } from "./syntax.ts";
import { compare, inputValue, isTrue, type Scalar, toNumber, toText } from "./value.ts";

/** Expressions and statements that count as one step of the process. */
const WORK_OF_STEP = 30;
/** Calls within calls; gawk runs out of stack later, and we never. */
const CALLS_MAX = 400;

type Kind<K extends Expression["kind"]> = Extract<Expression, { kind: K }>;

/** What reads the main input, and runs a function's body: the program's own, above. */
export interface Above {
  /** The next record of the main input; undefined at its end. */
  nextRecord(): Run<string | undefined>;
  /** What `return` gives. */
  runBody(called: AwkFunction): Run<Scalar>;
}

export class Evaluator implements SpecialHost {
  readonly state: State;
  private readonly program: Program;
  private readonly above: Above;
  private readonly globals: readonly Cell[];
  private frame: readonly Cell[] = [];
  private depth = 0;
  private work = 0;

  constructor(state: State, program: Program, above: Above) {
    this.state = state;
    this.program = program;
    this.above = above;
    this.globals = program.globals.map((name) => state.global(name));
  }

  /** Counts work; a program that never waits lets time pass and ends by SIGXCPU. */
  *count(): Run<void> {
    if (++this.work < WORK_OF_STEP) return;
    this.work = 0;
    const { machine, process } = this.state.context;
    const wait = machine.step(process, nanoseconds(0));
    if (wait !== null) yield wait;
  }

  *truth(expression: Expression): Run<boolean> {
    return isTrue(yield* this.value(expression));
  }

  *text(expression: Expression): Run<string> {
    return toText(yield* this.value(expression), this.state.convfmt);
  }

  *number(expression: Expression): Run<number> {
    return toNumber(yield* this.value(expression));
  }

  *value(expression: Expression): Run<Scalar> {
    if (++this.work >= WORK_OF_STEP) yield* this.count();
    switch (expression.kind) {
      case "number":
      case "string":
        return expression.value;
      case "regex":
        return this.matches(
          toText(this.state.record.get(0), this.state.convfmt),
          this.state.pattern(expression.text),
        )
          ? 1
          : 0;
      case "name":
        return this.variable(expression);
      case "element":
        return this.array(expression.array).get(yield* this.key(expression.index));
      case "field":
        return this.state.record.get(Math.trunc(yield* this.number(expression.index)));
      case "field-count":
        return this.state.record.count;
      case "assign":
        return yield* this.assignment(expression);
      case "step": {
        const before = toNumber(yield* this.value(expression.target));
        yield* this.assign(expression.target, before + expression.by);
        return expression.prefix ? before + expression.by : before;
      }
      case "ternary":
        return yield* this.value(
          (yield* this.truth(expression.test)) ? expression.yes : expression.no,
        );
      case "logic": {
        const left = yield* this.truth(expression.left);
        if (left === (expression.operator === "||")) return left ? 1 : 0;
        return (yield* this.truth(expression.right)) ? 1 : 0;
      }
      case "binary":
        return yield* this.binary(expression);
      case "unary": {
        const value = yield* this.value(expression.operand);
        if (expression.operator === "!") return isTrue(value) ? 0 : 1;
        return expression.operator === "-" ? -toNumber(value) : toNumber(value);
      }
      case "match": {
        const text = yield* this.text(expression.text);
        return this.matches(text, yield* this.pattern(expression.pattern)) === expression.negated
          ? 0
          : 1;
      }
      case "in": {
        const key = yield* this.key(expression.index);
        return this.array(expression.array).has(key) ? 1 : 0;
      }
      case "getline":
        return yield* this.getline(expression);
      case "builtin":
        return yield* this.builtin(expression);
      case "call":
        return yield* this.call(expression);
      case "list":
        return yield* this.key(expression.items);
    }
  }

  private matches(text: string, pattern: Pattern): boolean {
    return pattern.match(text) !== null;
  }

  cell(name: Name): Cell {
    return (name.local ? this.frame[name.slot] : this.globals[name.slot]) as Cell;
  }

  array(name: Name): AwkArray {
    return this.state.arrayOf(this.cell(name), name.name);
  }

  private variable(name: Name): Scalar {
    const cell = this.cell(name);
    if (cell.array !== null)
      throw new AwkFatal(`attempt to use array \`${name.name}' in a scalar context`);
    return cell.value;
  }

  /** Indexes in a row are joined by SUBSEP. */
  *key(index: readonly Expression[]): Run<string> {
    let key = "";
    for (let i = 0; i < index.length; i++)
      key +=
        (i === 0 ? "" : this.state.text("SUBSEP")) + (yield* this.text(index[i] as Expression));
    return key;
  }

  *assign(target: Target, value: Scalar): Run<void> {
    const { record } = this.state;
    switch (target.kind) {
      case "name": {
        const cell = this.cell(target);
        if (cell.array !== null)
          throw new AwkFatal(`attempt to use array \`${target.name}' in a scalar context`);
        cell.value = value;
        return;
      }
      case "element":
        this.array(target.array).set(yield* this.key(target.index), value);
        return;
      case "field-count":
        record.count = toNumber(value);
        return;
      case "field": {
        const index = Math.trunc(yield* this.number(target.index));
        if (index === 0) this.state.setRecord(toText(value, this.state.convfmt));
        else record.assign(index, value);
      }
    }
  }

  private *assignment({ operator, target, value }: Kind<"assign">): Run<Scalar> {
    const right = yield* this.value(value);
    let result = right;
    if (operator !== "=")
      result = this.calculate(
        operator.slice(0, -1),
        toNumber(yield* this.value(target)),
        toNumber(right),
        0,
      );
    yield* this.assign(target, result);
    return result;
  }

  private *binary({ left, line, operator, right }: Kind<"binary">): Run<Scalar> {
    const { convfmt } = this.state;
    const a = yield* this.value(left);
    const b = yield* this.value(right);
    switch (operator) {
      case " ": {
        const text = toText(a, convfmt) + toText(b, convfmt);
        if (text.length > SHELL_LIMITS.textCharactersMax) throw new Killed(Signal.KILL);
        return text;
      }
      case "<":
        return compare(a, b, convfmt) < 0 ? 1 : 0;
      case "<=":
        return compare(a, b, convfmt) <= 0 ? 1 : 0;
      case ">":
        return compare(a, b, convfmt) > 0 ? 1 : 0;
      case ">=":
        return compare(a, b, convfmt) >= 0 ? 1 : 0;
      case "==":
        return compare(a, b, convfmt) === 0 ? 1 : 0;
      case "!=":
        return compare(a, b, convfmt) === 0 ? 0 : 1;
    }
    return this.calculate(operator, toNumber(a), toNumber(b), line);
  }

  private calculate(operator: string, a: number, b: number, line: number): number {
    switch (operator) {
      case "+":
        return a + b;
      case "-":
        return a - b;
      case "*":
        return a * b;
      case "/":
        if (b === 0) throw new AwkFatal("division by zero attempted", line);
        return a / b;
      case "%":
        if (b === 0) throw new AwkFatal("division by zero attempted in `%'", line);
        return a % b;
    }
    return power(a, b);
  }

  /** A constant as it stands, any other value as the text of a pattern. */
  *pattern(expression: Expression): Run<Pattern> {
    return this.state.pattern(
      expression.kind === "regex" ? expression.text : yield* this.text(expression),
    );
  }

  private *getline({ from, line, source, target }: Kind<"getline">): Run<Scalar> {
    const { state } = this;
    if (from === "input" || source === null) {
      const text = yield* this.above.nextRecord();
      if (text === undefined) return 0;
      if (target === null) state.setRecord(text);
      else yield* this.assign(target, inputValue(text));
      return 1;
    }
    const name = yield* this.text(source);
    if (name === "")
      throw new AwkFatal(
        `expression for \`${from === "file" ? "<" : "|"}' redirection has null string value`,
        line,
      );
    const reader = yield* state.streams.reader(from, name);
    if (typeof reader === "number") return -1;
    const found = yield* reader.next(state.separate());
    if (typeof found === "number") return -1;
    if (found === null) return 0;
    state.global("RT").value = found.mark;
    if (from === "command") state.global("NR").value = state.number("NR") + 1;
    if (target === null) state.setRecord(found.record);
    else yield* this.assign(target, inputValue(found.record));
    return 1;
  }

  private *builtin(call: Kind<"builtin">): Run<Scalar> {
    const { name, operands } = call;
    const plain = PLAIN_FUNCTIONS.get(name);
    if (plain === undefined) return yield* callSpecial(this, call);
    const values: Scalar[] = [];
    for (const operand of operands) values.push(yield* this.value(operand));
    const result = plain(this.state, values);
    if (typeof result === "string" && result.length > SHELL_LIMITS.textCharactersMax)
      throw new Killed(Signal.KILL);
    return result;
  }

  /** After a jump out of a function: nothing is called any more. */
  leaveFunctions(): void {
    this.frame = [];
    this.depth = 0;
  }

  private *call({ line, name, operands }: Kind<"call">): Run<Scalar> {
    const called = this.program.functions.get(name);
    if (called === undefined) throw new AwkFatal(`function \`${name}' not defined`, line);
    if (operands.length > called.parameters.length)
      throw new AwkFatal(`function \`${name}' called with more arguments than declared`, line);
    if (this.depth >= CALLS_MAX) throw new Killed(11); // SIGSEGV: the stack is full
    const frame: Cell[] = [];
    for (const operand of operands) {
      const passed = operand.kind === "name" ? this.cell(operand) : null;
      const cell = new Cell(passed?.value === null ? passed : null);
      if (passed?.array != null) cell.array = passed.array;
      else if (passed === null || passed.value !== null) cell.value = yield* this.value(operand);
      frame.push(cell);
    }
    while (frame.length < called.parameters.length) frame.push(new Cell());
    const before = this.frame;
    this.frame = frame;
    this.depth++;
    const result = yield* this.above.runBody(called);
    this.depth--;
    this.frame = before;
    return result;
  }
}

/** Why a stream cannot be opened, in words. */
export const whyNot = (errno: number): string =>
  fileErrorText(errno === FileError.ENFILE ? 24 : errno);
