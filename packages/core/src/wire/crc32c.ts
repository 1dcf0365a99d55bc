/** The cyclic redundancy check CRC32c (Castagnoli), as SCTP uses it (RFC 9260, appendix A). */

/** The polynomial 0x1EDC6F41, lowest bit first. */
const POLYNOMIAL = 0x82f63b78;

const TABLE = Int32Array.from({ length: 256 }, (_, octet) => {
  let remainder = octet;
  for (let bit = 0; bit < 8; bit++)
    remainder = (remainder >>> 1) ^ ((remainder & 1) === 0 ? 0 : POLYNOMIAL);
  return remainder;
});

/** As a signed 32-bit number. */
export function crc32c(octets: Uint8Array): number {
  let remainder = -1;
  for (let i = 0; i < octets.length; i++)
    remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ (octets[i] as number)) & 0xff] as number);
  return ~remainder;
}
