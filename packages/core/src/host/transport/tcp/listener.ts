/** A socket in LISTEN: how many wait for the last ACK and for accept(2) (`struct request_sock_queue`). */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Tcb, TcpContext } from "./tcb.ts";

export class Listener {
  readonly context: TcpContext;
  readonly address: Ipv4Address;
  readonly port: number;
  /** As listen(2) was given it, bounded by somaxconn. */
  readonly backlog: number;
  readonly cookie: number;
  onEvent: (() => void) | null = null;
  /** Connection requests under way. */
  requests = 0;
  closed = false;
  private readonly queue: Tcb[] = [];
  private head = 0;

  constructor(context: TcpContext, address: Ipv4Address, port: number, backlog: number) {
    this.context = context;
    this.cookie = context.numbers.next();
    this.address = address;
    this.port = port;
    this.backlog = backlog;
  }

  /** Connections that wait for accept. */
  get waiting(): number {
    return this.queue.length - this.head;
  }

  /** The kernel lets one more in than the backlog says. */
  get full(): boolean {
    return this.waiting > this.backlog;
  }

  get requestsFull(): boolean {
    return this.requests >= this.backlog;
  }

  push(tcb: Tcb): void {
    this.queue.push(tcb);
  }

  shift(): Tcb | undefined {
    const tcb = this.queue[this.head];
    if (tcb === undefined) return undefined;
    this.head++;
    if (this.head > 32 && 2 * this.head > this.queue.length) {
      this.queue.splice(0, this.head);
      this.head = 0;
    }
    return tcb;
  }
}
