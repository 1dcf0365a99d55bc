/** A UDP port that is not a program's (`udp_sock` with an `encap_rcv`): what comes there goes to a tunnel. */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { DropReason } from "../../trace/drop-reason.ts";

export interface UdpReceiver {
  readonly port: number;
  /** 0: any address of the host. */
  readonly local: Ipv4Address;
  /** 0: anybody. */
  readonly peer: Ipv4Address;
  readonly peerPort: number;
  /** Whether a datagram is for it. */
  takes(frame: Frame): boolean;
  /** Takes a datagram whose checksum is right; a reason when it ends here. */
  receive(frame: Frame): DropReason | null;
  /** An ICMP error about a datagram that no program's socket sent. */
  icmpError(error: Frame): void;
}
