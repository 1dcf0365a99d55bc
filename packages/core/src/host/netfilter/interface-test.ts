/** An interface condition of a rule: a whole name, or a prefix that ends in `+`. */
export class InterfaceTest {
  private readonly name: string;
  private readonly isPrefix: boolean;
  private readonly inverted: boolean;

  constructor(name: string, inverted: boolean) {
    this.isPrefix = name.endsWith("+");
    this.name = this.isPrefix ? name.slice(0, -1) : name;
    this.inverted = inverted;
  }

  /** "" stands for "no device", which only a prefix of length 0 or a negation matches. */
  holdsName(name: string): boolean {
    return (this.isPrefix ? name.startsWith(this.name) : name === this.name) !== this.inverted;
  }
}
