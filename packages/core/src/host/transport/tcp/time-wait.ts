/**
 * What is left of a connection that waits for stray segments to die: TIME_WAIT, and FIN_WAIT2 whose socket is closed
 * (`inet_timewait_sock`). A small object, as there may be very many. What a segment means to it is in
 * time-wait-input.ts.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import { type SlotHolder, UNARMED } from "../../../time/timer.ts";
import { TcpState } from "../socket.ts";
import { millisecondsAt } from "./clock.ts";
import { type FlowEntry, FlowKind } from "./flow-table.ts";
import { receiveWindowLeft, type Tcb, type TcpContext } from "./tcb.ts";

/** Milliseconds. */
export const TIME_WAIT_LENGTH = 60_000;

export class TimeWait implements SlotHolder, FlowEntry {
  /** The wheel's, which was the connection's. */
  readonly slot: number;
  readonly flowKind = FlowKind.timeWait;
  readonly cookie: number;
  readonly localAddress: Ipv4Address;
  readonly remoteAddress: Ipv4Address;
  readonly localPort: number;
  readonly remotePort: number;
  nextInBucket: FlowEntry | null = null;
  /** When it shall end. */
  due = 0;
  readonly context: TcpContext;
  /** `timeWait`, or `finWait2` while the peer's FIN is still out. */
  state: TcpState;
  sendNext: number;
  receiveNext: number;
  receiveWindow: number;
  readonly receiveScale: number;
  readonly timestamps: boolean;
  timestampRecent: number;
  readonly timestampOffset: number;
  outOfWindowAckAt: number | null = null;

  constructor(tcb: Tcb, state: TcpState) {
    this.context = tcb.context;
    this.slot = this.context.host.engine.timers.handOver(tcb.transmitSlot, this);
    tcb.transmitSlot = UNARMED;
    this.cookie = tcb.cookie;
    this.localAddress = tcb.localAddress;
    this.remoteAddress = tcb.remoteAddress;
    this.localPort = tcb.localPort;
    this.remotePort = tcb.remotePort;
    this.state = state;
    this.sendNext = tcb.sendNext;
    this.receiveNext = tcb.receiveNext;
    this.receiveWindow = receiveWindowLeft(tcb);
    this.receiveScale = tcb.receiveScale;
    this.timestamps = tcb.timestamps;
    this.timestampRecent = tcb.timestampRecent;
    this.timestampOffset = tcb.timestampOffset;
    this.note(tcb.state, state);
  }

  start(milliseconds: number): void {
    const { engine } = this.context.host;
    this.due = (millisecondsAt(engine.now) + milliseconds) | 0;
    engine.timers.armHeld(this.slot, milliseconds);
  }

  slotFired(): void {
    this.end();
  }

  end(): void {
    this.context.host.engine.timers.release(this.slot);
    this.note(this.state, TcpState.close);
    this.context.flows.remove(this);
  }

  note(old: TcpState, now: TcpState): void {
    const { trace, engine, place } = this.context.host;
    if (trace === null || old === now) return;
    const { localPort, remotePort } = this;
    trace.note("tcp-state", engine.now, place, null, null, old, now, localPort, remotePort);
  }
}
