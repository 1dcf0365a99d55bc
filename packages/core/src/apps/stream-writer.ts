/** Writes octets to a TCP socket as its buffer takes them, and closes it afterwards if asked to. */
import type { TcpSocket } from "../host/transport/socket.ts";

export class StreamWriter {
  private readonly socket: TcpSocket;
  private queue: Uint8Array[] = [];
  private closing = false;

  constructor(socket: TcpSocket) {
    this.socket = socket;
  }

  /** Nothing waits for the socket. */
  get idle(): boolean {
    return this.queue.length === 0;
  }

  /** `octets` are not to be changed afterwards. */
  write(octets: Uint8Array): void {
    if (octets.length > 0) this.queue.push(octets);
    this.flush();
  }

  /** Closes the socket once everything is written. */
  finish(): void {
    this.closing = true;
    this.flush();
  }

  /** To be called whenever the socket may take more. */
  flush(): void {
    while (this.queue.length > 0) {
      const head = this.queue[0] as Uint8Array;
      const count = this.socket.send(head);
      if (count < 0) return;
      if (count < head.length) {
        this.queue[0] = head.subarray(count);
        return;
      }
      this.queue.shift();
    }
    if (this.closing) this.socket.close();
  }
}
