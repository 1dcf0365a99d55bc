/**
 * The master daemon (`sync_thread_master`): entries gather in a message, which goes out when it is full (20 ms later, or at
 * once when eight wait) or when its first entry is two seconds old, at a look a second. With vs.sync_ports above 1 each
 * port has a thread with a message of its own. Left out: which thread a connection has (the kernel goes by its place in
 * memory; here it is the client's port); waiting for a full send buffer.
 */
import { SimEvent } from "../../../time/event.ts";
import { elapsed, type Instant, later, milliseconds, seconds } from "../../../time/instant.ts";
import { Timer } from "../../../time/timer.ts";
import { JIFFY } from "../../../time/timer-wheel.ts";
import type { SyncDaemonConfig } from "../config.ts";
import type { Connection } from "../connection.ts";
import type { IpvsHost, SyncSocket } from "../host.ts";
import type { ConnectionPort } from "./connection-port.ts";
import { isSyncNeeded, SyncRecord } from "./decision.ts";
import { SyncEntry, SyncFlag } from "./entry.ts";
import { SyncMessage, type SyncVersion } from "./message.ts";

const CHECK_PERIOD = seconds(1);
const FLUSH_TIME = seconds(2);
const SEND_DELAY = milliseconds(20);
/** So many waiting messages wake the thread at once. */
const WAKE_UP_RATE = 8;

/** A thread's looks, a second apart. */
class Poll extends Timer {
  private readonly thread: MasterThread;

  constructor(thread: MasterThread) {
    super();
    this.thread = thread;
  }

  expire(): void {
    this.thread.run();
  }
}

class WakeUp extends SimEvent {
  private readonly thread: MasterThread;

  constructor(thread: MasterThread) {
    super();
    this.thread = thread;
  }

  fire(): void {
    this.thread.run();
  }
}

/** One socket with what waits for it. */
class MasterThread {
  lost = 0;
  sent = 0;
  private readonly host: IpvsHost;
  private readonly config: SyncDaemonConfig;
  private readonly socket: SyncSocket;
  private readonly poll = new Poll(this);
  private readonly wakeUp = new Poll(this);
  private message: SyncMessage | null = null;
  private since: Instant;
  private queue: SyncMessage[] = [];
  private queued = 0;
  private stopped = false;

  constructor(host: IpvsHost, config: SyncDaemonConfig, socket: SyncSocket) {
    this.host = host;
    this.config = config;
    this.socket = socket;
    this.since = host.engine.now;
    this.run();
  }

  add(entry: SyncEntry, version: SyncVersion): void {
    if (this.message !== null && (this.message.full || this.message.version !== version))
      this.enqueue(this.message);
    if (this.message === null) {
      this.message = new SyncMessage(version, this.config.syncId, this.config.maxLength);
      this.since = this.host.engine.now;
    }
    this.message.add(entry);
  }

  run(): void {
    if (this.stopped) return;
    for (const message of this.queue) this.send(message);
    this.queue = [];
    this.queued = 0;
    const { engine } = this.host;
    if (this.message !== null && elapsed(this.since, engine.now) >= FLUSH_TIME) {
      this.send(this.message);
      this.message = null;
    }
    engine.timers.arm(this.poll, later(engine.now, CHECK_PERIOD));
  }

  /** What was not sent is lost. */
  stop(): void {
    this.stopped = true;
    this.host.engine.timers.cancel(this.poll);
    this.host.engine.timers.cancel(this.wakeUp);
    this.socket.close();
  }

  private enqueue(message: SyncMessage): void {
    const { engine, sysctls } = this.host;
    this.message = null;
    if (this.queue.length >= sysctls.sync_qlen_max) {
      this.lost++;
      return;
    }
    if (this.queue.length === 0) engine.timers.arm(this.wakeUp, later(engine.now, SEND_DELAY));
    this.queue.push(message);
    this.queued++;
    if (this.queued === WAKE_UP_RATE) engine.schedule(new WakeUp(this), engine.now);
  }

  private send(message: SyncMessage): void {
    if (this.socket.send(message.octets()) === 0) this.sent++;
    else this.lost++;
  }
}

export class Master {
  private readonly host: IpvsHost;
  private readonly port: ConnectionPort;
  private readonly threads: readonly MasterThread[];
  private readonly records = new Map<Connection, SyncRecord>();
  private readonly entry = new SyncEntry();

  constructor(
    host: IpvsHost,
    port: ConnectionPort,
    config: SyncDaemonConfig,
    sockets: readonly SyncSocket[],
  ) {
    this.host = host;
    this.port = port;
    this.threads = sockets.map((socket) => new MasterThread(host, config, socket));
  }

  /** Messages that went out. */
  get sent(): number {
    return this.threads.reduce((sum, thread) => sum + thread.sent, 0);
  }

  /** Messages that found no room in a queue or no way. */
  get lost(): number {
    return this.threads.reduce((sum, thread) => sum + thread.lost, 0);
  }

  /** A packet of `connection` was dealt with, or its template's timer was: tells of both where that is due (`ip_vs_sync_conn`). */
  consider(connection: Connection, packets: number): void {
    const { sysctls } = this.host;
    const version: SyncVersion = sysctls.sync_version === 0 ? 0 : 1;
    const told = this.tell(connection, packets, version);
    if (version === 0 && !told) return;
    const template = this.port.templateOf(connection);
    if (template !== null) this.tell(template, this.port.countPacket(template), version);
  }

  /** It was told by another director: a change from that state is news. */
  learnt(connection: Connection, state: number): void {
    this.recordOf(connection).state = state;
  }

  ended(connection: Connection): void {
    this.records.delete(connection);
  }

  stop(): void {
    for (const thread of this.threads) thread.stop();
  }

  private tell(connection: Connection, packets: number, version: SyncVersion): boolean {
    const { entry } = this;
    if (!this.port.read(connection, entry) || entry.has(SyncFlag.onePacket)) return false;
    const { sysctls } = this.host;
    const record = this.recordOf(connection);
    const held = this.port.templateOf(connection) !== null;
    if (!isSyncNeeded(entry, record, packets, held, sysctls, this.jiffies)) return false;
    // a power of two of threads
    const thread = this.threads[entry.clientPort & (this.threads.length - 1)];
    thread?.add(entry, version);
    return true;
  }

  private recordOf(connection: Connection): SyncRecord {
    let record = this.records.get(connection);
    if (record === undefined) {
      record = new SyncRecord(this.jiffies);
      this.records.set(connection, record);
    }
    return record;
  }

  private get jiffies(): number {
    return Math.floor(this.host.engine.now / JIFFY);
  }
}
