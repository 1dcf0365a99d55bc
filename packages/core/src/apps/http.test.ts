import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Errno } from "../base/errno.ts";
import { FakePair, SERVER } from "../host/transport/fake-pair.ts";
import { type TcpSocket, TcpState } from "../host/transport/socket.ts";
import { seconds } from "../time/instant.ts";
import { startTcpDiscard, startTcpEcho, startUdpEcho } from "./echo.ts";
import { type HttpOutcome, httpGet } from "./http-client.ts";
import { HEADER_OCTETS_MAX, HttpReader } from "./http-message.ts";
import {
  type HttpServer,
  type HttpServerOptions,
  plainText,
  startHttpServer,
} from "./http-server.ts";
import { octetsOf, textOf } from "./octets.ts";

const WEB = { address: SERVER, port: 80 };

function serverOn(pair: FakePair, change: Partial<HttpServerOptions> = {}): HttpServer {
  const server = startHttpServer({
    sockets: pair.server.transport,
    engine: pair.engine,
    local: WEB,
    backlog: 511,
    serverName: "nginx/1.22.1",
    date: null,
    keepAliveSeconds: 65,
    respond: ({ target, method }) => plainText(`${method} ${target}\n`),
    ...change,
  });
  if (typeof server === "number") throw new Error(`listen: ${server}`);
  return server;
}

function get(pair: FakePair, target: string, local: null = null): HttpOutcome[] {
  const outcomes: HttpOutcome[] = [];
  const { engine } = pair;
  const sockets = pair.client.transport;
  const timeout = seconds(5);
  httpGet(
    { sockets, engine, remote: WEB, local, host: "vip", target, headers: [], timeout },
    (outcome) => outcomes.push(outcome),
  );
  expect(outcomes).toEqual([]);
  return outcomes;
}

/** Sends raw text and returns all that comes back until the server closes. */
function raw(pair: FakePair, text: string): { answer: () => string; socket: TcpSocket } {
  const socket = pair.client.transport.tcp();
  let answer = "";
  let asked = false;
  socket.connect(WEB);
  socket.onEvent = () => {
    if (!asked && socket.state === TcpState.established) {
      asked = true;
      socket.send(octetsOf(text));
    }
    for (let got = socket.receive(9999); got !== null && got.length > 0; got = socket.receive(9999))
      answer += textOf(got);
  };
  pair.run(200);
  return { answer: () => answer, socket };
}

describe("HTTP", () => {
  test("a GET is answered with nginx's plain headers", () => {
    const pair = new FakePair();
    serverOn(pair, { date: () => "Thu, 01 Jan 1970 00:00:00 GMT" });
    const outcomes = get(pair, "/hello?x=1");
    pair.run(100);
    expect(outcomes).toMatchObject([{ kind: "response", status: 200, reason: "OK" }]);
    const [first] = outcomes;
    if (first?.kind !== "response") throw new Error("no response");
    expect(textOf(first.body)).toBe("GET /hello?x=1\n");
    expect(first.headers.map(([n]) => n)).toEqual([
      "Server",
      "Date",
      "Content-Type",
      "Content-Length",
      "Connection",
    ]);
  });

  test("two requests share a kept connection; Connection: close ends it", () => {
    const pair = new FakePair();
    const server = serverOn(pair);
    const one = "GET /1 HTTP/1.1\r\nHost: a\r\n\r\n";
    const two = "HEAD /2 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    const { answer, socket } = raw(pair, one + two);
    expect(server.served).toBe(2);
    expect(answer().split("HTTP/1.1 200 OK").length).toBe(3);
    expect(answer()).toContain("GET /1\n");
    expect(answer()).not.toContain("HEAD /2\n");
    expect(socket.state).toBe(TcpState.closeWait);
  });

  test("an idle connection is closed after the keep-alive time", () => {
    const pair = new FakePair();
    serverOn(pair);
    const { socket } = raw(pair, "GET / HTTP/1.1\r\nHost: a\r\n\r\n");
    pair.run(60_000);
    expect(socket.state).toBe(TcpState.established);
    pair.run(10_000);
    expect(socket.state).toBe(TcpState.closeWait);
  });

  test.each([
    ["nonsense\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\n\r\n", 400],
    ["GET / HTTP/1.1\r\nHost a\r\n\r\n", 400],
    ["GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505],
    [`GET /${"x".repeat(HEADER_OCTETS_MAX)}`, 400],
    ["POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999\r\n\r\n", 413],
    ["POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 501],
    ["GET / HTTP/1.0\r\n\r\n", 200],
  ])("%j gets %i and the connection is closed", (text, status) => {
    const pair = new FakePair();
    serverOn(pair);
    const { answer, socket } = raw(pair, text);
    expect(answer()).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(socket.state).toBe(TcpState.closeWait);
  });

  test("failures say what happened", () => {
    const refused = new FakePair();
    const first = get(refused, "/");
    refused.run(100);
    expect(first).toEqual([{ kind: "failed", errno: Errno.ECONNREFUSED, connected: false }]);

    const unreachable = new FakePair();
    unreachable.client.unreachable = Errno.ENETUNREACH;
    const second = get(unreachable, "/");
    unreachable.run(100);
    expect(second).toEqual([{ kind: "failed", errno: Errno.ENETUNREACH, connected: false }]);

    const silent = new FakePair();
    silent.fate = () => [];
    const third = get(silent, "/");
    silent.run(6000);
    expect(third).toEqual([{ kind: "timeout", connected: false }]);
  });

  test("a body without a length ends with the connection", () => {
    const pair = new FakePair();
    const listener = pair.server.transport.listen(WEB, 1);
    if (typeof listener === "number") throw new Error("listen");
    listener.onEvent = () => {
      const socket = listener.accept();
      socket?.send(octetsOf("HTTP/1.1 200 OK\r\n\r\nall of it"));
      socket?.shutdown();
    };
    const outcomes = get(pair, "/");
    pair.run(100);
    const [first] = outcomes;
    expect(first?.kind === "response" && textOf(first.body)).toBe("all of it");
  });

  test("a large body arrives whole", () => {
    const pair = new FakePair();
    const body = "0123456789".repeat(50_000);
    serverOn(pair, { respond: () => plainText(body) });
    const outcomes = get(pair, "/");
    pair.run(4000);
    const [first] = outcomes;
    expect(first?.kind === "response" && textOf(first.body) === body).toBe(true);
  });

  test.prop([fc.array(fc.nat({ max: 60 }), { maxLength: 8 })])(
    "messages do not depend on how they are cut",
    (cuts) => {
      const message = "POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhello";
      const text = message + message;
      const reader = new HttpReader(false);
      let at = 0;
      for (const cut of [...cuts, text.length]) {
        reader.push(octetsOf(text.slice(at, at + cut)));
        at += cut;
      }
      expect([reader.shift(), reader.shift()].map((m) => m && textOf(m.body))).toEqual([
        "hello",
        "hello",
      ]);
      expect([reader.shift(), reader.fault, reader.midMessage]).toEqual([undefined, null, false]);
    },
  );

  test.prop([fc.string({ unit: "binary-ascii", maxLength: 200 })])("no input throws", (text) => {
    const reader = new HttpReader(true);
    reader.push(octetsOf(`${text}\r\n\r\n`));
    reader.end();
    expect(reader.shift() !== undefined || reader.fault !== null || !reader.midMessage).toBe(true);
  });
});

describe("echo and discard", () => {
  test("UDP and TCP echo return what they get; discard returns nothing", () => {
    const pair = new FakePair();
    const at = (port: number) => ({ address: SERVER, port });
    startUdpEcho(pair.server.transport, at(7));
    startTcpEcho(pair.server.transport, at(7), 5);
    startTcpDiscard(pair.server.transport, at(9), 5);
    const udp = pair.client.transport.udp();
    udp.send(octetsOf("ping"), at(7));
    const [echo, discard] = [7, 9].map((port) => {
      const socket = pair.client.transport.tcp();
      socket.connect(at(port));
      return socket;
    });
    pair.run(10);
    expect(textOf(udp.receive()?.octets ?? new Uint8Array(0))).toBe("ping");
    echo?.send(new Uint8Array(40_000));
    discard?.send(new Uint8Array(40_000));
    pair.run(500);
    expect([echo?.available, discard?.available]).toEqual([40_000, 0]);
    echo?.shutdown();
    discard?.shutdown();
    pair.run(500);
    expect([echo?.state, discard?.state]).toEqual([TcpState.close, TcpState.close]);
  });
});
