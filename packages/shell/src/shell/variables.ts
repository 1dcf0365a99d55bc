/** The variables of one shell: a stack of scopes, searched from the innermost function outwards (dynamic scope). */
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { ExpansionError } from "./control.ts";
import { Variable } from "./variable.ts";

/** A variable whose value is made when it is read, as RANDOM. */
export interface DynamicVariable {
  get(): string;
  set(value: string): void;
}

const REFERENCES_MAX = 8;

export class Variables {
  /** Called with `name` and a new value before integer attributes apply: evaluates arithmetic. */
  evaluate: (expression: string) => string = (expression) => expression;
  private readonly scopes: Map<string, Variable>[] = [new Map()];
  private readonly dynamic = new Map<string, DynamicVariable>();

  copy(): Variables {
    const copy = new Variables();
    copy.scopes.length = 0;
    for (const scope of this.scopes) {
      const variables = new Map<string, Variable>();
      for (const [name, variable] of scope) variables.set(name, variable.copy());
      copy.scopes.push(variables);
    }
    return copy;
  }

  define(name: string, dynamic: DynamicVariable): void {
    this.dynamic.set(name, dynamic);
  }

  get depth(): number {
    return this.scopes.length;
  }

  push(): void {
    this.scopes.push(new Map());
  }

  pop(): void {
    this.scopes.pop();
  }

  /** The variable that `name` means, through references. */
  find(name: string): Variable | undefined {
    let target = name;
    for (let i = 0; i < REFERENCES_MAX; i++) {
      const variable = this.lookup(target);
      if (variable?.attributes.reference !== true || typeof variable.value !== "string")
        return variable;
      target = variable.value;
    }
    return undefined;
  }

  /** The variable itself, even if it is a reference. */
  lookup(name: string): Variable | undefined {
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      const variable = this.scopes[i]?.get(name);
      if (variable !== undefined) return variable;
    }
    return undefined;
  }

  /** The variable of the innermost scope only. */
  local(name: string): Variable | undefined {
    return this.scopes[this.scopes.length - 1]?.get(name);
  }

  get(name: string): string | undefined {
    const dynamic = this.dynamic.get(name);
    return dynamic === undefined ? this.find(name)?.text : dynamic.get();
  }

  /** Makes `name` in the innermost scope, or gives the one that is there. */
  declareLocal(name: string): Variable {
    const scope = this.scopes[this.scopes.length - 1] as Map<string, Variable>;
    let variable = scope.get(name);
    if (variable === undefined) {
      variable = new Variable();
      scope.set(name, variable);
    }
    return variable;
  }

  /** The variable that an assignment to `name` changes: the visible one, or a new global. */
  target(name: string): Variable {
    const found = this.lookup(name);
    if (
      found?.attributes.reference === true &&
      typeof found.value === "string" &&
      found.value !== name
    ) {
      return this.target(found.value);
    }
    if (found !== undefined) return found;
    const variable = new Variable();
    (this.scopes[0] as Map<string, Variable>).set(name, variable);
    return variable;
  }

  /** `name=value`. Throws an ExpansionError when it is readonly or too long. */
  set(name: string, value: string): void {
    const dynamic = this.dynamic.get(name);
    if (dynamic !== undefined) dynamic.set(value);
    else this.assign(this.target(name), name, value);
  }

  assign(variable: Variable, name: string, value: string): void {
    this.mayChange(variable, name);
    const text = this.shaped(variable, value);
    if (variable.kind === "indexed") this.elements(variable).set(0, text);
    else if (variable.kind === "associative") this.pairs(variable).set("0", text);
    else variable.value = text;
  }

  assignElement(variable: Variable, name: string, key: number | string, value: string): void {
    this.mayChange(variable, name);
    const text = this.shaped(variable, value);
    if (variable.kind === "associative") this.pairs(variable).set(String(key), text);
    else {
      this.elements(variable).set(key as number, text);
      variable.stored(key as number);
    }
    if ((variable.value as Map<never, string>).size > SHELL_LIMITS.elementsMax) {
      throw new ExpansionError("xmalloc: cannot allocate memory", true, 2);
    }
  }

  /** Makes a scalar an indexed array, its value element 0. */
  elements(variable: Variable): Map<number, string> {
    if (variable.kind !== "indexed" || !(variable.value instanceof Map)) {
      const before = typeof variable.value === "string" ? variable.value : undefined;
      variable.kind = "indexed";
      variable.value = new Map(before === undefined ? [] : [[0, before]]);
    }
    return variable.value as Map<number, string>;
  }

  pairs(variable: Variable): Map<string, string> {
    if (!(variable.value instanceof Map)) variable.value = new Map<string, string>();
    return variable.value as Map<string, string>;
  }

  mayChange(variable: Variable, name: string): void {
    if (variable.attributes.readonly) throw new ExpansionError(this.readonlyText(name), false);
  }

  /** What is said of an assignment to a readonly variable; dash says it otherwise. */
  readonlyText: (name: string) => string = (name) => `${name}: readonly variable`;

  unset(name: string): void {
    if (this.dynamic.delete(name)) return;
    for (let i = this.scopes.length - 1; i >= 0; i--) {
      if (this.scopes[i]?.delete(name) === true) return;
    }
  }

  /** Makes `name` what it was before: `variable`, or unset. */
  putBack(name: string, variable: Variable | undefined): void {
    const scope =
      this.scopes.findLast((candidate) => candidate.has(name)) ??
      (this.scopes[0] as Map<string, Variable>);
    if (variable === undefined) scope.delete(name);
    else scope.set(name, variable);
  }

  export(name: string): void {
    this.target(name).attributes.exported = true;
  }

  /** Names of every visible variable, sorted. */
  names(): string[] {
    const names = new Set<string>();
    for (const scope of this.scopes) for (const name of scope.keys()) names.add(name);
    return Array.from(names).sort();
  }

  /** What a program gets. */
  environment(): Map<string, string> {
    const environment = new Map<string, string>();
    for (const name of this.names()) {
      const variable = this.lookup(name);
      const text = variable?.text;
      if (
        variable?.attributes.exported === true &&
        variable.kind === "scalar" &&
        text !== undefined
      ) {
        environment.set(name, text);
      }
    }
    return environment;
  }

  private shaped(variable: Variable, value: string): string {
    if (value.length > SHELL_LIMITS.textCharactersMax) {
      throw new ExpansionError(`xrealloc: cannot allocate ${value.length} bytes`, true, 2);
    }
    const { integer, lower, upper } = variable.attributes;
    const text = integer ? this.evaluate(value) : value;
    return lower ? text.toLowerCase() : upper ? text.toUpperCase() : text;
  }
}
