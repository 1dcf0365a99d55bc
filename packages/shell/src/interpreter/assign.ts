/** Assignments: scalars, elements and whole arrays. */
import type { Assignment, Word } from "unbash";
import { evaluate } from "../expansions/arithmetic.ts";
import { expandText, expandWords } from "../expansions/expand.ts";
import { keyOf } from "../expansions/parameter-value.ts";
import { quoteTrace } from "../expansions/transform.ts";
import type { Wait } from "../process/wait.ts";
import { ExpansionError } from "../shell/control.ts";
import type { Shell } from "../shell/shell.ts";
import type { Variable } from "../shell/variable.ts";

/** An assignment whose right side is expanded; what `set -x` shows of it comes along. */
export interface Assigned {
  readonly name: string;
  readonly trace: string;
}

/** Does one assignment in the current scope. */
export function* assign(shell: Shell, assignment: Assignment): Generator<Wait, Assigned, void> {
  const { name, value } = assignment;
  if (assignment.text.startsWith(`${name}[]`))
    throw new ExpansionError(`${name}[]: bad array subscript`, false);
  const append = assignment.append === true;
  if (value.type === "ArrayValue") {
    if (shell.dialect === "dash") throw new ExpansionError('Syntax error: "(" unexpected', true, 2);
    yield* assignArray(shell, shell.variables.target(name), name, value.elements, append);
    return { name, trace: assignment.text };
  }
  const text = yield* expandText(shell, value, "assignment");
  const shown = `${append ? "+=" : "="}${text === "" ? "" : quoteTrace(text)}`;
  if (assignment.index === undefined) {
    if (append) assignText(shell, shell.variables.target(name), name, text, true);
    else shell.variables.set(name, text);
    return { name, trace: name + shown };
  }
  const index = yield* expandText(shell, assignment.index, "quoted");
  assignElement(shell, shell.variables.target(name), name, index, text, append);
  return { name, trace: `${name}[${index}]${shown}` };
}

export function assignText(
  shell: Shell,
  variable: Variable,
  name: string,
  text: string,
  append: boolean,
): void {
  if (append)
    shell.variables.assign(variable, name, appended(shell, variable, variable.text, text));
  else shell.variables.assign(variable, name, text);
}

function appended(
  shell: Shell,
  variable: Variable,
  before: string | undefined,
  text: string,
): string {
  if (!variable.attributes.integer) return (before ?? "") + text;
  return String(evaluate(shell, before ?? "0") + evaluate(shell, text));
}

export function assignElement(
  shell: Shell,
  variable: Variable,
  name: string,
  index: string,
  text: string,
  append: boolean,
): void {
  if (index === "" && variable.kind !== "associative")
    throw new ExpansionError(`${name}[]: bad array subscript`, false);
  const key = keyOf(shell, name, index, variable.kind === "associative");
  const value = append ? appended(shell, variable, variable.element(key), text) : text;
  shell.variables.assignElement(variable, name, key, value);
}

/** `name=( … )`: elements in order, or under the subscripts given. */
export function* assignArray(
  shell: Shell,
  variable: Variable,
  name: string,
  elements: readonly Word[],
  append: boolean,
): Generator<Wait, void, void> {
  shell.variables.mayChange(variable, name);
  const values = yield* expandElements(shell, elements);
  const isAssociative = variable.kind === "associative";
  if (!append) {
    variable.value = new Map<never, string>();
    if (!isAssociative) variable.kind = "indexed";
  } else if (!isAssociative) shell.variables.elements(variable);
  if (isAssociative && values.every(({ index }) => index === null)) {
    for (let i = 0; i < values.length; i += 2) {
      shell.variables.assignElement(
        variable,
        name,
        values[i]?.text ?? "",
        values[i + 1]?.text ?? "",
      );
    }
    return;
  }
  let next = append ? variable.highestIndex() + 1 : 0;
  for (const { index, text, adds } of values) {
    if (isAssociative) {
      if (index === null)
        throw new ExpansionError(
          `${name}: ${text}: must use subscript when assigning associative array`,
          false,
        );
      assignElement(shell, variable, name, index, text, adds);
      continue;
    }
    const key = index === null ? next : (keyOf(shell, name, index, false) as number);
    const value = adds ? appended(shell, variable, variable.element(key), text) : text;
    shell.variables.assignElement(variable, name, key, value);
    next = key + 1;
  }
}

interface Element {
  readonly index: string | null;
  readonly text: string;
  readonly adds: boolean;
}

function* expandElements(
  shell: Shell,
  elements: readonly Word[],
): Generator<Wait, Element[], void> {
  const values: Element[] = [];
  for (const element of elements) {
    if (/^\[.*\]\+?=/s.test(element.text)) {
      // subscript and value are one word; its expansion keeps the brackets and the sign in place
      const text = yield* expandText(shell, element, "assignment");
      const found = splitSubscript(text);
      if (found !== undefined) {
        values.push(found);
        continue;
      }
    }
    for (const text of yield* expandWords(shell, [element]))
      values.push({ index: null, text, adds: false });
  }
  return values;
}

function splitSubscript(text: string): Element | undefined {
  const found = /^\[((?:[^\]]|\](?!\+?=))*)\](\+?)=(.*)$/s.exec(text);
  if (found === null) return undefined;
  return { index: found[1] as string, text: found[3] as string, adds: found[2] === "+" };
}
