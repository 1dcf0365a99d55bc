/**
 * The kernel's hsiphash of one 32-bit word as 64-bit kernels compute it (lib/siphash.c): SipHash-1-3 of four octets,
 * little-endian, cut to 32 bits. Both words of the key are the same 32-bit number. 64-bit words are pairs of 32-bit
 * ones here, the low half first.
 */

/** The hash of `word` under `key`, as a signed 32-bit number. */
export function sipHash13(word: number, key: number): number {
  // the state: four constants, each word of the key xored into two of them
  let v0 = 0x70736575 ^ key;
  let v0High = 0x736f6d65;
  let v1 = 0x6e646f6d ^ key;
  let v1High = 0x646f7261;
  let v2 = 0x6e657261 ^ key;
  let v2High = 0x6c796765;
  // the only block: the word, and the length in octets on top; it is xored into v3 before its round, into v0 after it
  const top = 4 << 24;
  let v3 = 0x79746573 ^ key ^ word;
  let v3High = 0x74656462 ^ top;
  for (let round = 0; ; round++) {
    // v0 += v1, v1 turns left by 13
    let sum = (v0 + v1) | 0;
    v0High = (v0High + v1High + (sum >>> 0 < v0 >>> 0 ? 1 : 0)) | 0;
    v0 = sum;
    let turned = (v1 << 13) | (v1High >>> 19);
    v1High = ((v1High << 13) | (v1 >>> 19)) ^ v0High;
    v1 = turned ^ v0;
    // v2 += v3, v3 turns by 16
    sum = (v2 + v3) | 0;
    v2High = (v2High + v3High + (sum >>> 0 < v2 >>> 0 ? 1 : 0)) | 0;
    v2 = sum;
    turned = (v3 << 16) | (v3High >>> 16);
    v3High = ((v3High << 16) | (v3 >>> 16)) ^ v2High;
    v3 = turned ^ v2;
    // v0 turns by 32, then v0 += v3, v3 turns by 21
    sum = (v0High + v3) | 0;
    const carry = sum >>> 0 < v3 >>> 0 ? 1 : 0;
    v0High = (v0 + v3High + carry) | 0;
    v0 = sum;
    turned = (v3 << 21) | (v3High >>> 11);
    v3High = ((v3High << 21) | (v3 >>> 11)) ^ v0High;
    v3 = turned ^ v0;
    // v2 += v1, v1 turns by 17, v2 turns by 32
    sum = (v2 + v1) | 0;
    const high = (v2High + v1High + (sum >>> 0 < v2 >>> 0 ? 1 : 0)) | 0;
    turned = (v1 << 17) | (v1High >>> 15);
    v1High = ((v1High << 17) | (v1 >>> 15)) ^ high;
    v1 = turned ^ sum;
    v2High = sum;
    v2 = high;
    if (round === 3) return v0 ^ v1 ^ v2 ^ v3;
    if (round === 0) {
      v0 ^= word;
      v0High ^= top;
      v2 ^= 0xff;
    }
  }
}
