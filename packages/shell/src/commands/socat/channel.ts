/** What socat moves data between: files, connections, datagrams, other programs. Text is octets in UTF-8, as elsewhere in the shell. */
import { type Endpoint, Errno, type TcpSocket, type UdpSocket } from "@lvsim/core";
import { FileError } from "../../process/errno.ts";
import type { OpenFile } from "../../process/open-file.ts";
import { WaitQueue } from "../../process/wait.ts";
import { decodeUtf8, encodeUtf8, Utf8Decoder } from "../../text/utf8.ts";

/** Octets of one read. */
const READ_MAX = 8192;

export interface Channel {
  /** Woken when reading or writing may be tried again. */
  readonly queues: readonly WaitQueue[];
  /** Null: nothing yet; "": the end; a number: an errno. */
  read(): string | number | null;
  /** How many characters were taken (0: none yet), or −errno. */
  write(text: string): number;
  /** No more will be written. */
  finish(): void;
}

export class FileChannel implements Channel {
  readonly queues: readonly WaitQueue[];
  private readonly input: OpenFile | undefined;
  private readonly output: OpenFile | undefined;
  private readonly atFinish: () => void;

  /** `atFinish`: what the end of writing does. */
  constructor(
    input: OpenFile | undefined,
    output: OpenFile | undefined,
    atFinish: () => void = () => {},
  ) {
    this.input = input;
    this.output = output;
    this.atFinish = atFinish;
    this.queues = [
      ...(input === undefined ? [] : [input.readable]),
      ...(output === undefined ? [] : [output.writable]),
    ];
  }

  read(): string | number | null {
    return this.input === undefined ? "" : this.input.read(READ_MAX);
  }

  write(text: string): number {
    return this.output === undefined ? -FileError.EBADF : this.output.write(text);
  }

  finish(): void {
    this.atFinish();
  }
}

export class TcpChannel implements Channel {
  readonly queues: readonly WaitQueue[];
  private readonly socket: TcpSocket;
  private readonly decoder = new Utf8Decoder();
  private unsent: Uint8Array = new Uint8Array(0);
  private finished = false;

  constructor(socket: TcpSocket) {
    this.socket = socket;
    const queue = new WaitQueue();
    this.queues = [queue];
    socket.onEvent = () => {
      if (this.unsent.length > 0) this.flush();
      queue.wake();
    };
  }

  read(): string | number | null {
    const octets = this.socket.receive(READ_MAX);
    if (octets === null) return this.socket.takeError() || null;
    const isOver = octets.length === 0;
    return isOver ? this.decoder.decode(octets, true) : this.decoder.decode(octets, false) || null;
  }

  /** All of it or nothing: what the socket's buffer has no room for waits here. */
  write(text: string): number {
    if (this.unsent.length > 0) return 0;
    this.unsent = encodeUtf8(text);
    const errno = this.flush();
    return errno === 0 ? text.length : -errno;
  }

  private flush(): number {
    const count = this.socket.send(this.unsent);
    if (count < 0 && count !== -Errno.EAGAIN) {
      this.unsent = new Uint8Array(0);
      return -count;
    }
    if (count > 0) this.unsent = this.unsent.subarray(count);
    if (this.finished && this.unsent.length === 0) this.socket.shutdown();
    return 0;
  }

  finish(): void {
    this.finished = true;
    if (this.unsent.length === 0) this.socket.shutdown();
  }
}

/** Datagrams with one peer. */
export class UdpChannel implements Channel {
  readonly queue = new WaitQueue();
  readonly queues: readonly WaitQueue[] = [this.queue];
  /** What came and was not read yet. */
  readonly arrived: string[] = [];
  /** Nobody reads here any more. */
  over = false;
  private readonly socket: UdpSocket;
  private readonly peer: Endpoint | null;

  /** `peer` null: the socket is connected, and read here. */
  constructor(socket: UdpSocket, peer: Endpoint | null) {
    this.socket = socket;
    this.peer = peer;
    if (peer === null) socket.onEvent = () => this.queue.wake();
  }

  read(): string | number | null {
    const waiting = this.arrived.shift();
    if (waiting !== undefined) return waiting;
    if (this.peer !== null) return null;
    const datagram = this.socket.receive();
    if (datagram !== undefined) return decodeUtf8(datagram.octets);
    return this.socket.takeError() || null;
  }

  write(text: string): number {
    const errno = this.socket.send(encodeUtf8(text), this.peer);
    return errno === 0 ? text.length : -errno;
  }

  finish(): void {}
}
