/** RFC 9293's diagram as a table: what both ends do, and the states and segments that follow. */
import { describe, expect, test } from "vitest";
import { Errno } from "../../../base/errno.ts";
import { Frame } from "../../../packet/frame.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import { CLIENT, FakePair, ROUTE, SERVER } from "../fake-pair.ts";
import { type TcpListener, type TcpSocket, TcpState } from "../socket.ts";

const octets = (n: number): Uint8Array => new Uint8Array(n);

interface Ends {
  pair: FakePair;
  client: TcpSocket;
  server: TcpSocket;
  listener: TcpListener;
}

function established(): Ends {
  const pair = new FakePair();
  const listener = pair.server.transport.listen({ address: SERVER, port: 80 }, 4) as TcpListener;
  const client = pair.client.transport.tcp();
  client.connect({ address: SERVER, port: 80 });
  pair.run(5);
  const server = listener.accept() as TcpSocket;
  pair.take();
  return { pair, client, server, listener };
}

const { established: EST, finWait1, finWait2, closeWait, lastAck, close } = TcpState;

describe("closing", () => {
  test.each<[string, (e: Ends) => void, number, number]>([
    ["the client shuts down", ({ client }) => client.shutdown(), finWait2, closeWait],
    [
      "both shut down at once",
      ({ client, server }) => {
        client.shutdown();
        server.shutdown();
      },
      close,
      close,
    ],
    [
      "first the client, then the server",
      ({ client, server, pair }) => {
        client.shutdown();
        pair.run(100);
        server.shutdown();
      },
      close,
      close,
    ],
    ["the server aborts", ({ server }) => server.abort(), close, close],
    [
      "data flows towards an end that shut down",
      ({ client, server, pair }) => {
        client.shutdown();
        pair.run(100);
        server.send(octets(10));
      },
      finWait2,
      closeWait,
    ],
  ])("%s", (_, act, clientState, serverState) => {
    const ends = established();
    act(ends);
    ends.pair.run(100);
    expect([ends.client.state, ends.server.state]).toEqual([clientState, serverState]);
  });

  test("states between are those of the diagram", () => {
    const { client, server, pair } = established();
    client.shutdown();
    expect(client.state).toBe(finWait1);
    pair.run(100);
    server.shutdown();
    expect(server.state).toBe(lastAck);
    expect(client.receive(1)).toBe(null);
    pair.run(100);
    expect(client.receive(1)?.length).toBe(0);
    expect(pair.client.transport.summaries()[0]?.state).toBe(TcpState.timeWait);
    pair.run(63_000);
    expect(pair.client.transport.summaries()).toEqual([]);
  });

  test("data for an end that closed is answered with RST", () => {
    const { client, server, pair } = established();
    client.close();
    pair.run(100);
    pair.take();
    server.send(octets(10));
    pair.run(100);
    expect(pair.take()).toEqual(["s PA 62", "c R 40"]);
    // the peer's FIN had come: EPIPE, not ECONNRESET
    expect(server.takeError()).toBe(Errno.EPIPE);
  });

  test("an orphan waits 60 s for the peer's FIN", () => {
    const { client, pair } = established();
    client.close();
    pair.run(100);
    expect(pair.client.transport.summaries()[0]?.state).toBe(finWait2);
    pair.run(63_000);
    expect(pair.client.transport.summaries()).toEqual([]);
  });

  test("send after shutdown is EPIPE, on a new socket too", () => {
    const { client, pair } = established();
    client.shutdown();
    expect(client.send(octets(1))).toBe(-Errno.EPIPE);
    expect(pair.client.transport.tcp().send(octets(1))).toBe(-Errno.EPIPE);
  });
});

describe("opening", () => {
  test("two SYNs that cross make one connection", () => {
    const pair = new FakePair();
    const a = pair.client.transport.tcp();
    const b = pair.server.transport.tcp();
    a.bind({ address: CLIENT, port: 5000 });
    b.bind({ address: SERVER, port: 6000 });
    a.connect({ address: SERVER, port: 6000 });
    b.connect({ address: CLIENT, port: 5000 });
    pair.run(10);
    expect([a.state, b.state]).toEqual([EST, EST]);
    expect(pair.take().slice(0, 4)).toEqual(["c S 60", "s S 60", "s SA 60", "c SA 60"]);
    a.send(octets(3000));
    pair.run(100);
    expect(b.available).toBe(3000);
  });

  test("a full accept queue ignores SYN and last ACK until accept makes room", () => {
    const pair = new FakePair();
    const { counters } = pair.server.transport;
    const listener = pair.server.transport.listen({ address: SERVER, port: 80 }, 2) as TcpListener;
    const clients = [0, 1, 2, 3, 4].map(() => {
      const socket = pair.client.transport.tcp();
      socket.connect({ address: SERVER, port: 80 });
      pair.run(5);
      return socket;
    });
    // three wait, one more than the backlog; two SYNs were dropped
    const { synSent } = TcpState;
    expect(clients.map((c) => c.state)).toEqual([EST, EST, EST, synSent, synSent]);
    expect(counters.ListenOverflows).toBe(2);
    expect(listener.accept()).toBeDefined();
    pair.run(1100);
    // both repeated their SYN; one last ACK found room, the other client only believes that it is connected
    expect(clients.map((c) => c.state)).toEqual([EST, EST, EST, EST, EST]);
    expect(counters.ListenOverflows).toBe(3);
    const accepted = (): number => {
      let count = 0;
      while (listener.accept() !== undefined) count++;
      return count;
    };
    expect(accepted()).toBe(3);
    pair.run(1100);
    expect(accepted()).toBe(1);
  });

  test("a SYN+ACK is repeated five times, then the request is forgotten", () => {
    const pair = new FakePair();
    pair.server.transport.listen({ address: SERVER, port: 80 }, 4);
    pair.fate = (frame) => ((frame.tcpFlags & TcpFlag.ack) !== 0 ? [] : [0]);
    const client = pair.client.transport.tcp();
    client.connect({ address: SERVER, port: 80 });
    client.abort();
    pair.run(100_000);
    expect(pair.take()).toEqual(["c S 60", ...Array(6).fill("s SA 60")]);
    expect(pair.server.transport.summaries().length).toBe(1);
  });

  test("a queue full of requests answers with cookies that keep MSS, scale and SACK", () => {
    const pair = new FakePair();
    const listener = pair.server.transport.listen({ address: SERVER, port: 80 }, 1) as TcpListener;
    flood(pair, 3);
    const client = pair.client.transport.tcp();
    client.connect({ address: SERVER, port: 80 });
    pair.run(100);
    expect(pair.server.transport.counters.SyncookiesSent).toBe(3);
    expect(client.state).toBe(EST);
    const server = listener.accept() as TcpSocket;
    client.send(octets(5000));
    pair.run(100);
    expect(server.available).toBe(5000);
    expect(pair.seen.at(-1)?.frame.hasTimestamps).toBe(true);
  });

  test("TIME_WAIT gives way to a SYN with a later sequence number", () => {
    const { client, server, pair, listener } = established();
    server.close();
    pair.run(100);
    client.close();
    pair.run(100);
    expect(pair.server.transport.summaries().map((s) => s.state)).toContain(TcpState.timeWait);
    const again = pair.client.transport.tcp();
    expect(again.bind(client.local)).toBe(0);
    expect(again.connect({ address: SERVER, port: 80 })).toBe(0);
    pair.run(100);
    expect(again.state).toBe(EST);
    expect(listener.accept()).toBeDefined();
  });
});

/** SYNs from ports that never answer. */
function flood(pair: FakePair, count: number): void {
  for (let i = 0; i < count; i++) pair.server.receive(syn(pair, 1000 + i));
}

function syn(pair: FakePair, port: number): Frame {
  const frame = new Frame(pair.engine.newFrameId());
  frame.source = 0x0a0000fe as never;
  frame.destination = SERVER;
  frame.protocol = IpProtocol.tcp;
  frame.sourcePort = port;
  frame.destinationPort = 80;
  frame.tcpFlags = TcpFlag.syn;
  frame.window = 65535;
  frame.length = 40;
  return frame;
}

describe("the MSS option", () => {
  const advmss = (value: number): typeof ROUTE => {
    const { type, device, gateway, preferredSource, scope, mtu } = ROUTE;
    const config = {
      ...{ type, device, gateway, preferredSource, scope, mtu, table: 254, prefixLength: 0 },
      ...{ destination: SERVER, metric: 0, protocol: 3, tos: 0, onlink: false },
      metrics: [{ id: 8, value }],
    };
    return { ...ROUTE, config };
  };

  test.each<[string, number | null, number | null, boolean, [number, number]]>([
    ["follows the MTU", null, null, false, [1460, 1460]],
    ["is the route's advmss, of the client alone", 1300, null, false, [1300, 1460]],
    ["and of the server alone, also beyond the MTU", null, 8960, false, [1460, 8960]],
    ["also where the server answers with cookies", 1300, 1200, true, [1300, 1200]],
  ])("%s", (_fact, ofClient, ofServer, cookies, expected) => {
    const pair = new FakePair();
    if (ofClient !== null) pair.client.route = advmss(ofClient);
    if (ofServer !== null) pair.server.route = advmss(ofServer);
    if (cookies) pair.server.sysctls.tcp_syncookies = 2;
    pair.server.transport.listen({ address: SERVER, port: 80 }, 4);
    pair.client.transport.tcp().connect({ address: SERVER, port: 80 });
    pair.run(5);
    const offers = pair.seen.flatMap(({ frame }) => frame.synOptions?.maximumSegmentSize ?? []);
    expect(offers).toEqual(expected);
  });
});

describe("segments that do not belong", () => {
  const forged = (ends: Ends, change: (frame: Frame) => void): string[] => {
    const { pair, client } = ends;
    client.send(octets(5));
    pair.run(5);
    const last = pair.seen.find((s) => s.from === "c")?.frame as Frame;
    pair.take();
    const frame = new Frame(pair.engine.newFrameId());
    Object.assign(frame, {
      source: last.source,
      destination: last.destination,
      protocol: IpProtocol.tcp,
      sourcePort: last.sourcePort,
      destinationPort: last.destinationPort,
      sequenceNumber: (last.sequenceNumber + 5) | 0,
      acknowledgementNumber: last.acknowledgementNumber,
      window: 500,
      tcpFlags: TcpFlag.ack,
    });
    change(frame);
    pair.server.receive(frame);
    pair.run(5);
    return pair.take();
  };

  test.each<[string, (f: Frame) => void, string[], number]>([
    ["RST at the expected number resets", (f) => (f.tcpFlags = TcpFlag.rst), [], close],
    [
      "RST elsewhere in the window is challenged",
      (f) => {
        f.tcpFlags = TcpFlag.rst;
        f.sequenceNumber += 100;
      },
      ["s A 52"],
      EST,
    ],
    [
      "RST outside the window is ignored",
      (f) => {
        f.tcpFlags = TcpFlag.rst;
        f.sequenceNumber -= 100_000;
      },
      [],
      EST,
    ],
    ["SYN is challenged", (f) => (f.tcpFlags = TcpFlag.syn), ["s A 52"], EST],
    [
      "an old timestamp is answered and dropped",
      (f) => {
        f.hasTimestamps = true;
        f.timestampValue = -1_000_000_000;
        f.payload = octets(1);
        f.payloadLength = 1;
      },
      ["s A 52"],
      EST,
    ],
    [
      "an acknowledgement of nothing sent is dropped",
      (f) => (f.acknowledgementNumber += 1000),
      [],
      EST,
    ],
    ["no flags at all is dropped", (f) => (f.tcpFlags = 0), [], EST],
  ])("%s", (_, change, answer, state) => {
    const ends = established();
    expect(forged(ends, change)).toEqual(answer);
    expect(ends.server.state).toBe(state);
  });
});

describe("flow", () => {
  test("a closed window is probed until the reader makes room, and nothing is lost", () => {
    const { client, server, pair } = established();
    let left = 400_000;
    const push = (): void => {
      while (left > 0) {
        const count = client.send(octets(Math.min(left, 10_000)));
        if (count < 0) return;
        left -= count;
      }
    };
    client.onEvent = push;
    push();
    pair.run(5000);
    const filled = server.available;
    expect(filled).toBeGreaterThan(30_000);
    expect(filled).toBeLessThan(83_000);
    const probes = pair.seen.filter((s) => s.at > 3e9 && s.from === "c");
    expect(probes.length).toBeGreaterThan(0);
    expect(probes.every((s) => s.frame.payloadLength === 0)).toBe(true);
    let got = 0;
    for (let i = 0; i < 400 && got < 400_000; i++) {
      for (let o = server.receive(100_000); o !== null; o = server.receive(100_000))
        got += o.length;
      pair.run(50);
    }
    expect(got).toBe(400_000);
  });

  test("Nagle keeps a second short segment back until the first is acknowledged", () => {
    const { client, pair } = established();
    client.send(octets(10));
    client.send(octets(20));
    client.send(octets(30));
    expect(pair.take()).toEqual(["c PA 62"]);
    pair.run(5);
    expect(pair.take()).toEqual(["s A 52", "c PA 102", "s A 52"]);
  });

  test("three segments above a hole bring it again at once", () => {
    const { client, server, pair } = established();
    let count = 0;
    pair.fate = (frame) => (frame.payloadLength > 0 && ++count === 2 ? [] : [0]);
    client.send(octets(8 * 1448));
    pair.run(20);
    expect(server.available).toBe(8 * 1448);
    expect(pair.client.transport.counters.TCPFastRetrans).toBe(1);
    expect(pair.client.transport.counters.TCPTimeouts).toBe(0);
    const sacks = pair.seen.filter((s) => s.frame.sackBlocks !== null);
    expect(sacks.length).toBeGreaterThanOrEqual(3);
  });

  test("a smaller path MTU shrinks segments on the way", () => {
    const { client, server, pair } = established();
    pair.fate = (frame) => {
      if (frame.length <= 1200) return [0];
      pair.server.sendIcmpError(frame, 3, 4, 1200);
      return [];
    };
    client.send(octets(4000));
    pair.run(50);
    expect(server.available).toBe(4000);
    expect(pair.client.transport.counters.TCPTimeouts).toBe(0);
  });

  test("data that nobody acknowledges ends in ETIMEDOUT after 15 doublings", () => {
    const { client, pair } = established();
    pair.fate = () => [];
    client.send(octets(10));
    pair.run(900_000);
    expect(client.state).toBe(EST);
    pair.run(300_000);
    expect([client.state, client.takeError()]).toEqual([close, Errno.ETIMEDOUT]);
  });
});
