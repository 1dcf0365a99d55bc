/** The options of one command line, in the order in which they came. */

export interface GivenOption {
  readonly tag: string;
  /** "" when the option has no value. */
  readonly value: string;
  /** As `-n` or `--lines`. */
  readonly typed: string;
}

export class Given {
  /** argv[0]. */
  readonly program: string;
  readonly options: readonly GivenOption[];
  readonly operands: readonly string[];

  constructor(program: string, options: readonly GivenOption[], operands: readonly string[]) {
    this.program = program;
    this.options = options;
    this.operands = operands;
  }

  has(tag: string): boolean {
    return this.options.some((option) => option.tag === tag);
  }

  /** The last value of an option. */
  value(tag: string): string | undefined {
    return this.options.findLast((option) => option.tag === tag)?.value;
  }

  values(tag: string): string[] {
    return this.options.filter((option) => option.tag === tag).map(({ value }) => value);
  }

  /** Which of `tags` came last. */
  last(...tags: readonly string[]): string | undefined {
    return this.options.findLast((option) => tags.includes(option.tag))?.tag;
  }
}
