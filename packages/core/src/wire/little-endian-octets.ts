/** Octets filled from the front with little-endian numbers, the order of our capture files. */
export class LittleEndianOctets {
  readonly octets: Uint8Array;
  private at = 0;

  constructor(length: number) {
    this.octets = new Uint8Array(length);
  }

  put16(value: number): void {
    this.octets[this.at] = value;
    this.octets[this.at + 1] = value >>> 8;
    this.at += 2;
  }

  put32(value: number): void {
    this.put16(value);
    this.put16(value >>> 16);
  }

  put(octets: Uint8Array): void {
    this.octets.set(octets, this.at);
    this.at += octets.length;
  }

  /** Zeros up to the next multiple of 4. */
  align(): void {
    this.at = (this.at + 3) & ~3;
  }
}
