/** Where expanded text goes: into fields (split and globbed), into one text, or into a pattern. */
import { SHELL_LIMITS } from "../kernel/limits.ts";
import { ExpansionError } from "../shell/control.ts";
import { escapeGlob } from "../text/glob.ts";

export interface Sink {
  /** Text that is taken as it is; quoted text is never special. */
  text(text: string, quoted: boolean): void;
  /** The result of an unquoted expansion. */
  split(text: string): void;
  /** Between two items of "$@" and the like: the next one begins a new field. `quoted` tells from `$@`. */
  boundary(quoted: boolean): void;
}

/** One field: its text, and the same as a pattern in which quoted characters stand for themselves. */
export interface Field {
  readonly text: string;
  readonly pattern: string;
  /** Whether an unquoted character may make a pattern of it. */
  readonly mayGlob: boolean;
}

const MAGIC = /[*?[\\]|[+@!]\(/;

function checked(text: string): string {
  if (text.length > SHELL_LIMITS.textCharactersMax) {
    throw new ExpansionError(`xrealloc: cannot allocate ${text.length} bytes`, true, 2);
  }
  return text;
}

export class FieldSink implements Sink {
  readonly fields: Field[] = [];
  private readonly separators: string;
  private current: { text: string; pattern: string; mayGlob: boolean } | null = null;
  /** White space ended the last field, so that one other separator may follow without making an empty field. */
  private spaceEnded = false;

  constructor(separators: string) {
    this.separators = separators;
  }

  text(text: string, quoted: boolean): void {
    this.spaceEnded = false;
    this.current ??= { text: "", pattern: "", mayGlob: false };
    this.append(text, quoted);
  }

  split(text: string): void {
    let from = 0;
    for (let at = 0; at < text.length; at++) {
      const character = text.charAt(at);
      if (!this.separators.includes(character)) continue;
      if (at > from) this.text(text.slice(from, at), false);
      from = at + 1;
      this.separator(character === " " || character === "\t" || character === "\n");
    }
    if (from < text.length) this.text(text.slice(from), false);
  }

  boundary(): void {
    this.finish();
    this.spaceEnded = false;
  }

  /** Ends the last field and gives all of them. */
  end(): readonly Field[] {
    this.finish();
    return this.fields;
  }

  private separator(isSpace: boolean): void {
    if (isSpace) {
      if (this.current !== null) this.spaceEnded = true;
      this.finish();
      return;
    }
    if (this.current === null && !this.spaceEnded)
      this.current = { text: "", pattern: "", mayGlob: false };
    this.spaceEnded = false;
    this.finish();
  }

  private append(text: string, quoted: boolean): void {
    const { current } = this;
    if (current === null) return;
    current.text = checked(current.text + text);
    current.pattern += quoted ? escapeGlob(text) : text;
    if (!quoted && !current.mayGlob) current.mayGlob = MAGIC.test(text);
  }

  private finish(): void {
    if (this.current === null) return;
    if (this.fields.length >= SHELL_LIMITS.wordsMax)
      throw new ExpansionError("cannot allocate memory", true, 2);
    // an extended pattern may have been put together from several pieces
    this.fields.push({
      ...this.current,
      mayGlob: this.current.mayGlob || /[+@!?*]\(/.test(this.current.pattern),
    });
    this.current = null;
  }
}

export class TextSink implements Sink {
  value = "";
  private readonly joiner: string;

  constructor(joiner = " ") {
    this.joiner = joiner;
  }

  text(text: string): void {
    this.value = checked(this.value + text);
  }

  split(text: string): void {
    this.text(text);
  }

  boundary(): void {
    this.value += this.joiner;
  }
}

/** Makes a pattern, or with `escape` of regular expressions a regular expression: quoted text stands for itself. */
export class PatternSink implements Sink {
  value = "";
  private readonly quote: (text: string) => string;

  constructor(quote: (text: string) => string = escapeGlob) {
    this.quote = quote;
  }

  text(text: string, quoted: boolean): void {
    this.value = checked(this.value + (quoted ? this.quote(text) : text));
  }

  split(text: string): void {
    this.text(text, false);
  }

  boundary(): void {
    this.value += " ";
  }
}
