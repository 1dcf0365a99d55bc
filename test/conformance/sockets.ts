/** The real sockets of a recording: servers that listen, clients by their id, and what came of them. */
import {
  type Endpoint,
  errnoText,
  formatIpv4Address,
  type TcpSocket,
  type UdpSocket,
} from "@lvsim/core";
import { ip, payloadOf } from "./octets.ts";
import type { JsonObject, ServerSpec } from "./recording.ts";
import type { Stage } from "./stage.ts";

const text = (end: Endpoint): string => `${formatIpv4Address(end.address)}:${end.port}`;
const decode = (octets: Uint8Array): string => new TextDecoder().decode(octets);

interface Accepted {
  readonly ns: string;
  readonly socket: TcpSocket;
}

interface UdpServer {
  readonly ns: string;
  readonly port: number;
  readonly socket: UdpSocket;
  lastFrom: Endpoint | undefined;
}

interface Client {
  readonly kind: "tcp" | "udp";
  readonly socket: TcpSocket | UdpSocket;
  received: string;
  /** The other end has closed. */
  ended: boolean;
  error: number;
}

export class Sockets {
  private readonly stage: Stage;
  private readonly accepted: Accepted[] = [];
  private readonly udpServers: UdpServer[] = [];
  private readonly clients = new Map<string, Client>();
  /** Sockets without an id stay open to the end: nothing is told to the sender of an answer. */
  private latest = "";
  private receivedBy: { readonly ns: string; readonly from: Endpoint } | undefined;
  private sendError = 0;
  private serverSendError = 0;

  constructor(stage: Stage) {
    this.stage = stage;
  }

  serve(spec: ServerSpec): void {
    const { sockets } = this.stage.namespace(spec.ns);
    const local = { address: ip(spec.addr), port: spec.port };
    if (spec.proto === "tcp") {
      const listener = sockets.listen(local, 128);
      if (typeof listener === "number") throw new Error(`listen: ${errnoText(listener)}`);
      listener.onEvent = () => {
        for (let s = listener.accept(); s !== undefined; s = listener.accept())
          this.accepted.push({ ns: spec.ns, socket: s });
      };
      return;
    }
    const socket = sockets.udp();
    const server: UdpServer = { ns: spec.ns, port: spec.port, socket, lastFrom: undefined };
    socket.bind(local);
    socket.onEvent = () => {
      for (let d = socket.receive(); d !== undefined; d = socket.receive()) {
        server.lastFrom = d.from;
        this.receivedBy = { ns: spec.ns, from: d.from };
      }
    };
    this.udpServers.push(server);
  }

  /** A datagram of an ordinary socket; the errno of the call. */
  sendUdp(ns: string, spec: JsonObject): number {
    const { sockets } = this.stage.namespace(ns);
    const id = spec.id === undefined ? undefined : String(spec.id);
    const known = id === undefined ? undefined : this.clients.get(id);
    const socket = (known?.socket as UdpSocket | undefined) ?? sockets.udp();
    const remote = { address: ip(spec.dst), port: Number(spec.dport) };
    if (known === undefined) {
      const address = spec.src === "any" ? ip("0.0.0.0") : ip(spec.src);
      const bound = socket.bind({ address, port: Number(spec.sport) });
      if (bound !== 0) return bound;
    }
    this.sendError = 0;
    if (id === undefined) {
      const error = socket.send(payloadOf(spec), remote);
      socket.close();
      return error;
    }
    if (known === undefined) {
      const error = socket.connect(remote);
      if (error !== 0) return error;
      this.keepClient(id, "udp", socket);
    }
    this.latest = id;
    this.sendError = socket.send(payloadOf(spec), null);
    return this.sendError;
  }

  connect(ns: string, spec: JsonObject): void {
    const socket = this.stage.namespace(ns).sockets.tcp();
    socket.bind({ address: ip(spec.src), port: Number(spec.sport) });
    const id = String(spec.id);
    const client = this.keepClient(id, "tcp", socket);
    const error = socket.connect({ address: ip(spec.dst), port: Number(spec.dport) });
    if (error !== 115) client.error = error; // EINPROGRESS
    this.latest = id;
  }

  send(spec: JsonObject): void {
    const id = String(spec.id);
    this.latest = id;
    const client = this.clients.get(id) as Client;
    const sent = (client.socket as TcpSocket).send(payloadOf(spec));
    this.sendError = sent < 0 ? -sent : 0;
  }

  close(spec: JsonObject): void {
    this.latest = String(spec.id);
    this.clients.get(this.latest)?.socket.close();
  }

  serverSend(ns: string, spec: JsonObject): void {
    this.serverSendError = 0;
    if (spec.proto === "udp") {
      const server = this.udpServers.find((s) => s.ns === ns && s.port === Number(spec.port));
      if (server?.lastFrom === undefined) return;
      this.serverSendError = server.socket.send(payloadOf(spec), server.lastFrom);
      return;
    }
    this.latest = String(spec.id);
    const sent = this.acceptedFor(this.latest)?.socket.send(payloadOf(spec)) ?? 0;
    this.serverSendError = sent < 0 ? -sent : 0;
  }

  serverClose(spec: JsonObject): void {
    this.latest = String(spec.id);
    this.acceptedFor(this.latest)?.socket.close();
  }

  /** What the applications saw, in the fields that `asked` has. */
  result(asked: JsonObject): JsonObject {
    const client = this.clients.get(this.latest);
    const peer = this.acceptedFor(this.latest);
    const received = "client_received" in asked ? takeReceived(client) : "";
    const error = "client_errno" in asked ? takeError(client) : 0;
    const peerEnd = peer?.socket.remote ?? this.receivedBy?.from;
    const known: JsonObject = {
      accepted: peer?.ns ?? null,
      server_sees_peer: peerEnd === undefined || peerEnd === null ? null : text(peerEnd),
      server_local: peer === undefined ? null : text(peer.socket.local),
      client_errno: error,
      client_error: error === 0 ? null : errnoText(error),
      client_received: received,
      client_send_error: this.sendError === 0 ? null : errnoText(this.sendError),
      server_send_error: this.serverSendError === 0 ? null : errnoText(this.serverSendError),
      received_by: this.receivedBy?.ns ?? null,
    };
    return Object.fromEntries(
      Object.keys(asked)
        .filter((key) => key !== "op")
        .map((key) => [key, known[key] ?? null]),
    );
  }

  private keepClient(id: string, kind: "tcp" | "udp", socket: TcpSocket | UdpSocket): Client {
    const client: Client = { kind, socket, received: "", ended: false, error: 0 };
    socket.onEvent = () => drain(client);
    this.clients.set(id, client);
    return client;
  }

  /** The connection that a server accepted from client `id`: the one whose far end is the client's near end. */
  private acceptedFor(id: string): Accepted | undefined {
    const client = this.clients.get(id);
    if (client === undefined || client.kind !== "tcp") return undefined;
    const { local } = client.socket;
    return this.accepted.findLast(({ socket }) => socket.remote?.port === local.port);
  }
}

/** Reading SO_ERROR clears it, and tells also of an error that has ended nothing yet. */
function takeError(client: Client | undefined): number {
  if (client === undefined) return 0;
  const error = client.error === 0 ? client.socket.takeError() : client.error;
  client.error = 0;
  return error;
}

/** What came since the last look; a read that finds nothing yet fails with EAGAIN. */
function takeReceived(client: Client | undefined): string {
  if (client === undefined) return "";
  const { received } = client;
  client.received = "";
  if (received !== "" || client.ended) return received;
  return `error: [Errno 11] ${errnoText(11)}`;
}

function drain(client: Client): void {
  const error = client.socket.takeError();
  if (error !== 0) client.error = error;
  if (client.kind === "udp") {
    const socket = client.socket as UdpSocket;
    for (let d = socket.receive(); d !== undefined; d = socket.receive())
      client.received += decode(d.octets);
    return;
  }
  const socket = client.socket as TcpSocket;
  for (let octets = socket.receive(65_536); octets !== null; octets = socket.receive(65_536)) {
    if (octets.length === 0) {
      client.ended = true;
      return;
    }
    client.received += decode(octets);
  }
}
