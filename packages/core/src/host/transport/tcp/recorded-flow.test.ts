/** Segment by segment as a Debian 6.1 kernel was recorded (walk-dr, same subnet; walk-tun, no tunnel device). */
import { expect, test } from "vitest";
import { Errno } from "../../../base/errno.ts";
import { CLIENT, FakePair, SERVER } from "../fake-pair.ts";
import { type TcpListener, type TcpSocket, TcpState } from "../socket.ts";

const text = (s: string): Uint8Array => Uint8Array.from(s, (c) => c.charCodeAt(0));

function listenOn(pair: FakePair): TcpListener {
  const listener = pair.server.transport.listen({ address: SERVER, port: 80 }, 16);
  if (typeof listener === "number") throw new Error(`listen: ${listener}`);
  return listener;
}

function connectFrom(pair: FakePair): TcpSocket {
  const socket = pair.client.transport.tcp();
  expect(socket.bind({ address: CLIENT, port: 40001 })).toBe(0);
  expect(socket.connect({ address: SERVER, port: 80 })).toBe(0);
  return socket;
}

const windows = (pair: FakePair): number[] => pair.seen.map(({ frame }) => frame.window);

test("a whole conversation has the recorded segments, windows and delays", () => {
  const pair = new FakePair();
  const listener = listenOn(pair);
  const client = connectFrom(pair);
  pair.run(110);
  expect(windows(pair)).toEqual([64240, 65160, 502]);
  expect(pair.take()).toEqual(["c S 60", "s SA 60", "c A 52"]);
  const server = listener.accept() as TcpSocket;

  expect(client.send(text("GET / HTTP/1.0\r\n\r\n"))).toBe(18);
  pair.run(105);
  expect(windows(pair)).toEqual([502, 509]);
  expect(pair.take()).toEqual(["c PA 70", "s A 52"]);

  server.send(text("HTTP/1.0 200 OK\r\n\r\nhello from the server\n"));
  pair.run(105);
  expect(windows(pair)).toEqual([509, 502]);
  expect(pair.take()).toEqual(["s PA 93", "c A 52"]);
  expect(client.receive(1000)?.length).toBe(41);

  client.close();
  pair.run(150);
  const [fin, ack] = pair.seen;
  const waited = ((ack?.at ?? 0) - (fin?.at ?? 0)) / 1e6;
  expect(waited).toBeGreaterThan(40);
  expect(waited).toBeLessThan(45);
  expect(pair.take()).toEqual(["c FA 52", "s A 52"]);

  server.close();
  pair.run(100);
  expect(windows(pair)).toEqual([509]);
  expect(pair.take()).toEqual(["s RA 52"]);
  expect(pair.client.transport.summaries()).toEqual([]);
});

test("on a device as large as lo the first windows are 65495 and 65483", () => {
  const pair = new FakePair();
  pair.client.mtu = pair.server.mtu = 65_536;
  const listener = listenOn(pair);
  const client = connectFrom(pair);
  pair.run(10);
  expect(pair.seen[0]?.frame.synOptions?.maximumSegmentSize).toBe(65_495);
  expect(windows(pair).slice(0, 2)).toEqual([65_495, 65_483]);
  client.send(new Uint8Array(80_000));
  pair.run(300);
  const server = listener.accept() as TcpSocket;
  expect(server.receive(100_000)?.length).toBeGreaterThan(32_000);
});

test("SYNs without an answer are repeated after 1, 2, 4 … s until connect times out", () => {
  const pair = new FakePair();
  pair.fate = () => [];
  const client = connectFrom(pair);
  pair.run(200_000);
  const gaps = pair.seen.slice(1).map((s, i) => (s.at - (pair.seen[i]?.at ?? 0)) / 1e9);
  expect(gaps.length).toBe(6);
  for (const [i, gap] of gaps.entries()) {
    // the kernel's wheel fires late by up to an eighth of its level
    expect(gap).toBeGreaterThanOrEqual(2 ** i);
    expect(gap).toBeLessThan(2 ** i * 1.13);
  }
  expect(client.state).toBe(TcpState.close);
  expect(client.takeError()).toBe(Errno.ETIMEDOUT);
});

test("a port without a listener answers with RST of 40 octets, and connect is refused", () => {
  const pair = new FakePair();
  const client = connectFrom(pair);
  pair.run(100);
  expect(pair.take()).toEqual(["c S 60", "s RA 40"]);
  expect(client.takeError()).toBe(Errno.ECONNREFUSED);
  expect(client.takeError()).toBe(0);
});

test("an ICMP error at the instant of connect is a remark, a later one ends the attempt", () => {
  const pair = new FakePair();
  pair.delay = 0 as never;
  pair.fate = (frame) => {
    if (frame.tcpFlags === 2) pair.server.sendIcmpError(frame, 3, 3, 0);
    return frame.protocol === 6 ? [] : [0];
  };
  const client = connectFrom(pair);
  pair.run(100);
  expect(client.state).toBe(TcpState.synSent);
  expect(client.takeError()).toBe(Errno.ECONNREFUSED);
  pair.run(4000);
  expect(client.takeError()).toBe(Errno.ECONNREFUSED);
  expect(pair.take()).toEqual(["c S 60", "s icmp 3/3", "c S 60", "s icmp 3/3"]);
});

test("close with unread data sends RST, without any it sends FIN", () => {
  for (const [octets, expected] of [
    ["unread", "s RA 52"],
    ["", "s FA 52"],
  ] as const) {
    const pair = new FakePair();
    const listener = listenOn(pair);
    const client = connectFrom(pair);
    pair.run(10);
    client.send(text(octets));
    pair.run(10);
    pair.take();
    listener.accept()?.close();
    expect(pair.take()).toEqual([expected]);
  }
});
