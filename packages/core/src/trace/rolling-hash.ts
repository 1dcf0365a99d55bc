/** A rolling hash over whole numbers: order matters, and every machine gives the same digest. Not for secrets. */
export class RollingHash {
  private first = 0x243f6a88;
  private second = 0x13198a2e;

  /** Takes in a 32-bit word. */
  word(value: number): void {
    const first = Math.imul(this.first ^ value, 0x9e3779b1);
    this.first = (first << 13) | (first >>> 19);
    const second = Math.imul(this.second, 0x85ebca77) + (value | 0);
    this.second = ((second << 17) | (second >>> 15)) ^ this.first;
  }

  /** Takes in a whole number of up to 53 bits. */
  whole(value: number): void {
    this.word(value | 0);
    this.word(Math.floor(value / 2 ** 32) | 0);
  }

  text(value: string): void {
    this.word(value.length);
    for (let i = 0; i < value.length; i++) this.word(value.charCodeAt(i));
  }

  /** 16 hexadecimal digits. */
  digest(): string {
    return hex(mixed(this.first ^ mixed(this.second))) + hex(mixed(this.second ^ this.first));
  }
}

/** Lets every bit change every other. */
function mixed(word: number): number {
  let value = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return value ^ (value >>> 16);
}

const hex = (word: number): string => (word >>> 0).toString(16).padStart(8, "0");
