import { describe, expect, test } from "vitest";
import type { Frame } from "../../../packet/frame.ts";
import { IpProtocol, TcpFlag } from "../../../packet/protocol.ts";
import { findTcpOption, tcpOptionArea } from "../../../wire/tcp-option-area.ts";
import { Verdict } from "../../netfilter/hook.ts";
import { CLIENT, realServer, serverAddress, service, VIP } from "../director.fixture.ts";
import { ForkDirector, LOCAL } from "../fullnat/fork-director.fixture.ts";

const { identity } = service();
const SERVER_ISN = 7000;
const CLIENT_ADDRESS_KIND = 254;
const { syn, ack, rst } = TcpFlag;

/** A director with a SYN proxy before its full-nat servers, and a client that keeps its numbers. */
class ProxyDirector extends ForkDirector {
  constructor(servers = 1) {
    super(servers);
    this.command({ kind: "edit-service", service: service({ synProxy: true }) });
  }

  /** A client's SYN; the cookie with which it is answered. */
  open(port: number): number {
    const answer = this.request(port, "S", { sequenceNumber: 1000 }) as Frame;
    return answer.sequenceNumber;
  }

  /** The segment that completes the client's handshake; what the server got of it: a SYN. */
  complete(port: number, cookie: number, fields: Partial<Frame> = {}): Frame | null {
    const numbers = { sequenceNumber: 1001, acknowledgementNumber: (cookie + 1) | 0 };
    return this.request(port, "A", { ...numbers, ...fields });
  }

  /** The server's SYN+ACK for `toServer`; what went out. */
  accept(toServer: Frame, flags = "SA"): readonly Frame[] {
    const acknowledgementNumber = (toServer.sequenceNumber + 1) | 0;
    this.reply(toServer, flags, { sequenceNumber: SERVER_ISN, acknowledgementNumber });
    return [...this.sent];
  }

  /** A client whose connection is established; its cookie and the server's SYN. */
  connect(port: number): { readonly cookie: number; readonly toServer: Frame } {
    const cookie = this.open(port);
    const toServer = this.complete(port, cookie) as Frame;
    this.accept(toServer);
    return { cookie, toServer };
  }

  verdict(port: number, flags: string, fields: Partial<Frame> = {}): Verdict {
    return this.deliver(Object.assign(this.segment(CLIENT, port, VIP, 80, flags), fields));
  }
}

const octets = (length: number): Partial<Frame> => ({
  payload: new Uint8Array(length),
  payloadLength: length,
});

test("a flood of SYNs leaves no entry; each is answered where it came from", () => {
  const director = new ProxyDirector();
  for (let port = 1; port <= 10_000; port++) {
    const answer = director.request(port, "S", { sequenceNumber: port });
    expect(answer).toMatchObject({
      source: VIP,
      destination: CLIENT,
      destinationPort: port,
      tcpFlags: syn | ack,
      acknowledgementNumber: port + 1,
      ttl: 63,
    });
    expect(director.straight).toHaveLength(1);
    expect(director.straight[0]?.device).toBe(2);
  }
  expect(director.ipvs.connections()).toEqual([]);
  expect(director.icmp).toEqual([]);
});

test("a client that bears its cookie gets through, and numbers are translated from then on", () => {
  const director = new ProxyDirector();
  const cookie = director.open(4000);
  const toServer = director.complete(4000, cookie) as Frame;
  expect(toServer).toMatchObject({
    source: LOCAL[0],
    destination: serverAddress(0),
    tcpFlags: syn,
    window: 5000,
  });
  expect(director.states()).toEqual(["SYN_SENT 3"]);
  expect(director.counts()).toBe("0:0/1");

  const [held, ...more] = director.accept(toServer);
  expect(more).toEqual([]);
  expect(held).toMatchObject({
    destination: serverAddress(0),
    tcpFlags: ack,
    sequenceNumber: (toServer.sequenceNumber + 1) | 0,
    acknowledgementNumber: SERVER_ISN + 1,
  });
  expect(director.states()).toEqual(["ESTABLISHED 90"]);
  expect(director.counts()).toBe("0:1/0");

  const answer = director.reply(toServer, "PA", {
    sequenceNumber: SERVER_ISN + 1,
    acknowledgementNumber: (toServer.sequenceNumber + 1) | 0,
    ...octets(4),
  });
  expect(answer).toMatchObject({
    source: VIP,
    destination: CLIENT,
    sequenceNumber: (cookie + 1) | 0,
    acknowledgementNumber: 1001,
  });
  const block = (cookie + 9) | 0;
  expect(
    director.request(4000, "A", {
      sequenceNumber: 1001,
      acknowledgementNumber: (cookie + 5) | 0,
      sackBlocks: [block, (block + 1) | 0],
    }),
  ).toMatchObject({
    acknowledgementNumber: SERVER_ISN + 5,
    sackBlocks: [SERVER_ISN + 9, SERVER_ISN + 10],
  });
});

test("the server learns the client's address from the segment that completes its handshake", () => {
  const director = new ProxyDirector();
  const toServer = director.complete(4000, director.open(4000)) as Frame;
  const [held] = director.accept(toServer);
  for (const frame of [toServer, held])
    expect(findTcpOption(tcpOptionArea(frame as Frame), CLIENT_ADDRESS_KIND)).toBeGreaterThan(-1);
});

test("the server's SYN goes out four times, three seconds apart; then the entry is no more", () => {
  const director = new ProxyDirector();
  const first = director.complete(4000, director.open(4000)) as Frame;
  for (let again = 1; again <= 3; again++) {
    director.sent.length = 0;
    director.sleep(3.3);
    expect(director.sent.map(({ tcpFlags, sequenceNumber }) => [tcpFlags, sequenceNumber])).toEqual(
      [[syn, first.sequenceNumber]],
    );
  }
  expect(director.states()).toHaveLength(1);
  director.sleep(3.3);
  expect(director.states()).toEqual([]);
  expect(director.counts()).toBe("0:0/0");
});

test("a server's RST is passed on, where the client expects it", () => {
  const director = new ProxyDirector();
  const cookie = director.open(4000);
  const [told] = director.accept(director.complete(4000, cookie) as Frame, "RA");
  expect(told).toMatchObject({
    destination: CLIENT,
    tcpFlags: rst | ack,
    sequenceNumber: (cookie + 1) | 0,
    acknowledgementNumber: 1001,
  });
  expect(director.states()).toEqual(["CLOSE 3"]);
});

describe("what is dropped", () => {
  test("a SYN when no server has a weight", () => {
    const director = new ProxyDirector();
    const server = realServer(0, { weight: 0, forwarding: "full-nat" });
    director.command({ kind: "edit-server", identity, server });
    expect(director.verdict(4000, "S")).toBe(Verdict.drop);
  });

  test.each([
    ["a wrong number", 0, 1],
    ["another client's cookie", 1, 0],
  ])("a segment with %s", (_what, ports, numbers) => {
    const director = new ProxyDirector();
    const cookie = director.open(4000) + numbers;
    expect(director.complete(4000 + ports, cookie)).toBeNull();
    expect(director.states()).toEqual([]);
  });

  test("a cookie of four minutes ago", () => {
    const director = new ProxyDirector();
    const cookie = director.open(4000);
    director.sleep(179);
    expect(director.complete(4000, cookie)).not.toBeNull();
    director.sleep(65);
    expect(director.complete(4000, cookie)).toBeNull();
  });

  test("a segment without connection to any service, also one without the proxy", () => {
    const director = new ForkDirector();
    director.turn({ tcp_drop_entry: 0 });
    expect(director.deliver(director.segment(CLIENT, 4000, VIP, 80, "A"))).toBe(Verdict.drop);
    expect(director.deliver(director.segment(CLIENT, 4000, VIP, 81, "A"))).toBe(Verdict.accept);
  });

  test("with synproxy_defer a cookie without data", () => {
    const director = new ProxyDirector();
    director.proxySwitches = { ...director.proxySwitches, defer: 1 };
    const cookie = director.open(4000);
    expect(director.complete(4000, cookie)).toBeNull();
    expect(director.complete(4000, cookie, octets(10))).toMatchObject({ tcpFlags: syn });
  });

  test("the fourth segment that waits for the server", () => {
    const director = new ProxyDirector();
    const cookie = director.open(4000);
    const toServer = director.complete(4000, cookie) as Frame;
    for (const start of [0, 10, 20])
      director.complete(4000, cookie, { sequenceNumber: 1001 + start, ...octets(10) });
    const went = director.accept(toServer);
    expect(went.map((frame) => frame.sequenceNumber - toServer.sequenceNumber)).toEqual([1, 1, 11]);
    expect(director.states()).toEqual(["ESTABLISHED 90"]);
  });

  test("the tenth repetition of an acknowledgement", () => {
    const director = new ProxyDirector();
    const { cookie } = director.connect(4000);
    const again = () => director.complete(4000, cookie) !== null;
    expect(Array.from({ length: 11 }, again)).toEqual([...new Array(9).fill(true), false, false]);
    expect(director.complete(4000, cookie + 1)).not.toBeNull();
  });
});

describe("a flow that has an entry already", () => {
  /** Ends the connection: both send FIN. */
  const finish = (director: ProxyDirector, toServer: Frame): void => {
    director.reply(toServer, "FA");
    director.request(4000, "FA");
  };

  test("is answered with a cookie all the same", () => {
    const director = new ProxyDirector();
    director.connect(4000);
    expect(director.request(4000, "S")).toMatchObject({ tcpFlags: syn | ack, destination: CLIENT });
    expect(director.states()).toEqual(["ESTABLISHED 90"]);
  });

  test("begins anew with the same server out of TIME_WAIT", () => {
    const director = new ProxyDirector(3);
    const { toServer } = director.connect(4000);
    finish(director, toServer);
    expect(director.states()).toEqual(["TIME_WAIT 7"]);
    const again = director.complete(4000, director.open(4000)) as Frame;
    expect(again).toMatchObject({ tcpFlags: syn, destination: toServer.destination });
    expect(director.states()).toEqual(["SYN_SENT 3"]);
    expect(director.accept(again)).toHaveLength(1);
    expect(director.states()).toEqual(["ESTABLISHED 90"]);
  });

  test.each([
    [{ conn_reuse_time_wait: 0 }, "TIME_WAIT 7"],
    [{ conn_reuse: 0 }, "TIME_WAIT 7"],
  ])("goes on as it was with %j", (settings, state) => {
    const director = new ProxyDirector();
    finish(director, director.connect(4000).toServer);
    director.proxySwitches = { ...director.proxySwitches, ...settings };
    const passed = director.complete(4000, director.open(4000));
    expect(passed?.tcpFlags).toBe(ack);
    expect(director.states()).toEqual([state]);
  });
});

test("what happens is counted under the fork's names", () => {
  const director = new ProxyDirector();
  const counted = (): object =>
    Object.fromEntries(
      Object.entries(director.ipvs.synProxyCounters ?? {}).filter(([, value]) => value !== 0),
    );
  const cookie = director.open(4000);
  director.complete(4000, cookie + 1);
  const toServer = director.complete(4000, cookie) as Frame;
  expect(counted()).toEqual({
    synproxy_syn_cnt: 1,
    synproxy_bad_ack: 1,
    synproxy_ok_ack: 1,
    synproxy_synsend_qlen: 1,
  });
  director.accept(toServer, "RA");
  director.complete(4000, director.open(4000));
  const counts = {
    synproxy_syn_cnt: 2,
    synproxy_bad_ack: 1,
    synproxy_ok_ack: 1,
    synproxy_rs_error: 1,
    synproxy_conn_reused: 1,
    synproxy_conn_reused_close: 1,
  };
  expect(counted()).toEqual({ ...counts, synproxy_synsend_qlen: 1 });
  director.sleep(20);
  expect(counted()).toEqual(counts);
});

test("masquerading's numbers are translated as well", () => {
  const director = new ProxyDirector(0);
  director.command({ kind: "add-server", identity, server: realServer(0) });
  const cookie = director.open(4000);
  expect(director.complete(4000, cookie)).toMatchObject({
    source: CLIENT,
    destination: serverAddress(0),
    tcpFlags: syn,
    sequenceNumber: 1000,
  });
  const fromServer = (flags: string, sequenceNumber: number): Frame =>
    director.fromServer(0, 4000, flags, { sequenceNumber, acknowledgementNumber: 1001 });
  director.sent.length = 0;
  fromServer("SA", SERVER_ISN);
  expect(director.sent).toHaveLength(1);
  expect(director.sent[0]).toMatchObject({
    protocol: IpProtocol.tcp,
    tcpFlags: ack,
    acknowledgementNumber: SERVER_ISN + 1,
  });
  expect(fromServer("A", SERVER_ISN + 1)).toMatchObject({
    source: VIP,
    sequenceNumber: (cookie + 1) | 0,
  });
});
