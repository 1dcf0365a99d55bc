/** The tree of an awk program (POSIX.1-2017 awk, with gawk's additions that awk.ts names). */

export type Expression =
  | { readonly kind: "number"; readonly value: number }
  | { readonly kind: "string"; readonly value: string }
  | { readonly kind: "regex"; readonly text: string }
  | Target
  | {
      readonly kind: "assign";
      readonly operator: string;
      readonly target: Target;
      readonly value: Expression;
    }
  | {
      readonly kind: "step";
      readonly by: 1 | -1;
      readonly prefix: boolean;
      readonly target: Target;
    }
  | {
      readonly kind: "ternary";
      readonly test: Expression;
      readonly yes: Expression;
      readonly no: Expression;
    }
  | {
      readonly kind: "logic";
      readonly operator: "&&" | "||";
      readonly left: Expression;
      readonly right: Expression;
    }
  | {
      readonly kind: "binary";
      readonly operator: string;
      readonly left: Expression;
      readonly right: Expression;
      readonly line: number;
    }
  | { readonly kind: "unary"; readonly operator: string; readonly operand: Expression }
  | {
      readonly kind: "match";
      readonly negated: boolean;
      readonly text: Expression;
      readonly pattern: Expression;
    }
  | { readonly kind: "in"; readonly index: readonly Expression[]; readonly array: Name }
  | {
      readonly kind: "getline";
      readonly from: "input" | "file" | "command";
      readonly source: Expression | null;
      readonly target: Target | null;
      readonly line: number;
    }
  | {
      readonly kind: "builtin";
      readonly name: string;
      readonly operands: readonly Expression[];
      readonly line: number;
    }
  | {
      readonly kind: "call";
      readonly name: string;
      readonly operands: readonly Expression[];
      readonly line: number;
    }
  /** `(a, b)`: only for print and `in`. */
  | { readonly kind: "list"; readonly items: readonly Expression[] };

/** A variable: `slot` counts in the function's frame, or among the globals. */
export interface Name {
  readonly kind: "name";
  readonly name: string;
  readonly local: boolean;
  readonly slot: number;
}

/** What can be assigned to. */
export type Target =
  | Name
  | { readonly kind: "element"; readonly array: Name; readonly index: readonly Expression[] }
  | { readonly kind: "field"; readonly index: Expression; readonly line: number }
  | { readonly kind: "field-count" };

export interface Redirection {
  readonly kind: ">" | ">>" | "|";
  readonly target: Expression;
}

export type Statement =
  | { readonly kind: "block"; readonly body: readonly Statement[] }
  | { readonly kind: "expression"; readonly value: Expression }
  | {
      readonly kind: "print";
      readonly items: readonly Expression[];
      readonly to: Redirection | null;
      readonly line: number;
    }
  | {
      readonly kind: "printf";
      readonly items: readonly Expression[];
      readonly to: Redirection | null;
      readonly line: number;
    }
  | {
      readonly kind: "if";
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | null;
    }
  | { readonly kind: "while"; readonly test: Expression; readonly body: Statement }
  | { readonly kind: "do"; readonly body: Statement; readonly test: Expression }
  | {
      readonly kind: "for";
      readonly first: Statement | null;
      readonly test: Expression | null;
      readonly next: Statement | null;
      readonly body: Statement;
    }
  | {
      readonly kind: "for-in";
      readonly variable: Target;
      readonly array: Name;
      readonly body: Statement;
    }
  | { readonly kind: "switch"; readonly value: Expression; readonly cases: readonly SwitchCase[] }
  | { readonly kind: "delete"; readonly array: Name; readonly index: readonly Expression[] | null }
  | { readonly kind: "return"; readonly value: Expression | null }
  | { readonly kind: "exit"; readonly value: Expression | null }
  | { readonly kind: "break" | "continue" | "next" | "nextfile" };

export interface SwitchCase {
  /** Null for `default`. */
  readonly value: Expression | null;
  readonly body: readonly Statement[];
}

export interface Rule {
  readonly kind: "BEGIN" | "END" | "BEGINFILE" | "ENDFILE" | "main";
  readonly pattern: Expression | null;
  /** The end of a range `pattern, last`. */
  readonly last: Expression | null;
  /** Null prints the record. */
  readonly body: readonly Statement[] | null;
}

export interface AwkFunction {
  readonly name: string;
  readonly parameters: readonly string[];
  body: readonly Statement[];
}

export interface Program {
  readonly rules: readonly Rule[];
  readonly functions: ReadonlyMap<string, AwkFunction>;
  /** Names of the globals by slot. */
  readonly globals: readonly string[];
  readonly warnings: readonly { readonly line: number; readonly text: string }[];
}
