/** The line that is edited, as characters for a terminal: it may take several rows, and is drawn anew after each key. */
import type { LineEditor } from "./line-editor.ts";

export class PromptLineView {
  private readonly widthOf: (text: string) => number;
  /** The row of the cursor below the first one. */
  private row = 0;
  private shown = false;

  constructor(widthOf: (text: string) => number) {
    this.widthOf = widthOf;
  }

  get isShown(): boolean {
    return this.shown;
  }

  /** Draws prompt and line, with the cursor where it belongs. */
  draw(prompt: string, editor: LineEditor, columns: number): string {
    const { search, value, beforeCursor } = editor;
    const head = search === null ? prompt : `(reverse-i-search)\`${search}': `;
    const erase = this.erase();
    const end = this.widthOf(head + value);
    const at = this.widthOf(head + beforeCursor);
    const lastRow = Math.floor(end / columns);
    this.row = Math.floor(at / columns);
    this.shown = true;
    // a full row leaves the cursor on it until something follows
    const wrapped = end > 0 && end % columns === 0 ? "\r\n" : "";
    const up = lastRow - this.row;
    const right = at % columns;
    return `${erase}${head}${value}${wrapped}${up > 0 ? `\u001b[${up}A` : ""}\r${right > 0 ? `\u001b[${right}C` : ""}`;
  }

  /** Takes the line away. */
  erase(): string {
    const up = this.row > 0 ? `\u001b[${this.row}A` : "";
    const text = this.shown ? `${up}\r\u001b[J` : "";
    this.row = 0;
    this.shown = false;
    return text;
  }

  /** Leaves the line as it stands and goes below it. */
  finish(prompt: string, line: string): string {
    const erase = this.erase();
    return `${erase}${prompt}${line}\n`;
  }
}
