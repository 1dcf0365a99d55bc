/**
 * TCP: and UDP:, and their -LISTEN: connections to a host, and from whoever comes, with `fork` each in a process of its
 * own. A UDP-LISTEN that forks keeps its one socket and hands each peer's datagrams to the peer's process, where the real
 * one connects that socket and makes itself another.
 */
import {
  type Endpoint,
  Errno,
  errnoText,
  formatIpv4Address,
  type Ipv4Address,
  later,
  seconds,
  type TcpSocket,
  TcpState,
  type UdpSocket,
} from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { portOfService } from "../../network/services.ts";
import { on, type Wait, WaitQueue } from "../../process/wait.ts";
import { decodeUtf8 } from "../../text/utf8.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { type Channel, TcpChannel, UdpChannel } from "./channel.ts";
import { forkChild } from "./fork.ts";
import { type Address, SocatFailure } from "./options.ts";
import { notice } from "./report.ts";

/** What is done with a channel once it is open; its status is the program's. */
export type Proceed = (context: CommandContext, channel: Channel) => Generator<Wait, number, void>;

/** Below are standard streams and what socat needs itself. */
const FIRST_DESCRIPTOR = 5;
const BACKLOG = 5;
const PORT_MAX = 0xffff;

const endText = ({ address, port }: Endpoint): string =>
  `AF=2 ${formatIpv4Address(address)}:${port}`;

const socketsOf = ({ namespace, process }: CommandContext): ProcessSockets =>
  new ProcessSockets(process.descriptors, namespace, FIRST_DESCRIPTOR);

const numberOf = ({ process }: CommandContext): number =>
  process.descriptors.lowestFree(FIRST_DESCRIPTOR);

function hostOf({ machine }: CommandContext, name: string, hints: string): Ipv4Address {
  const found = parseLooseAddress(name) ?? addressOfHost(machine.files, name);
  if (found === undefined)
    throw new SocatFailure(
      `getaddrinfo("${name}", "NULL", {${hints}}, {}): Temporary failure in name resolution`,
    );
  return found;
}

function portOf(word: string, protocol: "tcp" | "udp"): number {
  if (/^\d+$/.test(word)) return Number(word) & PORT_MAX;
  const port = portOfService(word, protocol);
  if (port === undefined)
    throw new SocatFailure(
      `getaddrinfo"NULL", "${word}", {1,0,${protocol === "tcp" ? "1" : "2"},0}, {}): Servname not supported for ai_socktype`,
    );
  return port;
}

/** The local end that `bind` and `sourceport` ask for. */
function localEnd(context: CommandContext, { options }: Address, hints: string): Endpoint {
  const [host = "", service = ""] = (options.get("bind") ?? "").split(":");
  const port = options.get("sourceport") ?? options.get("sp") ?? service;
  return {
    address: host === "" ? (0 as Ipv4Address) : hostOf(context, host, hints),
    port: /^\d+$/.test(port) ? Number(port) & PORT_MAX : 0,
  };
}

function bindTo(socket: TcpSocket | UdpSocket, local: Endpoint, number: number): void {
  if (local.address === 0 && local.port === 0) return;
  const errno = socket.bind(local);
  if (errno === 0) return;
  socket.close();
  throw new SocatFailure(`bind(${number}, {${endText(local)}}, 16): ${errnoText(errno)}`);
}

const TCP_HINTS = "1,0,1,6";
const UDP_HINTS = "1,0,2,17";

export function* connectTcp(
  context: CommandContext,
  address: Address,
  verbosity: number,
  proceed: Proceed,
): Generator<Wait, number, void> {
  const [host = "", service = ""] = address.words;
  const remote = { address: hostOf(context, host, TCP_HINTS), port: portOf(service, "tcp") };
  const number = numberOf(context);
  const socket = socketsOf(context).tcp();
  bindTo(socket, localEnd(context, address, TCP_HINTS), number);
  yield* notice(context, verbosity, `opening connection to ${endText(remote)}`);
  const queue = new WaitQueue();
  socket.onEvent = () => queue.wake();
  const { engine } = context.namespace;
  const timeout = Number(address.options.get("connect-timeout") ?? 0);
  const end = timeout > 0 ? later(engine.now, seconds(timeout)) : null;
  let errno = socket.connect(remote);
  if (errno === Errno.EINPROGRESS) errno = 0;
  while (errno === 0 && socket.state === TcpState.synSent) {
    if (end !== null && engine.now >= end) errno = Errno.ETIMEDOUT;
    else yield on(queue, end);
  }
  errno = errno === 0 ? socket.takeError() : errno;
  if (errno !== 0) {
    socket.abort();
    throw new SocatFailure(`connect(${number}, ${endText(remote)}, 16): ${errnoText(errno)}`);
  }
  yield* notice(
    context,
    verbosity,
    `successfully connected from local address ${endText(socket.local)}`,
  );
  return yield* proceed(context, new TcpChannel(socket));
}

export function* listenTcp(
  context: CommandContext,
  address: Address,
  verbosity: number,
  proceed: Proceed,
): Generator<Wait, number, void> {
  const [service = ""] = address.words;
  const { address: bound } = localEnd(context, address, TCP_HINTS);
  const local = { address: bound, port: portOf(service, "tcp") };
  const number = numberOf(context);
  const backlog = Number(address.options.get("backlog") ?? BACKLOG);
  const listener = socketsOf(context).listen(local, Number.isInteger(backlog) ? backlog : BACKLOG);
  if (typeof listener === "number")
    throw new SocatFailure(`bind(${number}, {${endText(local)}}, 16): ${errnoText(listener)}`);
  const queue = new WaitQueue();
  listener.onEvent = () => queue.wake();
  for (;;) {
    yield* notice(context, verbosity, `listening on ${endText(listener.local)}`);
    let socket = listener.accept();
    for (; socket === undefined; socket = listener.accept()) yield on(queue);
    const { local: here, remote } = socket;
    if (remote !== null)
      yield* notice(
        context,
        verbosity,
        `accepting connection from ${endText(remote)} on ${endText(here)}`,
      );
    const channel = new TcpChannel(socket);
    if (!address.options.has("fork")) {
      listener.close();
      return yield* proceed(context, channel);
    }
    yield* forkChild(context, verbosity, (child) => {
      child.process.descriptors.close(number);
      return proceed(child, channel);
    });
    socket.close();
  }
}

export function* connectUdp(
  context: CommandContext,
  address: Address,
  verbosity: number,
  proceed: Proceed,
): Generator<Wait, number, void> {
  const [host = "", service = ""] = address.words;
  const remote = { address: hostOf(context, host, UDP_HINTS), port: portOf(service, "udp") };
  const number = numberOf(context);
  const socket = socketsOf(context).udp();
  bindTo(socket, localEnd(context, address, UDP_HINTS), number);
  yield* notice(context, verbosity, `opening connection to ${endText(remote)}`);
  const errno = socket.connect(remote);
  if (errno !== 0) {
    socket.close();
    throw new SocatFailure(`connect(${number}, ${endText(remote)}, 16): ${errnoText(errno)}`);
  }
  yield* notice(
    context,
    verbosity,
    `successfully connected from local address ${endText(socket.local)}`,
  );
  return yield* proceed(context, new UdpChannel(socket, null));
}

export function* listenUdp(
  context: CommandContext,
  address: Address,
  verbosity: number,
  proceed: Proceed,
): Generator<Wait, number, void> {
  const [service = ""] = address.words;
  const { address: bound } = localEnd(context, address, UDP_HINTS);
  const local = { address: bound, port: portOf(service, "udp") };
  const number = numberOf(context);
  const socket = socketsOf(context).udp();
  const errno = socket.bind(local);
  if (errno !== 0) {
    socket.close();
    throw new SocatFailure(`bind(${number}, {${endText(local)}}, 16): ${errnoText(errno)}`);
  }
  const queue = new WaitQueue();
  socket.onEvent = () => queue.wake();
  yield* notice(context, verbosity, `listening on UDP ${endText(socket.local)}`);
  const peers = new Map<string, UdpChannel>();
  for (;;) {
    let datagram = socket.receive();
    for (; datagram === undefined; datagram = socket.receive()) yield on(queue);
    const { from, octets } = datagram;
    const text = decodeUtf8(octets);
    const known = peers.get(endText(from));
    if (known !== undefined && !known.over) {
      known.arrived.push(text);
      known.queue.wake();
      continue;
    }
    yield* notice(context, verbosity, `accepting UDP connection from ${endText(from)}`);
    if (!address.options.has("fork")) {
      socket.connect(from);
      const channel = new UdpChannel(socket, null);
      channel.arrived.push(text);
      return yield* proceed(context, channel);
    }
    const channel = new UdpChannel(socket, from);
    channel.arrived.push(text);
    peers.set(endText(from), channel);
    yield* forkChild(context, verbosity, function* (child) {
      try {
        return yield* proceed(child, channel);
      } finally {
        channel.over = true;
      }
    });
  }
}
