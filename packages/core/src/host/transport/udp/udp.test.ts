import { describe, expect, test } from "vitest";
import { Errno } from "../../../base/errno.ts";
import { ChecksumFault } from "../../../packet/frame.ts";
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { CLIENT, FakePair, SERVER } from "../fake-pair.ts";

const octets = (n: number): Uint8Array => new Uint8Array(n);

function bound(pair: FakePair, address: Ipv4Address, port = 53) {
  const socket = pair.server.transport.udp();
  expect(socket.bind({ address, port })).toBe(0);
  return socket;
}

describe("UDP", () => {
  test("an answer comes back to the sender's ephemeral port", () => {
    const pair = new FakePair();
    const server = bound(pair, SERVER);
    server.onEvent = () => {
      const question = server.receive();
      if (question !== undefined) server.send(octets(9), question.from);
    };
    const client = pair.client.transport.udp();
    client.connect({ address: SERVER, port: 53 });
    expect(client.send(octets(8), null)).toBe(0);
    pair.run(1);
    expect(pair.seen.map((s) => s.frame.fragment)).toEqual([0x4000, 0x4000]);
    expect(pair.take()).toEqual(["udp 36", "udp 37"].map((l, i) => `${"cs"[i]} ${l}`));
    expect(client.receive()).toMatchObject({ from: { address: SERVER, port: 53 } });
    expect(client.local.port).toBeGreaterThanOrEqual(32768);
    expect(client.local.port).toBeLessThanOrEqual(60999);
  });

  test("port unreachable reaches a connected socket only", () => {
    const pair = new FakePair();
    const connected = pair.client.transport.udp();
    connected.connect({ address: SERVER, port: 53 });
    const loose = pair.client.transport.udp();
    connected.send(octets(1), null);
    loose.send(octets(1), { address: SERVER, port: 53 });
    pair.run(1);
    expect(connected.send(octets(1), null)).toBe(Errno.ECONNREFUSED);
    expect(connected.takeError()).toBe(0);
    expect(loose.takeError()).toBe(0);
  });

  test.each([
    [1, 0],
    [2, Errno.ENOPROTOOPT],
    [3, Errno.ECONNREFUSED],
    [10, Errno.EHOSTUNREACH],
    [13, Errno.EHOSTUNREACH],
  ])("unreachable code %i means errno %i to a connected socket", (code, errno) => {
    const pair = new FakePair();
    pair.fate = (frame) => {
      if (frame.protocol === 17) pair.server.sendIcmpError(frame, 3, code, 0);
      return frame.protocol === 17 ? [] : [0];
    };
    const socket = pair.client.transport.udp();
    socket.connect({ address: SERVER, port: 53 });
    socket.send(octets(1), null);
    pair.run(1);
    expect(socket.takeError()).toBe(errno);
  });

  test("an exact local address wins over any, a connected socket over both", () => {
    const pair = new FakePair();
    const any = pair.server.transport.udp();
    any.bind({ address: ANY_ADDRESS, port: 53 });
    expect(pair.server.transport.udp().bind({ address: SERVER, port: 53 })).toBe(Errno.EADDRINUSE);
    const client = pair.client.transport.udp();
    client.bind({ address: CLIENT, port: 4000 });
    client.send(octets(1), { address: SERVER, port: 53 });
    pair.run(1);
    expect(any.receive()).toBeDefined();
    any.connect({ address: CLIENT, port: 4001 });
    client.send(octets(1), { address: SERVER, port: 53 });
    pair.run(1);
    expect(any.receive()).toBeUndefined();
  });

  test("the receive buffer holds 278 small datagrams", () => {
    const pair = new FakePair();
    const server = bound(pair, SERVER);
    const client = pair.client.transport.udp();
    for (let i = 0; i < 300; i++) client.send(octets(10), { address: SERVER, port: 53 });
    pair.run(1);
    let count = 0;
    while (server.receive() !== undefined) count++;
    expect(count).toBe(278);
    expect(pair.server.transport.counters.UdpRcvbufErrors).toBe(22);
  });

  test("a bad checksum is dropped without an answer", () => {
    const pair = new FakePair();
    bound(pair, SERVER);
    pair.client.transport.udp().send(octets(1), { address: SERVER, port: 99 });
    const frame = pair.seen[0]?.frame;
    if (frame === undefined) throw new Error("nothing sent");
    frame.checksumFaults = ChecksumFault.transport;
    pair.take();
    pair.server.receive(frame);
    expect(pair.take()).toEqual([]);
    expect(pair.server.transport.counters.UdpInCsumErrors).toBe(1);
  });

  test("send says what the kernel says", () => {
    const pair = new FakePair();
    const socket = pair.client.transport.udp();
    const to = { address: SERVER, port: 53 };
    expect(socket.send(octets(1), null)).toBe(Errno.EDESTADDRREQ);
    expect(socket.send(octets(1), { ...to, port: 0 })).toBe(Errno.EINVAL);
    expect(socket.send(octets(65_508), to)).toBe(Errno.EMSGSIZE);
    pair.client.unreachable = Errno.ENETUNREACH;
    expect(socket.send(octets(1), to)).toBe(Errno.ENETUNREACH);
    expect(socket.connect(to)).toBe(Errno.ENETUNREACH);
    expect(socket.bind({ address: SERVER, port: 1 })).toBe(Errno.EADDRNOTAVAIL);
  });

  test("a datagram longer than the MTU leaves without Don't Fragment", () => {
    const pair = new FakePair();
    const socket = pair.client.transport.udp();
    socket.send(octets(1472), { address: SERVER, port: 53 });
    socket.send(octets(1473), { address: SERVER, port: 53 });
    expect(pair.seen.map((s) => s.frame.fragment)).toEqual([0x4000, 0]);
  });
});
