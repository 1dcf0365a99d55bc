/** One HTTP/1.1 GET over a connection of its own, with a time limit. It ends exactly once, and never inside its own call. */
import type { Errno } from "../base/errno.ts";
import {
  type Endpoint,
  type SocketLayer,
  type TcpSocket,
  TcpState,
} from "../host/transport/socket.ts";
import type { Engine } from "../time/engine.ts";
import { type Duration, later } from "../time/instant.ts";
import { Timer } from "../time/timer.ts";
import { type HttpHeaders, type HttpMessage, HttpReader } from "./http-message.ts";
import { octetsOf } from "./octets.ts";
import { StreamWriter } from "./stream-writer.ts";

const READ_SIZE = 65_536;

export interface HttpGet {
  readonly sockets: SocketLayer;
  readonly engine: Engine;
  readonly remote: Endpoint;
  /** Local end to bind to; null for any. */
  readonly local: Endpoint | null;
  /** Value of the Host header. */
  readonly host: string;
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly timeout: Duration;
}

export type HttpOutcome =
  | {
      readonly kind: "response";
      readonly status: number;
      readonly reason: string;
      readonly headers: HttpHeaders;
      readonly body: Uint8Array;
    }
  /** The connection failed with this errno, before or in the middle of the answer. */
  | { readonly kind: "failed"; readonly errno: Errno; readonly connected: boolean }
  /** The server closed without an answer, or in the middle of it. */
  | { readonly kind: "closed" }
  | { readonly kind: "malformed" }
  | { readonly kind: "timeout"; readonly connected: boolean };

/** Starts a request; the returned function gives it up silently. */
export function httpGet(request: HttpGet, done: (outcome: HttpOutcome) => void): () => void {
  const exchange = new Exchange(request, done);
  exchange.start();
  return () => exchange.stop();
}

class Exchange extends Timer {
  private readonly request: HttpGet;
  private readonly done: (outcome: HttpOutcome) => void;
  private readonly socket: TcpSocket;
  private readonly writer: StreamWriter;
  private readonly reader = new HttpReader(true);
  private asked = false;
  private over = false;
  /** What failed before the first packet: told by the timer, as no callback runs inside the call. */
  private early: HttpOutcome | null = null;

  constructor(request: HttpGet, done: (outcome: HttpOutcome) => void) {
    super();
    this.request = request;
    this.done = done;
    this.socket = request.sockets.tcp();
    this.writer = new StreamWriter(this.socket);
  }

  start(): void {
    const { engine, local, remote, timeout } = this.request;
    const errno =
      (local === null ? 0 : this.socket.bind(local)) || (this.socket.connect(remote) as Errno);
    if (errno !== 0) {
      this.early = { kind: "failed", errno, connected: false };
      engine.timers.arm(this, engine.now);
      return;
    }
    this.socket.onEvent = () => this.act();
    engine.timers.arm(this, later(engine.now, timeout));
  }

  expire(): void {
    this.finish(this.early ?? { kind: "timeout", connected: this.asked });
  }

  stop(): void {
    if (this.over) return;
    this.over = true;
    this.request.engine.timers.cancel(this);
    this.socket.close();
  }

  private act(): void {
    if (this.over) return;
    this.read();
    if (this.over) return;
    const errno = this.socket.state === TcpState.close ? this.socket.takeError() : 0;
    if (errno !== 0) return this.finish({ kind: "failed", errno, connected: this.asked });
    if (!this.asked && this.socket.state === TcpState.established) this.ask();
    this.writer.flush();
  }

  private ask(): void {
    this.asked = true;
    const { host, target, headers } = this.request;
    let head = `GET ${target} HTTP/1.1\r\nHost: ${host}\r\n`;
    for (const [name, value] of headers) head += `${name}: ${value}\r\n`;
    this.writer.write(octetsOf(`${head}\r\n`));
  }

  private read(): void {
    for (;;) {
      const octets = this.socket.receive(READ_SIZE);
      if (octets === null) return;
      if (octets.length > 0) this.reader.push(octets);
      else this.reader.end();
      const message = this.reader.shift();
      if (message !== undefined) return this.finish(responseOf(message));
      if (octets.length === 0) return this.finish({ kind: "closed" });
      if (this.reader.fault !== null) return this.finish({ kind: "malformed" });
    }
  }

  private finish(outcome: HttpOutcome): void {
    if (this.over) return;
    this.stop();
    this.done(outcome);
  }
}

function responseOf({ startLine, headers, body }: HttpMessage): HttpOutcome {
  const match = /^HTTP\/1\.\d (\d{3})(?: (.*))?$/.exec(startLine);
  if (match === null) return { kind: "malformed" };
  return { kind: "response", status: Number(match[1]), reason: match[2] ?? "", headers, body };
}
