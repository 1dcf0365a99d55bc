/**
 * Defence against floods (`update_defense_level`, `ip_vs_random_dropentry`, `ip_vs_todrop`): vs.drop_entry,
 * vs.drop_packet and vs.secure_tcp. Mode 0 is off and 3 on; 1 and 2 are automatic, and the kernel turns one into the
 * other as memory (pages, free and in buffers) falls below vs.amemthresh or comes back. It looks when a mode is written
 * and with every tick of a timer of 1 s, which the wheel makes 1.024 s.
 *
 * Simplified: memory is as much as the namespace says; nobody uses it up, so the thresholds are what tests and labs move.
 * The counters of the rate rule are one namespace's, not the whole kernel's.
 */
import type { Rng } from "../../rng/rng.ts";
import { type Duration, type Instant, later, START } from "../../time/instant.ts";
import { Timer } from "../../time/timer.ts";
import { JIFFY } from "../../time/timer-wheel.ts";
import type { ChangeOrigin } from "../../trace/trace.ts";
import { type Connection, ConnectionFlag } from "./connection.ts";
import type { Connections } from "./connections.ts";
import type { IpvsHost } from "./host.ts";
import { Expendable } from "./protocol/protocol.ts";
import type { Protocols } from "./protocol/protocols.ts";
import { exactly, firesAt } from "./restarted-timer.ts";
import type { ServiceTable } from "./service-table.ts";

const PERIOD_SECONDS = 1;
/** 250 jiffies and one, rounded up to the wheel's grain. */
const TICK = (256 * JIFFY) as Duration;
/** Buckets of the kernel's table, and how many of them a tick looks at; one may come up twice. */
const BUCKETS = 4096;
const BUCKETS_A_TICK = BUCKETS >> 5;
/** The rate rule: idle for so long, and no more packets than this. */
const IDLE_SECONDS = 60;
const FEW_PACKETS = 8;
const NS_PER_SECOND = 1e9;

const MODES = ["drop_entry", "drop_packet", "secure_tcp"] as const;
export type DefenceMode = (typeof MODES)[number];

export class Defence extends Timer {
  private readonly host: IpvsHost;
  private readonly connections: Connections;
  private readonly protocols: Protocols;
  private readonly services: ServiceTable;
  private readonly rng: Rng;
  /** The modes as they were written last, or as the kernel turned them. */
  private readonly modes: Record<DefenceMode, number> = {
    drop_entry: 0,
    drop_packet: 0,
    secure_tcp: 0,
  };
  /** Every so many-th new connection is refused; 0 for none. */
  private dropRate = 0;
  private dropCounter = 0;
  private dropsEntries = false;
  /** By the number of packets: how many candidates are still spared. */
  private readonly spared = new Array<number>(FEW_PACKETS + 1).fill(0);

  constructor(
    host: IpvsHost,
    connections: Connections,
    protocols: Protocols,
    services: ServiceTable,
  ) {
    super();
    this.host = host;
    this.connections = connections;
    this.protocols = protocols;
    this.services = services;
    this.rng = host.rng.stream("drop_entry");
  }

  /** `origin` may have changed sysctls, null for the kernel; what is no mode of defence waits for the next tick. */
  followSysctls(origin: ChangeOrigin | null): void {
    if (!this.isWritten()) return;
    this.update(origin);
    if (this.isOn()) this.startTimer();
  }

  /** An operator took a change back, and perhaps more are to follow: nothing may be written before the next tick. */
  sysctlsTakenBack(): void {
    if (this.isWritten()) this.startTimer();
  }

  private isWritten(): boolean {
    const { modes } = this;
    const { drop_entry, drop_packet, secure_tcp } = this.host.sysctls;
    return (
      drop_entry !== modes.drop_entry ||
      drop_packet !== modes.drop_packet ||
      secure_tcp !== modes.secure_tcp
    );
  }

  /** No packet is refused. */
  get idle(): boolean {
    return this.dropRate === 0;
  }

  /** Whether a packet that asks for a new connection is to go (`ip_vs_todrop`). */
  refuses(): boolean {
    if (this.dropRate === 0 || --this.dropCounter > 0) return false;
    this.dropCounter = this.dropRate;
    return true;
  }

  expire(): void {
    this.update(null);
    if (this.dropsEntries) this.dropEntries();
    if (this.isOn()) this.startTimer();
  }

  private isOn(): boolean {
    return MODES.some((mode) => this.modes[mode] !== 0);
  }

  private startTimer(): void {
    if (this.armed) return;
    const { engine } = this.host;
    // it has been ticking since the beginning, though nobody heard it
    const first = firesAt(engine, START, PERIOD_SECONDS);
    const ticks = Math.max(0, Math.floor((engine.now - first) / TICK) + 1);
    const due = exactly(later(first, (ticks * TICK) as Duration));
    engine.timers.arm(this, Math.max(engine.now, due) as Instant);
  }

  private update(origin: ChangeOrigin | null): void {
    const { amemthresh, am_droprate } = this.host.sysctls;
    const available = this.host.availablePages;
    const scarce = available < amemthresh;
    this.dropsEntries = this.settle("drop_entry", scarce, origin);
    this.protocols.tcp.setSecure(this.settle("secure_tcp", scarce, origin));
    const drops = this.settle("drop_packet", scarce, origin);
    if (!drops) this.dropRate = 0;
    else if (this.modes.drop_packet === 3) this.dropRate = am_droprate;
    else {
      this.dropRate = Math.trunc(amemthresh / (amemthresh - available));
      this.dropCounter = this.dropRate;
    }
  }

  /** Turns an automatic mode as memory says; whether it is in force. */
  private settle(mode: DefenceMode, scarce: boolean, origin: ChangeOrigin | null): boolean {
    const written = this.host.sysctls[mode];
    const automatic = written === 1 || written === 2;
    const settled = automatic ? (scarce ? 2 : 1) : written;
    this.modes[mode] = settled;
    if (settled !== written) this.host.turnDefence(mode, settled, origin);
    return settled >= 2;
  }

  private dropEntries(): void {
    const { rows, table } = this.connections;
    for (let i = 0; i < BUCKETS_A_TICK; i++)
      // one before it may have taken it along as its template
      for (const connection of table.inBucket(this.rng.below(BUCKETS), BUCKETS))
        if (rows.has(connection, ConnectionFlag.hashed) && this.isToGo(connection))
          this.connections.delete(connection);
  }

  private isToGo(connection: Connection): boolean {
    const { rows } = this.connections;
    if (rows.controlled(connection) > 0) return false;
    if (!rows.has(connection, ConnectionFlag.template)) {
      const expendable = this.protocols.expendable(connection);
      return expendable === Expendable.byRate
        ? this.isDue(connection)
        : expendable === Expendable.always;
    }
    if (this.isOfOnePacketService(connection)) return this.isDue(connection);
    return !rows.has(connection, ConnectionFlag.assured);
  }

  private isOfOnePacketService(template: Connection): boolean {
    const server = this.connections.rows.server(template);
    if (server === null) return false;
    return this.services.withIdentity(server.service)?.config.onePacket === true;
  }

  /** The rate rule (`todrop_entry`): of idle entries with n packets every n-th goes, and the first. */
  private isDue(connection: Connection): boolean {
    const { rows } = this.connections;
    const { now } = this.host.engine;
    if (now - rows.refreshedAt(connection) < IDLE_SECONDS * NS_PER_SECOND) return false;
    const packets = rows.inPackets(connection);
    if (packets === 0 || packets > FEW_PACKETS) return false;
    const left = (this.spared[packets] as number) - 1;
    this.spared[packets] = left > 0 ? left : packets;
    return left <= 0;
  }
}
