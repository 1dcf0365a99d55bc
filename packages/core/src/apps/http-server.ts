/**
 * A small HTTP/1.1 server with nginx's manners: plain headers, keep-alive, its error pages. Content is a function of the
 * request.
 */
import type { Errno } from "../base/errno.ts";
import type { Endpoint, SocketLayer, TcpListener, TcpSocket } from "../host/transport/socket.ts";
import type { Engine } from "../time/engine.ts";
import { later, seconds } from "../time/instant.ts";
import { Timer } from "../time/timer.ts";
import {
  type HttpFault,
  type HttpHeaders,
  type HttpMessage,
  HttpReader,
  headerOf,
} from "./http-message.ts";
import { statusText } from "./http-status.ts";
import { joinOctets, octetsOf } from "./octets.ts";
import { StreamWriter } from "./stream-writer.ts";

const READ_SIZE = 65_536;
const KEEP_ALIVE_REQUESTS_MAX = 1000;

export interface HttpRequest {
  readonly method: string;
  /** As in the request line: path and query. */
  readonly target: string;
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
  readonly peer: Endpoint | null;
  readonly local: Endpoint;
}

export interface HttpContent {
  readonly status: number;
  readonly contentType: string;
  /** Beyond those that every answer has. */
  readonly headers: HttpHeaders;
  readonly body: Uint8Array;
}

export interface HttpServerOptions {
  readonly sockets: SocketLayer;
  readonly engine: Engine;
  readonly local: Endpoint;
  readonly backlog: number;
  /** Value of the Server header. */
  readonly serverName: string;
  /** Value of the Date header now; null for none. */
  readonly date: (() => string) | null;
  /** Seconds that an idle connection stays open; 0: every connection serves one request. */
  readonly keepAliveSeconds: number;
  /** What to answer; null when it is told to `answer` later, once. Requests behind it on the connection wait. */
  readonly respond: (
    request: HttpRequest,
    answer: (content: HttpContent) => void,
  ) => HttpContent | null;
}

export interface HttpServer {
  readonly local: Endpoint;
  /** Requests answered, errors included. */
  readonly served: number;
  close(): void;
}

export const plainText = (text: string): HttpContent => ({
  status: 200,
  contentType: "text/plain",
  headers: [],
  body: octetsOf(text),
});

/** Listens and serves; an errno when it can't listen. */
export function startHttpServer(options: HttpServerOptions): HttpServer | Errno {
  const listener = options.sockets.listen(options.local, options.backlog);
  if (typeof listener === "number") return listener;
  return new Server(options, listener);
}

class Server implements HttpServer {
  served = 0;
  readonly options: HttpServerOptions;
  private readonly listener: TcpListener;

  constructor(options: HttpServerOptions, listener: TcpListener) {
    this.options = options;
    this.listener = listener;
    listener.onEvent = () => {
      for (let s = listener.accept(); s !== undefined; s = listener.accept()) {
        const connection = new Connection(this, s);
        s.onEvent = () => connection.act();
        connection.act();
      }
    };
  }

  get local(): Endpoint {
    return this.listener.local;
  }

  close(): void {
    this.listener.close();
  }
}

class Connection extends Timer {
  private readonly server: Server;
  private readonly socket: TcpSocket;
  private readonly reader = new HttpReader(false);
  private readonly writer: StreamWriter;
  private requests = 0;
  private over = false;
  /** A request is being answered elsewhere. */
  private waiting = false;
  private endSeen = false;

  constructor(server: Server, socket: TcpSocket) {
    super();
    this.server = server;
    this.socket = socket;
    this.writer = new StreamWriter(socket);
    this.restartPatience();
  }

  /** The connection was idle for too long. */
  expire(): void {
    this.shut();
  }

  act(): void {
    if (this.socket.takeError() !== 0) return this.shut();
    this.writer.flush();
    while (!this.over) {
      const octets = this.socket.receive(READ_SIZE);
      if (octets === null) return;
      if (octets.length === 0) {
        this.endSeen = true;
        if (!this.waiting) this.finish();
        return;
      }
      this.reader.push(octets);
      this.answerAll();
    }
    // what comes after the last request is read and forgotten, so that close sends FIN
    while ((this.socket.receive(READ_SIZE)?.length ?? 0) > 0);
  }

  private answerAll(): void {
    while (!this.over && !this.waiting) {
      const message = this.reader.shift();
      if (message === undefined) break;
      this.answer(message);
    }
    if (!this.over && !this.waiting && this.reader.fault !== null)
      this.write(faultStatus(this.reader.fault), null, false, false);
  }

  private answer(message: HttpMessage): void {
    this.requests++;
    const [method, target, version, ...more] = message.startLine.split(" ");
    if (method === undefined || target === undefined || version === undefined || more.length > 0)
      return this.write(400, null, false, false);
    if (!/^HTTP\/\d\.\d$/.test(version)) return this.write(400, null, false, false);
    if (!version.startsWith("HTTP/1.")) return this.write(505, null, false, false);
    const { headers, body } = message;
    const modern = version !== "HTTP/1.0";
    if (modern && headerOf(headers, "host") === undefined)
      return this.write(400, null, false, false);
    const { local, remote: peer } = this.socket;
    const request = { method, target, headers, body, peer, local };
    const keep = this.wantsMore(headers, modern);
    const bare = method === "HEAD";
    // an answer may be told before the call has come back
    this.waiting = true;
    const late = (content: HttpContent): void => this.answerLate(content, keep, bare);
    const content = this.server.options.respond(request, late);
    if (content === null) return;
    this.waiting = false;
    this.write(content.status, content, keep, bare);
  }

  private answerLate(content: HttpContent, keep: boolean, bare: boolean): void {
    if (this.over) return;
    this.waiting = false;
    this.write(content.status, content, keep && !this.endSeen, bare);
    this.answerAll();
    this.writer.flush();
  }

  private wantsMore(headers: HttpHeaders, modern: boolean): boolean {
    const { keepAliveSeconds } = this.server.options;
    if (keepAliveSeconds === 0 || this.requests >= KEEP_ALIVE_REQUESTS_MAX) return false;
    const wish = headerOf(headers, "connection")?.toLowerCase();
    return modern ? wish !== "close" : wish === "keep-alive";
  }

  private write(status: number, content: HttpContent | null, keep: boolean, bare: boolean): void {
    const { options } = this.server;
    const shown = content ?? errorPage(status, options.serverName);
    let head = `HTTP/1.1 ${status} ${statusText(status)}\r\nServer: ${options.serverName}\r\n`;
    if (options.date !== null) head += `Date: ${options.date()}\r\n`;
    head += `Content-Type: ${shown.contentType}\r\nContent-Length: ${shown.body.length}\r\n`;
    for (const [name, value] of shown.headers) head += `${name}: ${value}\r\n`;
    head += `Connection: ${keep ? "keep-alive" : "close"}\r\n\r\n`;
    const octets = octetsOf(head);
    this.server.served++;
    this.writer.write(bare ? octets : joinOctets([octets, shown.body]));
    if (keep) this.restartPatience();
    else this.finish();
  }

  private restartPatience(): void {
    const { engine, keepAliveSeconds } = this.server.options;
    engine.timers.arm(this, later(engine.now, seconds(Math.max(keepAliveSeconds, 60))));
  }

  /** Closes after what is still to be written. */
  private finish(): void {
    this.over = true;
    this.server.options.engine.timers.cancel(this);
    this.writer.finish();
  }

  private shut(): void {
    this.over = true;
    this.server.options.engine.timers.cancel(this);
    this.socket.close();
  }
}

function faultStatus(fault: HttpFault): number {
  if (fault === "body-too-large") return 413;
  return fault === "unsupported-coding" ? 501 : 400;
}

/** nginx's own page for an error. */
function errorPage(status: number, serverName: string): HttpContent {
  const title = `${status} ${statusText(status)}`;
  const lines = [
    "<html>",
    `<head><title>${title}</title></head>`,
    "<body>",
    `<center><h1>${title}</h1></center>`,
    `<hr><center>${serverName}</center>`,
    "</body>",
    "</html>",
    "",
  ];
  return { status, contentType: "text/html", headers: [], body: octetsOf(lines.join("\r\n")) };
}
