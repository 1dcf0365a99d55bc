/**
 * vi, by the name of vim too: a small one, for one file, on a terminal or fed with keys by a pipe. Left out: options, windows, syntax,
 * and whatever editor.ts and ex.ts leave out.
 */
import type { Command } from "../../command.ts";
import { fileErrorText } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { Terminal } from "../../process/terminal.ts";
import { readSome } from "../../process/transfer.ts";
import { utf8Length } from "../../text/utf8.ts";
import { slurp } from "../base/input.ts";
import { type Job, type Run, wordTool } from "../base/tool.ts";
import { Editor } from "./editor.ts";

/** What an arrow key sends. */
const ARROW = new RegExp(`^${"\\x1b"}[[O][A-D]`);

const editor = (path: string): Command =>
  wordTool(path, function* (job) {
    const words = job.context.argv.slice(1);
    if (words.includes("--version")) {
      yield* job.context.out("VIM - Vi IMproved 9.0 (2022 Jun 28)\n");
      return 0;
    }
    const name = words.find((word) => !/^[-+]/.test(word)) ?? "";
    const session = new ViSession(job, name);
    const line = words.find((word) => /^\+\d*$/.test(word));
    return yield* session.run(
      line === undefined ? 1 : Number(line.slice(1)) || Number.POSITIVE_INFINITY,
    );
  });

export const vi: Command = editor("/usr/bin/vi");
export const vim: Command = editor("/usr/bin/vim");

class ViSession {
  private readonly job: Job;
  private readonly terminal: Terminal | null;
  private readonly name: string;
  private editor = new Editor("");
  private top = 0;
  private isNew = false;

  constructor(job: Job, name: string) {
    const { stdin } = job.context;
    this.job = job;
    this.name = name;
    this.terminal = stdin instanceof Terminal ? stdin : null;
  }

  *run(line: number): Run<number> {
    const { context } = this.job;
    const file = context.stdin;
    if (context.stdout?.isTerminal !== true)
      yield* context.err("Vim: Warning: Output is not to a terminal\n");
    if (this.terminal === null) yield* context.err("Vim: Warning: Input is not from a terminal\n");
    yield* this.load();
    this.editor.buffer.row = Math.min(line, this.editor.buffer.lines.length) - 1;
    const before = this.terminal?.mode;
    if (this.terminal !== null)
      this.terminal.mode = { canonical: false, echo: false, signals: false };
    try {
      return yield* this.loop(file);
    } finally {
      if (this.terminal !== null && before !== undefined) this.terminal.mode = before;
    }
  }

  private *load(): Run<void> {
    const text = this.name === "" ? "" : yield* slurp(this.job.context, this.name);
    this.editor = new Editor(typeof text === "number" ? "" : text);
    this.isNew = typeof text === "number";
    const lines = this.isNew || text === "" ? 0 : this.editor.buffer.lines.length;
    const size = typeof text === "number" ? 0 : utf8Length(text);
    this.editor.message =
      this.name === ""
        ? ""
        : this.isNew
          ? `"${this.name}" [New]`
          : `"${this.name}" ${lines}L, ${size}B`;
  }

  private *loop(file: OpenFile | undefined): Run<number> {
    const { context } = this.job;
    let held = "";
    for (;;) {
      yield* this.draw();
      if (held === "") {
        const got = file === undefined ? "" : yield* readSome(file);
        if (typeof got === "number" || got === "") {
          yield* context.err("Vim: Error reading input, exiting...\nVim: Finished.\n");
          return 1;
        }
        held = got;
      }
      const key = ARROW.exec(held)?.[0] ?? String.fromCodePoint(held.codePointAt(0) as number);
      held = held.slice(key.length);
      this.editor.key(key);
      if (this.editor.wish !== null && (yield* this.obey())) return 0;
    }
  }

  /** True when the editor ends. */
  private *obey(): Run<boolean> {
    const { editor, job } = this;
    const { wish } = editor;
    editor.wish = null;
    if (wish === null) return false;
    if (wish.reload === true) {
      yield* this.load();
      return false;
    }
    if (wish.write !== null && !this.write(wish.write === "" ? this.name : wish.write))
      return false;
    if (!wish.quit) return false;
    if (editor.buffer.changed && wish.force !== true) {
      editor.message = "E37: No write since last change (add ! to override)";
      return false;
    }
    if (this.terminal !== null) yield* job.context.out(`\x1b[${this.terminal.rows};1H\x1b[K`);
    return true;
  }

  private write(path: string): boolean {
    const { editor } = this;
    const { machine, process } = this.job.context;
    if (path === "") {
      editor.message = "E32: No file name";
      return false;
    }
    const file = machine.files.open(process, path, {
      read: false,
      write: true,
      create: true,
      truncate: true,
    });
    if (typeof file === "number") {
      editor.message = `"${path}" E212: Can't open file for writing: ${fileErrorText(file)}`;
      return false;
    }
    const { buffer } = editor;
    const text =
      buffer.lines.length === 1 && buffer.line === "" && !buffer.changed ? "" : buffer.text;
    file.write(text);
    file.release();
    buffer.changed = false;
    editor.message = `"${path}" ${this.isNew ? "[New] " : ""}${buffer.lines.length}L, ${utf8Length(text)}B written`;
    this.isNew = false;
    return true;
  }

  /** The whole screen again; nothing when nobody looks. */
  private *draw(): Run<void> {
    const { editor, terminal } = this;
    if (terminal === null || this.job.context.stdout?.isTerminal !== true) return;
    const { buffer } = editor;
    const rows = terminal.rows - 1;
    if (buffer.row < this.top) this.top = buffer.row;
    if (buffer.row >= this.top + rows) this.top = buffer.row - rows + 1;
    let text = "\x1b[?25l\x1b[H";
    for (let i = 0; i < rows; i++)
      text += `${(buffer.lines[this.top + i] ?? "~").slice(0, terminal.columns)}\x1b[K\r\n`;
    const status =
      editor.mode === "command"
        ? editor.typed
        : editor.mode === "insert"
          ? "-- INSERT --"
          : editor.message;
    const place =
      editor.mode === "command"
        ? [terminal.rows, editor.typed.length + 1]
        : [buffer.row - this.top + 1, Math.min(buffer.column + 1, terminal.columns)];
    yield* this.job.context.out(
      `${text}${status.slice(0, terminal.columns)}\x1b[K\x1b[${place.join(";")}H\x1b[?25h`,
    );
  }
}
