/**
 * What a received packet costs a socket's buffer (`skb->truesize`): a kmalloc bucket for the headers and octets with the
 * kernel's shared info, plus the `sk_buff` itself. The figures are those of veth and loopback, which keep the sender's buffer.
 */
const SHARED_INFO = 320;
const SK_BUFF = 256;
const BUCKET_MIN = 512;
/** Larger ones lie in pages, which count as what is used of them. */
const LINEAR_MAX = 16_000;
/** An `sk_buff` with room for headers only, and the rounding of its pages. */
const PAGED = 896;

/** The cost of a datagram; `headers`: octets before the payload, room for the link header included. */
export function truesize(headers: number, payload: number): number {
  if (headers + payload > LINEAR_MAX) return pagedTruesize(payload);
  const size = ((headers + payload + 63) & ~63) + SHARED_INFO;
  let bucket = BUCKET_MIN;
  while (bucket < size) bucket *= 2;
  return bucket + SK_BUFF;
}

/** The cost of a TCP segment: its octets always lie in pages. */
export const pagedTruesize = (payload: number): number => PAGED + payload;
