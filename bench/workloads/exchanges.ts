/**
 * Work U: UDP exchanges through the director. Each client has one socket and sends a request of 100 octets at even
 * distances; each real server answers with 100 octets. As the peer does it: 100,000 requests a simulated second in all.
 *
 * Here and in work T a callback has a name before it is stored: V8 puts a function that is written behind `object.field =`
 * among the old objects, and there it keeps the whole lab alive that a scavenge should have freed.
 */
import {
  assert,
  type Duration,
  IpProtocol,
  type NetworkNamespace,
  type UdpSocket,
} from "@lvsim/core";
import { buildLab, SERVICE_PORT, VIRTUAL_SERVER } from "./lab.ts";
import { gapOf, Progress, Starter, startAll, type Work } from "./traffic.ts";

const PER_SECOND = 100_000;
const REQUEST = new Uint8Array(100);
const RESPONSE = new Uint8Array(100);
const ANY = { address: 0, port: 0 } as UdpSocket["local"];

class UdpClient extends Starter {
  private readonly socket: UdpSocket;

  constructor(client: NetworkNamespace, progress: Progress, gap: Duration) {
    super(client.engine, progress, gap);
    this.socket = client.sockets.udp();
    assert(this.socket.bind(ANY) === 0, "bind");
    const receive = (): void => this.receive();
    this.socket.onEvent = receive;
  }

  protected begin(): void {
    this.socket.send(REQUEST, VIRTUAL_SERVER);
  }

  private receive(): void {
    while (this.socket.receive() !== undefined) this.progress.finished++;
  }
}

function serve(server: NetworkNamespace): void {
  const socket = server.sockets.udp();
  assert(socket.bind({ ...ANY, port: SERVICE_PORT }) === 0, "bind");
  const answer = (): void => {
    for (;;) {
      const datagram = socket.receive();
      if (datagram === undefined) return;
      socket.send(RESPONSE, datagram.from);
    }
  };
  socket.onEvent = answer;
}

/** A lab that is ready to make `total` exchanges. */
export function prepareExchanges(clients: number, servers: number, total: number): Work {
  const lab = buildLab(clients, servers, IpProtocol.udp);
  const progress = new Progress(total);
  const gap = gapOf(clients, PER_SECOND);
  lab.servers.forEach(serve);
  const starters = lab.clients.map((client) => new UdpClient(client, progress, gap));
  return startAll(lab.simulation.engine, progress, starters, PER_SECOND);
}
