/**
 * TIME_WAITs as rows of one typed array (`inet_timewait_sock`). There may be very many, and each outlives its connection by a
 * minute: as objects they are what a garbage collector would copy again and again. A row is 64 octets, and its number is the
 * place of its first word. The rows hold their hash as well: each has the head of one chain beside what it says of its own
 * TIME_WAIT. Nothing is allocated before the first.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { TcpState } from "../socket.ts";
import { hashOf } from "./flow-table.ts";

/** Rows are counted from one: 0 is none. */
export const NO_ROW = 0;

const WORDS_SHIFT = 4;
const WORDS = 1 << WORDS_SHIFT;
const FIRST_ROWS = 32;

// words of a row
/** The next in its chain, or the next free row. */
const NEXT = 0;
/** The head of the chain with this row's index, which is not about this row's TIME_WAIT. */
const HEAD = 1;
const HASH = 2;
const LOCAL_ADDRESS = 3;
const REMOTE_ADDRESS = 4;
/** The remote port in the upper half. */
const PORTS = 5;
const COOKIE = 6;
/** From the low bits: state, receive scale, `TIMESTAMPS`, `ANSWERED`. */
const KIND = 7;
const SEND_NEXT = 8;
const RECEIVE_NEXT = 9;
const RECEIVE_WINDOW = 10;
const TIMESTAMP_RECENT = 11;
const TIMESTAMP_OFFSET = 12;
const ANSWERED_AT = 13;
const TIMER_SLOT = 14;
const DUE = 15;

const STATE_MASK = 0xf;
const SCALE_AT = 4;
const SCALE_MASK = 0xf;
const TIMESTAMPS = 0x100;
const ANSWERED = 0x200;

const NO_WORDS = new Int32Array(0);

/** What a connection leaves behind. */
export interface EndedConnection {
  readonly cookie: number;
  readonly localAddress: Ipv4Address;
  readonly remoteAddress: Ipv4Address;
  readonly localPort: number;
  readonly remotePort: number;
  readonly sendNext: number;
  readonly receiveNext: number;
  readonly receiveScale: number;
  readonly timestamps: boolean;
  readonly timestampRecent: number;
  readonly timestampOffset: number;
}

export class TimeWaitTable {
  size = 0;
  private words = NO_WORDS;
  /** Where the next row is opened. Row 0 is only a head. */
  private opened = WORDS;
  private free = NO_ROW;

  /** `window`: what was left of the one that we advertised. Its timer does not run yet. */
  add(ended: EndedConnection, state: TcpState, window: number): number {
    const row = this.free === NO_ROW ? this.open() : this.takeFree();
    const { words } = this;
    const { localAddress, remoteAddress, localPort, remotePort } = ended;
    words[row + HASH] = hashOf(localAddress, remoteAddress, localPort, remotePort);
    words[row + LOCAL_ADDRESS] = localAddress;
    words[row + REMOTE_ADDRESS] = remoteAddress;
    words[row + PORTS] = localPort | (remotePort << 16);
    words[row + COOKIE] = ended.cookie;
    words[row + KIND] =
      state | (ended.receiveScale << SCALE_AT) | (ended.timestamps === true ? TIMESTAMPS : 0);
    words[row + SEND_NEXT] = ended.sendNext;
    words[row + RECEIVE_NEXT] = ended.receiveNext;
    words[row + RECEIVE_WINDOW] = window;
    words[row + TIMESTAMP_RECENT] = ended.timestampRecent;
    words[row + TIMESTAMP_OFFSET] = ended.timestampOffset;
    words[row + TIMER_SLOT] = 0;
    this.link(row);
    this.size++;
    return row;
  }

  /** The row of this flow; `NO_ROW` when there is none. */
  find(local: Ipv4Address, remote: Ipv4Address, localPort: number, remotePort: number): number {
    if (this.size === 0) return NO_ROW;
    const { words } = this;
    const ports = localPort | (remotePort << 16);
    const head = this.headOf(hashOf(local, remote, localPort, remotePort));
    for (let row = words[head] as number; row !== NO_ROW; row = words[row + NEXT] as number)
      if (
        words[row + PORTS] === ports &&
        words[row + REMOTE_ADDRESS] === remote &&
        words[row + LOCAL_ADDRESS] === local
      )
        return row;
    return NO_ROW;
  }

  /** Forgets it; its timer does not run any more. */
  remove(row: number): void {
    const { words } = this;
    let at = this.headOf(words[row + HASH] as number);
    while (words[at] !== row) at = (words[at] as number) + NEXT;
    words[at] = words[row + NEXT] as number;
    words[row + KIND] = 0;
    words[row + NEXT] = this.free;
    this.free = row;
    this.size--;
  }

  /** Calls `visit` for every row in use, in no order that means anything. */
  forEach(visit: (row: number) => void): void {
    for (let row = WORDS; row < this.opened; row += WORDS)
      if (this.words[row + KIND] !== 0) visit(row);
  }

  localAddress(row: number): Ipv4Address {
    return this.words[row + LOCAL_ADDRESS] as Ipv4Address;
  }

  remoteAddress(row: number): Ipv4Address {
    return this.words[row + REMOTE_ADDRESS] as Ipv4Address;
  }

  localPort(row: number): number {
    return (this.words[row + PORTS] as number) & 0xffff;
  }

  remotePort(row: number): number {
    return (this.words[row + PORTS] as number) >>> 16;
  }

  cookie(row: number): number {
    return this.words[row + COOKIE] as number;
  }

  /** `timeWait`, or `finWait2` while the peer's FIN is still out. */
  state(row: number): TcpState {
    return (this.kind(row) & STATE_MASK) as TcpState;
  }
  setState(row: number, state: TcpState): void {
    this.words[row + KIND] = (this.kind(row) & ~STATE_MASK) | state;
  }

  receiveScale(row: number): number {
    return (this.kind(row) >> SCALE_AT) & SCALE_MASK;
  }

  /** Whether both ends agreed on timestamps. */
  timestamps(row: number): boolean {
    return (this.kind(row) & TIMESTAMPS) !== 0;
  }

  sendNext(row: number): number {
    return this.words[row + SEND_NEXT] as number;
  }

  receiveNext(row: number): number {
    return this.words[row + RECEIVE_NEXT] as number;
  }
  setReceiveNext(row: number, next: number): void {
    this.words[row + RECEIVE_NEXT] = next;
  }

  receiveWindow(row: number): number {
    return this.words[row + RECEIVE_WINDOW] as number;
  }

  timestampRecent(row: number): number {
    return this.words[row + TIMESTAMP_RECENT] as number;
  }
  setTimestampRecent(row: number, value: number): void {
    this.words[row + TIMESTAMP_RECENT] = value;
  }

  timestampOffset(row: number): number {
    return this.words[row + TIMESTAMP_OFFSET] as number;
  }

  /** When a segment out of the window was acknowledged last, in milliseconds; null for never. */
  answeredAt(row: number): number | null {
    return (this.kind(row) & ANSWERED) === 0 ? null : (this.words[row + ANSWERED_AT] as number);
  }
  setAnsweredAt(row: number, at: number): void {
    this.words[row + KIND] = this.kind(row) | ANSWERED;
    this.words[row + ANSWERED_AT] = at;
  }

  /** The wheel's. */
  timerSlot(row: number): number {
    return this.words[row + TIMER_SLOT] as number;
  }
  setTimerSlot(row: number, slot: number): void {
    this.words[row + TIMER_SLOT] = slot;
  }

  /** When it shall end, in milliseconds. */
  due(row: number): number {
    return this.words[row + DUE] as number;
  }
  setDue(row: number, due: number): void {
    this.words[row + DUE] = due;
  }

  private kind(row: number): number {
    return this.words[row + KIND] as number;
  }

  /** The place of the head of the chain for `hash`: there are as many chains as rows. */
  private headOf(hash: number): number {
    return ((hash << WORDS_SHIFT) & (this.words.length - 1)) + HEAD;
  }

  private link(row: number): void {
    const { words } = this;
    const head = this.headOf(words[row + HASH] as number);
    words[row + NEXT] = words[head] as number;
    words[head] = row;
  }

  private takeFree(): number {
    const row = this.free;
    this.free = this.words[row + NEXT] as number;
    return row;
  }

  /** One row more. */
  private open(): number {
    if (this.opened >= this.words.length) this.grow();
    const row = this.opened;
    this.opened = row + WORDS;
    return row;
  }

  /** Twice as many rows and chains; all rows are in use. */
  private grow(): void {
    const old = this.words;
    const words = new Int32Array(Math.max(FIRST_ROWS * WORDS, 2 * old.length));
    words.set(old);
    this.words = words;
    for (let row = 0; row < old.length; row += WORDS) words[row + HEAD] = NO_ROW;
    for (let row = WORDS; row < old.length; row += WORDS) this.link(row);
  }
}
