/** `${…}` with everything that it can do. */
import type {
  ParameterExpansionPart,
  ParameterOperation,
  ParameterSliceOperation,
  Word,
} from "unbash";
import type { Wait } from "../process/wait.ts";
import { ExpansionError } from "../shell/control.ts";
import type { Shell } from "../shell/shell.ts";
import { isName } from "../shell/variable.ts";
import { compileGlob, matchesGlob, removePrefix, removeSuffix, replaceGlob } from "../text/glob.ts";
import {
  keyOf,
  type ParameterValue,
  parameterKeys,
  parameterValue,
  unboundText,
} from "./parameter-value.ts";
import { PatternSink, type Sink } from "./sink.ts";
import { changeCase, quoteDouble, quoteSingle, unquoteAnsi } from "./transform.ts";
import { type Piece, piecesOf, type WordRole } from "./word-parts.ts";

/** What the expander lends: expansion of nested words, and the way results go into a sink. */
export interface Tools {
  emitValue(shell: Shell, value: ParameterValue, quoted: boolean, sink: Sink): void;
  emitText(text: string, quoted: boolean, sink: Sink): void;
  expandPieces(shell: Shell, pieces: readonly Piece[], sink: Sink): Generator<Wait, void, void>;
  expandText(shell: Shell, word: Word, role?: WordRole): Generator<Wait, string, void>;
  expandPattern(shell: Shell, word: Word): Generator<Wait, string, void>;
  evaluateText(shell: Shell, text: string): Generator<Wait, bigint, void>;
}

/** A parameter found: its name after indirection, its subscript, its value. */
interface Target {
  readonly name: string;
  readonly index: string | null;
  readonly value: ParameterValue;
}

const DASH_OPERATIONS = new Set(["Default", "Remove"]);

export function* expandOperation(
  shell: Shell,
  part: ParameterExpansionPart,
  quoted: boolean,
  sink: Sink,
  tools: Tools,
): Generator<Wait, void, void> {
  checkForm(shell, part);
  const { operation } = part;
  // `${!}` and `${!:+x}` ask for the parameter `!`
  const prefix = part.parameter === "" ? undefined : part.prefix;
  const index =
    part.index === undefined ? null : yield* tools.expandText(shell, part.index, "quoted");
  if (prefix === "!" && (operation?.type === "Names" || index === "@" || index === "*")) {
    const items =
      operation?.type === "Names"
        ? namesLike(shell, part.parameter)
        : parameterKeys(shell, part.parameter);
    const star = operation?.type === "Names" ? operation.operator === "*" : index === "*";
    tools.emitValue(shell, { many: true, items, star }, quoted, sink);
    return;
  }
  const target =
    prefix === "!"
      ? indirect(shell, part, index)
      : direct(shell, part.parameter === "" ? (part.prefix ?? "") : part.parameter, index);
  if (prefix === "#") {
    tools.emitText(String(lengthOf(shell, target)), quoted, sink);
    return;
  }
  if (operation?.type === "Default") {
    yield* expandDefault(shell, target, operation, quoted, sink, tools);
    return;
  }
  requireSet(shell, target);
  const value =
    operation === undefined ? target.value : yield* operate(shell, target, operation, tools);
  tools.emitValue(shell, value, quoted, sink);
}

function checkForm(shell: Shell, part: ParameterExpansionPart): void {
  const { operation, prefix } = part;
  const parameter = part.parameter === "" ? (prefix ?? "") : part.parameter;
  const isKnown = isName(parameter) || /^(\d+|[@*#?$!_-])$/.test(parameter);
  const isDash = shell.dialect === "dash";
  const isRefused =
    isDash &&
    (prefix === "!" ||
      part.index !== undefined ||
      (operation !== undefined && !DASH_OPERATIONS.has(operation.type)));
  if (isDash && (isRefused || !isKnown)) throw new ExpansionError("Bad substitution", true, 2);
  if (!isKnown || (operation?.type === "Unknown" && !/^~~?$/.test(operation.operator)))
    throw new ExpansionError(`${part.text}: bad substitution`, false);
}

const direct = (shell: Shell, name: string, index: string | null): Target => ({
  name,
  index,
  value: parameterValue(shell, name, index),
});

function indirect(shell: Shell, part: ParameterExpansionPart, index: string | null): Target {
  const reference = parameterValue(shell, part.parameter, index);
  const text = reference.many ? reference.items.join(" ") : reference.text;
  if (text === undefined)
    throw new ExpansionError(`${part.parameter}: invalid indirect expansion`, false);
  if (isReference(shell, part, index))
    return {
      name: part.parameter,
      index: null,
      value: { many: false, text: referenceOf(shell, part.parameter) },
    };
  const found = /^([A-Za-z_]\w*|\d+|[@*#?$!-])(?:\[(.*)\])?$/s.exec(text);
  if (found === null) throw new ExpansionError(`${text}: invalid variable name`, false);
  return direct(shell, found[1] as string, found[2] ?? null);
}

/** `${!ref}` of a nameref gives the name that it refers to. */
const isReference = (shell: Shell, part: ParameterExpansionPart, index: string | null): boolean =>
  index === null && shell.variables.lookup(part.parameter)?.attributes.reference === true;
const referenceOf = (shell: Shell, name: string): string | undefined => {
  const value = shell.variables.lookup(name)?.value;
  return typeof value === "string" ? value : undefined;
};

const namesLike = (shell: Shell, prefix: string): string[] =>
  shell.variables.names().filter((name) => name.startsWith(prefix));

function lengthOf(shell: Shell, { name, value, index }: Target): number {
  if (value.many) return value.items.length;
  if (value.text === undefined) requireSet(shell, { name, value, index });
  return Array.from(value.text ?? "").length;
}

function requireSet(shell: Shell, { name, value, index }: Target): void {
  if (value.many || value.text !== undefined || !shell.options.nounset) return;
  const shown = index === null ? name : `${name}[${index}]`;
  throw new ExpansionError(unboundText(shell, shown), true, 127);
}

function* expandDefault(
  shell: Shell,
  target: Target,
  operation: ParameterOperation & { readonly type: "Default" },
  quoted: boolean,
  sink: Sink,
  tools: Tools,
): Generator<Wait, void, void> {
  const { value } = target;
  const { operator, operand } = operation;
  const isSet = value.many ? value.items.length > 0 : value.text !== undefined;
  const text = value.many ? value.items.join(" ") : (value.text ?? "");
  const isThere = isSet && !(operator.startsWith(":") && text === "");
  const role: WordRole = quoted ? "quoted" : "word";
  switch (operator.charAt(operator.length - 1)) {
    case "-":
      if (isThere) tools.emitValue(shell, value, quoted, sink);
      else yield* tools.expandPieces(shell, operandPieces(operand, role), sink);
      return;
    case "+":
      if (isThere) yield* tools.expandPieces(shell, operandPieces(operand, role), sink);
      else if (value.many)
        tools.emitValue(shell, { many: true, items: [], star: false }, quoted, sink);
      else tools.emitText("", quoted, sink);
      return;
    case "=": {
      if (!isThere) assignDefault(shell, target, yield* tools.expandText(shell, operand, role));
      tools.emitValue(
        shell,
        isThere ? value : parameterValue(shell, target.name, target.index),
        quoted,
        sink,
      );
      return;
    }
    default: {
      if (isThere) {
        tools.emitValue(shell, value, quoted, sink);
        return;
      }
      const message = yield* tools.expandText(shell, operand, role);
      const dash = operator === ":?" ? "parameter not set or null" : "parameter not set";
      const standard =
        shell.dialect === "dash"
          ? dash
          : operator === ":?"
            ? "parameter null or not set"
            : "parameter not set";
      throw new ExpansionError(`${target.name}: ${message === "" ? standard : message}`, true, 127);
    }
  }
}

/** Unquoted text of an operand is split like the result of an expansion. */
const operandPieces = (operand: Word, role: WordRole): readonly Piece[] => {
  const pieces = piecesOf(operand, role);
  if (
    role === "quoted" ||
    !pieces.some((piece) => piece.kind === "text" && !piece.quoted && /\s/.test(piece.text))
  )
    return pieces;
  return pieces.map(
    (piece): Piece =>
      piece.kind === "text" && !piece.quoted ? { kind: "split", text: piece.text } : piece,
  );
};

function assignDefault(shell: Shell, { name, index }: Target, text: string): void {
  if (!isName(name)) throw new ExpansionError(`$${name}: cannot assign in this way`, false);
  if (index === null) shell.variables.set(name, text);
  else {
    const variable = shell.variables.target(name);
    shell.variables.assignElement(
      variable,
      name,
      keyOf(shell, name, index, variable.kind === "associative"),
      text,
    );
  }
}

function* operate(
  shell: Shell,
  target: Target,
  operation: ParameterOperation,
  tools: Tools,
): Generator<Wait, ParameterValue, void> {
  if (operation.type === "Slice") return yield* slice(shell, target, operation, tools);
  const { value } = target;
  const whole =
    value.many && operation.type === "Transform" && operation.operand.text === "A"
      ? wholeArray(shell, target.name)
      : undefined;
  if (whole !== undefined) return { many: false, text: whole };
  const change = yield* changer(shell, target, operation, tools);
  if (value.many) return { ...value, items: value.items.map(change) };
  return { many: false, text: value.text === undefined ? undefined : change(value.text) };
}

/** What an operation does to one text. */
function* changer(
  shell: Shell,
  target: Target,
  operation: ParameterOperation,
  tools: Tools,
): Generator<Wait, (text: string) => string, void> {
  switch (operation.type) {
    case "Remove": {
      const glob = compileGlob(yield* tools.expandPattern(shell, operation.operand));
      const isLongest = operation.operator.length === 2;
      const remove = operation.operator.startsWith("#") ? removePrefix : removeSuffix;
      return (text) => remove(text, glob, isLongest);
    }
    case "Replace": {
      const glob = compileGlob(
        yield* tools.expandPattern(shell, operation.pattern),
        shell.options.shopt("nocasematch"),
      );
      const replacement = yield* replacementMaker(shell, operation.replacement, tools);
      const where = ({ "/": "first", "//": "all", "/#": "prefix", "/%": "suffix" } as const)[
        operation.operator
      ];
      return (text) => replaceGlob(text, glob, where, replacement);
    }
    case "CaseModification": {
      const pattern =
        operation.operand === undefined
          ? "?"
          : yield* tools.expandPattern(shell, operation.operand);
      const glob = compileGlob(pattern === "" ? "?" : pattern);
      return (text) =>
        changeCase(text, operation.operator, (character) => matchesGlob(character, glob));
    }
    case "Unknown":
      return (text) => toggleCase(text, operation.operator);
    case "Transform":
      return transformer(shell, target.name, yield* tools.expandText(shell, operation.operand));
    default:
      return (text) => text;
  }
}

/** In the replacement an unquoted `&` stands for what was matched (patsub_replacement). */
function* replacementMaker(
  shell: Shell,
  word: Word,
  tools: Tools,
): Generator<Wait, (matched: string) => string, void> {
  const marked = new PatternSink((text) => text.replace(/[\\&]/g, "\\$&"));
  yield* tools.expandPieces(shell, piecesOf(word, "word"), marked);
  const { value } = marked;
  if (!value.includes("&") && !value.includes("\\")) return () => value;
  return (matched) =>
    value.replace(/\\([\\&])|&/g, (_, escaped: string | undefined) => escaped ?? matched);
}

function transformer(shell: Shell, name: string, operator: string): (text: string) => string {
  switch (operator) {
    case "Q":
      return quoteSingle;
    case "U":
      return (text) => text.toUpperCase();
    case "u":
      return (text) => text.charAt(0).toUpperCase() + text.slice(1);
    case "L":
      return (text) => text.toLowerCase();
    case "A": {
      const letters = attributeLetters(shell, name);
      return (text) =>
        `${letters === "" ? "" : `declare -${letters} `}${name}=${quoteSingle(text)}`;
    }
    case "K":
    case "k":
      return quoteDouble;
    case "E":
      return (text) => unquoteAnsi(text);
    case "P":
      return (text) => text;
    case "a":
      return () => attributeLetters(shell, name);
    default:
      throw new ExpansionError(`\${${name}@${operator}}: bad substitution`, false);
  }
}

function attributeLetters(shell: Shell, name: string): string {
  const variable = shell.variables.find(name);
  if (variable === undefined) return "";
  const { integer, lower, upper, readonly: isReadonly, exported } = variable.attributes;
  const kind = variable.kind === "indexed" ? "a" : variable.kind === "associative" ? "A" : "";
  return (
    kind +
    (integer ? "i" : "") +
    (lower ? "l" : "") +
    (isReadonly ? "r" : "") +
    (upper ? "u" : "") +
    (exported ? "x" : "")
  );
}

function* slice(
  shell: Shell,
  target: Target,
  operation: ParameterSliceOperation,
  tools: Tools,
): Generator<Wait, ParameterValue, void> {
  const offset = Number(yield* tools.evaluateText(shell, operation.offset.text));
  const length =
    operation.length === undefined
      ? undefined
      : Number(yield* tools.evaluateText(shell, operation.length.text));
  const { value, name } = target;
  const isPositional = name === "@" || name === "*";
  if (!value.many) {
    const characters = Array.from(value.text ?? "");
    return { many: false, text: window(characters, offset, length, operation)?.join("") };
  }
  const items = isPositional && offset >= 0 ? [shell.name, ...value.items] : value.items;
  if (length !== undefined && length < 0)
    throw new ExpansionError(`${operation.length?.text}: substring expression < 0`, false);
  const start = isPositional && offset === 0 ? 0 : offset;
  return { ...value, items: window(items, start, length, operation) ?? [] };
}

function window(
  items: readonly string[],
  offset: number,
  length: number | undefined,
  operation: ParameterSliceOperation,
): readonly string[] | undefined {
  const start = offset < 0 ? items.length + offset : offset;
  if (start < 0 || start > items.length) return [];
  if (length === undefined) return items.slice(start);
  const end = length < 0 ? items.length + length : start + length;
  if (end < start)
    throw new ExpansionError(`${operation.length?.text}: substring expression < 0`, false);
  return items.slice(start, end);
}

/** `${x~}` and `${x~~}`: the other case of the first or of all letters. */
function toggleCase(text: string, operator: string): string {
  const toggle = (character: string): string =>
    character === character.toUpperCase() ? character.toLowerCase() : character.toUpperCase();
  const characters = Array.from(text);
  return characters
    .map((character, i) => (operator === "~~" || i === 0 ? toggle(character) : character))
    .join("");
}

/** `${array[@]@A}`: the declaration that makes the array again. */
function wholeArray(shell: Shell, name: string): string | undefined {
  const variable = shell.variables.find(name);
  if (variable === undefined || variable.kind === "scalar") return undefined;
  const elements = variable
    .keys()
    .map((key) => `[${key}]=${quoteDouble(variable.element(key) ?? "")}`);
  return `declare -${attributeLetters(shell, name)} ${name}=(${elements.join(" ")})`;
}
