/**
 * The command line as iptables' getopt_long(3) gives it out: options and operands in the order in which they stand,
 * because `!` is an operand that concerns what follows. Long options may be cut short while they stay unique; which
 * ones there are changes while the line is read, as matches are named.
 */

/** 0 no argument, 1 an argument, 2 an argument only if glued on. */
export type Arity = 0 | 1 | 2;

export type Token =
  | { readonly kind: "short"; readonly letter: string; readonly value: string | null }
  | { readonly kind: "long"; readonly name: string; readonly value: string | null }
  | { readonly kind: "operand"; readonly text: string }
  | { readonly kind: "unknown" }
  | { readonly kind: "incomplete" }
  | { readonly kind: "end" };

export class WordReader {
  private readonly words: readonly string[];
  private readonly shortArity: ReadonlyMap<string, Arity>;
  private at: number;
  private cluster = "";

  /** `words` begins with the program's name. */
  constructor(words: readonly string[], shortArity: ReadonlyMap<string, Arity>) {
    this.words = words;
    this.shortArity = shortArity;
    this.at = 1;
  }

  /** The word before the next one, which messages name. */
  get previous(): string {
    return this.words[this.at - 1] ?? "";
  }

  /** Whether a word follows that is no option and no `!`. */
  get hasArgument(): boolean {
    const word = this.words[this.at];
    return word !== undefined && !word.startsWith("-") && !word.startsWith("!");
  }

  /** Whether words are left that nobody read: what stands after `--`. */
  get hasRest(): boolean {
    return this.at < this.words.length;
  }

  take(): string | undefined {
    return this.words[this.at++];
  }

  /** Reads the latest word again: an extension was loaded that may know it. */
  back(): void {
    this.at--;
  }

  next(longArity: ReadonlyMap<string, Arity>): Token {
    if (this.cluster !== "") return this.short();
    const word = this.words[this.at];
    if (word === undefined) return { kind: "end" };
    this.at++;
    if (word === "--") return { kind: "end" };
    if (word.startsWith("--")) return this.long(word.slice(2), longArity);
    if (!word.startsWith("-") || word === "-") return { kind: "operand", text: word };
    this.cluster = word.slice(1);
    // the word counts as read only when its last letter is
    this.at--;
    return this.short();
  }

  private short(): Token {
    const letter = this.cluster.charAt(0);
    this.cluster = this.cluster.slice(1);
    const arity = this.shortArity.get(letter);
    const glued = this.cluster === "" ? null : this.cluster;
    if (glued === null || (arity ?? 0) > 0) {
      this.at++;
      this.cluster = "";
    }
    if (arity === undefined) return { kind: "unknown" };
    if (arity !== 1 || glued !== null)
      return { kind: "short", letter, value: arity === 0 ? null : glued };
    if (this.at >= this.words.length) return { kind: "incomplete" };
    return { kind: "short", letter, value: this.take() ?? null };
  }

  private long(text: string, longArity: ReadonlyMap<string, Arity>): Token {
    const equals = text.indexOf("=");
    const wanted = equals < 0 ? text : text.slice(0, equals);
    const glued = equals < 0 ? null : text.slice(equals + 1);
    const name = longArity.has(wanted) ? wanted : uniqueName(wanted, longArity);
    const arity = name === undefined ? undefined : longArity.get(name);
    if (name === undefined || arity === undefined) return { kind: "unknown" };
    if (arity === 0 && glued !== null) return { kind: "unknown" };
    if (arity !== 1 || glued !== null) return { kind: "long", name, value: glued };
    if (this.at >= this.words.length) return { kind: "incomplete" };
    return { kind: "long", name, value: this.take() ?? null };
  }
}

function uniqueName(prefix: string, names: ReadonlyMap<string, Arity>): string | undefined {
  const found = Array.from(names.keys()).filter((name) => name.startsWith(prefix));
  return found.length === 1 ? found[0] : undefined;
}
