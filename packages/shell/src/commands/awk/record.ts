/** $0 and its fields: split when one is asked for, joined again when one was changed. */
import { inputValue, type Scalar } from "./value.ts";

/** The largest field number; gawk would try until memory ends. */
const FIELDS_MAX = 100_000;

/** Thrown for $(-1) and for fields without end. */
export class BadField {
  readonly message: string;

  constructor(message: string) {
    this.message = message;
  }
}

export class CurrentRecord {
  private text = "";
  private whole: Scalar | undefined;
  private fields: Scalar[] = [];
  private unsplit = false;
  private unjoined = false;
  /** How this record is to be split: as FS was when it was read. */
  private split: (text: string) => readonly string[] = () => [];
  private readonly joined: (fields: readonly Scalar[]) => string;

  /** `joined` puts fields together with OFS. */
  constructor(joined: (fields: readonly Scalar[]) => string) {
    this.joined = joined;
  }

  set(text: string, split: (text: string) => readonly string[]): void {
    this.text = text;
    this.whole = undefined;
    this.split = split;
    this.unsplit = true;
    this.unjoined = false;
  }

  get count(): number {
    this.splitNow();
    return this.fields.length;
  }

  set count(count: number) {
    this.splitNow();
    const wanted = Math.trunc(count);
    if (wanted < 0) throw new BadField("NF set to negative value");
    this.bound(wanted);
    while (this.fields.length < wanted) this.fields.push("");
    this.fields.length = wanted;
    this.unjoined = true;
  }

  get(index: number): Scalar {
    if (index === 0) {
      if (this.unjoined) this.joinNow();
      this.whole ??= inputValue(this.text);
      return this.whole;
    }
    this.check(index);
    this.splitNow();
    return this.fields[index - 1] ?? null;
  }

  assign(index: number, value: Scalar): void {
    this.check(index);
    this.bound(index);
    this.splitNow();
    while (this.fields.length < index) this.fields.push("");
    this.fields[index - 1] = value;
    this.unjoined = true;
  }

  private check(index: number): void {
    if (index < 0) throw new BadField(`attempt to access field ${index}`);
  }

  private bound(index: number): void {
    if (index > FIELDS_MAX)
      throw new BadField(`attempt to access field ${index}: Cannot allocate memory`);
  }

  private splitNow(): void {
    if (!this.unsplit) return;
    this.unsplit = false;
    this.fields = this.split(this.text).map(inputValue);
  }

  private joinNow(): void {
    this.text = this.joined(this.fields);
    this.whole = undefined;
    this.unjoined = false;
  }
}
