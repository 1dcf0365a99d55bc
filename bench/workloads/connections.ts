/**
 * Work T: short TCP connections through the director: handshake, a request of 100 octets, a response of 1000 octets, and
 * both ends close, the client first. As the peer does it: 20,000 connections a simulated second in all.
 */
import {
  assert,
  type Duration,
  IpProtocol,
  type NetworkNamespace,
  type TcpSocket,
  TcpState,
} from "@lvsim/core";
import { buildLab, SERVICE_PORT, VIRTUAL_SERVER } from "./lab.ts";
import { gapOf, Progress, Starter, startAll, type Work } from "./traffic.ts";

const PER_SECOND = 20_000;
const REQUEST = new Uint8Array(100);
const RESPONSE = new Uint8Array(1000);
const READ_MAX = 65_536;
const BACKLOG = 4096;
const ANY_SERVICE = { address: 0, port: SERVICE_PORT } as TcpSocket["local"];

/** One connection as its client sees it. */
class Fetch {
  private readonly socket: TcpSocket;
  private readonly progress: Progress;
  private asked = false;
  private missing = RESPONSE.length;

  constructor(socket: TcpSocket, progress: Progress) {
    this.socket = socket;
    this.progress = progress;
    const goOn = (): void => this.goOn();
    socket.onEvent = goOn;
    socket.connect(VIRTUAL_SERVER);
  }

  private goOn(): void {
    const { socket } = this;
    if (!this.asked) {
      if (socket.remote === null || socket.state !== TcpState.established) return;
      this.asked = true;
      socket.send(REQUEST);
      return;
    }
    for (;;) {
      const octets = socket.receive(READ_MAX);
      if (octets === null) return;
      this.missing -= octets.length;
      if (this.missing > 0) {
        if (octets.length === 0) return;
        continue;
      }
      this.progress.finished++;
      socket.close();
      return;
    }
  }
}

class TcpClient extends Starter {
  private readonly client: NetworkNamespace;

  constructor(client: NetworkNamespace, progress: Progress, gap: Duration) {
    super(client.engine, progress, gap);
    this.client = client;
  }

  protected begin(): void {
    new Fetch(this.client.sockets.tcp(), this.progress);
  }
}

function answer(socket: TcpSocket): void {
  const goOn = (): void => {
    let any = false;
    for (;;) {
      const octets = socket.receive(READ_MAX);
      if (octets === null) break;
      if (octets.length === 0) return socket.close();
      any = true;
    }
    if (any) socket.send(RESPONSE);
  };
  socket.onEvent = goOn;
  goOn();
}

function serve(server: NetworkNamespace): void {
  const listener = server.sockets.listen(ANY_SERVICE, BACKLOG);
  assert(typeof listener !== "number", "listen");
  const accept = (): void => {
    for (;;) {
      const socket = listener.accept();
      if (socket === undefined) return;
      answer(socket);
    }
  };
  listener.onEvent = accept;
}

/** A lab that is ready to make `total` connections. */
export function prepareConnections(clients: number, servers: number, total: number): Work {
  const lab = buildLab(clients, servers, IpProtocol.tcp);
  const progress = new Progress(total);
  const gap = gapOf(clients, PER_SECOND);
  lab.servers.forEach(serve);
  const starters = lab.clients.map((client) => new TcpClient(client, progress, gap));
  return startAll(lab.simulation.engine, progress, starters, PER_SECOND);
}
