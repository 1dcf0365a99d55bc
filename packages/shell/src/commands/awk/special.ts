/** awk's functions that take arrays, patterns or places, or that wait. */
import { SHELL_LIMITS } from "../../kernel/limits.ts";
import { Killed, Signal } from "../../process/signal.ts";
import type { Run } from "../base/tool.ts";
import { matched, replaced } from "./functions.ts";
import type { Pattern } from "./patterns.ts";
import { type AwkArray, AwkFatal, type Cell, type State } from "./state.ts";
import type { Expression, Name, Target } from "./syntax.ts";
import { compare, inputValue, lengthOf, type Scalar, toNumber, toText } from "./value.ts";

type Call = Extract<Expression, { kind: "builtin" }>;

/** What evaluates their operands. */
export interface SpecialHost {
  readonly state: State;
  value(expression: Expression): Run<Scalar>;
  text(expression: Expression): Run<string>;
  pattern(expression: Expression): Run<Pattern>;
  assign(target: Target, value: Scalar): Run<void>;
  cell(name: Name): Cell;
  array(name: Name): AwkArray;
}

/** Functions that take arrays, patterns or places, or that wait. */
export function* callSpecial(host: SpecialHost, call: Call): Run<Scalar> {
  const { name, operands } = call;
  const { state } = host;
  const [first, second, third, fourth] = operands;
  switch (name) {
    case "length":
      return yield* length(host, first);
    case "isarray":
      return first?.kind === "name" && host.cell(first).array !== null ? 1 : 0;
    case "split":
      return yield* split(host, call);
    case "sub":
    case "gsub":
      return yield* substitute(host, call);
    case "gensub": {
      const pattern = yield* host.pattern(first as Expression);
      const form = yield* host.text(second as Expression);
      const how = yield* host.value(third as Expression);
      const which = /^[gG]/.test(toText(how, "%.6g")) ? 0 : Math.max(1, Math.trunc(toNumber(how)));
      const text =
        fourth === undefined
          ? toText(state.record.get(0), state.convfmt)
          : yield* host.text(fourth);
      return replaced(text, pattern, form, which, true).text;
    }
    case "match": {
      const text = yield* host.text(first as Expression);
      return matched(
        state,
        text,
        yield* host.pattern(second as Expression),
        third?.kind === "name" ? host.array(third) : null,
      );
    }
    case "asort":
    case "asorti":
      return sortArray(host, name, first, second);
    case "system":
      return yield* state.streams.system(yield* host.text(first as Expression));
    case "close":
      return yield* state.streams.close(yield* host.text(first as Expression));
  }
  return yield* state.streams.flush();
}

function* length(host: SpecialHost, operand: Expression | undefined): Run<number> {
  if (operand === undefined) return lengthOf(toText(host.state.record.get(0), host.state.convfmt));
  if (operand.kind === "name") {
    const { array, source } = host.cell(operand);
    if (array !== null) return array.size;
    if (source !== null && source.array !== null) return source.array.size;
  }
  return lengthOf(yield* host.text(operand));
}

function* split(host: SpecialHost, { operands }: Call): Run<number> {
  const { state } = host;
  const [from, into, by, separators] = operands;
  if (into?.kind !== "name") throw new AwkFatal("split: second argument is not an array");
  const text = yield* host.text(from as Expression);
  const separator =
    by === undefined
      ? state.text("FS")
      : by.kind === "regex"
        ? state.pattern(by.text)
        : yield* host.text(by);
  const { between, fields } = state.split(text, separator);
  const array = host.array(into);
  array.clear();
  for (let i = 0; i < fields.length; i++) array.set(String(i + 1), inputValue(fields[i] as string));
  if (separators?.kind === "name") {
    const marks = host.array(separators);
    marks.clear();
    for (let i = 0; i + 1 < fields.length; i++) marks.set(String(i + 1), between[i] as string);
  }
  return fields.length;
}

function* substitute(host: SpecialHost, { name, operands }: Call): Run<number> {
  const [by, form, place] = operands;
  const pattern = yield* host.pattern(by as Expression);
  const target: Expression = place ?? {
    kind: "field",
    index: { kind: "number", value: 0 },
    line: 0,
  };
  const insert = yield* host.text(form as Expression);
  const text = yield* host.text(target);
  const done = replaced(text, pattern, insert, name === "sub" ? 1 : 0, false);
  if (done.text.length > SHELL_LIMITS.textCharactersMax) throw new Killed(Signal.KILL);
  const writable =
    target.kind === "name" ||
    target.kind === "element" ||
    target.kind === "field" ||
    target.kind === "field-count";
  if (done.count > 0 && writable) yield* host.assign(target, done.text);
  return done.count;
}

function sortArray(
  host: SpecialHost,
  name: string,
  first: Expression | undefined,
  second: Expression | undefined,
): number {
  if (first?.kind !== "name") throw new AwkFatal(`${name}: first argument is not an array`);
  const source = host.array(first);
  const { convfmt } = host.state;
  const values: Scalar[] = source.keys().map((key) => (name === "asorti" ? key : source.get(key)));
  // numbers come before texts
  const rank = (value: Scalar): number => (typeof value === "string" ? 1 : 0);
  values.sort((a, b) => rank(a) - rank(b) || compare(a, b, convfmt));
  const target = second?.kind === "name" ? host.array(second) : source;
  target.clear();
  values.forEach((value, i) => {
    target.set(String(i + 1), value);
  });
  return values.length;
}
