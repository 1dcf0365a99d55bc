/**
 * Work U: UDP exchanges through the director. Each client has one socket and sends a request of 100 octets at even
 * distances; each real server answers with 100 octets. As the peer does it: 100,000 requests a simulated second in all.
 */
import {
  assert,
  type Duration,
  type Engine,
  IpProtocol,
  type NetworkNamespace,
  type UdpSocket,
} from "@lvsim/core";
import { buildLab, type Lab, SERVICE_PORT, VIRTUAL_SERVER } from "./lab.ts";
import { Progress, Starter, startAll } from "./traffic.ts";

const PER_SECOND = 100_000;
const REQUEST = new Uint8Array(100);
const RESPONSE = new Uint8Array(100);
const ANY = { address: 0, port: 0 } as UdpSocket["local"];

class UdpClient extends Starter {
  protected readonly socket: UdpSocket;

  constructor(client: NetworkNamespace, progress: Progress, gap: Duration) {
    super(client.engine, progress, gap);
    const { socket } = this.open(client);
    this.socket = socket;
  }

  private open(client: NetworkNamespace): { socket: UdpSocket } {
    const socket = client.sockets.udp();
    assert(socket.bind(ANY) === 0, "bind");
    socket.onEvent = () => {
      while (socket.receive() !== undefined) this.progress.finished++;
    };
    return { socket };
  }

  protected begin(): void {
    this.socket.send(REQUEST, VIRTUAL_SERVER);
  }
}

function serve(server: NetworkNamespace): void {
  const socket = server.sockets.udp();
  assert(socket.bind({ ...ANY, port: SERVICE_PORT }) === 0, "bind");
  socket.onEvent = () => {
    for (;;) {
      const datagram = socket.receive();
      if (datagram === undefined) return;
      socket.send(RESPONSE, datagram.from);
    }
  };
}

export interface Work {
  readonly engine: Engine;
  readonly progress: Progress;
}

/** A lab that is ready to make `total` exchanges. */
export function prepareExchanges(clients: number, servers: number, total: number): Work {
  const lab: Lab = buildLab(clients, servers, IpProtocol.udp);
  const { engine } = lab.simulation;
  const progress = new Progress(total);
  const gap = Math.round((clients * 1e9) / PER_SECOND) as Duration;
  lab.servers.forEach(serve);
  startAll(
    engine,
    lab.clients.map((client) => new UdpClient(client, progress, gap)),
    PER_SECOND,
  );
  return { engine, progress };
}
