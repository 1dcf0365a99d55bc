/** `$NAME=value` and the use of `$NAME` and `${NAME}`; `~SEQ` and `~LST`, which make many lines of one. */

const DEFINITION = /^\$([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/s;
const USE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)(?:\s+[^}]*)?\}|([A-Za-z_][A-Za-z0-9_]*))/;

/** Lines that one line may become at most. */
const LINES_MAX = 4096;

export class Definitions {
  /** The lines of each value. */
  private readonly values = new Map<string, readonly string[]>();
  private open: { readonly name: string; readonly lines: string[] } | null = null;

  constructor(standard: ReadonlyMap<string, string>) {
    for (const [name, value] of standard) this.values.set(name, [value]);
  }

  /** Whether the next line belongs to a definition over many lines. */
  get isOpen(): boolean {
    return this.open !== null;
  }

  /** A definition; false for any other line. */
  take(line: string): boolean {
    const [, name, value] = DEFINITION.exec(line) ?? [];
    if (name === undefined || value === undefined) return false;
    if (!value.endsWith("\\")) this.values.set(name, [value]);
    else {
      const first = value.slice(0, -1).trimEnd();
      this.open = { name, lines: first === "" ? [] : [first] };
    }
    return true;
  }

  /** A further line of a definition; one that is blank or has no `\` at its end is the last. */
  takeMore(line: string): void {
    const { open } = this;
    if (open === null) return;
    const goesOn = line.endsWith("\\");
    const text = goesOn ? line.slice(0, -1).trimEnd() : line;
    if (text !== "") open.lines.push(text);
    if (goesOn) return;
    this.values.set(open.name, open.lines);
    this.open = null;
  }

  /** The lines that a line becomes; null when nothing in it is defined. */
  replace(line: string): string[] | null {
    let from = 0;
    let lines = [line];
    let changed = false;
    for (let uses = 0; uses < LINES_MAX; uses++) {
      const last = lines[lines.length - 1] as string;
      const found = USE.exec(last.slice(from));
      if (found === null) return changed ? lines : null;
      const value = this.values.get(found[1] ?? found[2] ?? "");
      const at = from + found.index;
      if (value === undefined) {
        from = at + 1;
        continue;
      }
      const after = last.slice(at + found[0].length);
      const inside = value.length === 0 ? [""] : value.slice();
      inside[0] = last.slice(0, at) + inside[0];
      from = (inside[inside.length - 1] as string).length;
      inside[inside.length - 1] += after;
      lines = [...lines.slice(0, -1), ...inside];
      changed = true;
    }
    return lines;
  }
}

/** What `~SEQ(var, start, step, end) text` or `~LST(var, a, b) text` becomes; null when it cannot be read. */
export function repeated(line: string): string[] | null {
  const [, kind, inside, text] =
    /^~(SEQ|LST)\s*\(((?:[^(){}]|\{[^{}]*\})*)\)\s*(.*)$/s.exec(line) ?? [];
  if (inside === undefined || text === undefined) return null;
  const values = kind === "SEQ" ? sequence(inside) : list(inside);
  if (values === null) return null;
  return values.map((bindings) =>
    bindings.reduce(
      (done, [name, value]) =>
        done
          .split(`\${${name}}`)
          .join(value)
          .replace(new RegExp(`\\$${name}(?![A-Za-z0-9_])`, "g"), value),
      text,
    ),
  );
}

type Bindings = (readonly [name: string, value: string])[];

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

function sequence(inside: string): Bindings[] | null {
  const [name = "", ...numbers] = inside.split(",").map((part) => part.trim());
  const values = numbers.map((text) => (/^[+-]?\d+$/.test(text) ? Number(text) : Number.NaN));
  if (!NAME.test(name) || values.length === 0 || values.length > 3) return null;
  if (values.some((value) => Number.isNaN(value))) return null;
  const end = values[values.length - 1] as number;
  const start = values.length === 1 ? 1 : (values[0] as number);
  const step = values.length === 3 ? (values[1] as number) : start <= end ? 1 : -1;
  if (step === 0) return null;
  const made: Bindings[] = [];
  for (let value = start; step > 0 ? value <= end : value >= end; value += step) {
    if (made.length >= LINES_MAX) return null;
    made.push([[name, String(value)]]);
  }
  return made;
}

function list(inside: string): Bindings[] | null {
  const groups = inside.match(/\{[^{}]*\}|[^,{}]+/g)?.map((part) => part.trim()) ?? [];
  const parts = groups
    .filter((part) => part !== "")
    .map((part) =>
      part
        .replace(/^\{|\}$/g, "")
        .split(",")
        .map((one) => one.trim()),
    );
  const [names, ...sets] = parts;
  if (names === undefined || sets.length === 0 || !names.every((name) => NAME.test(name)))
    return null;
  if (sets.some((set) => set.length !== names.length)) return null;
  return sets.map((set) => set.map((value, i) => [names[i] as string, value] as const));
}
