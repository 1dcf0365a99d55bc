/**
 * The synchronisation daemons of a namespace (`start_sync_thread`, `sync_thread_backup`): they follow the configuration,
 * hear of packets and of connections that end, and put what other directors tell into the table.
 */
import type { SyncDaemonConfig } from "../config.ts";
import type { Connection } from "../connection.ts";
import type { IpvsContext } from "../context.ts";
import type { SyncSocket, SyncSockets } from "../host.ts";
import { ConnectionPort } from "./connection-port.ts";
import { Master } from "./master.ts";
import { readSyncMessage, type SyncFault } from "./message.ts";

const PORTS_MAX = 64;

export class SyncCounters {
  /** Messages of a master. */
  sent = 0;
  /** Messages of a master that found no room or no way. */
  lost = 0;
  /** Messages that came to a backup. */
  received = 0;
  /** Connections that they made or changed. */
  stored = 0;
  /** Messages that were not, or not wholly, taken, by reason. */
  readonly refused = new Map<SyncFault, number>();
}

export class SyncDaemons {
  private readonly context: IpvsContext;
  private readonly port: ConnectionPort;
  private readonly counted = new SyncCounters();
  private running: readonly SyncDaemonConfig[] = [];
  /** How many sockets each daemon has; settled by the first one. */
  private ports = 1;
  private master: Master | null = null;
  private backup: SyncDaemonConfig | null = null;
  private backupSockets: readonly SyncSocket[] = [];

  constructor(context: IpvsContext) {
    this.context = context;
    this.port = new ConnectionPort(context);
  }

  get idle(): boolean {
    return this.running.length === 0;
  }

  /** vs.backup_only: a backup leaves requests alone. */
  get ignoresRequests(): boolean {
    return this.backup !== null && this.context.host.sysctls.backup_only !== 0;
  }

  get counters(): SyncCounters {
    if (this.master !== null) {
      this.counted.sent = this.master.sent;
      this.counted.lost = this.master.lost;
    }
    return this.counted;
  }

  /** Starts and stops daemons until those of `daemons` run. */
  follow(daemons: readonly SyncDaemonConfig[]): void {
    if (this.running === daemons) return;
    for (const daemon of this.running) if (!daemons.includes(daemon)) this.stop(daemon);
    const kept = this.running.filter((daemon) => daemons.includes(daemon));
    if (kept.length === 0) this.ports = Math.min(this.context.host.sysctls.sync_ports, PORTS_MAX);
    for (const daemon of daemons) if (!kept.includes(daemon)) this.start(daemon);
    this.running = daemons;
  }

  /** A packet from a client was forwarded on `connection`. */
  passed(connection: Connection, packets: number): void {
    if (this.master !== null) this.master.consider(connection, packets);
  }

  /** A template whose connections outlive it goes on. */
  held(template: Connection): void {
    this.master?.consider(template, this.context.host.sysctls.sync_threshold);
  }

  ended(connection: Connection): void {
    this.master?.ended(connection);
  }

  private start(daemon: SyncDaemonConfig): void {
    const { host } = this.context;
    const { syncSockets } = host;
    if (daemon.role === "master") {
      this.master = new Master(host, this.port, daemon, this.open(syncSockets, daemon));
      return;
    }
    this.backup = daemon;
    this.backupSockets = this.open(syncSockets, daemon);
  }

  /** A socket for each port; what cannot be opened is left out, the command was checked before. */
  private open(sockets: SyncSockets, daemon: SyncDaemonConfig): SyncSocket[] {
    const opened: SyncSocket[] = [];
    const { interface: device, group, ttl } = daemon;
    for (let i = 0; i < this.ports; i++) {
      const port = daemon.port + i;
      const socket =
        daemon.role === "master"
          ? sockets.sender(device, group, port, ttl)
          : sockets.receiver(device, group, port, (octets) => this.receive(octets, daemon));
      if (typeof socket !== "number") opened.push(socket);
    }
    return opened;
  }

  private stop(daemon: SyncDaemonConfig): void {
    if (daemon.role === "master") {
      this.master?.stop();
      this.master = null;
      return;
    }
    for (const socket of this.backupSockets) socket.close();
    this.backupSockets = [];
    this.backup = null;
  }

  private receive(octets: Uint8Array, { maxLength, syncId }: SyncDaemonConfig): void {
    this.counted.received++;
    // what the buffer cannot hold is cut off
    const taken = octets.length > maxLength ? octets.subarray(0, maxLength) : octets;
    const threshold = this.context.host.sysctls.sync_threshold;
    const fault = readSyncMessage(taken, syncId, (entry) => {
      const connection = this.port.store(entry, threshold);
      if (connection === null) return;
      this.counted.stored++;
      this.master?.learnt(connection, entry.state);
    });
    const { refused } = this.counted;
    if (fault !== null) refused.set(fault, (refused.get(fault) ?? 0) + 1);
  }
}
