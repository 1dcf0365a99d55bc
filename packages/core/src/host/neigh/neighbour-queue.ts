/** Packets that wait in an INCOMPLETE entry (`arp_queue`), bounded by the true size of their buffers. */
import type { Frame } from "../../packet/frame.ts";
import type { NeighbourEntry } from "./neighbour-entry.ts";

/** `struct sk_buff`, `struct skb_shared_info`, and the room for link headers, in octets (x86-64). */
const SKB_LENGTH = 256;
const SHARED_INFO_LENGTH = 320;
const HEADROOM = 31;
const CACHE_LINE = 64;
const SMALLEST_BUFFER = 512;

/** What a packet of `length` octets takes in the kernel's memory (`skb->truesize`): its buffer is a power of two. */
export function trueSizeOf(length: number): number {
  const data = (length + HEADROOM + CACHE_LINE - 1) & ~(CACHE_LINE - 1);
  let buffer = SMALLEST_BUFFER;
  while (buffer < data + SHARED_INFO_LENGTH) buffer *= 2;
  return SKB_LENGTH + buffer;
}

/** Puts `frame` at the end; `dropped` gets the oldest ones that must go so that all fit into `octetsMax`. */
export function enqueue(
  entry: NeighbourEntry,
  frame: Frame,
  octetsMax: number,
  dropped: (frame: Frame) => void,
): void {
  const size = trueSizeOf(frame.length);
  entry.queue ??= [];
  while (entry.queueOctets + size > octetsMax) {
    const oldest = entry.queue.shift();
    if (oldest === undefined) break;
    entry.queueOctets -= trueSizeOf(oldest.length);
    dropped(oldest);
  }
  entry.queue.push(frame);
  entry.queueOctets += size;
}

/** Empties the queue and gives what was in it, oldest first. */
export function takeQueue(entry: NeighbourEntry): readonly Frame[] {
  const queue = entry.queue;
  entry.queue = null;
  entry.queueOctets = 0;
  return queue ?? [];
}
