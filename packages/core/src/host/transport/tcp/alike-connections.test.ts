import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { type FakeHost, FakePair, SERVER } from "../fake-pair.ts";
import type { TcpListener, TcpSocket } from "../socket.ts";

const PORT = { address: SERVER, port: 80 };

interface Settings {
  readonly mtu: number;
  readonly timestamps: number;
  readonly sack: number;
  readonly scaling: number;
  readonly buffer: number;
  readonly bufferMax: number;
}

const bit = fc.nat(1);
const settings: fc.Arbitrary<Settings> = fc.record({
  mtu: fc.constantFrom(576, 1500, 9000),
  timestamps: bit,
  sack: bit,
  scaling: bit,
  buffer: fc.constantFrom(4096, 87_380, 131_072),
  bufferMax: fc.constantFrom(131_072, 6_291_456),
});

function configure(host: FakeHost, { mtu, ...values }: Settings): void {
  host.mtu = mtu;
  host.sysctls.tcp_timestamps = values.timestamps;
  host.sysctls.tcp_sack = values.sack;
  host.sysctls.tcp_window_scaling = values.scaling;
  host.sysctls.tcp_rmem_default = values.buffer;
  host.sysctls.tcp_rmem_max = values.bufferMax;
  host.generation++;
}

/** What is seen of a connection on which both ends send, and at both ends. It takes whole jiffies. */
function exchange(pair: FakePair, listener: TcpListener): unknown {
  const client = pair.client.transport.tcp();
  client.connect(PORT);
  pair.run(8);
  const server = listener.accept() as TcpSocket;
  client.send(new Uint8Array(5000));
  server.send(new Uint8Array(3000));
  pair.run(20);
  const ends = [pair.client, pair.server].map(({ transport }) => {
    const [info] = transport.summaries().filter(({ tcp }) => tcp !== null);
    return [info?.tcp, info?.memory];
  });
  const seen = pair.take();
  client.abort();
  server.abort();
  pair.run(4);
  pair.take();
  return [ends, seen];
}

const listen = (pair: FakePair): TcpListener =>
  pair.server.transport.listen(PORT, 4) as TcpListener;

const USUAL: Settings = {
  mtu: 1500,
  timestamps: 1,
  sack: 1,
  scaling: 1,
  buffer: 131_072,
  bufferMax: 6_291_456,
};

describe("connections that are alike", () => {
  /** null: nothing changes at that end. */
  const change = fc.option(settings);
  const rounds = fc.array(fc.tuple(change, change), { minLength: 1, maxLength: 6 });

  test.prop([rounds])("start as each would alone, whatever was configured before", (plan) => {
    const pair = new FakePair();
    const listener = listen(pair);
    let ofClient = USUAL;
    let ofServer = USUAL;
    for (const [clientChange, serverChange] of plan) {
      if (clientChange !== null) configure(pair.client, clientChange);
      if (serverChange !== null) configure(pair.server, serverChange);
      ofClient = clientChange ?? ofClient;
      ofServer = serverChange ?? ofServer;
      const alone = new FakePair();
      configure(alone.client, ofClient);
      configure(alone.server, ofServer);
      const expected = exchange(alone, listen(alone));
      expect([exchange(pair, listener), exchange(pair, listener)]).toEqual([expected, expected]);
    }
  });
});
