/** One shell variable: a scalar, an indexed array or an associative array, with attributes. */

export interface Attributes {
  exported: boolean;
  readonly: boolean;
  integer: boolean;
  lower: boolean;
  upper: boolean;
  /** declare -n: the value is the name of another variable. */
  reference: boolean;
}

export class Variable {
  /** Null: declared, but without a value. */
  value: string | Map<number, string> | Map<string, string> | null = null;
  kind: "scalar" | "indexed" | "associative" = "scalar";
  readonly attributes: Attributes = {
    exported: false,
    readonly: false,
    integer: false,
    lower: false,
    upper: false,
    reference: false,
  };

  private highest = -1;
  private highestOf: unknown = null;

  copy(): Variable {
    const copy = new Variable();
    copy.kind = this.kind;
    copy.value =
      this.value instanceof Map
        ? new Map<never, string>(this.value as Map<never, string>)
        : this.value;
    Object.assign(copy.attributes, this.attributes);
    return copy;
  }

  /** The highest index of an indexed array; −1 when it has none. */
  highestIndex(): number {
    if (this.kind !== "indexed" || !(this.value instanceof Map))
      return typeof this.value === "string" ? 0 : -1;
    if (this.highestOf !== this.value) {
      this.highest = -1;
      for (const key of (this.value as Map<number, string>).keys())
        this.highest = Math.max(this.highest, key);
      this.highestOf = this.value;
    }
    return this.highest;
  }

  /** Tells of an element that was stored at `index`. */
  stored(index: number): void {
    if (this.highestOf === this.value) this.highest = Math.max(this.highest, index);
  }

  /** Forgets what is known of the highest index, after an element was removed. */
  removed(): void {
    this.highestOf = null;
  }

  /** What `$name` gives: of an array its element 0. */
  get text(): string | undefined {
    if (this.value === null) return undefined;
    if (typeof this.value === "string") return this.value;
    return this.kind === "indexed"
      ? (this.value as Map<number, string>).get(0)
      : (this.value as Map<string, string>).get("0");
  }

  element(key: number | string): string | undefined {
    if (this.value === null) return undefined;
    if (typeof this.value === "string") return key === 0 ? this.value : undefined;
    return (this.value as Map<number | string, string>).get(key);
  }

  /** Keys in bash's order: ascending for indexed arrays, by hash bucket for associative ones. */
  keys(): (number | string)[] {
    if (this.value === null) return [];
    if (typeof this.value === "string") return [0];
    if (this.kind === "indexed")
      return Array.from((this.value as Map<number, string>).keys()).sort((a, b) => a - b);
    const keys = Array.from((this.value as Map<string, string>).keys());
    const buckets = new Map(keys.map((key) => [key, bucket(key)]));
    // within a bucket the newest comes first, as bash links new entries in front
    return keys.reverse().sort((a, b) => (buckets.get(a) as number) - (buckets.get(b) as number));
  }

  values(): string[] {
    return this.keys().map((key) => this.element(key) as string);
  }
}

/** Bash's hash of a key (FNV-1, 32 bit), in a table of 1024 buckets. */
function bucket(key: string): number {
  let hash = 2_166_136_261;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash, 16_777_619) ^ key.charCodeAt(i);
  return hash & 1023;
}

export const isName = (text: string): boolean => /^[A-Za-z_][A-Za-z0-9_]*$/.test(text);
