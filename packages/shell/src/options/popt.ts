/**
 * Command lines as popt(3) reads them (ipvsadm): options and operands in any order, short options bundled (`-lnc`),
 * values glued (`-swrr`, `-s=wrr`), `--long=value`, optional values, no abbreviated long options. Options come one by one,
 * because the program acts on each before the next is read. Aliases and nested tables are left out.
 */

export interface PoptOption<T> {
  /** One letter, or "" when there is only a long form. */
  readonly short: string;
  /** Without dashes, or "" when there is only a short form. */
  readonly long: string;
  readonly value: "none" | "required" | "optional";
  /** What the program calls it. */
  readonly tag: T;
}

export type PoptItem<T> =
  /** An option; `value` is null when it has none. `typed` is what poptBadOption(3) gives: the word that was read last. */
  | {
      readonly kind: "option";
      readonly tag: T;
      readonly value: string | null;
      readonly typed: string;
    }
  /** popt's own complaint. */
  | {
      readonly kind: "error";
      readonly typed: string;
      readonly text: "unknown option" | "missing argument" | "option does not take an argument";
    }
  /** Nothing is left; the operands are in `Popt.operands`. */
  | { readonly kind: "end" };

export class Popt<T> {
  /** Words that are no options, in order; complete once `next` has given `end`. */
  readonly operands: string[] = [];
  private readonly options: readonly PoptOption<T>[];
  private readonly words: readonly string[];
  private at = 0;
  /** What is still unread of a bundle of short options. */
  private bundle = "";
  private onlyOperands = false;

  /** `words` is the command line without the program's name. */
  constructor(options: readonly PoptOption<T>[], words: readonly string[]) {
    this.options = options;
    this.words = words;
  }

  next(): PoptItem<T> {
    while (this.bundle === "") {
      const word = this.words[this.at];
      if (word === undefined) return { kind: "end" };
      this.at++;
      if (this.onlyOperands || !word.startsWith("-") || word === "-") this.operands.push(word);
      else if (word === "--") this.onlyOperands = true;
      else if (word.startsWith("--")) return this.long(word);
      else this.bundle = word.slice(1);
    }
    return this.short();
  }

  private long(word: string): PoptItem<T> {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const glued = equals < 0 ? null : word.slice(equals + 1);
    const option = this.options.find((candidate) => candidate.long === name && name !== "");
    if (option === undefined) return this.error("unknown option");
    if (option.value === "none" && glued !== null)
      return this.error("option does not take an argument");
    return this.withValue(option, glued);
  }

  private short(): PoptItem<T> {
    const letter = this.bundle.charAt(0);
    this.bundle = this.bundle.slice(1);
    const option = this.options.find((candidate) => candidate.short === letter);
    if (option === undefined) return this.error("unknown option");
    if (option.value === "none" && this.bundle.startsWith("="))
      return this.error("option does not take an argument");
    if (option.value === "none" || this.bundle === "") return this.withValue(option, null);
    const glued = this.bundle.startsWith("=") ? this.bundle.slice(1) : this.bundle;
    this.bundle = "";
    return this.withValue(option, glued);
  }

  private withValue(option: PoptOption<T>, glued: string | null): PoptItem<T> {
    const { tag } = option;
    if (option.value === "none" || glued !== null)
      return { kind: "option", tag, value: glued, typed: this.typed };
    const word = this.words[this.at];
    if (option.value === "optional" && (word === undefined || word.startsWith("-")))
      return { kind: "option", tag, value: null, typed: this.typed };
    if (word === undefined) return this.error("missing argument");
    this.at++;
    return { kind: "option", tag, value: word, typed: this.typed };
  }

  private get typed(): string {
    return this.words[this.at - 1] ?? "";
  }

  private error(text: Extract<PoptItem<T>, { readonly kind: "error" }>["text"]): PoptItem<T> {
    return { kind: "error", typed: this.typed, text };
  }
}
