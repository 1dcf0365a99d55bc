/**
 * The life of connections: made and bound to a server, refreshed by packets, expired by the wheel (`ip_vs_conn.c`).
 * A refresh costs two stores and a comparison; restarted-timer.ts says why the outcome is still the kernel's.
 */
import type { Ipv4Address } from "../../packet/ipv4-address.ts";
import { later, seconds } from "../../time/instant.ts";
import {
  Connection,
  ConnectionFlag,
  type ConnectionOwner,
  type LocalBinding,
} from "./connection.ts";
import { ConnectionTable } from "./connection-table.ts";
import type { Destination } from "./destination.ts";
import type { IpvsHost } from "./host.ts";
import { LocalPortIndex } from "./local-port-index.ts";
import { Method } from "./method.ts";
import { boundTo, unboundFrom } from "./overload.ts";
import { armExactly, firesAt } from "./restarted-timer.ts";

/** A template that still has connections when it expires gets this timeout, for good. */
const HELD_TEMPLATE_SECONDS = 60;

/** By method: whether servers answer clients without passing here, as far as anybody knows beforehand. */
const HIDES_ANSWERS: readonly boolean[] = Object.values(Method).map(
  (method) =>
    method !== Method.masquerading && method !== Method.bypass && method !== Method.fullNat,
);

export class Connections implements ConnectionOwner {
  readonly table = new ConnectionTable();
  /** Full-nat's second index. */
  readonly localPorts = new LocalPortIndex();
  private readonly host: IpvsHost;

  constructor(host: IpvsHost) {
    this.host = host;
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
    mark: number,
    flags: number,
  ): Connection {
    const method = server === null ? Method.bypass : server.method;
    let initial = flags | ConnectionFlag.inactive;
    if (HIDES_ANSWERS[method]) initial |= ConnectionFlag.noOutput;
    if (this.host.sysctls.conntrack !== 0) initial |= ConnectionFlag.tracked;
    const connection = new Connection(
      this,
      protocol,
      clientAddress,
      clientPort,
      virtualAddress,
      virtualPort,
      server === null ? (0 as Ipv4Address) : server.address,
      serverPort,
      mark,
      initial,
      method,
      server,
      this.host.engine.now,
    );
    if (server !== null) this.bind(server, (flags & ConnectionFlag.template) !== 0);
    if ((flags & ConnectionFlag.onePacket) === 0) this.table.add(connection);
    return connection;
  }

  /** Gives a full-nat connection its source address and port. */
  bindLocal(connection: Connection, binding: LocalBinding): void {
    connection.local = binding;
    binding.localAddress.connections++;
    this.localPorts.add(binding);
  }

  /** Puts `connection` under `template`, which lives as long as one of its connections does. */
  control(connection: Connection, template: Connection): void {
    connection.control = template;
    template.controlled++;
  }

  /** A packet was dealt with: the timer starts again at the current timeout. */
  refresh(connection: Connection): void {
    const { now, timers } = this.host.engine;
    connection.refreshedAt = now;
    connection.flags &= ~ConnectionFlag.condemned;
    if (connection.armed && connection.timeoutSeconds >= connection.armedSeconds) return;
    connection.armedSeconds = connection.timeoutSeconds;
    timers.arm(connection, later(now, seconds(connection.timeoutSeconds)));
  }

  /** After a packet: restarts the timer, or ends an entry that was made for this packet alone. */
  done(connection: Connection): void {
    if ((connection.flags & ConnectionFlag.onePacket) !== 0) this.discard(connection);
    else this.refresh(connection);
  }

  /** Takes it out of the tables and off its server, whatever its timer says. */
  discard(connection: Connection): void {
    this.table.remove(connection);
    this.host.engine.timers.cancel(connection);
    const { control } = connection;
    if (control !== null) {
      connection.control = null;
      control.controlled--;
      const dropped = connection.timeoutSeconds === 0 && control.controlled === 0;
      if (dropped && !control.has(ConnectionFlag.assured)) this.delete(control);
    }
    if (connection.has(ConnectionFlag.tracked) && !connection.has(ConnectionFlag.onePacket))
      this.dropTracked(connection);
    if (connection.local !== null) {
      this.localPorts.remove(connection.local);
      connection.local.localAddress.connections--;
      connection.local = null;
    }
    if (connection.server !== null) this.unbind(connection, connection.server);
  }

  /** Moves the expiry to the present instant: the next tick takes it unless a packet comes first. */
  expireNow(connection: Connection): void {
    const { timers, now } = this.host.engine;
    if (!connection.armed || connection.has(ConnectionFlag.condemned)) return;
    connection.flags |= ConnectionFlag.condemned;
    connection.armedSeconds = 0;
    timers.arm(connection, now);
  }

  /** Ends it at once, and its template with it when nothing else holds that and the client never got through. */
  delete(connection: Connection): void {
    if (!connection.armed) return;
    this.host.engine.timers.cancel(connection);
    if (connection.control !== null) connection.timeoutSeconds = 0;
    this.expire(connection);
  }

  timerFired(connection: Connection): void {
    const { engine } = this.host;
    if (!connection.has(ConnectionFlag.condemned)) {
      const due = firesAt(engine, connection.refreshedAt, connection.timeoutSeconds);
      if (due > engine.now) {
        connection.armedSeconds = connection.timeoutSeconds;
        armExactly(engine, connection, due);
        return;
      }
    }
    this.expire(connection);
  }

  /** A template's keys are overwritten so that nobody finds it again; it dies when its timer says (65535/65535). */
  orphan(template: Connection): void {
    if (template.virtualPort === 0xffff) return;
    this.table.remove(template);
    template.serverPort = 0xffff;
    template.virtualPort = 0xffff;
    this.table.add(template);
  }

  /** vs.expire_nodest_conn: ends all entries of servers that are gone, and templates that nothing holds then. */
  deleteWithoutServer(): void {
    for (const connection of this.table.entries()) {
      const { server, control } = connection;
      if (server === null || server.available || connection.controlled > 0) continue;
      if (!connection.has(ConnectionFlag.hashed)) continue;
      this.delete(connection);
      if (control !== null && control.controlled === 0) this.delete(control);
    }
  }

  private expire(connection: Connection): void {
    if (connection.controlled > 0) {
      connection.timeoutSeconds = HELD_TEMPLATE_SECONDS;
      this.refresh(connection);
      return;
    }
    this.discard(connection);
  }
  private dropTracked(connection: Connection): void {
    this.host.conntrack?.drop(
      connection.protocol,
      connection.clientAddress,
      connection.clientPort,
      connection.virtualAddress,
      connection.virtualPort,
    );
  }

  private bind(server: Destination, template: boolean): void {
    if (template) server.persistentConnections++;
    else server.inactiveConnections++;
    boundTo(server, template, this.host.variant);
  }

  private unbind(connection: Connection, server: Destination): void {
    const template = connection.has(ConnectionFlag.template);
    if (template) server.persistentConnections--;
    else if (connection.has(ConnectionFlag.inactive)) server.inactiveConnections--;
    else server.activeConnections--;
    unboundFrom(server, template, this.host.variant);
  }
}
