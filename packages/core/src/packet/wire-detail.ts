/**
 * What the octets of a decoded packet say beyond the fields of a frame, so that a packet from outside can be
 * judged as a host judges it and leaves again as it came. Frames made by simulated hosts have none.
 */

/** What a receiver cannot read. */
export const Malformed = {
  /** The IPv4 header (or ARP packet) is no such thing, or its checksum is wrong: `payload` is the whole packet. */
  network: 1,
  /** The transport header is cut short or lies about its length: `payload` is all that follows the IPv4 header. */
  transport: 2,
  /** Too short for an Ethernet header: `payload` is the whole frame. */
  link: 4,
} as const;

/** Filled by the decoder, changed by nobody afterwards: copies of a frame share it. */
export class WireDetail {
  /** `Malformed` bits. */
  malformed = 0;
  /**
   * What the received transport checksum is more than the right one, in ones' complement, 0 to 65,534. Rewriting
   * addresses or ports leaves it as it is, exactly as an incremental update (RFC 1624) does. Also covers what a
   * first fragment or a truncated quotation lacks. Of SCTP: the bits in which the two differ, as an unsigned number.
   */
  checksumError = 0;
  /** The length field of a UDP header whose datagram goes on in further fragments; 0: what follows is all. */
  udpLength = 0;
  /** Octets after the UDP datagram or the carried packet that the IPv4 total length still covers; sent as zeros. */
  padding = 0;
  /** The whole TCP options area where Linux would lay the same options out otherwise; null: as Linux does. */
  tcpOptions: Uint8Array | null = null;
  /** The four bits before the TCP flags, which RFC 9293 §3.1 reserves. */
  tcpReserved = 0;
  urgentPointer = 0;
}
