/** awk's statements and rules: a record at a time through all of them. */
import { FileError, fileErrorText } from "../../process/errno.ts";
import type { Run } from "../base/tool.ts";
import { type Above, Evaluator, whyNot } from "./evaluate.ts";
import { sprintf } from "./format.ts";
import { AwkFatal, type State } from "./state.ts";
import type { Reader } from "./streams.ts";
import type { AwkFunction, Expression, Program, Rule, Statement } from "./syntax.ts";
import { withoutEscapes } from "./tokens.ts";
import { compare, inputValue, numberText, type Scalar, toNumber, toText } from "./value.ts";

/** How a statement ended. */
type Flow = "on" | "break" | "continue" | "next" | "nextfile" | "return" | "exit";
/** The line of what happens outside the program. */
const NOWHERE = -1;

type Kind<K extends Statement["kind"]> = Extract<Statement, { kind: K }>;

export class Execution implements Above {
  /** What the program ends with. */
  status = 0;
  private readonly state: State;
  private readonly program: Program;
  private readonly evaluator: Evaluator;
  private readonly inRange = new Set<Rule>();
  private returned: Scalar = null;
  private operand = 1;
  private usedFile = false;
  private reader: Reader | null = null;

  constructor(state: State, program: Program) {
    this.state = state;
    this.program = program;
    this.evaluator = new Evaluator(state, program, this);
  }

  *run(): Run<void> {
    const of = (kind: Rule["kind"]): Rule[] =>
      this.program.rules.filter((rule) => rule.kind === kind);
    let exits = false;
    for (const rule of of("BEGIN")) exits ||= (yield* this.body(rule)) === "exit";
    const main = of("main");
    const reads =
      main.length + of("END").length + of("BEGINFILE").length + of("ENDFILE").length > 0;
    if (reads && !exits) exits = (yield* this.mainLoop(main)) === "exit";
    // exit in BEGIN or a rule still runs END
    for (const rule of of("END")) if ((yield* this.body(rule)) === "exit") break;
  }

  private *mainLoop(rules: readonly Rule[]): Run<Flow> {
    for (;;) {
      const text = yield* this.nextRecord();
      if (text === undefined) return "on";
      this.state.setRecord(text);
      const flow = yield* this.applyRules(rules);
      if (flow === "exit") return flow;
      if (flow === "nextfile") this.endFile();
    }
  }

  private *applyRules(rules: readonly Rule[]): Run<Flow> {
    for (const rule of rules) {
      if (!(yield* this.applies(rule))) continue;
      const flow = rule.body === null ? yield* this.printRecord() : yield* this.body(rule);
      if (flow === "exit" || flow === "nextfile") return flow;
      if (flow === "next") break;
    }
    return "on";
  }

  private *applies(rule: Rule): Run<boolean> {
    const { last, pattern } = rule;
    if (pattern === null) return true;
    if (last === null) return yield* this.evaluator.truth(pattern);
    if (!this.inRange.has(rule)) {
      if (!(yield* this.evaluator.truth(pattern))) return false;
      this.inRange.add(rule);
    }
    if (yield* this.evaluator.truth(last)) this.inRange.delete(rule);
    return true;
  }

  *runBody(called: AwkFunction): Run<Scalar> {
    this.returned = null;
    const flow = yield* this.block(called.body);
    if (flow === "exit" || flow === "next" || flow === "nextfile") throw new Jump(flow);
    const result = this.returned;
    this.returned = null;
    return result;
  }

  *nextRecord(): Run<string | undefined> {
    const { state } = this;
    for (;;) {
      this.reader ??= yield* this.nextFile();
      if (this.reader === null) return undefined;
      const found = yield* this.reader.next(state.separate());
      if (found === null) {
        this.endFile();
        continue;
      }
      if (typeof found === "number") {
        const name = state.text("FILENAME");
        throw new AwkFatal(`error reading input file \`${name}': ${fileErrorText(found)}`);
      }
      state.global("NR").value = state.number("NR") + 1;
      state.global("FNR").value = state.number("FNR") + 1;
      state.global("RT").value = found.mark;
      return found.record;
    }
  }

  /** Gives back the file that is read now. */
  endFile(): void {
    this.reader?.release();
    this.reader = null;
  }

  /** The next operand that is a file, standard input when there is none; assignments among them happen on the way. */
  private *nextFile(): Run<Reader | null> {
    const { state } = this;
    const operands = state.arrayOf(state.global("ARGV"), "ARGV");
    while (this.operand < state.number("ARGC")) {
      const key = String(this.operand++);
      const word = operands.has(key) ? toText(operands.get(key), "%.6g") : "";
      if (word === "") continue;
      const assignment = /^([A-Za-z_]\w*)=(.*)$/s.exec(word);
      if (assignment !== null) {
        assignOperand(state, assignment[1] as string, assignment[2] as string);
        continue;
      }
      this.usedFile = true;
      const reader = this.open(word);
      if (typeof reader !== "number") return reader;
      yield* this.complain(word, reader);
    }
    if (this.usedFile) return null;
    this.usedFile = true;
    const reader = this.open("-");
    state.global("FILENAME").value = "";
    return typeof reader === "number" ? null : reader;
  }

  private open(name: string): Reader | number {
    const { state } = this;
    state.global("FILENAME").value = name;
    state.global("FNR").value = 0;
    return state.streams.fromFile(name);
  }

  /** A file that cannot be read is passed over. */
  private *complain(name: string, errno: number): Run<void> {
    const awk = this.state.context.argv[0] ?? "awk";
    const { context } = this.state;
    if (errno === FileError.EISDIR) {
      yield* context.err(
        `${awk}: warning: command line argument \`${name}' is a directory: skipped\n`,
      );
      return;
    }
    throw new AwkFatal(
      `cannot open file \`${name}' for reading: ${fileErrorText(errno)}`,
      this.state.number("NR") > 0 ? 0 : NOWHERE,
    );
  }

  private *body(rule: Rule): Run<Flow> {
    try {
      return yield* this.block(rule.body ?? []);
    } catch (thrown) {
      if (!(thrown instanceof Jump)) throw thrown;
      this.evaluator.leaveFunctions();
      return thrown.flow;
    }
  }

  private *block(body: readonly Statement[]): Run<Flow> {
    for (const statement of body) {
      const flow = yield* this.statement(statement);
      if (flow !== "on") return flow;
    }
    return "on";
  }

  private *statement(statement: Statement): Run<Flow> {
    const { evaluator } = this;
    yield* evaluator.count();
    switch (statement.kind) {
      case "expression":
        yield* evaluator.value(statement.value);
        return "on";
      case "block":
        return yield* this.block(statement.body);
      case "print":
      case "printf":
        return yield* this.print(statement);
      case "if":
        if (yield* evaluator.truth(statement.test)) return yield* this.statement(statement.yes);
        return statement.no === null ? "on" : yield* this.statement(statement.no);
      case "while":
      case "do":
      case "for":
        return yield* this.loop(statement);
      case "for-in":
        return yield* this.forIn(statement);
      case "switch":
        return yield* this.choose(statement);
      case "delete": {
        const array = evaluator.array(statement.array);
        if (statement.index === null) array.clear();
        else array.delete(yield* evaluator.key(statement.index));
        return "on";
      }
      case "return":
        this.returned = statement.value === null ? null : yield* evaluator.value(statement.value);
        return "return";
      case "exit":
        if (statement.value !== null)
          this.status = Math.trunc(toNumber(yield* evaluator.value(statement.value)));
        return "exit";
    }
    return statement.kind;
  }

  private *loop(loop: Kind<"while" | "do" | "for">): Run<Flow> {
    const { evaluator } = this;
    if (loop.kind === "for" && loop.first !== null) yield* this.statement(loop.first);
    let first = loop.kind === "do";
    for (;;) {
      if (!first && loop.test !== null && !(yield* evaluator.truth(loop.test))) return "on";
      first = false;
      const flow = yield* this.statement(loop.body);
      if (flow === "break") return "on";
      if (flow !== "on" && flow !== "continue") return flow;
      if (loop.kind === "for" && loop.next !== null) yield* this.statement(loop.next);
    }
  }

  private *forIn({ array, body, variable }: Kind<"for-in">): Run<Flow> {
    const found = this.evaluator.array(array);
    const order = this.order();
    const keys = found.keys();
    if (order !== "") keys.sort(comparison(order, (key) => found.get(key), this.state.convfmt));
    for (const key of keys) {
      yield* this.evaluator.assign(variable, key);
      const flow = yield* this.statement(body);
      if (flow === "break") return "on";
      if (flow !== "on" && flow !== "continue") return flow;
    }
    return "on";
  }

  /** `PROCINFO["sorted_in"]`; "" for none. */
  private order(): string {
    const { array } = this.state.global("PROCINFO");
    return array?.has("sorted_in") === true ? toText(array.get("sorted_in"), "%.6g") : "";
  }

  private *choose({ cases, value }: Kind<"switch">): Run<Flow> {
    const { evaluator, state } = this;
    const found = yield* evaluator.value(value);
    let at = -1;
    for (let i = 0; i < cases.length && at < 0; i++) {
      const wanted = cases[i]?.value ?? null;
      if (wanted === null) continue;
      const matches =
        wanted.kind === "regex"
          ? state.pattern(wanted.text).match(toText(found, state.convfmt)) !== null
          : compare(found, yield* evaluator.value(wanted), state.convfmt) === 0;
      if (matches) at = i;
    }
    if (at < 0) at = cases.findIndex((one) => one.value === null);
    for (const { body } of at < 0 ? [] : cases.slice(at)) {
      const flow = yield* this.block(body);
      if (flow === "break") return "on";
      if (flow !== "on") return flow;
    }
    return "on";
  }

  private *printRecord(): Run<Flow> {
    const { state } = this;
    yield* state.streams.print(toText(state.record.get(0), state.convfmt) + state.text("ORS"));
    return "on";
  }

  private *print({ items, kind, line, to }: Kind<"print" | "printf">): Run<Flow> {
    const { evaluator, state } = this;
    const text = kind === "print" ? yield* this.line(items) : yield* this.formatted(items);
    if (to === null) {
      yield* state.streams.print(text);
      return "on";
    }
    const name = yield* evaluator.text(to.target);
    if (name === "")
      throw new AwkFatal(`expression for \`${to.kind}' redirection has null string value`, line);
    const writer = yield* state.streams.writer(to.kind, name);
    if (typeof writer === "number")
      throw new AwkFatal(`cannot redirect to \`${name}': ${whyNot(writer)}`, line);
    yield* writer.write(state.context.process, text);
    return "on";
  }

  private *line(items: readonly Expression[]): Run<string> {
    const { evaluator, state } = this;
    if (items.length === 0) return toText(state.record.get(0), state.convfmt) + state.text("ORS");
    let text = "";
    for (let i = 0; i < items.length; i++) {
      const value = yield* evaluator.value(items[i] as Expression);
      const shown =
        typeof value === "number"
          ? numberText(value, state.text("OFMT"))
          : toText(value, state.convfmt);
      text += (i === 0 ? "" : state.text("OFS")) + shown;
    }
    return text + state.text("ORS");
  }

  private *formatted([form, ...items]: readonly Expression[]): Run<string> {
    const format = yield* this.evaluator.text(form as Expression);
    const values: Scalar[] = [];
    for (const item of items) values.push(yield* this.evaluator.value(item));
    return sprintf(format, values, this.state.convfmt);
  }
}

/** `exit`, `next` or `nextfile` within a function. */
class Jump {
  readonly flow: Flow;

  constructor(flow: Flow) {
    this.flow = flow;
  }
}

/** `-v NAME=TEXT` and such an operand. */
export function assignOperand(state: State, name: string, text: string): void {
  const value = inputValue(withoutEscapes(text));
  if (name === "NF") state.record.count = toNumber(value);
  else state.global(name).value = value;
}

function comparison(
  order: string,
  valueAt: (key: string) => Scalar,
  convfmt: string,
): (a: string, b: string) => number {
  const [, what = "", how = "", way = ""] =
    /^@(ind|val)_(str|num|type)_(asc|desc)$/.exec(order) ?? [];
  const sign = way === "desc" ? -1 : 1;
  const byText = (a: string, b: string): number => (a === b ? 0 : a < b ? -1 : 1);
  const byNumber = (a: Scalar, b: Scalar): number => toNumber(a) - toNumber(b);
  return (a, b) => {
    if (what === "") return 0;
    const [left, right]: readonly Scalar[] = what === "ind" ? [a, b] : [valueAt(a), valueAt(b)];
    const first =
      how === "num"
        ? byNumber(left ?? null, right ?? null)
        : how === "type"
          ? compare(left ?? null, right ?? null, convfmt)
          : byText(toText(left ?? null, convfmt), toText(right ?? null, convfmt));
    return sign * (first || byText(a, b));
  };
}
