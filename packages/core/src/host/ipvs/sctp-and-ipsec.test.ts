import { describe, expect, test } from "vitest";
import { ChecksumFault, type Frame } from "../../packet/frame.ts";
import { IpProtocol } from "../../packet/protocol.ts";
import { SctpChunk } from "../../packet/sctp.ts";
import { WireDetail } from "../../packet/wire-detail.ts";
import { HookPoint, Verdict } from "../netfilter/hook.ts";
import type { RealServerConfig } from "./config.ts";
import { CLIENT, Director, realServer, serverAddress, service, VIP } from "./director.fixture.ts";

const {
  init,
  initAck,
  cookieEcho,
  cookieAck,
  data,
  shutdown,
  shutdownAck,
  shutdownComplete,
  abort,
} = SctpChunk;
const SCTP = service({
  identity: { kind: "address", protocol: IpProtocol.sctp, address: VIP, port: 80 },
});

function director(overrides: Partial<RealServerConfig> = {}): Director {
  const made = new Director();
  made.serve(SCTP, realServer(0, overrides), realServer(1, overrides));
  return made;
}

/** Makes a frame of the fixture one of SCTP with chunks of these types. */
function sctp(frame: Frame, ...chunks: readonly number[]): Frame {
  frame.protocol = IpProtocol.sctp;
  const octets = chunks.flatMap((type) => [type, 0, 0, 4]);
  frame.payload = Uint8Array.from([...new Array(8).fill(0), ...octets]);
  frame.payloadLength = frame.payload.length;
  return frame;
}

const fromClient = (made: Director, port: number, ...chunks: readonly number[]): Verdict =>
  made.deliver(sctp(made.segment(CLIENT, port, VIP, 80, ""), ...chunks));

function fromServer(made: Director, index: number, port: number, ...chunks: number[]): Frame {
  const frame = sctp(made.segment(serverAddress(index), 80, CLIENT, port, ""), ...chunks);
  made.hooks.run(HookPoint.forward, frame, null, null);
  return frame;
}

describe("SCTP", () => {
  test("masquerading sees both ways of an association", () => {
    const made = director();
    const seen: string[] = [];
    const client = (chunk: number) => {
      fromClient(made, 4000, chunk);
      seen.push(`${made.states().join()} ${made.counts()}`);
    };
    const server = (chunk: number) => {
      expect(fromServer(made, 1, 4000, chunk)).toMatchObject({ source: VIP, sourcePort: 80 });
      seen.push(`${made.states().join()} ${made.counts()}`);
    };
    client(init);
    expect(made.sent[0]).toMatchObject({ destination: serverAddress(1), destinationPort: 80 });
    server(initAck);
    client(cookieEcho);
    server(cookieAck);
    client(data);
    client(shutdown);
    server(shutdownAck);
    client(shutdownComplete);
    expect(seen).toEqual([
      "INIT1 4 0:0/0 1:0/1",
      "C-SENT 61 0:0/0 1:0/1",
      "C-REPLIED 61 0:0/0 1:0/1",
      "ESTABLISHED 900 0:0/0 1:1/0",
      "ESTABLISHED 900 0:0/0 1:1/0",
      "S-RECEIVED 61 0:0/0 1:0/1",
      "S-ACK-SENT 61 0:0/0 1:0/1",
      "CLOSED 61 0:0/0 1:0/1",
    ]);
    made.sleep(64);
    expect(made.states()).toEqual([]);
  });

  test("direct routing sees the client alone", () => {
    const made = director({ forwarding: "direct-routing" });
    const seen = [init, cookieEcho, data, shutdown].map((chunk) => {
      fromClient(made, 4000, chunk);
      return made.states().join();
    });
    expect(seen).toEqual(["INIT1 4", "ESTABLISHED 900", "ESTABLISHED 900", "S-RECEIVED 61"]);
  });

  test.each([
    { sloppy: 0, chunk: init, verdict: Verdict.stolen },
    { sloppy: 0, chunk: data, verdict: Verdict.accept },
    { sloppy: 0, chunk: abort, verdict: Verdict.accept },
    { sloppy: 1, chunk: data, verdict: Verdict.stolen },
    { sloppy: 1, chunk: abort, verdict: Verdict.accept },
  ])("sloppy_sctp=$sloppy: chunk $chunk without an entry gets verdict $verdict", (row) => {
    const made = director();
    made.setSysctls({ sloppy_sctp: row.sloppy, sloppy_tcp: 1 - row.sloppy });
    expect(fromClient(made, 4000, row.chunk)).toBe(row.verdict);
  });

  test("a packet that ends before its first chunk is dropped, unless it has an entry", () => {
    const made = director();
    expect(fromClient(made, 4000)).toBe(Verdict.drop);
    fromClient(made, 4000, init);
    expect(fromClient(made, 4000)).toBe(Verdict.stolen);
    expect(made.states()).toEqual(["INIT1 4"]);
  });

  test.each([
    { mode: 0, chunks: [init, abort], chosen: 1 },
    { mode: 1, chunks: [init, abort], chosen: 0 },
    { mode: 1, chunks: [init], chosen: 1 },
    { mode: 2, chunks: [init, abort], chosen: 0 },
  ])("conn_reuse_mode=$mode: INIT after $chunks goes to server $chosen", (row) => {
    const made = director();
    made.setSysctls({ conn_reuse_mode: row.mode });
    for (const chunk of row.chunks) fromClient(made, 4000, chunk);
    fromClient(made, 4000, init);
    expect(made.takeChosen()).toBe(row.chosen);
  });

  test.each([
    { send: 0, chunk: data, icmp: 0 },
    { send: 1, chunk: data, icmp: 1 },
    { send: 1, chunk: abort, icmp: 0 },
  ])("nat_icmp_send=$send: a server's chunk $chunk of no association: $icmp errors", (row) => {
    const made = director();
    made.setSysctls({ nat_icmp_send: row.send });
    fromServer(made, 1, 4000, row.chunk);
    expect(made.icmp.length).toBe(row.icmp);
  });

  test("without a server the client hears port unreachable", () => {
    const made = new Director();
    made.serve(SCTP);
    expect(fromClient(made, 4000, init)).toBe(Verdict.drop);
    expect(made.icmp).toEqual([{ type: 3, code: 3, rest: 0 }]);
  });

  test.each([
    [80, ChecksumFault.transport],
    [5060, 0],
  ])("a wrong checksum is made right with port %i: faults %i", (port, faults) => {
    const made = director({ port });
    const frame = sctp(made.segment(CLIENT, 4000, VIP, 80, ""), init);
    frame.checksumFaults = ChecksumFault.transport;
    frame.wire = Object.assign(new WireDetail(), { checksumError: 5 });
    made.deliver(frame);
    expect(frame).toMatchObject({ destinationPort: port, checksumFaults: faults });
    expect(frame.wire === null).toBe(faults === 0);
  });

  test("an association assures its template, and a persistent client stays with its server", () => {
    const made = new Director();
    made.serve({ ...SCTP, persistenceTimeout: 300 }, realServer(0), realServer(1));
    for (const chunk of [init, cookieEcho]) fromClient(made, 4000, chunk);
    fromServer(made, 1, 4000, cookieAck);
    fromClient(made, 4001, init);
    expect(made.takeChosen()).toBe(1);
    expect(made.states().sort()).toEqual(["ASSURED 300", "ESTABLISHED 900", "INIT1 4"]);
  });
});

describe.each([
  ["ESP", IpProtocol.esp],
  ["AH", IpProtocol.ah],
])("%s", (_, protocol) => {
  const IKE = service({
    identity: { kind: "address", protocol: IpProtocol.udp, address: VIP, port: 500 },
  });

  function tunnelEnds(): Director {
    const made = new Director();
    made.serve(IKE, realServer(0, { port: 500 }), realServer(1, { port: 500 }));
    return made;
  }

  const packet = (made: Director, source: number, destination: number): Frame =>
    Object.assign(made.segment(source as typeof VIP, 0, destination as typeof VIP, 0, ""), {
      protocol,
    });

  test("goes where the key exchange went, and comes back from there", () => {
    const made = tunnelEnds();
    made.datagram(500, 500);
    made.sleep(100);
    expect(made.deliver(packet(made, CLIENT, VIP))).toBe(Verdict.stolen);
    expect(made.sent[1]).toMatchObject({ protocol, destination: serverAddress(1) });
    expect(made.states()).toEqual(["UDP 300"]);
    const answer = packet(made, serverAddress(1), CLIENT);
    made.hooks.run(HookPoint.forward, answer, null, null);
    expect(answer.source).toBe(VIP);
  });

  test("is left to this host without a key exchange", () => {
    const made = tunnelEnds();
    expect(made.deliver(packet(made, CLIENT, VIP))).toBe(Verdict.accept);
    expect(made.states()).toEqual([]);
  });
});
