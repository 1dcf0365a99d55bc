/** What the digests of 32-bit words share: padding (RFC 1321 §3.1, FIPS 180-4 §5.1), rotation, hexadecimal output. */

export type Digest = (octets: Uint8Array) => string;

/** The message with its end marked and its length behind, a multiple of `block` octets. */
export function padded(octets: Uint8Array, block: number, littleEndian: boolean): DataView {
  const lengthField = block / 8;
  const size = Math.ceil((octets.length + 1 + lengthField) / block) * block;
  const made = new Uint8Array(size);
  made.set(octets);
  made[octets.length] = 0x80;
  const view = new DataView(made.buffer);
  const bits = octets.length * 8;
  const [low, high] = [bits >>> 0, Math.floor(bits / 2 ** 32)];
  view.setUint32(littleEndian ? size - 8 : size - 4, low, littleEndian);
  view.setUint32(littleEndian ? size - 4 : size - 8, high, littleEndian);
  return view;
}

export const rotateLeft = (x: number, n: number): number => (x << n) | (x >>> (32 - n));
export const rotateRight = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

/** Eight digits a word, its octets in the order of the algorithm. */
export function hexadecimal(words: readonly number[], littleEndian: boolean): string {
  const view = new DataView(new ArrayBuffer(4));
  return words
    .map((word) => {
      view.setUint32(0, word >>> 0, littleEndian);
      return view.getUint32(0).toString(16).padStart(8, "0");
    })
    .join("");
}
