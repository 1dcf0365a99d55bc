/** A terminal's screen for tests: what stands on it after a text with the control sequences that the console uses. */
import { columnsOf } from "../views/columns-fixture.ts";

const ESCAPE = "\u001b";
const BELL = "\u0007";
const CONTROL = /^\[(\d*)(?:;\d+)?([A-Za-z])/;

export class Screen {
  title = "";
  private readonly columns: number;
  /** Cells; behind a wide character stands an empty one. */
  private readonly rows: string[][] = [[]];
  private row = 0;
  private column = 0;

  constructor(columns: number) {
    this.columns = columns;
  }

  write(text: string): this {
    for (let left = text; left !== ""; ) {
      const isEscape = left.startsWith(ESCAPE);
      const control = isEscape ? CONTROL.exec(left.slice(1)) : null;
      if (control !== null) {
        this.control(control[2] ?? "", Number(control[1] === "" ? 1 : control[1]));
        left = left.slice(1 + control[0].length);
      } else if (isEscape) {
        this.title = left.slice("x]2;".length, left.indexOf(BELL));
        left = left.slice(left.indexOf(BELL) + 1);
      } else {
        const character = String.fromCodePoint(left.codePointAt(0) ?? 0);
        this.put(character);
        left = left.slice(character.length);
      }
    }
    return this;
  }

  /** All lines, with `_` where the cursor is. */
  text(): string {
    return this.rows
      .map((cells, i) => {
        if (i !== this.row) return cells.join("").trimEnd();
        const padded = [
          ...cells,
          ...Array<string>(Math.max(this.column - cells.length, 0)).fill(" "),
        ];
        padded.splice(this.column, 0, "_");
        return padded.join("").trimEnd();
      })
      .join("\n");
  }

  private control(name: string, count: number): void {
    if (name === "A") this.row = Math.max(this.row - count, 0);
    else if (name === "C") this.column += count;
    else if (name === "J" && count === 2) this.rows.splice(0, this.rows.length, []);
    else if (name === "J") {
      this.rows.splice(this.row + 1);
      this.rows[this.row]?.splice(this.column);
    } else if (name === "H") {
      this.row = 0;
      this.column = 0;
    }
  }

  private put(character: string): void {
    if (character === "\r") this.column = 0;
    else if (character === "\n") this.down();
    else if (character === "\b") this.column = Math.max(this.column - 1, 0);
    else if (character >= " ") {
      if (this.column + columnsOf(character) > this.columns) this.down();
      const cells = this.rows[this.row] ?? [];
      while (cells.length < this.column) cells.push(" ");
      const wide = columnsOf(character) > 1;
      cells.splice(this.column, wide ? 2 : 1, character, ...(wide ? [""] : []));
      this.column += columnsOf(character);
    }
  }

  private down(): void {
    this.row++;
    this.column = 0;
    this.rows[this.row] ??= [];
  }
}
