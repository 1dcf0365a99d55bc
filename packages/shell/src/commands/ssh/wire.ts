/**
 * What ssh and sshd say to each other over TCP: a line of identification each (RFC 4253 §4.2), then frames of our own. There is no
 * key exchange and no encryption: a frame is a letter, four octets of length, and its content.
 */
import { Errno, type TcpSocket } from "@lvsim/core";
import { WaitQueue } from "../../process/wait.ts";
import { decodeUtf8, encodeUtf8, Utf8Decoder } from "../../text/utf8.ts";

/**
 * C the command, T a terminal is wanted, I input, Z its end, O output, R standard error, P what a shell at a terminal asks with, N that
 * it asks no more, S a signal, X the status, W the size of the terminal.
 */
export type FrameKind = "C" | "I" | "Z" | "O" | "R" | "P" | "N" | "S" | "X" | "T";

export interface Frame {
  readonly kind: FrameKind;
  readonly text: string;
}

const HEADER = 5;
const READ_MAX = 65_536;
/** Octets that wait to be sent, beyond which nobody should read more to send. */
const BACKLOG_MAX = 65_536;
/** No frame is longer; who sends one is no ssh. */
const FRAME_MAX = 1 << 20;

export class Wire {
  readonly queue = new WaitQueue();
  readonly socket: TcpSocket;
  /** The other side sends no more. */
  ended = false;
  /** What ended it; 0 for an orderly end. */
  errno = 0;
  private held: Uint8Array = new Uint8Array(0);
  private unsent: Uint8Array = new Uint8Array(0);
  private readonly decoders = new Map<FrameKind, Utf8Decoder>();

  constructor(socket: TcpSocket) {
    this.socket = socket;
    socket.onEvent = () => this.queue.wake();
  }

  get isFull(): boolean {
    return this.unsent.length > BACKLOG_MAX;
  }

  get isFlushed(): boolean {
    return this.unsent.length === 0;
  }

  /** Takes in what came and sends what waits. */
  pump(): void {
    while (!this.ended) {
      const got = this.socket.receive(READ_MAX);
      if (got === null) {
        this.fail(this.socket.takeError());
        break;
      }
      if (got.length === 0) this.fail(this.socket.takeError(), true);
      else this.held = joined(this.held, got);
    }
    this.flush();
  }

  private fail(errno: number, over = false): void {
    if (errno === 0 && !over) return;
    this.errno = errno;
    this.ended = true;
  }

  private flush(): void {
    while (this.unsent.length > 0) {
      const count = this.socket.send(this.unsent);
      if (count < 0 && count !== -Errno.EAGAIN) {
        this.fail(-count);
        this.unsent = new Uint8Array(0);
      }
      if (count <= 0) return;
      this.unsent = this.unsent.subarray(count);
    }
  }

  sendLine(text: string): void {
    this.unsent = joined(this.unsent, encodeUtf8(`${text}\r\n`));
    this.flush();
  }

  send(kind: FrameKind, text: string): void {
    const body = encodeUtf8(text);
    const frame = new Uint8Array(HEADER + body.length);
    frame[0] = kind.charCodeAt(0);
    new DataView(frame.buffer).setUint32(1, body.length);
    frame.set(body, HEADER);
    this.unsent = joined(this.unsent, frame);
    this.flush();
  }

  /** The identification; null when it is not all there. */
  takeLine(): string | null {
    const end = this.held.indexOf(10);
    if (end < 0) return null;
    const line = decodeUtf8(this.held.subarray(0, end)).replace(/\r$/, "");
    this.held = this.held.subarray(end + 1);
    return line;
  }

  takeFrame(): Frame | null {
    if (this.held.length < HEADER) return null;
    const size = new DataView(this.held.buffer, this.held.byteOffset).getUint32(1);
    if (size > FRAME_MAX) {
      this.fail(Errno.ECONNRESET);
      return null;
    }
    if (this.held.length < HEADER + size) return null;
    const kind = String.fromCharCode(this.held[0] as number) as FrameKind;
    const body = this.held.subarray(HEADER, HEADER + size);
    this.held = this.held.subarray(HEADER + size);
    const decoder = this.decoders.get(kind) ?? new Utf8Decoder();
    this.decoders.set(kind, decoder);
    return { kind, text: decoder.decode(body, false) };
  }

  close(): void {
    this.socket.onEvent = null;
    this.socket.close();
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const made = new Uint8Array(a.length + b.length);
  made.set(a);
  made.set(b, a.length);
  return made;
}
