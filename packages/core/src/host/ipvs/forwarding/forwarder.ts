/** The contract of a forwarding method: how a packet reaches the real server that was chosen (`packet_xmit`). */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Verdict } from "../../netfilter/hook.ts";
import type { Connection } from "../connection.ts";

export interface Forwarder {
  /**
   * Passes a request on. STOLEN: it was sent, or dropped with a reason; ACCEPT: this host is the server.
   * `input` is null for a packet of this host's own; `related` marks an ICMP error about the connection.
   */
  forward(frame: Frame, connection: Connection, input: NetDevice | null, related: boolean): Verdict;
}
