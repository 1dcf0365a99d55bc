/** A part of an IP packet that one printer is asked to tell: octets [from, end) that the packet says there are. */
export interface Content {
  /** Where the IP header begins. */
  readonly ip: number;
  readonly from: number;
  readonly end: number;
  readonly fragmented: boolean;
  readonly nesting: number;
}
