/**
 * The module toa of servers behind FULLNAT: the segment that completes a handshake may carry the client's address in a
 * TCP option; the socket keeps it, and accept(2) and getpeername(2) give it in the place of the director's. Nothing
 * else knows: `ss`, /proc/net/tcp and packet filters see the local address that sent the packets.
 *
 * Names of counters as in /proc/net/toa_stats. Simplified: only accept(2) is counted as asking for the name.
 */
import type { Frame } from "../../packet/frame.ts";
import { readClientAddress } from "../../wire/client-address-option.ts";
import type { Endpoint } from "./socket.ts";

export class Toa {
  syn_recv_sock_toa = 0;
  syn_recv_sock_no_toa = 0;
  getname_toa_ok = 0;
  getname_toa_empty = 0;

  /** Whom the segment that made a connection names; null for nobody. */
  peerOf(frame: Frame): Endpoint | null {
    const told = readClientAddress(frame);
    if (told === null) this.syn_recv_sock_no_toa++;
    else this.syn_recv_sock_toa++;
    return told;
  }

  /** A program accepted a connection and was told its peer. */
  accepted(told: Endpoint | null): void {
    if (told === null) this.getname_toa_empty++;
    else this.getname_toa_ok++;
  }
}
