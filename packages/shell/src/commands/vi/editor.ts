/**
 * vi's commands, a key at a time. Normal mode: h j k l and arrows, 0 ^ $ w b gg G, counts; i a I A o O, x X r J ~ D dd dw d$ cc cw C s, yy p P, u,
 * / ? n N, ZZ ZQ, : . Insert mode: text, Return, backspace, Escape. Left out: marks, registers, visual mode, macros, the repeat command.
 */
import { TextBuffer } from "./buffer.ts";
import { type ExResult, runEx } from "./ex.ts";

const ESCAPE = "\x1b";
const LINES_MAX = 100_000;

export class Editor {
  readonly buffer: TextBuffer;
  mode: "normal" | "insert" | "command" = "normal";
  /** What is typed behind `:`, `/` or `?`, with that character. */
  typed = "";
  message = "";
  /** What the editor is to do besides: write, quit. */
  wish: ExResult | null = null;
  private count = "";
  private pending = "";
  private yanked: { readonly lines: boolean; readonly text: string } = { lines: true, text: "" };
  private wanted = "";
  private direction: 1 | -1 = 1;

  constructor(text: string) {
    this.buffer = new TextBuffer(text);
  }

  /** A key: a character, or the sequence of an arrow. */
  key(key: string): void {
    this.message = "";
    if (this.mode === "insert") this.insertKey(key);
    else if (this.mode === "command") this.commandKey(key);
    else this.normalKey(key);
    this.buffer.clamp(this.mode === "insert");
  }

  private insertKey(key: string): void {
    const { buffer } = this;
    if (key === ESCAPE) {
      this.mode = "normal";
      buffer.column--;
    } else if (key === "\x7f" || key === "\b") buffer.backspace();
    else if (key.startsWith(ESCAPE)) this.move(ARROWS[key] ?? "");
    else if (key === "\r" || key === "\n") buffer.insert("\n");
    else if (buffer.lines.length < LINES_MAX && (key >= " " || key === "\t")) buffer.insert(key);
  }

  private commandKey(key: string): void {
    if (key === ESCAPE) this.mode = "normal";
    else if (key === "\x7f" || key === "\b") {
      this.typed = this.typed.slice(0, -1);
      if (this.typed === "") this.mode = "normal";
    } else if (key !== "\r" && key !== "\n") this.typed += key;
    else {
      this.mode = "normal";
      const [first, rest] = [this.typed.charAt(0), this.typed.slice(1)];
      if (first === ":") this.wish = runEx(this.buffer, rest);
      else this.search(first === "/" ? 1 : -1, rest);
      if (this.wish?.message !== undefined) this.message = this.wish.message;
    }
  }

  private search(direction: 1 | -1, text: string): void {
    if (text !== "") this.wanted = text;
    this.direction = direction;
    this.find(direction);
  }

  private find(direction: 1 | -1): void {
    const { buffer, wanted } = this;
    const { lines } = buffer;
    if (wanted === "") return;
    for (let i = 0; i <= lines.length; i++) {
      const row = (((buffer.row + direction * i) % lines.length) + lines.length) % lines.length;
      const line = lines[row] as string;
      const from = i === 0 ? buffer.column + direction : direction === 1 ? 0 : line.length;
      const at =
        direction === 1
          ? line.indexOf(wanted, Math.max(0, from))
          : from < 0
            ? -1
            : line.lastIndexOf(wanted, from);
      if (at < 0) continue;
      buffer.row = row;
      buffer.column = at;
      return;
    }
    this.message = `E486: Pattern not found: ${wanted}`;
  }

  private normalKey(key: string): void {
    if (/^[1-9]$/.test(key) || (key === "0" && this.count !== "")) {
      this.count += key;
      return;
    }
    const command = this.pending + (ARROWS[key] ?? key);
    const count = this.count === "" ? null : Math.min(Number(this.count), LINES_MAX);
    if (/^[dcygrZ]$/.test(command) || (command.length === 1 && "dcygrZ".includes(command))) {
      this.pending = command;
      return;
    }
    this.pending = "";
    this.count = "";
    if (command.length === 1 && this.move(command, count)) return;
    if (!this.startInsert(command)) this.change(command, count);
  }

  /** False when the key moves nothing. */
  private move(key: string, count: number | null = null): boolean {
    const { buffer } = this;
    const times = count ?? 1;
    switch (key) {
      case "h":
        buffer.column -= times;
        return true;
      case "l":
      case " ":
        buffer.column += times;
        return true;
      case "j":
      case "\n":
      case "\r":
        buffer.row += times;
        return true;
      case "k":
        buffer.row -= times;
        return true;
      case "0":
        buffer.column = 0;
        return true;
      case "^":
        buffer.column = buffer.line.search(/\S|$/);
        return true;
      case "$":
        buffer.column = buffer.line.length;
        return true;
      case "G":
        buffer.row = count === null ? buffer.lines.length - 1 : count - 1;
        return true;
      case "w":
      case "b":
        for (let i = 0; i < times; i++) buffer.word(key === "w" ? 1 : -1);
        return true;
      case "n":
      case "N":
        this.find(key === "n" ? this.direction : (-this.direction as 1 | -1));
        return true;
    }
    return false;
  }

  private startInsert(key: string): boolean {
    const { buffer } = this;
    if (key === ":" || key === "/" || key === "?") {
      this.mode = "command";
      this.typed = key;
      return true;
    }
    if (key.length !== 1 || !"iaIAoOsSC".includes(key)) return false;
    buffer.remember();
    this.mode = "insert";
    if (key === "a") buffer.column += buffer.line === "" ? 0 : 1;
    else if (key === "A") buffer.column = buffer.line.length;
    else if (key === "I") buffer.column = buffer.line.search(/\S|$/);
    else if (key === "s")
      buffer.line = buffer.line.slice(0, buffer.column) + buffer.line.slice(buffer.column + 1);
    else if (key === "S") {
      buffer.line = "";
      buffer.column = 0;
    } else if (key === "C") buffer.line = buffer.line.slice(0, buffer.column);
    else if (key === "o" || key === "O") {
      if (key === "o") buffer.row++;
      buffer.lines.splice(buffer.row, 0, "");
      buffer.column = 0;
      buffer.changed = true;
    }
    return true;
  }

  private change(command: string, count: number | null): void {
    const { buffer } = this;
    const times = count ?? 1;
    if (command === "gg") buffer.row = times - 1;
    else if (command === "u")
      this.message = buffer.undo() ? "1 change undone" : "Already at oldest change";
    else if (command === "ZZ") this.wish = { write: buffer.changed ? "" : null, quit: true };
    else if (command === "ZQ") this.wish = { write: null, quit: true, force: true };
    else if (command === "yy" || command === "Y")
      this.yanked = {
        lines: true,
        text: buffer.lines.slice(buffer.row, buffer.row + times).join("\n"),
      };
    else if (command === "p" || command === "P") this.put(command === "p", times);
    else this.cut(command, times);
  }

  private cut(command: string, times: number): void {
    const { buffer } = this;
    const { column, line } = buffer;
    buffer.remember();
    const drop = (from: number, to: number): void => {
      this.yanked = { lines: false, text: line.slice(from, to) };
      buffer.line = line.slice(0, from) + line.slice(to);
      buffer.column = from;
    };
    if (command === "dd") this.yanked = { lines: true, text: buffer.takeLines(times).join("\n") };
    else if (command === "cc") {
      drop(0, line.length);
      this.mode = "insert";
    } else if (command === "x" || command === "dl") drop(column, column + times);
    else if (command === "X" || command === "dh") drop(Math.max(0, column - times), column);
    else if (command === "D" || command === "d$") drop(column, line.length);
    else if (command === "d0") drop(0, column);
    else if (command === "dG")
      this.yanked = { lines: true, text: buffer.takeLines(buffer.lines.length).join("\n") };
    else if (command === "dw" || command === "cw") {
      const end = /^(?:\w+|[^\w\s]+|)\s*/.exec(line.slice(column))?.[0] ?? "";
      drop(column, column + (command === "cw" ? end.trimEnd() : end).length);
      if (command === "cw") this.mode = "insert";
    } else if (command === "J") {
      const next = buffer.lines[buffer.row + 1];
      if (next === undefined) return;
      buffer.column = line.length;
      buffer.line = `${line} ${next.trimStart()}`;
      buffer.lines.splice(buffer.row + 1, 1);
    } else if (command === "~") {
      const letter = line.charAt(column);
      buffer.line =
        line.slice(0, column) +
        (letter === letter.toUpperCase() ? letter.toLowerCase() : letter.toUpperCase()) +
        line.slice(column + 1);
      buffer.column++;
    } else if (/^r./.test(command))
      buffer.line = line.slice(0, column) + command.charAt(1) + line.slice(column + 1);
  }

  private put(after: boolean, times: number): void {
    const { buffer, yanked } = this;
    if (yanked.text === "" && !yanked.lines) return;
    buffer.remember();
    if (yanked.lines) {
      const lines = Array.from({ length: Math.min(times, 1000) }, () =>
        yanked.text.split("\n"),
      ).flat();
      if (after) buffer.row++;
      buffer.lines.splice(buffer.row, 0, ...lines);
      buffer.column = 0;
      buffer.changed = true;
      return;
    }
    if (after && buffer.line !== "") buffer.column++;
    buffer.insert(yanked.text.repeat(Math.min(times, 1000)));
    buffer.column--;
  }
}

const ARROWS: Readonly<Record<string, string>> = {
  "\x1b[A": "k",
  "\x1b[B": "j",
  "\x1b[C": "l",
  "\x1b[D": "h",
  "\x1bOA": "k",
  "\x1bOB": "j",
  "\x1bOC": "l",
  "\x1bOD": "h",
};
