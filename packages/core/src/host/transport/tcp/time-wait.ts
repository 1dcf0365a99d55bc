/**
 * What is left of connections that wait for stray segments to die: TIME_WAIT, and FIN_WAIT2 whose socket is closed
 * (`inet_twsk_alloc`, `inet_twsk_schedule`): how they begin, wait and end. What is known of each is a row of
 * time-wait-table.ts, what a segment means to it is in time-wait-input.ts.
 */
import { type TimerOwner, UNARMED } from "../../../time/timer.ts";
import { TcpState } from "../socket.ts";
import type { TransportHost } from "../transport-host.ts";
import { millisecondsAt } from "./clock.ts";
import { type EndedConnection, TimeWaitTable } from "./time-wait-table.ts";

/** Milliseconds. */
export const TIME_WAIT_LENGTH = 60_000;

export class TimeWaits implements TimerOwner {
  readonly table = new TimeWaitTable();
  private readonly host: TransportHost;
  /** Our number among the owners of the wheel's timers. */
  private readonly timerOwner: number;

  constructor(host: TransportHost) {
    this.host = host;
    this.timerOwner = host.engine.timers.addOwner(this);
  }

  /**
   * A row for a connection that ends in state `from`, for so many whole milliseconds; `window` is what was left of the one that
   * it advertised.
   */
  add(
    ended: EndedConnection,
    from: TcpState,
    state: TcpState,
    window: number,
    length: number,
  ): void {
    const { table } = this;
    const { now, timers } = this.host.engine;
    const row = table.reserve();
    const slot = timers.armSlotFor(UNARMED, this.timerOwner, row, length);
    table.add(row, ended, state, window, slot, (millisecondsAt(now) + length) | 0);
    this.note(row, from, state);
  }

  /** It shall wait so many whole milliseconds from now, whatever it was to wait. */
  restart(row: number, length: number): void {
    const { table, timerOwner } = this;
    const { now, timers } = this.host.engine;
    table.setDue(row, (millisecondsAt(now) + length) | 0);
    const slot = table.timerSlot(row);
    table.setTimerSlot(row, timers.armSlotFor(slot, timerOwner, row, length));
  }

  timerFired(row: number): void {
    this.table.setTimerSlot(row, UNARMED);
    this.end(row);
  }

  /** It is no more. */
  end(row: number): void {
    const { table } = this;
    this.host.engine.timers.cancelSlot(table.timerSlot(row));
    this.note(row, table.state(row), TcpState.close);
    table.remove(row);
  }

  /** The peer's FIN came: FIN_WAIT2 becomes TIME_WAIT. */
  finArrived(row: number, receiveNext: number): void {
    const { table } = this;
    this.note(row, table.state(row), TcpState.timeWait);
    table.setState(row, TcpState.timeWait);
    table.setReceiveNext(row, receiveNext);
    this.restart(row, TIME_WAIT_LENGTH);
  }

  private note(row: number, old: TcpState, now: TcpState): void {
    const { trace, engine, place } = this.host;
    if (trace === null || old === now) return;
    const localPort = this.table.localPort(row);
    const remotePort = this.table.remotePort(row);
    trace.note("tcp-state", engine.now, place, null, null, old, now, localPort, remotePort);
  }
}
