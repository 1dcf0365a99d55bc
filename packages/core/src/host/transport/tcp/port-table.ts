/**
 * Which local ports are taken (`inet_bind_hashbucket`): by bind(2) and listen(2) in a table, by other connections and
 * TIME_WAITs as the flow table knows them. Linux keeps buckets for those too; looking through the flows costs more, but
 * only when somebody binds a port of his own. SO_REUSEADDR: listeners have it set, as servers do, others not.
 */
import { ANY_ADDRESS, type Ipv4Address } from "../../../packet/ipv4-address.ts";
import { mix } from "../secrets.ts";
import type { Listener } from "./listener.ts";
import type { TcpContext } from "./tcb.ts";
import { NO_ROW } from "./time-wait-table.ts";

/** One in so many choices skips a port, so that they cannot be foretold. */
const NOISE = 16;

interface Holder {
  readonly address: Ipv4Address;
  readonly listener: Listener | null;
}

export class PortTable {
  private readonly context: TcpContext;
  private holders: Map<number, Holder[]> | null = null;
  /** How far the choice has come, by hash of the destination (`table_perturb`). */
  private perturb = 0;
  /** What `listenerFor` was asked last, and its answer; null when that may have changed. */
  private askedAddress: Ipv4Address = ANY_ADDRESS;
  private askedPort = 0;
  private answer: Listener | null = null;

  constructor(context: TcpContext) {
    this.context = context;
  }

  listenerFor(address: Ipv4Address, port: number): Listener | null {
    const { answer } = this;
    if (answer !== null && this.askedPort === port && this.askedAddress === address) return answer;
    const found = this.findListener(address, port);
    this.askedAddress = address;
    this.askedPort = port;
    this.answer = found;
    return found;
  }

  private findListener(address: Ipv4Address, port: number): Listener | null {
    const holders = this.holders?.get(port);
    if (holders === undefined) return null;
    let any: Listener | null = null;
    for (let i = 0; i < holders.length; i++) {
      const { listener, address: held } = holders[i] as Holder;
      if (listener === null) continue;
      if (held === address) return listener;
      if (held === ANY_ADDRESS) any = listener;
    }
    return any;
  }

  /** Whether a socket that does not share may bind to this port (`inet_csk_bind_conflict`). */
  isFree(address: Ipv4Address, port: number): boolean {
    for (const holder of this.holders?.get(port) ?? [])
      if (overlap(holder.address, address)) return false;
    let free = true;
    const { flows, timeWaits } = this.context;
    flows.forEach((entry) => {
      if (entry.localPort === port && overlap(entry.localAddress, address)) free = false;
    });
    const table = timeWaits?.table;
    table?.forEach((row) => {
      if (table.localPort(row) === port && overlap(table.localAddress(row), address)) free = false;
    });
    return free;
  }

  /** Whether a listener, which shares with everything but listeners and bound sockets, may have this port. */
  isFreeForListener(address: Ipv4Address, port: number): boolean {
    for (const holder of this.holders?.get(port) ?? [])
      if (overlap(holder.address, address)) return false;
    return true;
  }

  take(address: Ipv4Address, port: number, listener: Listener | null): void {
    this.answer = null;
    this.holders ??= new Map();
    const holders = this.holders.get(port);
    if (holders === undefined) this.holders.set(port, [{ address, listener }]);
    else holders.push({ address, listener });
  }

  give(address: Ipv4Address, port: number, listener: Listener | null): void {
    const holders = this.holders?.get(port);
    if (holders === undefined) return;
    this.answer = null;
    const at = holders.findIndex((h) => h.address === address && h.listener === listener);
    if (at >= 0) holders.splice(at, 1);
    if (holders.length === 0) this.holders?.delete(port);
  }

  listeners(): Listener[] {
    const found: Listener[] = [];
    for (const holders of this.holders?.values() ?? [])
      for (const { listener } of holders) if (listener !== null) found.push(listener);
    return found;
  }

  /** A port for bind(2) with port 0: odd ones first; 0 when all are taken. */
  chooseForBind(address: Ipv4Address): number {
    const { first, count } = this.range();
    const { host, secrets } = this.context;
    const { reservedPorts } = host.sysctls;
    const offset = secrets.below(count) | 1;
    for (let i = 0; i < count; i++) {
      const port = nth(first, count, offset, i);
      if (reservedPorts?.has(port) !== true && this.isFree(address, port)) return port;
    }
    return 0;
  }

  /** A port for connect(2): even ones first, from a place that depends on the destination (RFC 6056 §3.3.4). */
  chooseForConnect(local: Ipv4Address, remote: Ipv4Address, remotePort: number): number {
    const { first, count } = this.range();
    const { host, secrets } = this.context;
    const { reservedPorts } = host.sysctls;
    // unsigned words throughout, as in the kernel: the remainder of other numbers is very slow
    const start = (mix(local, remote, remotePort, secrets.portKey) >>> 0) % (count >>> 0);
    const offset = (((start + this.perturb) >>> 0) % (count >>> 0)) & ~1;
    for (let i = 0; i < count; i++) {
      const port = nth(first, count, offset, i);
      if (reservedPorts?.has(port) === true || this.holders?.has(port)) continue;
      if (this.isFlow(local, remote, port, remotePort)) continue;
      this.perturb += 2 * i + (secrets.below(NOISE) === 0 ? 4 : 2);
      return port;
    }
    return 0;
  }

  /** Whether a connection or what is left of one is between these ends. */
  isFlow(local: Ipv4Address, remote: Ipv4Address, localPort: number, remotePort: number): boolean {
    const { flows, timeWaits } = this.context;
    if (flows.find(local, remote, localPort, remotePort) !== null) return true;
    if (timeWaits === null) return false;
    return timeWaits.table.find(local, remote, localPort, remotePort) !== NO_ROW;
  }

  private range(): { first: number; count: number } {
    const { ip_local_port_first: first, ip_local_port_last: last } = this.context.host.sysctls;
    return { first, count: Math.max(1, last - first + 1) };
  }
}

/** The i-th port to try: every second one from `offset` on, then the others. */
function nth(first: number, count: number, offset: number, i: number): number {
  const half = (count + 1) >> 1;
  const from = i < half ? offset : offset ^ 1;
  return first + ((from + 2 * i) % count);
}

const overlap = (a: Ipv4Address, b: Ipv4Address): boolean =>
  a === b || a === ANY_ADDRESS || b === ANY_ADDRESS;
