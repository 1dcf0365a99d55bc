/**
 * Sockets as files of a process (socket(2), sockfs): each has a descriptor, by which `ss -p` finds its owner, and is closed
 * when the process ends, however it ends. Left out: reading and writing one by its descriptor, so that a program which
 * inherits it can do nothing with it, and EMFILE: without a free descriptor a socket has no owner.
 */
import type {
  Datagram,
  Endpoint,
  Errno,
  Ipv4Address,
  NetworkNamespace,
  SocketLayer,
  TcpListener,
  TcpSocket,
  UdpOptions,
  UdpSocket,
} from "@lvsim/core";
import { DESCRIPTORS_MAX, type Descriptors } from "../process/descriptors.ts";
import { FileError } from "../process/errno.ts";
import { OpenFile } from "../process/open-file.ts";

/** Below are standard input, output and error. */
const LEAST = 3;

/** The open file of a socket. */
export class SocketFile extends OpenFile {
  readonly namespace: NetworkNamespace;
  readonly inode: number;
  private readonly socket: { close(): void };

  constructor(namespace: NetworkNamespace, socket: { readonly inode: number; close(): void }) {
    super();
    this.namespace = namespace;
    this.inode = socket.inode;
    this.socket = socket;
  }

  override read(): number {
    return FileError.EBADF;
  }

  override write(): number {
    return -FileError.EBADF;
  }

  protected override close(): void {
    this.socket.close();
  }
}

/** A descriptor of a process with a socket behind it. */
class Holding {
  private readonly descriptors: Descriptors;
  private readonly number: number;
  private readonly file: SocketFile;

  constructor(descriptors: Descriptors, number: number, file: SocketFile) {
    this.descriptors = descriptors;
    this.number = number;
    this.file = file;
    if (number < DESCRIPTORS_MAX) descriptors.set(number, file);
  }

  /** close(2). */
  close(): void {
    if (this.descriptors.get(this.number) === this.file) this.descriptors.close(this.number);
    else if (this.number >= DESCRIPTORS_MAX) this.file.release();
  }
}

/** What sockets of both protocols hand on to the one behind them. */
class HeldSocket<Inner extends UdpSocket | TcpSocket> {
  protected readonly inner: Inner;
  protected readonly holding: Holding;

  constructor(inner: Inner, holding: Holding) {
    this.inner = inner;
    this.holding = holding;
  }

  get onEvent(): (() => void) | null {
    return this.inner.onEvent;
  }

  set onEvent(callback: (() => void) | null) {
    this.inner.onEvent = callback;
  }

  get inode(): number {
    return this.inner.inode;
  }

  get local(): Endpoint {
    return this.inner.local;
  }

  get remote(): Endpoint | null {
    return this.inner.remote;
  }

  takeError(): Errno {
    return this.inner.takeError();
  }

  bind(local: Endpoint): Errno {
    return this.inner.bind(local);
  }

  connect(remote: Endpoint): Errno {
    return this.inner.connect(remote);
  }

  close(): void {
    this.holding.close();
  }
}

class HeldUdp extends HeldSocket<UdpSocket> implements UdpSocket {
  send(octets: Uint8Array, remote: Endpoint | null): Errno {
    return this.inner.send(octets, remote);
  }

  receive(): Datagram | undefined {
    return this.inner.receive();
  }

  setOptions(options: UdpOptions): void {
    this.inner.setOptions(options);
  }

  joinGroup(group: Ipv4Address, device: number): void {
    this.inner.joinGroup(group, device);
  }
}

class HeldTcp extends HeldSocket<TcpSocket> implements TcpSocket {
  get state(): TcpSocket["state"] {
    return this.inner.state;
  }

  get available(): number {
    return this.inner.available;
  }

  send(octets: Uint8Array): number {
    return this.inner.send(octets);
  }

  receive(max: number): Uint8Array | null {
    return this.inner.receive(max);
  }

  shutdown(): void {
    this.inner.shutdown();
  }

  abort(): void {
    this.inner.abort();
    this.holding.close();
  }
}

class HeldListener implements TcpListener {
  private readonly inner: TcpListener;
  private readonly holding: Holding;
  private readonly hold: (accepted: TcpSocket) => TcpSocket;

  constructor(inner: TcpListener, holding: Holding, hold: (accepted: TcpSocket) => TcpSocket) {
    this.inner = inner;
    this.holding = holding;
    this.hold = hold;
  }

  get onEvent(): (() => void) | null {
    return this.inner.onEvent;
  }

  set onEvent(callback: (() => void) | null) {
    this.inner.onEvent = callback;
  }

  get inode(): number {
    return this.inner.inode;
  }

  get local(): Endpoint {
    return this.inner.local;
  }

  accept(): TcpSocket | undefined {
    const accepted = this.inner.accept();
    return accepted === undefined ? undefined : this.hold(accepted);
  }

  close(): void {
    this.holding.close();
  }
}

/** The sockets that a process makes in its namespace. */
export class ProcessSockets implements SocketLayer {
  private readonly descriptors: Descriptors;
  private readonly namespace: NetworkNamespace;
  private readonly least: number;

  /** `least`: the first descriptor that the program has to give. */
  constructor(descriptors: Descriptors, namespace: NetworkNamespace, least: number = LEAST) {
    this.descriptors = descriptors;
    this.namespace = namespace;
    this.least = least;
  }

  udp(): UdpSocket {
    const socket = this.namespace.sockets.udp();
    return new HeldUdp(socket, this.holding(socket));
  }

  tcp(): TcpSocket {
    return this.holdTcp(this.namespace.sockets.tcp());
  }

  listen(local: Endpoint, backlog: number): TcpListener | Errno {
    const listener = this.namespace.sockets.listen(local, backlog);
    if (typeof listener === "number") return listener;
    return new HeldListener(listener, this.holding(listener), (accepted) => this.holdTcp(accepted));
  }

  private holdTcp(socket: TcpSocket): TcpSocket {
    return new HeldTcp(socket, this.holding(socket));
  }

  private holding(socket: { readonly inode: number; close(): void }): Holding {
    const file = new SocketFile(this.namespace, socket);
    return new Holding(this.descriptors, this.descriptors.lowestFree(this.least), file);
  }
}
