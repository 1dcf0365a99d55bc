/**
 * Command lines as getopt_long(3) of glibc reads them: bundled short options, glued or separate values, long options by a
 * unique prefix, operands anywhere (or only at the end, as with POSIXLY_CORRECT), and glibc's own messages.
 */

export interface GetoptOption<T> {
  /** One letter, or "" when there is only a long form. */
  readonly short: string;
  /** Without dashes, or "" when there is only a short form. */
  readonly long: string;
  readonly value: "none" | "required" | "optional";
  /** What the program calls it. */
  readonly tag: T;
}

export type GetoptItem<T> =
  | {
      readonly kind: "option";
      readonly tag: T;
      readonly value: string | null;
      readonly typed: string;
    }
  /** `message` is what getopt prints, without a newline: program, colon, complaint. */
  | { readonly kind: "error"; readonly message: string }
  | { readonly kind: "end" };

export class Getopt<T> {
  /** Words that are no options, in order; complete once `next` has given `end`. */
  readonly operands: string[] = [];
  private readonly options: readonly GetoptOption<T>[];
  private readonly program: string;
  private readonly words: readonly string[];
  private readonly stopsAtOperand: boolean;
  private at = 1;
  private bundle = "";

  /** `stopsAtOperand`: options end at the first operand (a leading `+` in getopt's string). */
  constructor(
    options: readonly GetoptOption<T>[],
    argv: readonly string[],
    stopsAtOperand = false,
  ) {
    this.options = options;
    this.program = argv[0] ?? "";
    this.words = argv;
    this.stopsAtOperand = stopsAtOperand;
  }

  next(): GetoptItem<T> {
    while (this.bundle === "") {
      const word = this.words[this.at];
      if (word === undefined) return { kind: "end" };
      this.at++;
      const isOperand = !word.startsWith("-") || word === "-";
      if (word === "--" || (isOperand && this.stopsAtOperand)) {
        if (isOperand) this.operands.push(word);
        this.operands.push(...this.words.slice(this.at));
        this.at = this.words.length;
      } else if (isOperand) this.operands.push(word);
      else if (word.startsWith("--")) return this.long(word);
      else this.bundle = word.slice(1);
    }
    return this.short();
  }

  private long(word: string): GetoptItem<T> {
    const equals = word.indexOf("=");
    const name = equals < 0 ? word.slice(2) : word.slice(2, equals);
    const glued = equals < 0 ? null : word.slice(equals + 1);
    const exact = this.options.filter((option) => option.long === name);
    const found =
      exact.length > 0 ? exact : this.options.filter((option) => option.long.startsWith(name));
    const [option, another] = found;
    if (option === undefined)
      return this.error(`unrecognized option '${equals < 0 ? word : `--${name}`}'`);
    if (another !== undefined && exact.length === 0) {
      const names = found.map((candidate) => `'--${candidate.long}'`).join(" ");
      return this.error(`option '--${name}' is ambiguous; possibilities: ${names}`);
    }
    const typed = `--${option.long}`;
    if (option.value === "none") {
      if (glued !== null) return this.error(`option '${typed}' doesn't allow an argument`);
      return { kind: "option", tag: option.tag, value: null, typed };
    }
    const value = glued ?? (option.value === "required" ? this.take() : null);
    if (value === undefined) return this.error(`option '${typed}' requires an argument`);
    return { kind: "option", tag: option.tag, value, typed };
  }

  private short(): GetoptItem<T> {
    const letter = this.bundle.charAt(0);
    this.bundle = this.bundle.slice(1);
    const option = this.options.find((candidate) => candidate.short === letter && letter !== "");
    if (option === undefined) return this.error(`invalid option -- '${letter}'`);
    const typed = `-${letter}`;
    if (option.value === "none") return { kind: "option", tag: option.tag, value: null, typed };
    const glued = this.bundle === "" ? null : this.bundle;
    this.bundle = "";
    const value = glued ?? (option.value === "required" ? this.take() : null);
    if (value === undefined) return this.error(`option requires an argument -- '${letter}'`);
    return { kind: "option", tag: option.tag, value, typed };
  }

  private take(): string | undefined {
    return this.words[this.at++];
  }

  private error(complaint: string): GetoptItem<T> {
    return { kind: "error", message: `${this.program}: ${complaint}` };
  }
}

/** One option without a value, for tables that have many of them. */
export const flag = <T>(short: string, long: string, tag: T): GetoptOption<T> => ({
  short,
  long,
  value: "none",
  tag,
});

/** One option with a value. */
export const valued = <T>(short: string, long: string, tag: T): GetoptOption<T> => ({
  short,
  long,
  value: "required",
  tag,
});
