/** A captured packet: octets as libpcap hands them to `tcpdump`, with what the kernel said of it. */
/** Link-layer headers, with their numbers in capture files (LINKTYPE_*). */
export const CaptureLink = { ethernet: 1, raw: 101, sll2: 276 } as const;
export type CaptureLink = (typeof CaptureLink)[keyof typeof CaptureLink];

export interface CapturedPacket {
  /** Since 1970, and the microseconds on top. */
  readonly second: number;
  readonly micro: number;
  /** From the link header on; the snapshot length may have cut it. */
  readonly octets: Uint8Array;
  /** Octets that it had on the link. */
  readonly length: number;
  readonly outgoing: boolean;
  /** The interface, where packets of several are captured. */
  readonly deviceName: string;
  /** 802.1Q tag that the kernel keeps beside the octets while it captures; −1 for none, or in a file. */
  readonly vlanTag: number;
}

/** Octets in network order; reading beyond the end gives 0 and is remembered. */
export class OctetReader {
  readonly octets: Uint8Array;
  /** Somebody read beyond the end. */
  overrun = false;

  constructor(octets: Uint8Array) {
    this.octets = octets;
  }

  byte(at: number): number {
    const value = this.octets[at];
    if (value === undefined) this.overrun = true;
    return value ?? 0;
  }

  short(at: number): number {
    return this.byte(at) * 256 + this.byte(at + 1);
  }

  /** 0 to 2^32 − 1. */
  word(at: number): number {
    return this.short(at) * 65_536 + this.short(at + 2);
  }
}
