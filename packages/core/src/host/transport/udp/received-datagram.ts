/** A datagram as its reader sees it. What nobody asks of it is not made: most ask for one thing, or only whether there is one. */
import type { Frame } from "../../../packet/frame.ts";
import type { Datagram, Endpoint } from "../socket.ts";

export class ReceivedDatagram implements Datagram {
  private readonly frame: Frame;

  constructor(frame: Frame) {
    this.frame = frame;
  }

  get from(): Endpoint {
    return { address: this.frame.source, port: this.frame.sourcePort };
  }

  get to(): Endpoint {
    return { address: this.frame.destination, port: this.frame.destinationPort };
  }

  get octets(): Uint8Array {
    const { payload, payloadOffset: from, payloadLength: length } = this.frame;
    return from === 0 && length === payload.length
      ? payload
      : payload.subarray(from, from + length);
  }
}
