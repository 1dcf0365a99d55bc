/** Whatever the network loses, repeats or reorders: the stream arrives whole, in order, and both ends close. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { Errno } from "../../../base/errno.ts";
import type { Frame } from "../../../packet/frame.ts";
import { createRng } from "../../../rng/rng.ts";
import { CLIENT, FakePair, SERVER } from "../fake-pair.ts";
import { type TcpSocket, TcpState } from "../socket.ts";

/** Octets of a stream: each tells its place. */
const pattern = (length: number, from: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => ((from + i) * 7 + ((from + i) >> 8)) & 255);

/** Writes `total` octets in pieces, reads what comes, closes when both are done. */
class Talker {
  socket: TcpSocket | null = null;
  received: number[] = [];
  ended = false;
  private readonly total: number;
  private readonly piece: number;
  private sent = 0;
  private closed = false;

  constructor(total: number, piece: number) {
    this.total = total;
    this.piece = piece;
  }

  attach(socket: TcpSocket): void {
    this.socket = socket;
    socket.onEvent = () => this.act(socket);
    this.act(socket);
  }

  private act(socket: TcpSocket): void {
    for (let got = socket.receive(5000); got !== null; got = socket.receive(5000)) {
      if (got.length === 0) {
        this.ended = true;
        break;
      }
      this.received.push(...got);
    }
    while (this.sent < this.total) {
      const size = Math.min(this.piece, this.total - this.sent);
      const count = socket.send(pattern(size, this.sent));
      if (count < 0) return;
      this.sent += count;
      if (count < size) return;
    }
    if (!this.closed && socket.state === TcpState.established) {
      this.closed = true;
      socket.shutdown();
    } else if (!this.closed && socket.state === TcpState.closeWait) {
      this.closed = true;
      socket.shutdown();
    }
  }
}

interface Plan {
  seed: number;
  loss: number;
  repeat: number;
  shuffle: number;
  up: number;
  down: number;
  piece: number;
  sack: boolean;
  timestamps: boolean;
}

const plan: fc.Arbitrary<Plan> = fc
  .record({
    seed: fc.nat(),
    loss: fc.constantFrom(0, 2, 10, 25),
    repeat: fc.constantFrom(0, 5, 20),
    shuffle: fc.constantFrom(0, 10, 40),
    up: fc.constantFrom(0, 1, 100, 20_000),
    down: fc.constantFrom(0, 1, 1000, 60_000),
    piece: fc.constantFrom(1, 100, 1448, 9000),
    sack: fc.boolean(),
    timestamps: fc.boolean(),
  })
  .map((p) => ({ ...p, piece: Math.max(p.piece, Math.ceil(Math.max(p.up, p.down) / 200)) }));

function play(p: Plan): { client: Talker; server: Talker; pair: FakePair; overrun: number } {
  const pair = new FakePair(`lossy ${p.seed}`);
  for (const host of [pair.client, pair.server]) {
    host.sysctls.tcp_sack = p.sack ? 1 : 0;
    host.sysctls.tcp_timestamps = p.timestamps ? 1 : 0;
  }
  const rng = createRng(`fate ${p.seed}`);
  const offered = new Map<string, number>();
  const scales = new Map<string, number>();
  let overrun = 0;
  let lost = 0;
  pair.fate = (frame: Frame) => {
    const me = `${frame.source}`;
    const you = `${frame.destination}`;
    const syn = frame.synOptions;
    if (syn !== null) scales.set(me, syn.windowScale);
    const both = (scales.get(me) ?? -1) >= 0 && (scales.get(you) ?? -1) >= 0;
    const shift = syn === null && both ? (scales.get(me) as number) : 0;
    const edge = (frame.acknowledgementNumber + (frame.window << shift)) | 0;
    const old = offered.get(me);
    if ((frame.tcpFlags & 16) !== 0 && (old === undefined || ((edge - old) | 0) > 0))
      offered.set(me, edge);
    const limit = offered.get(you);
    const end = (frame.sequenceNumber + frame.payloadLength) | 0;
    if (limit !== undefined && frame.payloadLength > 0 && ((end - limit) | 0) > 0) overrun++;
    if (rng.below(100) < p.loss && lost < 2000) {
      lost++;
      return [];
    }
    const late = rng.below(100) < p.shuffle ? rng.below(2_000_000) : 0;
    return rng.below(100) < p.repeat ? [late, rng.below(3_000_000)] : [late];
  };
  const client = new Talker(p.up, p.piece);
  const server = new Talker(p.down, p.piece);
  const listener = pair.server.transport.listen({ address: SERVER, port: 80 }, 5);
  if (typeof listener === "number") throw new Error("listen");
  listener.onEvent = () => {
    const accepted = listener.accept();
    if (accepted !== undefined) server.attach(accepted);
  };
  const socket = pair.client.transport.tcp();
  socket.connect({ address: SERVER, port: 80 });
  client.attach(socket);
  pair.run(4_000_000);
  return { client, server, pair, overrun };
}

describe("a connection over a bad network", () => {
  test.prop([plan], { numRuns: 40 })(
    "delivers both streams whole and closes",
    (p) => {
      const { client, server, pair, overrun } = play(p);
      // a last FIN that is repeated after the peer's TIME_WAIT has ended is answered with RST, as in Linux
      for (const end of [client, server])
        expect([0, Errno.ECONNRESET]).toContain(end.socket?.takeError());
      expect(server.received.length).toBe(p.up);
      expect(client.received.length).toBe(p.down);
      expect(Uint8Array.from(server.received)).toEqual(pattern(p.up, 0));
      expect(Uint8Array.from(client.received)).toEqual(pattern(p.down, 0));
      expect(client.ended && server.ended).toBe(true);
      expect(overrun).toBe(0);
      expect(pair.client.transport.summaries()).toEqual([]);
      expect(pair.server.transport.summaries().map((s) => s.state)).toEqual([TcpState.listen]);
      expect(client.socket?.local.address).toBe(CLIENT);
    },
    30_000,
  );

  test("runs the same twice", () => {
    const p = {
      seed: 7,
      loss: 10,
      repeat: 5,
      shuffle: 40,
      up: 20_000,
      down: 60_000,
      piece: 1448,
      sack: true,
      timestamps: true,
    };
    const once = play(p).pair;
    const again = play(p).pair;
    expect(once.seen.map((s) => s.at)).toEqual(again.seen.map((s) => s.at));
    expect(once.take()).toEqual(again.take());
  });
});
