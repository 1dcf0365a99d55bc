/** The text of an editor: lines, a cursor, and what undo goes back to. A line counts in characters of the language, not in columns. */

const UNDO_MAX = 100;

interface State {
  readonly lines: readonly string[];
  readonly row: number;
  readonly column: number;
}

export class TextBuffer {
  lines: string[];
  row = 0;
  column = 0;
  changed = false;
  private readonly past: State[] = [];

  constructor(text: string) {
    this.lines = text === "" ? [""] : text.replace(/\n$/, "").split("\n");
  }

  get line(): string {
    return this.lines[this.row] ?? "";
  }

  set line(text: string) {
    this.lines[this.row] = text;
    this.changed = true;
  }

  /** With a newline at its end, as vi writes files. */
  get text(): string {
    return `${this.lines.join("\n")}\n`;
  }

  /** Before a change: what undo comes back to. */
  remember(): void {
    this.past.push({ lines: [...this.lines], row: this.row, column: this.column });
    if (this.past.length > UNDO_MAX) this.past.shift();
  }

  /** False when there is nothing to undo. */
  undo(): boolean {
    const state = this.past.pop();
    if (state === undefined) return false;
    this.lines = [...state.lines];
    this.row = state.row;
    this.column = state.column;
    this.changed = true;
    return true;
  }

  /** Keeps the cursor within the text; `inserting` may stand behind the last character. */
  clamp(inserting: boolean): void {
    this.row = Math.max(0, Math.min(this.row, this.lines.length - 1));
    this.column = Math.max(0, Math.min(this.column, this.line.length - (inserting ? 0 : 1)));
  }

  insert(text: string): void {
    for (const piece of text.split(/(\n)/)) {
      if (piece === "\n") {
        const rest = this.line.slice(this.column);
        this.line = this.line.slice(0, this.column);
        this.lines.splice(++this.row, 0, rest);
        this.column = 0;
      } else if (piece !== "") {
        this.line = this.line.slice(0, this.column) + piece + this.line.slice(this.column);
        this.column += piece.length;
      }
    }
  }

  backspace(): void {
    if (this.column > 0) {
      this.line = this.line.slice(0, this.column - 1) + this.line.slice(this.column);
      this.column--;
    } else if (this.row > 0) {
      const rest = this.line;
      this.lines.splice(this.row--, 1);
      this.column = this.line.length;
      this.line += rest;
    }
  }

  /** Takes `count` lines out. */
  takeLines(count: number): string[] {
    const taken = this.lines.splice(this.row, count);
    if (this.lines.length === 0) this.lines.push("");
    this.column = 0;
    this.changed = true;
    this.clamp(false);
    return taken;
  }

  /** Where a word begins after (or with −1 before) the cursor. */
  word(direction: 1 | -1): void {
    const kind = (character: string | undefined): number =>
      character === undefined || /\s/.test(character) ? 0 : /\w/.test(character) ? 1 : 2;
    if (direction === 1) {
      const here = kind(this.line[this.column]);
      while (this.column < this.line.length && kind(this.line[this.column]) === here && here !== 0)
        this.column++;
      for (;;) {
        while (this.column < this.line.length && kind(this.line[this.column]) === 0) this.column++;
        if (this.column < this.line.length || this.row === this.lines.length - 1) return;
        this.row++;
        this.column = 0;
        if (kind(this.line[0]) !== 0 || this.line === "") return;
      }
    }
    if (this.column === 0 && this.row > 0) {
      this.row--;
      this.column = this.line.length;
    }
    this.column--;
    while (this.column > 0 && kind(this.line[this.column]) === 0) this.column--;
    const here = kind(this.line[this.column]);
    while (this.column > 0 && kind(this.line[this.column - 1]) === here) this.column--;
    this.column = Math.max(0, this.column);
  }
}
