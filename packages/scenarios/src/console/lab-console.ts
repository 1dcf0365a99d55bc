/**
 * A terminal on a lab: what somebody types and what comes to the screen, without a real terminal or a clock. On a screen
 * keys come one by one and time as it passes; plainly, whole lines come and each is waited for, so that it can be piped.
 */
import { type Duration, type Instant, later, seconds } from "@lvsim/core";
import type { Line, Page } from "../views/styled.ts";
import { fill } from "../views/texts.ts";
import {
  type ColonHost,
  colonCommand,
  isColonCommand,
  recordOf,
  secondsOf,
} from "./colon-commands.ts";
import { type Completion, commonStart, completionFor, inColumns } from "./completion.ts";
import { KeyReader, sentFor } from "./key-reader.ts";
import { LineEditor } from "./line-editor.ts";
import { PromptLineView } from "./prompt-line-view.ts";
import { LabSession, type SessionOptions } from "./session.ts";
import type { SessionEntry } from "./session-file.ts";
import { CONSOLE_WORDS } from "./words.ts";

export interface ConsoleOptions extends SessionOptions {
  readonly page: Page;
  /** How a styled line is put on this screen. */
  readonly paint: (line: Line) => string;
  /** Whether there is a screen with keys, rather than lines of text. */
  readonly isScreen: boolean;
  /** Puts a file where the user works; what is wrong, null when nothing is. */
  readonly write: (path: string, content: string | Uint8Array) => string | null;
}

/** How long a command is waited for where nobody can press Ctrl-C. */
const PATIENCE: Duration = seconds(60);
/** Simulated time that one tick may take, so that a busy lab does not block the keys. */
const TICK_MAX = 1e9;
const CONTROL_WORDS: Readonly<Record<string, string>> = {
  "^C": "\u0003",
  "^D": "\u0004",
  "^Z": "\u001a",
};

export class LabConsole implements ColonHost {
  session: LabSession;
  speed = 1;
  recordPath = "";
  readonly snapshots: Map<string, { readonly count: number; readonly at: Instant }> = new Map();
  readonly page: Page;
  private readonly options: ConsoleOptions;
  private readonly editor = new LineEditor();
  private readonly reader = new KeyReader();
  private readonly view: PromptLineView;
  private screen = "";
  /** What stands on the screen before the prompt: output that did not end its line. */
  private lead = "";
  private ended = false;
  /** Machines that somebody came from. */
  private readonly cameFrom: string[] = [];
  private tabs = 0;
  /** What is done once more writes no files. */
  private isReplay = false;
  private titleSecond = -1;

  constructor(options: ConsoleOptions) {
    this.options = options;
    this.page = options.page;
    this.view = new PromptLineView(options.page.widthOf);
    this.session = new LabSession(options);
    this.welcome();
    this.show();
  }

  /** Whether somebody left. */
  get done(): boolean {
    return this.ended;
  }

  /** What goes to the screen since the last call. */
  take(): string {
    const { screen } = this;
    this.screen = "";
    return screen;
  }

  write(path: string, content: string | Uint8Array): string | null {
    return this.isReplay ? null : this.options.write(path, content);
  }

  quit(): void {
    if (this.ended) return;
    this.ended = true;
    if (this.recordPath !== "") this.write(this.recordPath, recordOf(this.session));
  }

  goTo(machine: string): void {
    const { session } = this;
    if (machine === session.current) return;
    this.cameFrom.push(session.current);
    this.put(session.take());
    session.go(machine);
  }

  goBack(count: number, at: Instant): void {
    const { session } = this;
    const kept = session.entries.slice(0, count);
    this.session = LabSession.again(session.options, kept, at);
  }

  /** Plainly: one line of text, to the shell or to the program that runs. */
  typeLine(text: string): void {
    const { session } = this;
    const { prompt } = session.terminal;
    const control = CONTROL_WORDS[text];
    const isColon = control === undefined && prompt === null && this.knows(text);
    if (isColon) this.colon("", text);
    else if (prompt === null || control !== undefined) {
      if (prompt !== null) this.put(`${prompt}${text}\n`);
      session.keys(control ?? `${text}\n`);
    } else if (!this.colon(prompt, text)) {
      this.put(`${prompt}${text}\n`);
      session.line(text);
    }
    this.settle();
  }

  /** While a program runs, only what there is for lvsim does not go to it. */
  private knows(text: string): boolean {
    const word = /^:([a-z][a-z0-9-]*)/.exec(text)?.[1];
    return word !== undefined && (isColonCommand(word) || this.session.machines.includes(word));
  }

  /** Everything that was done in a session once more, at the same instants. */
  replay(entries: readonly SessionEntry[]): void {
    this.isReplay = true;
    for (const entry of entries) {
      if (this.ended) return;
      this.advanceTo(entry.at);
      if (entry.kind !== "colon" && entry.machine !== this.session.current)
        this.goTo(entry.machine);
      const { terminal } = this.session;
      const prompt = terminal.prompt ?? "";
      if (entry.kind === "colon") this.colon(prompt, `:${entry.text}`);
      else if (entry.kind === "line") {
        this.put(`${prompt}${entry.text}\n`);
        this.session.line(entry.text);
      } else {
        if (terminal.prompt !== null) this.put(`${prompt}${shownKeys(entry.text)}\n`);
        this.session.keys(entry.text);
      }
      this.flush();
    }
    this.settle();
  }

  /** On a screen: keys as the terminal sends them. */
  press(text: string): void {
    for (const key of this.reader.feed(text)) {
      if (this.ended) return;
      if (this.isAtPrompt()) this.pressAtPrompt(key);
      else this.pressInProgram(key);
      this.show();
    }
  }

  /** On a screen: so much time passed outside. */
  tick(passed: Duration): void {
    if (this.speed === 0 || this.ended) return;
    const wanted = Math.min(
      Math.round(passed * this.speed),
      Math.max(TICK_MAX, TICK_MAX * this.speed),
    );
    this.advanceTo(later(this.session.now, wanted as Duration));
    if (this.screen !== "" || !this.view.isShown) this.show();
    this.title();
  }

  private welcome(): void {
    const { definition } = this.options;
    const { language } = this.page;
    const title = definition.title[language];
    const machines = this.session.machines.join(" ");
    this.say("welcome", { title, machines });
    for (const { host, command, status } of this.session.failedStarts)
      this.say("startFailed", { machine: host, command, status });
  }

  private say(
    key: keyof typeof CONSOLE_WORDS,
    values: Readonly<Record<string, string | number>> = {},
  ): void {
    const text = fill(CONSOLE_WORDS[key][this.page.language], values);
    this.lines([[{ text, tone: "dim" }]]);
  }

  private lines(lines: readonly Line[]): void {
    for (const one of lines) this.put(`${this.options.paint(one)}\n`);
  }

  /** Output for the screen; an edited line makes way for it. */
  private put(text: string): void {
    if (text === "") return;
    this.screen += this.view.erase();
    if (this.options.isScreen && this.lead !== "") {
      this.screen += this.lead;
      this.lead = "";
    }
    if (!this.options.isScreen) {
      this.screen += text;
      return;
    }
    const end = text.lastIndexOf("\n") + 1;
    this.screen += text.slice(0, end);
    this.lead = text.slice(end);
  }

  private flush(): void {
    this.put(this.session.take());
    if (this.session.terminal.done) this.leave();
  }

  private advanceTo(at: Instant): void {
    this.session.advance(at);
    this.flush();
    const limit = this.session.lab.simulation.engine.limitReached();
    if (limit !== null && this.speed !== 0) {
      this.speed = 0;
      this.say("limit", { limit });
    }
  }

  private settle(): void {
    if (this.ended) return;
    this.put(this.session.settle(PATIENCE));
    if (this.session.terminal.done) this.leave();
  }

  /** The shell ended: back to where somebody came from, or out. */
  private leave(): void {
    const back = this.cameFrom.pop();
    if (back === undefined) this.quit();
    else this.session.go(back);
  }

  /** Whether a line was a command to lvsim, which is carried out then. */
  private colon(prompt: string, text: string): boolean {
    if (!/^:[a-z]/.test(text) || prompt === "> ") return false;
    this.put(`${prompt}${text}\n`);
    this.session.colon(text.slice(1));
    this.lines(colonCommand(this, text.slice(1)));
    return true;
  }

  private isAtPrompt(): boolean {
    return this.session.terminal.prompt !== null;
  }

  /** With the time before it, for people who watch; nothing else depends on it. */
  private prompt(): string {
    const text = `${secondsOf(this.session.now).padStart(9)} `;
    const clock = this.options.paint([{ text, tone: "dim" }]);
    return `${clock}${this.lead}${this.session.terminal.prompt ?? ""}`;
  }

  /** Simulated time in the window's title, once a second. */
  private title(): void {
    const second = Math.floor(this.session.now / 1e9);
    if (second === this.titleSecond) return;
    this.titleSecond = second;
    this.screen += `\u001b]2;lvsim ${this.options.name} · ${second} s\u0007`;
  }

  /** Draws the line that is edited, or what a program left on its line. */
  private show(): void {
    if (!this.options.isScreen || this.ended) return;
    this.flush();
    if (this.isAtPrompt())
      this.screen += this.view.draw(this.prompt(), this.editor, this.page.columns);
    else if (this.lead !== "") this.screen += this.view.erase() + this.takeLead();
  }

  private takeLead(): string {
    const { lead } = this;
    this.lead = "";
    return lead;
  }

  private pressAtPrompt(key: string): void {
    const { editor } = this;
    const machine = this.machineOf(key);
    if (machine !== undefined) {
      this.screen += this.view.erase();
      this.lead = "";
      this.goTo(machine);
      return;
    }
    const event = editor.key(key);
    if (event !== "complete") this.tabs = 0;
    if (event === "line") this.accept(editor.line);
    else if (event === "interrupt") {
      this.finishLine(`${editor.value}^C`);
      editor.reset();
      this.session.keys("\u0003");
    } else if (event === "end of file") {
      this.finishLine("");
      this.session.keys("\u0004");
    } else if (event === "clear") this.screen += "\u001b[H\u001b[2J";
    else if (event === "complete") this.complete();
    else if (event === "bell") this.screen += "\u0007";
  }

  private finishLine(text: string): void {
    this.screen += this.view.finish(this.prompt(), text);
    this.lead = "";
  }

  private accept(text: string): void {
    this.editor.remember(text);
    const { prompt } = this.session.terminal;
    this.finishLine(text);
    if (/^:[a-z]/.test(text) && prompt !== "> ") {
      this.session.colon(text.slice(1));
      this.lines(colonCommand(this, text.slice(1)));
    } else this.session.line(text);
  }

  private pressInProgram(key: string): void {
    const machine = this.machineOf(key);
    if (machine !== undefined) this.goTo(machine);
    else {
      const text = sentFor(key);
      if (text !== "") this.session.keys(text);
    }
  }

  /** Alt-1 to Alt-9 and Alt with an arrow change the machine. */
  private machineOf(key: string): string | undefined {
    const { machines, current } = this.session;
    const number = /^alt-([1-9])$/.exec(key)?.[1];
    if (number !== undefined) return machines[Number(number) - 1];
    const step = key === "alt-right" ? 1 : key === "alt-left" ? machines.length - 1 : 0;
    return step === 0 ? undefined : machines[(machines.indexOf(current) + step) % machines.length];
  }

  private complete(): void {
    const { offers, replaces } = this.completion();
    if (offers.length === 0) {
      this.screen += "\u0007";
      return;
    }
    const common = commonStart(offers);
    this.editor.insert(common.slice(replaces));
    if (offers.length === 1 || common.length > replaces) this.tabs = 0;
    else if (++this.tabs > 1) this.offer(offers);
    else this.screen += "\u0007";
  }

  private completion(): Completion {
    const { session } = this;
    const { definition } = this.options;
    const own = Object.values(definition.hosts).flatMap(({ devices }) =>
      Object.values(devices).flatMap(({ address }) => address?.split("/")[0] ?? []),
    );
    return completionFor(this.editor.beforeCursor, {
      machine: session.lab.machine(session.current),
      machines: session.machines,
      addresses: [...definition.vips, ...own],
      cwd: session.terminal.cwd,
    });
  }

  private offer(offers: readonly string[]): void {
    this.finishLine(this.editor.value);
    this.put(`${inColumns(offers, this.page.columns).join("\n")}\n`);
  }
}

/** Control characters as `^C`. */
const shownKeys = (text: string): string =>
  Array.from(text, (key) =>
    key < " " ? `^${String.fromCharCode(key.charCodeAt(0) ^ 64)}` : key,
  ).join("");
