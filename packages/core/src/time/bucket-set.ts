/** Which buckets of a ring are not empty: one bit for each, so that empty ones are passed thirty-two at a time. */
export class BucketSet {
  private readonly words: Int32Array;

  /** None of `count` buckets, a power of two that is not less than 32, or 0. */
  constructor(count: number) {
    this.words = new Int32Array(count >> 5);
  }

  add(bucket: number): void {
    const word = bucket >> 5;
    this.words[word] = (this.words[word] as number) | (1 << (bucket & 31));
  }

  remove(bucket: number): void {
    const word = bucket >> 5;
    this.words[word] = (this.words[word] as number) & ~(1 << (bucket & 31));
  }

  clear(): void {
    this.words.fill(0);
  }

  /** How far ahead of `start` the first bucket of the set is, on around the ring; there is one. */
  aheadOf(start: number): number {
    const { words } = this;
    const { length } = words;
    let word = start >> 5;
    let bits = (words[word] as number) & (-1 << (start & 31));
    while (bits === 0) {
      word = (word + 1) & (length - 1);
      bits = words[word] as number;
    }
    const bucket = (word << 5) + 31 - Math.clz32(bits & -bits);
    return (bucket - start) & ((length << 5) - 1);
  }
}
