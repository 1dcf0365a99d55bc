/**
 * Editing one command line as readline(3) does with its Emacs keys, without a terminal: keys in, text and cursor out.
 * History is shared by all machines. Left out: vi keys, undo, numeric arguments, macros, the mark.
 */

/** What a key came to, when it is more than an edit. */
export type EditorEvent =
  | "edited"
  /** Return: `line` is what was typed; the editor is empty again. */
  | "line"
  | "interrupt"
  | "end of file"
  | "complete"
  | "clear"
  /** Nothing to do: a real terminal beeps. */
  | "bell";

const HISTORY_MAX = 500;
const LENGTH_MAX = 8192;

export class LineEditor {
  /** The line that was accepted last. */
  line = "";
  private text: string[] = [];
  private at = 0;
  private readonly history: string[] = [];
  /** Place in the history; its length is the line that is being written. */
  private place = 0;
  private draft = "";
  private killed = "";
  /** What Ctrl-R looks for; null when it does not. */
  private sought: string | null = null;
  private readonly actions: ReadonlyMap<string, () => EditorEvent>;

  constructor() {
    this.actions = this.bind();
  }

  get value(): string {
    return this.text.join("");
  }

  get beforeCursor(): string {
    return this.text.slice(0, this.at).join("");
  }

  /** What Ctrl-R looks for; null when it does not. */
  get search(): string | null {
    return this.sought;
  }

  key(key: string): EditorEvent {
    if (this.sought !== null) {
      const handled = this.searchKey(key);
      if (handled !== null) return handled;
    }
    const action = this.actions.get(key);
    if (action !== undefined) return action();
    if (Array.from(key).length !== 1) return "bell";
    this.insert(key);
    return "edited";
  }

  insert(text: string): void {
    const characters = Array.from(text);
    if (this.text.length + characters.length > LENGTH_MAX) return;
    this.text.splice(this.at, 0, ...characters);
    this.at += characters.length;
  }

  reset(): void {
    this.set("");
    this.sought = null;
    this.place = this.history.length;
  }

  /** Remembers a line, unless it is the last one once more or begins with a blank. */
  remember(line: string): void {
    if (line.trim() === "" || line.startsWith(" ") || this.history.at(-1) === line) return;
    this.history.push(line);
    if (this.history.length > HISTORY_MAX) this.history.shift();
    this.place = this.history.length;
  }

  private bind(): Map<string, () => EditorEvent> {
    const move = (to: () => number) => (): EditorEvent => {
      this.at = Math.min(Math.max(to(), 0), this.text.length);
      return "edited";
    };
    const kill = (from: () => number, to: () => number) => (): EditorEvent =>
      this.cut(from(), to());
    const end = (): number => this.text.length;
    const here = (): number => this.at;
    const left = move(() => this.at - 1);
    const right = move(() => this.at + 1);
    const home = move(() => 0);
    const older = (): EditorEvent => this.recall(this.place - 1);
    const newer = (): EditorEvent => this.recall(this.place + 1);
    return new Map([
      ["left", left],
      ["ctrl-b", left],
      ["right", right],
      ["ctrl-f", right],
      ["home", home],
      ["ctrl-a", home],
      ["end", move(end)],
      ["ctrl-e", move(end)],
      ["alt-b", move(() => this.wordBefore())],
      ["alt-f", move(() => this.wordAfter())],
      ["up", older],
      ["ctrl-p", older],
      ["down", newer],
      ["ctrl-n", newer],
      ["backspace", () => this.cut(this.at - 1, this.at, false)],
      ["delete", () => this.cut(this.at, this.at + 1, false)],
      [
        "ctrl-d",
        () => (this.text.length === 0 ? "end of file" : this.cut(this.at, this.at + 1, false)),
      ],
      ["ctrl-k", kill(here, end)],
      ["ctrl-u", kill(() => 0, here)],
      ["ctrl-w", kill(() => this.blankBefore(), here)],
      ["alt-backspace", kill(() => this.wordBefore(), here)],
      ["alt-d", kill(here, () => this.wordAfter())],
      ["ctrl-y", () => this.yank()],
      ["ctrl-t", () => this.transpose()],
      ["alt-.", () => this.lastWord()],
      ["ctrl-l", () => "clear"],
      ["ctrl-c", () => "interrupt"],
      ["ctrl-r", () => this.beginSearch()],
      ["tab", () => "complete"],
      ["enter", () => this.accept()],
    ]);
  }

  private accept(): EditorEvent {
    this.line = this.value;
    this.reset();
    return "line";
  }

  private set(text: string): void {
    this.text = Array.from(text);
    this.at = this.text.length;
  }

  private cut(from: number, to: number, keeps = true): EditorEvent {
    const start = Math.max(from, 0);
    const gone = this.text.splice(start, Math.max(to - start, 0));
    if (gone.length === 0) return "bell";
    this.at = start;
    if (keeps) this.killed = gone.join("");
    return "edited";
  }

  private yank(): EditorEvent {
    this.insert(this.killed);
    return "edited";
  }

  private transpose(): EditorEvent {
    const second = Math.min(this.at, this.text.length - 1);
    const [a, b] = [this.text[second - 1], this.text[second]];
    if (a === undefined || b === undefined) return "bell";
    this.text.splice(second - 1, 2, b, a);
    this.at = second + 1;
    return "edited";
  }

  private lastWord(): EditorEvent {
    const word = /\S+\s*$/.exec(this.history.at(-1) ?? "")?.[0].trim() ?? "";
    if (word === "") return "bell";
    this.insert(word);
    return "edited";
  }

  private wordBefore(): number {
    const before = /[\p{L}\p{N}]*[^\p{L}\p{N}]*$/u.exec(this.beforeCursor)?.[0] ?? "";
    return this.at - Array.from(before).length;
  }

  private wordAfter(): number {
    const after = this.text.slice(this.at).join("");
    const word = /^[^\p{L}\p{N}]*[\p{L}\p{N}]*/u.exec(after)?.[0] ?? "";
    return this.at + Array.from(word).length;
  }

  private blankBefore(): number {
    const before = /\S*\s*$/u.exec(this.beforeCursor)?.[0] ?? "";
    return this.at - Array.from(before).length;
  }

  private recall(to: number): EditorEvent {
    if (to < 0 || to > this.history.length) return "bell";
    if (this.place === this.history.length) this.draft = this.value;
    this.place = to;
    this.set(to === this.history.length ? this.draft : (this.history[to] ?? ""));
    return "edited";
  }

  private beginSearch(): EditorEvent {
    this.sought = "";
    this.draft = this.value;
    return "edited";
  }

  /** A key while Ctrl-R looks back; null for one that ends the search and is then taken as ever. */
  private searchKey(key: string): EditorEvent | null {
    const sought = this.sought ?? "";
    if (key === "ctrl-g" || key === "ctrl-c") {
      this.sought = null;
      this.set(this.draft);
      this.place = this.history.length;
      return "edited";
    }
    if (key === "ctrl-r") return this.seek(sought, this.place - 1);
    if (key === "backspace") return this.seek(sought.slice(0, -1), this.history.length - 1);
    if (Array.from(key).length === 1)
      return this.seek(sought + key, Math.min(this.place, this.history.length - 1));
    this.sought = null;
    return key === "escape" ? "edited" : null;
  }

  private seek(sought: string, from: number): EditorEvent {
    this.sought = sought;
    for (let i = from; i >= 0; i--) {
      const line = this.history[i] ?? "";
      const found = line.lastIndexOf(sought);
      if (found === -1) continue;
      this.place = i;
      this.set(line);
      this.at = Array.from(line.slice(0, found)).length;
      return "edited";
    }
    return "bell";
  }
}
