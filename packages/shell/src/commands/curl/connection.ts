/** One TCP connection of curl: connect, send, receive, each of which parks the process until something happened. */

import type { NetworkNamespace } from "@lvsim/core";
import { Errno, type Instant, type Ipv4Address, type TcpSocket, TcpState } from "@lvsim/core";
import type { CommandContext } from "../../command.ts";
import { ProcessSockets } from "../../network/process-sockets.ts";
import { on, type Wait, WaitQueue } from "../../process/wait.ts";

const RECEIVE_MAX = 65_536;

/** Something to bind to before connecting. */
export interface LocalEnd {
  readonly address: Ipv4Address;
  readonly port: number;
}

export type ConnectOutcome =
  | { readonly kind: "connected" }
  | { readonly kind: "bind-failed"; readonly errno: number }
  | { readonly kind: "failed"; readonly errno: number; readonly immediate: boolean }
  | { readonly kind: "timeout" };

export type Received =
  | { readonly kind: "octets"; readonly octets: Uint8Array }
  | { readonly kind: "end" }
  | { readonly kind: "failed"; readonly errno: number }
  | { readonly kind: "timeout" };

const TIMEOUT = { kind: "timeout" } as const;

export class Connection {
  readonly host: string;
  readonly port: number;
  /** Counts from 0 within one command. */
  readonly number: number;
  private readonly socket: TcpSocket;
  private readonly network: NetworkNamespace;
  private readonly queue = new WaitQueue();

  constructor(context: CommandContext, host: string, port: number, number: number) {
    const { namespace: network, process } = context;
    this.network = network;
    this.host = host;
    this.port = port;
    this.number = number;
    this.socket = new ProcessSockets(process.descriptors, network).tcp();
    this.socket.onEvent = () => this.queue.wake();
  }

  get local(): TcpSocket["local"] {
    return this.socket.local;
  }

  get remote(): TcpSocket["remote"] {
    return this.socket.remote;
  }

  /** Whether another request may go out by it: nobody closed it and nothing unasked came. */
  get isIdle(): boolean {
    return this.socket.state === TcpState.established && this.socket.available === 0;
  }

  *connect(
    address: Ipv4Address,
    local: LocalEnd | null,
    deadline: Instant | null,
  ): Generator<Wait, ConnectOutcome, void> {
    const { socket } = this;
    const bound = local === null ? 0 : socket.bind(local);
    if (bound !== 0) return { kind: "bind-failed", errno: bound };
    const errno = socket.connect({ address, port: this.port });
    if (errno !== 0 && errno !== Errno.EINPROGRESS)
      return { kind: "failed", errno, immediate: true };
    for (;;) {
      if (socket.state !== TcpState.synSent && socket.state !== TcpState.synReceived) {
        const failed = socket.takeError();
        if (failed !== 0) return { kind: "failed", errno: failed, immediate: false };
        if (socket.state !== TcpState.close) return { kind: "connected" };
        return { kind: "failed", errno: Errno.ECONNREFUSED, immediate: false };
      }
      if (this.isPast(deadline)) return TIMEOUT;
      yield on(this.queue, deadline);
    }
  }

  /** Everything; 0 or the errno that ended it, −1 for the deadline. */
  *send(octets: Uint8Array, deadline: Instant | null): Generator<Wait, number, void> {
    let rest = octets;
    while (rest.length > 0) {
      const count = this.socket.send(rest);
      if (count < 0 && count !== -Errno.EAGAIN) return -count;
      if (count > 0) rest = rest.subarray(count);
      if (rest.length === 0) break;
      if (this.isPast(deadline)) return -1;
      yield on(this.queue, deadline);
    }
    return 0;
  }

  *receive(deadline: Instant | null): Generator<Wait, Received, void> {
    const { socket } = this;
    for (;;) {
      const octets = socket.receive(RECEIVE_MAX);
      if (octets !== null && octets.length > 0) return { kind: "octets", octets };
      const errno = socket.takeError();
      if (errno !== 0) return { kind: "failed", errno };
      if (octets !== null) return { kind: "end" };
      if (this.isPast(deadline)) return TIMEOUT;
      yield on(this.queue, deadline);
    }
  }

  close(): void {
    this.socket.onEvent = null;
    this.socket.close();
  }

  private isPast(deadline: Instant | null): boolean {
    return deadline !== null && this.network.engine.now >= deadline;
  }
}
