/** The part of a packet that follows its IPv4 header, on its way through the decoder. */
import { ChecksumFault, type Frame } from "../packet/frame.ts";
import { FragmentField } from "../packet/protocol.ts";
import type { WireDetail } from "../packet/wire-detail.ts";

export class Content {
  readonly frame: Frame;
  readonly octets: Uint8Array;
  readonly from: number;
  /** Where the packet ends by its own header. */
  readonly end: number;
  /** Where the octets end that were really there: before `end` in a quotation, which is filled up with zeros. */
  readonly realEnd: number;
  /** Stands in an ICMP error: its checksums are nobody's to judge. */
  readonly quoted: boolean;

  constructor(
    frame: Frame,
    octets: Uint8Array,
    from: number,
    end: number,
    realEnd: number,
    quoted: boolean,
  ) {
    this.frame = frame;
    this.octets = octets;
    this.from = from;
    this.end = end;
    this.realEnd = realEnd;
    this.quoted = quoted;
  }

  /** Whether the transport packet begins here but goes on in other fragments. */
  isFirstFragment(): boolean {
    const { fragment } = this.frame;
    return (
      (fragment & (FragmentField.offsetMask | FragmentField.moreFragments)) ===
      FragmentField.moreFragments
    );
  }

  /** Notes what the folded sum over a transport packet with its checksum says about that checksum. */
  judge(sum: number, detail: WireDetail): void {
    if (sum === 0xffff) return;
    detail.checksumError = sum;
    this.blame();
  }

  /** Notes that the transport packet is wrong, where the whole of it is here to be judged. */
  blame(): void {
    if (!this.quoted && !this.isFirstFragment())
      this.frame.checksumFaults |= ChecksumFault.transport;
  }
}
