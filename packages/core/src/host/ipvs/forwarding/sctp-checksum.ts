/**
 * Where masquerading changes a port it computes SCTP's checksum anew, so that a wrong one becomes right; those of TCP and
 * UDP are adjusted and stay as wrong as they were (`sctp_dnat_handler`, `sctp_snat_handler`).
 */
import { ChecksumFault, type Frame } from "../../../packet/frame.ts";
import { IpProtocol } from "../../../packet/protocol.ts";

/** Forgets that the packet came with a wrong checksum, if it is SCTP's. */
export function mendChecksum(frame: Frame): void {
  if (frame.protocol !== IpProtocol.sctp) return;
  frame.checksumFaults &= ~ChecksumFault.transport;
  // a whole SCTP packet has no other detail
  frame.wire = null;
}
