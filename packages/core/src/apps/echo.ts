/** inetd's oldest services: echo (RFC 862) over UDP and TCP, discard (RFC 863) over TCP. */
import type { Errno } from "../base/errno.ts";
import type { Endpoint, SocketLayer, TcpSocket } from "../host/transport/socket.ts";
import { StreamWriter } from "./stream-writer.ts";

const READ_SIZE = 65_536;

/** Something that runs until it is stopped. */
export interface RunningService {
  readonly local: Endpoint;
  stop(): void;
}

/** Every datagram goes back to where it came from; an errno when the port can't be bound. */
export function startUdpEcho(sockets: SocketLayer, local: Endpoint): RunningService | Errno {
  const socket = sockets.udp();
  const errno = socket.bind(local);
  if (errno !== 0) return errno;
  socket.onEvent = () => {
    for (let got = socket.receive(); got !== undefined; got = socket.receive())
      socket.send(got.octets, got.from);
  };
  return { local: socket.local, stop: () => socket.close() };
}

export const startTcpEcho = (sockets: SocketLayer, local: Endpoint, backlog: number) =>
  serveStreams(sockets, local, backlog, true);

export const startTcpDiscard = (sockets: SocketLayer, local: Endpoint, backlog: number) =>
  serveStreams(sockets, local, backlog, false);

function serveStreams(
  sockets: SocketLayer,
  local: Endpoint,
  backlog: number,
  echo: boolean,
): RunningService | Errno {
  const listener = sockets.listen(local, backlog);
  if (typeof listener === "number") return listener;
  listener.onEvent = () => {
    for (let s = listener.accept(); s !== undefined; s = listener.accept()) serve(s, echo);
  };
  return { local: listener.local, stop: () => listener.close() };
}

/** Reads only while what was read before has been written: a slow reader slows the sender down. */
function serve(socket: TcpSocket, echo: boolean): void {
  const writer = new StreamWriter(socket);
  const act = (): void => {
    if (socket.takeError() !== 0) return socket.close();
    writer.flush();
    while (writer.idle) {
      const octets = socket.receive(READ_SIZE);
      if (octets === null) return;
      if (octets.length === 0) return writer.finish();
      if (echo) writer.write(octets);
    }
  };
  socket.onEvent = act;
  act();
}
