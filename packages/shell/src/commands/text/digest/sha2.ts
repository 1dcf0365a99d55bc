/** SHA-256 and SHA-512 (FIPS 180-4 §6.2, §6.4). Their constants are fractions of roots of primes, made with whole numbers. */
import { hexadecimal, padded, rotateRight } from "./words.ts";

const PRIMES: readonly number[] = Array.from({ length: 410 }, (_, i) => i).filter((n) => {
  for (let d = 2; d * d <= n; d++) if (n % d === 0) return false;
  return n > 1;
});

/** The first 64 bits of the fraction of the square (2) or cube (3) root of a prime. */
function fraction(prime: number, root: 2 | 3): bigint {
  const wanted = BigInt(prime) << BigInt(64 * root);
  let low = 0n;
  let high = 1n << 70n;
  while (high - low > 1n) {
    const middle = (low + high) >> 1n;
    if (middle ** BigInt(root) <= wanted) low = middle;
    else high = middle;
  }
  return BigInt.asUintN(64, low);
}

const ROUND = PRIMES.slice(0, 80).map((prime) => fraction(prime, 3));
const START = PRIMES.slice(0, 8).map((prime) => fraction(prime, 2));
const high = (value: bigint): number => Number(value >> 32n) | 0;
const ROUND_256 = ROUND.slice(0, 64).map(high);

export function sha256(octets: Uint8Array): string {
  const view = padded(octets, 64, false);
  const state = START.map(high);
  const schedule = new Int32Array(64);
  for (let block = 0; block < view.byteLength; block += 64) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getInt32(block + 4 * i);
    for (let i = 16; i < 64; i++) {
      const early = schedule[i - 15] as number;
      const late = schedule[i - 2] as number;
      const s0 = rotateRight(early, 7) ^ rotateRight(early, 18) ^ (early >>> 3);
      const s1 = rotateRight(late, 17) ^ rotateRight(late, 19) ^ (late >>> 10);
      schedule[i] = (schedule[i - 16] as number) + s0 + (schedule[i - 7] as number) + s1;
    }
    let [a, b, c, d, e, f, g, h] = state as [
      number,
      number,
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    for (let i = 0; i < 64; i++) {
      const s1 = rotateRight(e, 6) ^ rotateRight(e, 11) ^ rotateRight(e, 25);
      const first =
        (h + s1 + ((e & f) ^ (~e & g)) + (ROUND_256[i] as number) + (schedule[i] as number)) | 0;
      const s0 = rotateRight(a, 2) ^ rotateRight(a, 13) ^ rotateRight(a, 22);
      const second = (s0 + ((a & b) ^ (a & c) ^ (b & c))) | 0;
      [h, g, f, e, d, c, b, a] = [g, f, e, (d + first) | 0, c, b, a, (first + second) | 0];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = ((state[i] as number) + word) | 0;
    });
  }
  return hexadecimal(state, false);
}

const turn = (x: bigint, n: bigint): bigint => BigInt.asUintN(64, (x >> n) | (x << (64n - n)));

export function sha512(octets: Uint8Array): string {
  const view = padded(octets, 128, false);
  const state = [...START];
  const schedule = new BigUint64Array(80);
  for (let block = 0; block < view.byteLength; block += 128) {
    for (let i = 0; i < 16; i++) schedule[i] = view.getBigUint64(block + 8 * i);
    for (let i = 16; i < 80; i++) {
      const early = schedule[i - 15] as bigint;
      const late = schedule[i - 2] as bigint;
      const s0 = turn(early, 1n) ^ turn(early, 8n) ^ (early >> 7n);
      const s1 = turn(late, 19n) ^ turn(late, 61n) ^ (late >> 6n);
      schedule[i] = BigInt.asUintN(
        64,
        (schedule[i - 16] as bigint) + s0 + (schedule[i - 7] as bigint) + s1,
      );
    }
    let [a, b, c, d, e, f, g, h] = state as [
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
      bigint,
    ];
    for (let i = 0; i < 80; i++) {
      const s1 = turn(e, 14n) ^ turn(e, 18n) ^ turn(e, 41n);
      const choice = (e & f) ^ (BigInt.asUintN(64, ~e) & g);
      const first = h + s1 + choice + (ROUND[i] as bigint) + (schedule[i] as bigint);
      const s0 = turn(a, 28n) ^ turn(a, 34n) ^ turn(a, 39n);
      const second = s0 + ((a & b) ^ (a & c) ^ (b & c));
      [h, g, f, e, d, c, b, a] = [
        g,
        f,
        e,
        BigInt.asUintN(64, d + first),
        c,
        b,
        a,
        BigInt.asUintN(64, first + second),
      ];
    }
    [a, b, c, d, e, f, g, h].forEach((word, i) => {
      state[i] = BigInt.asUintN(64, (state[i] as bigint) + word);
    });
  }
  return state.map((word) => word.toString(16).padStart(16, "0")).join("");
}
