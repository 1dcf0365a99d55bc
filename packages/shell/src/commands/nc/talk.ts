/**
 * What `nc` does once it is connected: standard input to the socket, the socket to standard output, until the other side
 * has closed, or for a while after its own input has ended.
 */
import { Errno, type Instant, later, seconds, type TcpSocket } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { onAny, type Wait, WaitQueue } from "../../process/wait.ts";
import { decodeUtf8, encodeUtf8, Utf8Decoder } from "../../text/utf8.ts";
import type { NcOptions } from "./options.ts";

/** Octets of one read. */
const READ_MAX = 16_384;

/** What nc needs of a connection, of whichever protocol. */
export interface Peer {
  readonly queue: WaitQueue;
  /** Null: nothing yet; "": the end, or an error. */
  receive(decoder: Utf8Decoder): string | null;
  /** How many octets were taken; negative on failure. */
  send(octets: Uint8Array): number;
  /** The end of what is sent. */
  shutdown(): void;
}

export class TcpPeer implements Peer {
  readonly queue = new WaitQueue();
  private readonly socket: TcpSocket;

  constructor(socket: TcpSocket) {
    this.socket = socket;
    socket.onEvent = () => this.queue.wake();
  }

  receive(decoder: Utf8Decoder): string | null {
    const octets = this.socket.receive(READ_MAX);
    if (octets === null) return this.socket.takeError() === 0 ? null : "";
    return octets.length === 0
      ? decoder.decode(octets, true)
      : decoder.decode(octets, false) || null;
  }

  send(octets: Uint8Array): number {
    return this.socket.send(octets);
  }

  shutdown(): void {
    this.socket.shutdown();
  }
}

/** `first`: what came before there was a peer to talk to. */
export function* talk(
  context: CommandContext,
  peer: Peer,
  options: NcOptions,
  first = "",
): Generator<Wait, void, void> {
  const { engine } = context.namespace;
  const decoder = new Utf8Decoder();
  const input = context.stdin;
  let inputOpen = input !== undefined;
  let unsent = new Uint8Array(0);
  let quitAt: Instant | null = null;
  let heardAt = engine.now;
  if (first !== "") yield* context.out(first);
  for (;;) {
    for (let got = peer.receive(decoder); got !== null; got = peer.receive(decoder)) {
      if (got === "") return;
      heardAt = engine.now;
      yield* context.out(got);
    }
    if (inputOpen && unsent.length === 0) {
      // null: an open pipe with nothing in it yet
      const got = input === undefined ? "" : input.read(READ_MAX);
      if (typeof got === "string" && got !== "") {
        unsent = encodeUtf8(got) as Uint8Array<ArrayBuffer>;
        heardAt = engine.now;
      } else if (got !== null) {
        inputOpen = false;
        if (options.shutdown) peer.shutdown();
        if (options.quitAfter >= 0) quitAt = later(engine.now, seconds(options.quitAfter));
      }
    }
    if (unsent.length > 0) {
      const count = peer.send(unsent);
      if (count < 0 && count !== -Errno.EAGAIN) return;
      if (count > 0) {
        unsent = unsent.slice(count);
        continue;
      }
    }
    const idle = options.timeout > 0 ? later(heardAt, seconds(options.timeout)) : null;
    const end = quitAt !== null && (idle === null || quitAt < idle) ? quitAt : idle;
    if (end !== null && engine.now >= end) return;
    const queues = inputOpen && input !== undefined ? [peer.queue, input.readable] : [peer.queue];
    yield onAny(queues, end);
  }
}

export const textOf = (octets: Uint8Array): string => decodeUtf8(octets);
