/** SHA-1 (FIPS 180-4 §6.1). */
import { hexadecimal, padded, rotateLeft } from "./words.ts";

export function sha1(octets: Uint8Array): string {
  const view = padded(octets, 64, false);
  const state = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  const schedule = new Int32Array(80);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 80; i++)
      schedule[i] =
        i < 16
          ? view.getInt32(block + 4 * i)
          : rotateLeft(
              (schedule[i - 3] as number) ^
                (schedule[i - 8] as number) ^
                (schedule[i - 14] as number) ^
                (schedule[i - 16] as number),
              1,
            );
    let [a, b, c, d, e] = state as [number, number, number, number, number];
    for (let i = 0; i < 80; i++) {
      const [mixed, constant] = round(i, b, c, d);
      const next = (rotateLeft(a, 5) + mixed + e + constant + (schedule[i] as number)) | 0;
      [e, d, c, b, a] = [d, c, rotateLeft(b, 30), a, next];
    }
    [a, b, c, d, e].forEach((word, i) => {
      state[i] = ((state[i] as number) + word) | 0;
    });
  }
  return hexadecimal(state, false);
}

function round(i: number, b: number, c: number, d: number): readonly [number, number] {
  if (i < 20) return [(b & c) | (~b & d), 0x5a827999];
  if (i < 40) return [b ^ c ^ d, 0x6ed9eba1];
  if (i < 60) return [(b & c) | (b & d) | (c & d), 0x8f1bbcdc];
  return [b ^ c ^ d, 0xca62c1d6];
}
