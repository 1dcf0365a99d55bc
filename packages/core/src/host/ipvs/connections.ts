/**
 * The life of connections: made and bound to a server, refreshed by packets, expired by the wheel (`ip_vs_conn.c`).
 *
 * A packet only notes when it came, which costs two stores and a comparison; the wheel fires at the instant of an earlier
 * refresh and is armed again then, for exactly the instant at which the kernel's timer, restarted by the last packet,
 * would fire. restarted-timer.ts says why the outcome is the kernel's.
 */
import type { Frame } from "../../packet/frame.ts";
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import type { Engine } from "../../time/engine.ts";
import { type Instant, later, seconds } from "../../time/instant.ts";
import { type TimerOwner, UNARMED } from "../../time/timer.ts";
import { AfterPacket } from "./after-packet.ts";
import { type Connection, ConnectionFlag, NO_CONNECTION } from "./connection.ts";
import { ConnectionRows } from "./connection-rows.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { Destination } from "./destination.ts";
import type { FlowMemory } from "./flow-memory.ts";
import type { IpvsHost } from "./host.ts";
import type { LocalBinding } from "./local-binding.ts";
import { LocalPortIndex } from "./local-port-index.ts";
import { Method } from "./method.ts";
import { boundTo, unboundFrom } from "./overload.ts";
import { TcpStep } from "./protocol/tcp-state-table.ts";
import { exactly, firesAt } from "./restarted-timer.ts";

/** A template that still has connections when it expires gets this timeout, for good. */
const HELD_TEMPLATE_SECONDS = 60;

/** By method: whether servers answer clients without passing here, as far as anybody knows beforehand. */
const HIDES_ANSWERS: readonly boolean[] = Object.values(Method).map(
  (method) =>
    method !== Method.masquerading && method !== Method.bypass && method !== Method.fullNat,
);

/** Who hears of the ends of connections: synchronisation. */
export interface ConnectionWatcher {
  ended(connection: Connection): void;
  /** A template expired, but connections hold it. */
  held(template: Connection): void;
}

/** Who acts when the timer of a connection has run out, before it goes. */
export interface ExpiryListener {
  expiring(connection: Connection): void;
}

/** A SYN proxy's part in the life of connections that began with a cookie. */
export interface HandshakeKeeper {
  /** The timer of `connection` has run out: true when its SYN went to the server once more, and it stays. */
  retries(connection: Connection): boolean;
  ended(connection: Connection): void;
}

export class Connections implements TimerOwner {
  readonly rows = new ConnectionRows();
  readonly table = new ConnectionTable(this.rows);
  /** Full-nat's second index. */
  readonly localPorts = new LocalPortIndex();
  /** Of templates that a persistence engine made: what it goes by. */
  readonly callIds = new Map<Connection, string>();
  watcher: ConnectionWatcher | null = null;
  /** null but on a kernel with FULLNAT. */
  expiry: ExpiryListener | null = null;
  /** Likewise. */
  handshakes: HandshakeKeeper | null = null;
  /** null where every packet goes the whole way. */
  memory: FlowMemory | null = null;
  private readonly host: IpvsHost;
  private readonly engine: Engine;
  /** Our number among the owners of the wheel's timers; 0 before the first connection. */
  private timerOwner = 0;

  constructor(host: IpvsHost) {
    this.host = host;
    this.engine = host.engine;
  }

  /**
   * A new entry, bound to `server` and standing in the table unless each packet is scheduled on its own. Its timer runs
   * from the first `refresh` on. `server` is null for a bypass connection.
   */
  create(
    protocol: number,
    clientAddress: Ipv4Address,
    clientPort: number,
    virtualAddress: Ipv4Address,
    virtualPort: number,
    server: Destination | null,
    serverPort: number,
    flags: number,
  ): Connection {
    const method = server === null ? Method.bypass : server.method;
    let initial = flags | ConnectionFlag.inactive;
    if (HIDES_ANSWERS[method]) initial |= ConnectionFlag.noOutput;
    if (this.host.sysctls.conntrack !== 0) initial |= ConnectionFlag.tracked;
    const connection = this.rows.add(
      protocol,
      clientAddress,
      clientPort,
      virtualAddress,
      virtualPort,
      serverPort,
      initial,
      method,
      server,
      this.engine.now,
    );
    if (server !== null) this.bind(server, (flags & ConnectionFlag.template) !== 0);
    if ((flags & ConnectionFlag.onePacket) === 0) this.table.add(connection);
    if (this.memory !== null) this.memory.forget(connection);
    return connection;
  }

  /**
   * `create`, and the first `step`, for a segment to a masquerading server, with the `hash` of its connection. Nobody tracks
   * connections, and whoever remembers flows knows of it.
   */
  open(
    frame: Frame,
    server: Destination,
    serverPort: number,
    step: number,
    timeoutSeconds: number,
    hash: number,
  ): Connection {
    const { rows } = this;
    const active = (step & TcpStep.active) !== 0;
    const connection = rows.add(
      frame.protocol,
      frame.source,
      frame.sourcePort,
      frame.destination,
      frame.destinationPort,
      serverPort,
      active ? 0 : ConnectionFlag.inactive,
      Method.masquerading,
      server,
      this.engine.now,
    );
    rows.enter(connection, step & TcpStep.state, timeoutSeconds);
    this.bind(server, false);
    if (active) {
      server.activeConnections++;
      server.inactiveConnections--;
    }
    this.table.addAt(connection, hash);
    return connection;
  }

  /** The first packet of `connection` has gone: what `done` does then. */
  start(connection: Connection): void {
    this.rows.countInPacket(connection);
    this.restartTimer(connection);
  }

  /** Gives a full-nat connection its source address and port. */
  bindLocal(connection: Connection, binding: LocalBinding): void {
    this.rows.setLocal(connection, binding);
    binding.localAddress.connections++;
    this.localPorts.add(binding);
  }

  /** Puts `connection` under `template`, which lives as long as one of its connections does. */
  control(connection: Connection, template: Connection): void {
    this.rows.setControl(connection, template);
    this.rows.addControlled(template, 1);
  }

  /** Starts the timer again at the current timeout. */
  refresh(connection: Connection): void {
    this.done(connection, 0);
  }

  /**
   * After a packet, from the client if `fromClient` is 1 rather than 0: restarts the timer, or ends an entry that was made
   * for this packet alone.
   */
  done(connection: Connection, fromClient: number): void {
    const left = this.rows.restart(connection, this.engine.now, fromClient);
    if (left !== AfterPacket.nothing) this.afterPacket(connection, left);
  }

  /** The timer is to run from now on, at the current timeout. */
  restartTimer(connection: Connection): void {
    const timeout = this.rows.timeoutSeconds(connection);
    this.arm(connection, timeout, later(this.engine.now, seconds(timeout)));
  }

  /** Takes it out of the tables and off its server, whatever its timer says: it is no more. */
  discard(connection: Connection): void {
    const { rows } = this;
    if (this.watcher !== null) this.watcher.ended(connection);
    if (this.memory !== null) this.memory.forget(connection);
    if (this.handshakes !== null && rows.has(connection, ConnectionFlag.synProxied))
      this.handshakes.ended(connection);
    this.table.remove(connection);
    this.disarm(connection);
    const control = rows.control(connection);
    if (control !== NO_CONNECTION) {
      rows.setControl(connection, NO_CONNECTION);
      rows.addControlled(control, -1);
      const dropped = rows.timeoutSeconds(connection) === 0 && rows.controlled(control) === 0;
      if (dropped && !rows.has(control, ConnectionFlag.assured)) this.delete(control);
    }
    if (
      rows.has(connection, ConnectionFlag.tracked) &&
      !rows.has(connection, ConnectionFlag.onePacket)
    )
      this.dropTracked(connection);
    const local = rows.local(connection);
    if (local !== null) {
      this.localPorts.remove(local);
      local.localAddress.connections--;
      rows.setLocal(connection, null);
    }
    const server = rows.server(connection);
    if (server !== null) this.unbind(connection, server);
    if (this.callIds.size > 0) this.callIds.delete(connection);
    rows.remove(connection);
  }

  /** Moves the expiry to the present instant: the next tick takes it unless a packet comes first. */
  expireNow(connection: Connection): void {
    const { rows } = this;
    if (rows.timerSlot(connection) === UNARMED || rows.has(connection, ConnectionFlag.condemned))
      return;
    rows.raise(connection, ConnectionFlag.condemned);
    if (this.memory !== null) this.memory.forget(connection);
    this.arm(connection, 0, this.engine.now);
  }

  /** Ends it at once, and its template with it when nothing else holds that and the client never got through. */
  delete(connection: Connection): void {
    const { rows } = this;
    if (rows.timerSlot(connection) === UNARMED) return;
    this.disarm(connection);
    if (rows.control(connection) !== NO_CONNECTION) rows.setTimeoutSeconds(connection, 0);
    this.expire(connection);
  }

  /** The wheel came to the connection, which may have been refreshed meanwhile. */
  timerFired(argument: number): void {
    const connection = argument as Connection;
    const { rows, engine } = this;
    rows.setTimerSlot(connection, UNARMED);
    if (!rows.has(connection, ConnectionFlag.condemned)) {
      const timeout = rows.timeoutSeconds(connection);
      const due = firesAt(engine, rows.refreshedAt(connection), timeout);
      if (due > engine.now) {
        this.arm(connection, timeout, exactly(due));
        return;
      }
    }
    this.expire(connection);
  }

  /** A template's keys are overwritten so that nobody finds it again; it dies when its timer says (65535/65535). */
  orphan(template: Connection): void {
    const { rows } = this;
    if (rows.virtualPort(template) === 0xffff) return;
    this.table.remove(template);
    rows.setServerPort(template, 0xffff);
    rows.setVirtualPort(template, 0xffff);
    this.table.add(template);
  }

  /** vs.expire_nodest_conn: ends all entries of servers that are gone, and templates that nothing holds then. */
  deleteWithoutServer(): void {
    const { rows } = this;
    for (const connection of this.table.entries()) {
      // it may have gone as the template of another
      if (!rows.has(connection, ConnectionFlag.hashed)) continue;
      const server = rows.server(connection);
      if (server === null || server.available === true || rows.controlled(connection) > 0) continue;
      const control = rows.control(connection);
      this.delete(connection);
      if (control !== NO_CONNECTION && rows.controlled(control) === 0) this.delete(control);
    }
  }

  private expire(connection: Connection): void {
    const { rows } = this;
    if (rows.controlled(connection) > 0) {
      rows.setTimeoutSeconds(connection, HELD_TEMPLATE_SECONDS);
      this.refresh(connection);
      if (this.watcher !== null) this.watcher.held(connection);
      return;
    }
    if (this.handshakes !== null && rows.has(connection, ConnectionFlag.synProxied))
      if (this.handshakes.retries(connection)) return;
    if (this.expiry !== null) this.expiry.expiring(connection);
    this.discard(connection);
  }

  private afterPacket(connection: Connection, left: AfterPacket): void {
    if (left === AfterPacket.ends) {
      // synchronisation counts by itself
      const template = this.rows.control(connection);
      if (this.watcher === null && template !== NO_CONNECTION) this.rows.countInPacket(template);
      return this.discard(connection);
    }
    this.restartTimer(connection);
  }

  private arm(connection: Connection, timeoutSeconds: number, due: Instant): void {
    const { rows } = this;
    const { timers } = this.engine;
    if (this.timerOwner === 0) this.timerOwner = timers.addOwner(this);
    rows.setArmedSeconds(connection, timeoutSeconds);
    const slot = rows.timerSlot(connection);
    rows.setTimerSlot(connection, timers.armSlot(slot, this.timerOwner, connection, due));
  }

  private disarm(connection: Connection): void {
    this.engine.timers.cancelSlot(this.rows.timerSlot(connection));
    this.rows.setTimerSlot(connection, UNARMED);
  }

  private dropTracked(connection: Connection): void {
    const { rows } = this;
    this.host.conntrack?.drop(
      rows.protocol(connection),
      rows.clientAddress(connection),
      rows.clientPort(connection),
      rows.virtualAddress(connection),
      rows.virtualPort(connection),
    );
  }

  private bind(server: Destination, template: boolean): void {
    if (template) server.persistentConnections++;
    else server.inactiveConnections++;
    boundTo(server, template, this.host.variant);
  }

  private unbind(connection: Connection, server: Destination): void {
    const { rows } = this;
    const template = rows.has(connection, ConnectionFlag.template);
    if (template) server.persistentConnections--;
    else if (rows.has(connection, ConnectionFlag.inactive)) server.inactiveConnections--;
    else server.activeConnections--;
    unboundFrom(server, template, this.host.variant);
    if (server.totalConnections + server.persistentConnections === 0) rows.forgetServer(server);
  }
}
