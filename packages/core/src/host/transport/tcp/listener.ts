/** A socket in LISTEN: how many wait for the last ACK and for accept(2) (`struct request_sock_queue`). */
import type { Frame } from "../../../packet/frame.ts";
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { Route } from "../../route/route.ts";
import type { Tcb, TcpContext } from "./tcb.ts";
import { Terms } from "./terms.ts";

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
  /** Of the last SYN; null before the first. */
  private terms: Terms | null = null;
  /** Connections that wait for accept: those from `head` up to `end`. */
  private readonly queue: (Tcb | null)[] = [];
  private head = 0;
  private end = 0;

  constructor(context: TcpContext, address: Ipv4Address, port: number, backlog: number) {
    this.context = context;
    this.cookie = context.numbers.next();
    this.address = address;
    this.port = port;
    this.backlog = backlog;
  }

  /** Connections that wait for accept. */
  get waiting(): number {
    return this.end - this.head;
  }

  /** The kernel lets one more in than the backlog says. */
  get full(): boolean {
    return this.waiting > this.backlog;
  }

  get requestsFull(): boolean {
    return this.requests >= this.backlog;
  }

  /** The terms for `syn`, whose answer takes `route`. */
  termsFor(syn: Frame, route: Route): Terms {
    const { terms, context } = this;
    if (terms?.fit(syn, route, context.host.routeGeneration()) === true) return terms;
    const fresh = new Terms(context, syn, route);
    this.terms = fresh;
    return fresh;
  }

  push(tcb: Tcb): void {
    this.queue[this.end++] = tcb;
  }

  shift(): Tcb | undefined {
    if (this.head === this.end) return undefined;
    const tcb = this.queue[this.head] as Tcb;
    this.queue[this.head++] = null;
    if (this.head === this.end) this.head = this.end = 0;
    else if (this.head > 32 && 2 * this.head > this.end) this.moveUp();
    return tcb;
  }

  /** Half of the queue is behind: those that wait come to its beginning. */
  private moveUp(): void {
    const { queue, head, end } = this;
    queue.copyWithin(0, head, end);
    this.end = end - head;
    this.head = 0;
    queue.fill(null, this.end, end);
  }
}
