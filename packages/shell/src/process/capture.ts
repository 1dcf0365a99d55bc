/** Open files at the edge of a machine: what a lab reads from and writes to a process. */
import { FileError } from "./errno.ts";
import { OpenFile } from "./open-file.ts";

/** Collects what is written, and tells a listener; beyond `charactersMax` writers get EPIPE. */
export class Capture extends OpenFile {
  override readonly isTerminal: boolean;
  /** Everything written so far. */
  text = "";
  /** Called with every piece as it is written. */
  onText: ((text: string) => void) | null = null;
  private readonly charactersMax: number;

  constructor(charactersMax: number, isTerminal = false) {
    super();
    this.charactersMax = charactersMax;
    this.isTerminal = isTerminal;
  }

  override read(): string {
    return "";
  }

  override write(text: string): number {
    if (this.text.length + text.length > this.charactersMax) return -FileError.EPIPE;
    this.text += text;
    this.onText?.(text);
    return text.length;
  }

  protected override close(): void {}
}

/** Gives text that is put in from outside; the end comes after `finish`. */
export class Feed extends OpenFile {
  override readonly isTerminal: boolean;
  private text: string;
  private finished: boolean;

  constructor(text: string, finished: boolean, isTerminal = false) {
    super();
    this.text = text;
    this.finished = finished;
    this.isTerminal = isTerminal;
  }

  /** More to read. */
  put(text: string): void {
    this.text += text;
    this.readable.wake();
  }

  /** End of file after what is still unread. */
  finish(): void {
    this.finished = true;
    this.readable.wake();
  }

  override read(max: number): string | null {
    if (this.text === "") return this.finished ? "" : null;
    const part = this.text.slice(0, max);
    this.text = this.text.slice(max);
    return part;
  }

  override write(): number {
    return -FileError.EBADF;
  }

  override unread(text: string): boolean {
    this.text = text + this.text;
    return true;
  }

  protected override close(): void {}
}
