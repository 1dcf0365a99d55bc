/** What a running awk program remembers: variables, the record, streams, and how input is cut into records and fields. */
import type { CommandContext } from "../../command.ts";
import { SHELL_LIMITS } from "../../kernel/limits.ts";
import { Killed, Signal } from "../../process/signal.ts";
import { AwkRandom } from "./maths.ts";
import { type Pattern, Patterns } from "./patterns.ts";
import { CurrentRecord } from "./record.ts";
import { type Separate, Streams } from "./streams.ts";
import { type Scalar, toNumber, toText } from "./value.ts";

/** A fatal error of the program: it ends with status 2. */
export class AwkFatal {
  readonly message: string;
  /** 0 where no line is to blame. */
  readonly line: number;

  constructor(message: string, line = 0) {
    this.message = message;
    this.line = line;
  }
}

/** Elements and characters that all arrays of a program may hold; beyond, it is killed as by a kernel without memory. */
const ELEMENTS_MAX = 500_000;

/** Counts what a program holds, so that it cannot fill the computer. */
export class Memory {
  private elements = 0;
  private characters = 0;

  add(elements: number, characters: number): void {
    this.elements += elements;
    this.characters += characters;
    if (this.elements > ELEMENTS_MAX || this.characters > SHELL_LIMITS.outputCharactersMax)
      throw new Killed(Signal.KILL);
  }
}

const sizeOf = (value: Scalar | undefined): number =>
  typeof value === "string" ? value.length : 8;

export class AwkArray {
  private readonly entries = new Map<string, Scalar>();
  private readonly memory: Memory;

  constructor(memory: Memory) {
    this.memory = memory;
  }

  get size(): number {
    return this.entries.size;
  }

  has(key: string): boolean {
    return this.entries.has(key);
  }

  /** Asking for an element makes it. */
  get(key: string): Scalar {
    const found = this.entries.get(key);
    if (found === undefined) this.set(key, null);
    return found ?? null;
  }

  set(key: string, value: Scalar): void {
    const before = this.entries.get(key);
    if (before === undefined) this.memory.add(1, key.length + sizeOf(value));
    else this.memory.add(0, sizeOf(value) - sizeOf(before));
    this.entries.set(key, value);
  }

  delete(key: string): void {
    const before = this.entries.get(key);
    if (before === undefined) return;
    this.entries.delete(key);
    this.memory.add(-1, -key.length - sizeOf(before));
  }

  clear(): void {
    for (const key of this.keys()) this.delete(key);
  }

  /** In the order in which they were made; gawk's own order is that of its hash tables. */
  keys(): string[] {
    return Array.from(this.entries.keys());
  }
}

/** A variable: nothing yet, a value or an array. */
export class Cell {
  value: Scalar = null;
  array: AwkArray | null = null;
  /** The caller's variable that becomes an array when this one does. */
  readonly source: Cell | null;

  constructor(source: Cell | null = null) {
    this.source = source;
  }
}

export class State {
  readonly context: CommandContext;
  readonly memory = new Memory();
  readonly patterns = new Patterns();
  readonly streams: Streams;
  readonly record: CurrentRecord;
  readonly random = new AwkRandom(1);
  seed = 0;
  private readonly cells = new Map<string, Cell>();

  constructor(context: CommandContext) {
    this.context = context;
    this.streams = new Streams(context);
    this.record = new CurrentRecord((fields) =>
      fields.map((field) => toText(field, this.convfmt)).join(this.text("OFS")),
    );
    for (const [name, value] of INITIAL) this.global(name).value = value;
  }

  global(name: string): Cell {
    const known = this.cells.get(name);
    if (known !== undefined) return known;
    const made = new Cell();
    this.cells.set(name, made);
    return made;
  }

  text(name: string): string {
    return toText(this.global(name).value, "%.6g");
  }

  number(name: string): number {
    return toNumber(this.global(name).value);
  }

  get convfmt(): string {
    const { value } = this.global("CONVFMT");
    return typeof value === "string" ? value : "%.6g";
  }

  /** The array of a cell, made when there is none; a fatal error when it holds a value. */
  arrayOf(cell: Cell, name: string): AwkArray {
    if (cell.array !== null) return cell.array;
    if (cell.value !== null) throw new AwkFatal(`attempt to use scalar \`${name}' as an array`);
    cell.array = cell.source === null ? new AwkArray(this.memory) : this.arrayOf(cell.source, name);
    return cell.array;
  }

  setRecord(text: string): void {
    const separator = this.text("FS");
    const byParagraph = this.text("RS") === "";
    this.record.set(text, (whole) => this.split(whole, separator, byParagraph).fields);
  }

  /** A pattern, from a text or a constant. */
  pattern(text: string): Pattern {
    this.patterns.ignoreCase = this.number("IGNORECASE") !== 0;
    return this.patterns.of(text);
  }

  /** The fields of a text, and what stood between them. */
  split(
    text: string,
    separator: string | Pattern,
    newlines = false,
  ): { readonly fields: string[]; readonly between: string[] } {
    if (text === "") return { fields: [], between: [] };
    if (separator === " ") return splitBlanks(text);
    if (separator === "") {
      const fields = Array.from(text);
      return { fields, between: fields.slice(1).map(() => "") };
    }
    if (
      typeof separator === "string" &&
      separator.length === 1 &&
      separator !== "\\" &&
      !newlines
    ) {
      const fields = text.split(separator);
      return { fields, between: fields.slice(1).map(() => separator) };
    }
    const single = typeof separator === "string" && separator.length === 1;
    const pattern =
      typeof separator !== "string"
        ? separator
        : this.pattern(single ? `[${separator}]` : separator);
    return splitByPattern(text, newlines ? withNewlines(this, separator, single) : pattern);
  }

  /** How RS cuts the input. */
  separate(): Separate {
    const separator = this.text("RS");
    if (separator === "\n") return byCharacter("\n");
    if (separator === "") return byParagraph;
    if (separator.length === 1) return byCharacter(separator);
    const pattern = this.pattern(separator);
    return (text, ended) => {
      const found = pattern.match(text);
      // a match at the end of what is there may still grow
      if (found === null || found[1] === found[0] || (!ended && found[1] === text.length))
        return ended ? { record: text, rest: text.length, mark: "" } : null;
      const [start = 0, end = 0] = found;
      return { record: text.slice(0, start), rest: end, mark: text.slice(start, end) };
    };
  }
}

const INITIAL: readonly (readonly [string, Scalar])[] = [
  ["CONVFMT", "%.6g"],
  ["FNR", 0],
  ["FS", " "],
  ["NR", 0],
  ["OFMT", "%.6g"],
  ["OFS", " "],
  ["ORS", "\n"],
  ["RLENGTH", -1],
  ["RS", "\n"],
  ["RSTART", 0],
  ["RT", ""],
  ["SUBSEP", "\x1c"],
];

/** In paragraph mode a newline separates fields too. */
const withNewlines = (state: State, separator: string | Pattern, single: boolean): Pattern => {
  if (typeof separator !== "string") return separator;
  return state.pattern(single ? `[${separator}\n]` : `(${separator})|\n`);
};

function splitBlanks(text: string): { fields: string[]; between: string[] } {
  const fields = text.match(/[^ \t\n]+/g) ?? [];
  const between = (text.match(/[ \t\n]+/g) ?? []).slice(
    /^[ \t\n]/.test(text) ? 1 : 0,
    fields.length,
  );
  return { fields, between };
}

function splitByPattern(text: string, pattern: Pattern): { fields: string[]; between: string[] } {
  const fields: string[] = [];
  const between: string[] = [];
  let from = 0;
  let search = 0;
  for (;;) {
    const found = search > text.length ? null : pattern.match(text, search);
    if (found === null) break;
    const [start = 0, end = 0] = found;
    if (end === start) {
      search = end + 1;
      continue;
    }
    fields.push(text.slice(from, start));
    between.push(text.slice(start, end));
    from = end;
    search = end;
  }
  fields.push(text.slice(from));
  return { fields, between };
}

const byCharacter =
  (separator: string): Separate =>
  (text, ended) => {
    const at = text.indexOf(separator);
    if (at >= 0) return { record: text.slice(0, at), rest: at + 1, mark: separator };
    if (!ended) return null;
    // a file's last newline belongs to no record when RS is something else, but stays in the text
    return { record: text, rest: text.length, mark: "" };
  };

/** Records end at empty lines; those before the first record do not count. */
const byParagraph: Separate = (text, ended) => {
  const start = /^\n*/.exec(text)?.[0].length ?? 0;
  const found = /\n\n+/.exec(text.slice(start));
  if (found !== null && (ended || start + found.index + found[0].length < text.length)) {
    const end = start + found.index;
    return { record: text.slice(start, end), rest: end + found[0].length, mark: found[0] };
  }
  if (!ended || start === text.length) return null;
  const record = text.slice(start).replace(/\n+$/, "");
  return { record, rest: text.length, mark: text.slice(start + record.length) };
};
