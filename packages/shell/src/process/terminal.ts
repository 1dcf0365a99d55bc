/**
 * A terminal as processes see it (tty(4), termios(3)): the line discipline N_TTY between keys and readers. In canonical
 * mode a line is given to readers when it is complete and can be edited until then: VERASE, VWERASE, VKILL, VEOF, VREPRINT.
 * ISIG turns VINTR, VQUIT and VSUSP into signals to the foreground group, and drops what was typed before.
 *
 * A shell that waits for a command line sets `prompt`; whoever holds the other end edits the line then and gives it as
 * a whole, as readline does in real shells. Left out: output processing (a newline is a newline), VLNEXT, flow control,
 * hang-up, background groups that write (TOSTOP).
 */
import { FileError } from "./errno.ts";
import { OpenFile } from "./open-file.ts";
import { Signal } from "./signal.ts";

/** stty's `icanon`, `echo` and `isig`. */
export interface TerminalMode {
  readonly canonical: boolean;
  readonly echo: boolean;
  readonly signals: boolean;
}

const COOKED: TerminalMode = { canonical: true, echo: true, signals: true };
/** Characters that wait for a reader; more are dropped, as by the kernel (4096 there). */
const INPUT_MAX = 65_536;

const SIGNALS: ReadonlyMap<string, number> = new Map([
  ["\u0003", Signal.INT],
  ["\u001c", Signal.QUIT],
  ["\u001a", Signal.TSTP],
]);
const END_OF_FILE = "\u0004";

export class Terminal extends OpenFile {
  override readonly isTerminal = true;
  /** The process group that gets signals; 0 for none. */
  foreground = 0;
  mode: TerminalMode = COOKED;
  columns = 100;
  rows = 40;
  /** What stands before the command line that a shell waits for; null while none does. */
  prompt: string | null = null;
  /** `$?` of the shell as it asked for a command line last. */
  lastStatus = 0;
  /** Whether what was written last ended its line. */
  isAtLineStart = true;
  private readonly onSignal: (group: number, signal: number) => void;
  private readonly outputMax: number;
  private output = "";
  /** Pieces for readers: whole lines, or keys; "" is an end of file. */
  private readonly ready: string[] = [];
  private line = "";

  constructor(onSignal: (group: number, signal: number) => void, outputMax: number) {
    super();
    this.onSignal = onSignal;
    this.outputMax = outputMax;
  }

  /** What was written to the screen since the last call, echoes of keys among it. */
  take(): string {
    const { output } = this;
    this.output = "";
    return output;
  }

  /** Whether something waits to be read. */
  get hasInput(): boolean {
    return this.ready.length > 0;
  }

  /** Keys that somebody pressed. At a prompt they are an edited line, which is not shown again. */
  type(text: string): void {
    for (const key of text) this.key(key === "\r" ? "\n" : key);
    if (this.ready.length > 0) this.readable.wake();
  }

  override read(max: number): string | null {
    const [first] = this.ready;
    if (first === undefined) return null;
    if (first.length <= max) this.ready.shift();
    else this.ready[0] = first.slice(max);
    return first.slice(0, max);
  }

  override write(text: string): number {
    if (this.output.length + text.length > this.outputMax) return -FileError.EIO;
    this.output += text;
    if (text !== "") this.isAtLineStart = text.endsWith("\n");
    return text.length;
  }

  override unread(text: string): boolean {
    if (text !== "") this.ready.unshift(text);
    return true;
  }

  protected override close(): void {}

  private key(key: string): void {
    const { canonical, echo, signals } = this.mode;
    const signal = SIGNALS.get(key);
    if (signals && signal !== undefined) this.interrupt(key, signal);
    else if (!canonical && this.prompt === null) {
      this.push(key);
      if (echo) this.show(key);
    } else this.edit(key);
  }

  private interrupt(key: string, signal: number): void {
    this.line = "";
    this.ready.length = 0;
    if (this.prompt === null && this.mode.echo) this.show(key);
    if (this.foreground !== 0) this.onSignal(this.foreground, signal);
  }

  private edit(key: string): void {
    if (key === "\n") {
      this.push(`${this.line}\n`);
      this.line = "";
      if (this.isEchoing()) this.write("\n");
    } else if (key === END_OF_FILE) {
      this.push(this.line);
      this.line = "";
    } else if (key === "\u007f" || key === "\b") this.erase(1);
    else if (key === "\u0015") this.erase(Array.from(this.line).length);
    else if (key === "\u0017") this.erase(Array.from(/\S*\s*$/u.exec(this.line)?.[0] ?? "").length);
    else if (this.line.length < INPUT_MAX) {
      this.line += key;
      if (this.isEchoing()) this.show(key);
    }
  }

  private isEchoing(): boolean {
    return this.mode.echo && this.prompt === null;
  }

  /** ECHOCTL: control characters as `^C`. */
  private show(key: string): void {
    const code = key.codePointAt(0) ?? 0;
    const isControl = (code < 32 && key !== "\n" && key !== "\t") || code === 127;
    this.write(isControl ? `^${String.fromCharCode(code ^ 64)}` : key);
  }

  /** ECHOE: rubs out characters of the line that is edited. */
  private erase(count: number): void {
    const characters = Array.from(this.line);
    const gone = characters.splice(Math.max(characters.length - count, 0));
    this.line = characters.join("");
    if (this.isEchoing())
      this.write("\b \b".repeat(gone.reduce((sum, one) => sum + columnsOf(one), 0)));
  }

  private push(text: string): void {
    if (this.ready.length < INPUT_MAX) this.ready.push(text);
  }
}

/** Columns of a character: control characters show as two, so do those of East Asia. */
function columnsOf(character: string): number {
  const code = character.codePointAt(0) ?? 0;
  if (code < 32 || code === 127) return 2;
  return code >= 0x1100 && WIDE.test(character) ? 2 : 1;
}

const WIDE =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}]/u;
