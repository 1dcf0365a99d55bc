/** What a SYN proxy keeps of a connection that began with a cookie (the fork's `syn_proxy_seq`, `ack_skb`, `syn_skb`). */
import type { NetDevice } from "../../../link/net-device.ts";
import type { Frame } from "../../../packet/frame.ts";
import type { Connection } from "../connection.ts";

export class Handshake {
  /** The SYN for the server as the client would have sent it; copies of it go out. */
  readonly syn: Frame;
  /** The sequence number that the client expects of the server next. */
  readonly expected: number;
  /** The device on which the client's segments come in. */
  readonly input: NetDevice | null;
  retriesLeft: number;
  /** The server has not answered yet. */
  waiting = true;
  /** Segments of the client that wait for the server's SYN+ACK. */
  held: Frame[] = [];
  /** What the client was told as the server's numbers minus the server's own; 0 before its SYN+ACK. */
  delta = 0;
  /** The client's last acknowledgement without data, and how often it came again. */
  acknowledged = 0;
  repeats = 0;

  constructor(syn: Frame, expected: number, input: NetDevice | null, retries: number) {
    this.syn = syn;
    this.expected = expected;
    this.input = input;
    this.retriesLeft = retries;
  }
}

/** By connection. */
export type Handshakes = Map<Connection, Handshake>;
