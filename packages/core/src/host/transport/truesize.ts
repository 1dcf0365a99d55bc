/**
 * What a received packet costs a socket's buffer (`skb->truesize`): a kmalloc bucket for the headers and octets with the
 * kernel's shared info, plus the `sk_buff` itself. The figures are those of veth and loopback, which keep the sender's buffer.
 */
const SHARED_INFO = 320;
const SK_BUFF = 256;
const BUCKET_MIN = 512;

/** `headers`: octets before the payload, room for the link header included. */
export function truesize(headers: number, payload: number): number {
  const size = ((headers + payload + 63) & ~63) + SHARED_INFO;
  let bucket = BUCKET_MIN;
  while (bucket < size) bucket *= 2;
  return bucket + SK_BUFF;
}
