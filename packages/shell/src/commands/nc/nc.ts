/** `nc` of OpenBSD (Debian's netcat-openbsd): a TCP or UDP connection to standard input and output, or a scan of ports. */
import {
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
import type { Command, CommandContext } from "../../command.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { serviceOfPort } from "../../network/services.ts";
import { CommandFailure } from "../../options/failure.ts";
import { on, type Wait, WaitQueue } from "../../process/wait.ts";
import { addressOfHost, parseLooseAddress } from "../hosts-file.ts";
import { fail, type NcOptions, readNcOptions } from "./options.ts";
import { type Peer, TcpPeer, talk, textOf } from "./talk.ts";

const ANY = 0 as Ipv4Address;

const socketsOf = ({ namespace, process }: CommandContext): ProcessSockets =>
  new ProcessSockets(process.descriptors, namespace);

function* run(context: CommandContext): Generator<Wait, number, void> {
  try {
    const options = readNcOptions(context.argv);
    if (!options.listen) return yield* connect(context, options);
    return options.udp ? yield* listenUdp(context, options) : yield* listenTcp(context, options);
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    yield* context.err(thrown.stderr);
    return thrown.status;
  }
}

function addressOf({ machine }: CommandContext, name: string | null, port: number): Ipv4Address {
  if (name === null) return ANY;
  const found = parseLooseAddress(name) ?? addressOfHost(machine.files, name);
  if (found === undefined)
    throw fail(`getaddrinfo for host "${name}" port ${port}: Temporary failure in name resolution`);
  return found;
}

function* connect(context: CommandContext, options: NcOptions): Generator<Wait, number, void> {
  let status = 1;
  const [first, last] = options.ports;
  for (let port = first; port <= last; port++) {
    const connected = options.udp
      ? yield* tryUdp(context, options, port)
      : yield* tryTcp(context, options, port);
    if (connected) status = 0;
  }
  return status;
}

/** What is said of one attempt, with `-v`. */
function* say(
  context: CommandContext,
  options: NcOptions,
  text: string,
): Generator<Wait, void, void> {
  if (options.verbose) yield* context.err(text);
}

function successText({ host, numeric, udp }: NcOptions, port: number): string {
  const protocol = udp ? "udp" : "tcp";
  const service = numeric ? undefined : serviceOfPort(port, protocol);
  return `Connection to ${host} ${port} port [${protocol}/${service ?? "*"}] succeeded!\n`;
}

function* tryTcp(
  context: CommandContext,
  options: NcOptions,
  port: number,
): Generator<Wait, boolean, void> {
  const target = addressOf(context, options.host, port);
  const socket = socketsOf(context).tcp();
  const errno = bindSource(context, options, socket) || socket.connect({ address: target, port });
  const failed = (why: string): string =>
    `nc: connect to ${options.host} port ${port} (tcp) ${why}\n`;
  if (errno !== 0 && errno !== Errno.EINPROGRESS) {
    socket.close();
    yield* say(context, options, failed(`failed: ${errnoText(errno)}`));
    return false;
  }
  const outcome = yield* connected(context, options, socket);
  if (outcome !== 0) {
    socket.abort();
    const why = outcome === Errno.EINPROGRESS ? "timed out" : "failed";
    yield* say(context, options, failed(`${why}: ${errnoText(outcome)}`));
    return false;
  }
  yield* say(context, options, successText(options, port));
  if (!options.scan) yield* talk(context, new TcpPeer(socket), options);
  socket.close();
  return true;
}

/** Waits for the handshake: 0, an errno, or EINPROGRESS when `-w` has run out. */
function* connected(
  { namespace }: CommandContext,
  { timeout }: NcOptions,
  socket: TcpSocket,
): Generator<Wait, number, void> {
  const { engine } = namespace;
  const queue = new WaitQueue();
  socket.onEvent = () => queue.wake();
  const end = timeout > 0 ? later(engine.now, seconds(timeout)) : null;
  while (socket.state === TcpState.synSent || socket.state === TcpState.synReceived) {
    if (end !== null && engine.now >= end) return Errno.EINPROGRESS;
    yield on(queue, end);
  }
  return socket.takeError();
}

function bindSource(
  context: CommandContext,
  { source, sourcePort }: NcOptions,
  socket: TcpSocket | UdpSocket,
): number {
  if (source === null && sourcePort === 0) return 0;
  const address = addressOf(context, source, sourcePort);
  const errno = socket.bind({ address, port: sourcePort });
  if (errno !== 0) throw fail(`bind failed: ${errnoText(errno)}`);
  return 0;
}

/** A connected UDP socket: an error of the network is its end. */
class UdpPeer implements Peer {
  readonly queue = new WaitQueue();
  private readonly socket: UdpSocket;

  constructor(socket: UdpSocket) {
    this.socket = socket;
    socket.onEvent = () => this.queue.wake();
  }

  receive(): string | null {
    const datagram = this.socket.receive();
    if (datagram !== undefined) return textOf(datagram.octets) || null;
    return this.socket.takeError() === 0 ? null : "";
  }

  send(octets: Uint8Array): number {
    const errno = this.socket.send(octets, null);
    return errno === 0 ? octets.length : -errno;
  }

  shutdown(): void {}
}

/** Datagrams that a scan sends to learn whether somebody refuses them, a second apart. */
const SCANS = 4;

function* tryUdp(
  context: CommandContext,
  options: NcOptions,
  port: number,
): Generator<Wait, boolean, void> {
  const target = addressOf(context, options.host, port);
  const socket = socketsOf(context).udp();
  const errno = bindSource(context, options, socket) || socket.connect({ address: target, port });
  if (errno !== 0) {
    socket.close();
    yield* say(
      context,
      options,
      `nc: connect to ${options.host} port ${port} (udp) failed: ${errnoText(errno)}\n`,
    );
    return false;
  }
  const peer = new UdpPeer(socket);
  let open = true;
  if (options.scan) {
    const { engine } = context.namespace;
    for (let i = 0; i < SCANS && open; i++) {
      open = peer.send(Uint8Array.of(88)) > 0;
      const end = later(engine.now, seconds(i === SCANS - 1 ? 0 : 1));
      if (open && engine.now < end) yield on(peer.queue, end);
      open = open && peer.receive() !== "";
    }
  }
  if (open) yield* say(context, options, successText(options, port));
  if (open && !options.scan) yield* talk(context, peer, options);
  socket.close();
  return open;
}

function* listenTcp(context: CommandContext, options: NcOptions): Generator<Wait, number, void> {
  const [port] = options.ports;
  const address = addressOf(context, options.host, port);
  const listener = socketsOf(context).listen({ address, port }, 1);
  if (typeof listener === "number") throw fail(errnoText(listener));
  const queue = new WaitQueue();
  listener.onEvent = () => queue.wake();
  try {
    do {
      yield* say(context, options, `Listening on ${formatIpv4Address(address)} ${port}\n`);
      let socket = listener.accept();
      for (; socket === undefined; socket = listener.accept()) yield on(queue);
      const { remote } = socket;
      if (remote !== null)
        yield* say(
          context,
          options,
          `Connection received on ${formatIpv4Address(remote.address)} ${remote.port}\n`,
        );
      yield* talk(context, new TcpPeer(socket), options);
      socket.close();
    } while (options.keep);
  } finally {
    listener.close();
  }
  return 0;
}

/** The first datagram tells whom to talk to. */
function* listenUdp(context: CommandContext, options: NcOptions): Generator<Wait, number, void> {
  const [port] = options.ports;
  const address = addressOf(context, options.host, port);
  const socket = socketsOf(context).udp();
  const errno = socket.bind({ address, port });
  if (errno !== 0) {
    socket.close();
    throw fail(errnoText(errno));
  }
  try {
    yield* say(context, options, `Bound on ${formatIpv4Address(address)} ${port}\n`);
    const peer = new UdpPeer(socket);
    let first = socket.receive();
    for (; first === undefined; first = socket.receive()) yield on(peer.queue);
    yield* say(
      context,
      options,
      `Connection received on ${formatIpv4Address(first.from.address)} ${first.from.port}\n`,
    );
    if (!options.keep) socket.connect(first.from);
    yield* talk(context, peer, options, textOf(first.octets));
  } finally {
    socket.close();
  }
  return 0;
}

const nc: Command = {
  path: "/usr/bin/nc",
  aliases: ["/bin/nc", "/usr/bin/netcat", "/usr/bin/nc.openbsd"],
  run,
};

export const NC_COMMANDS: readonly Command[] = [nc];
