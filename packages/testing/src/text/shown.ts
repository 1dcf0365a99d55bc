/** A text in a format that operators know, for snapshots: it is printed as it is, without quotes. */
export class Shown {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  toString(): string {
    return this.text;
  }
}
