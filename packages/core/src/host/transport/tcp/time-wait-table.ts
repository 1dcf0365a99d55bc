/**
 * TIME_WAITs as rows of typed arrays (`inet_timewait_sock`). There may be very many, and each outlives its connection by a
 * minute: as objects they are what a garbage collector would copy again and again. A row is 48 octets. Rows lie in pages that
 * stay where they are, since every octet of a typed array brings the next full collection nearer; only the heads of the hash's
 * chains are made anew as it grows. A row's number says its page and the place of its first word there. What few rows have
 * lies beside them. Nothing is allocated before the first.
 */
import type { Ipv4Address } from "../../../packet/ipv4-address.ts";
import type { TcpState } from "../socket.ts";
import { hashOf } from "./flow-table.ts";

/** No row has this number: the first place of the first page stays empty. */
export const NO_ROW = 0;

const WORDS = 12;
const PAGE_SHIFT = 12;
const PLACE_MASK = (1 << PAGE_SHIFT) - 1;
/** As many rows as there are numbers for. */
const PAGE_WORDS = (1 << PAGE_SHIFT) - ((1 << PAGE_SHIFT) % WORDS);
/** The first page, which is all that most hosts need. */
const FIRST_PAGE_WORDS = 32 * WORDS;

const FIRST_CHAINS = 16;
const GROWTH = 4;

// words of a row
/** The next in its chain, or the next free row. */
const NEXT = 0;
const LOCAL_ADDRESS = 1;
const REMOTE_ADDRESS = 2;
/** The remote port in the upper half. */
const PORTS = 3;
const COOKIE = 4;
/** From the low bits: state, receive scale, `TIMESTAMPS`, `ANSWERED`. 0 for a free row. */
const KIND = 5;
const SEND_NEXT = 6;
const RECEIVE_NEXT = 7;
const RECEIVE_WINDOW = 8;
const TIMESTAMP_RECENT = 9;
const TIMER_SLOT = 10;
const DUE = 11;

const STATE_MASK = 0xf;
const SCALE_AT = 4;
const SCALE_MASK = 0xf;
const TIMESTAMPS = 0x100;
const ANSWERED = 0x200;

const NO_CHAINS = new Int32Array(0);

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
}

export class TimeWaitTable {
  size = 0;
  private readonly pages: Int32Array[] = [];
  /** The first row of each chain. There are at least half as many chains as rows. */
  private heads = NO_CHAINS;
  /** The row to open next, and where its page ends. */
  private next = WORDS;
  private pageEnd = 0;
  private free = NO_ROW;
  /** When a segment out of the window was acknowledged last, for rows that are `ANSWERED`: milliseconds. */
  private answers: Map<number, number> | null = null;

  /** An empty row, for `add`. */
  reserve(): number {
    return this.free === NO_ROW ? this.open() : this.takeFree();
  }

  /** `window`: what was left of the one that we advertised. Its timer in the wheel's `slot` fires at `due`. */
  add(
    row: number,
    ended: EndedConnection,
    state: TcpState,
    window: number,
    slot: number,
    due: number,
  ): void {
    if (this.size >= 2 * this.heads.length) this.growChains();
    const words = this.page(row);
    const at = row & PLACE_MASK;
    const { localAddress, remoteAddress, localPort, remotePort } = ended;
    const { heads } = this;
    const chain = hashOf(localAddress, remoteAddress, localPort, remotePort) & (heads.length - 1);
    words[at + NEXT] = heads[chain] as number;
    heads[chain] = row;
    words[at + LOCAL_ADDRESS] = localAddress;
    words[at + REMOTE_ADDRESS] = remoteAddress;
    words[at + PORTS] = localPort | (remotePort << 16);
    words[at + COOKIE] = ended.cookie;
    words[at + KIND] =
      state | (ended.receiveScale << SCALE_AT) | (ended.timestamps === true ? TIMESTAMPS : 0);
    words[at + SEND_NEXT] = ended.sendNext;
    words[at + RECEIVE_NEXT] = ended.receiveNext;
    words[at + RECEIVE_WINDOW] = window;
    words[at + TIMESTAMP_RECENT] = ended.timestampRecent;
    words[at + TIMER_SLOT] = slot;
    words[at + DUE] = due;
    this.size++;
  }

  /** The row of this flow; `NO_ROW` when there is none. */
  find(local: Ipv4Address, remote: Ipv4Address, localPort: number, remotePort: number): number {
    if (this.size === 0) return NO_ROW;
    const { heads } = this;
    const ports = localPort | (remotePort << 16);
    const chain = hashOf(local, remote, localPort, remotePort) & (heads.length - 1);
    let row = heads[chain] as number;
    while (row !== NO_ROW) {
      const words = this.page(row);
      const at = row & PLACE_MASK;
      if (
        words[at + PORTS] === ports &&
        words[at + REMOTE_ADDRESS] === remote &&
        words[at + LOCAL_ADDRESS] === local
      )
        return row;
      row = words[at + NEXT] as number;
    }
    return NO_ROW;
  }

  /** Forgets it; its timer does not run any more. */
  remove(row: number): void {
    const next = this.word(row, NEXT);
    const chain = this.chainOf(row);
    let before = this.heads[chain] as number;
    if (before === row) this.heads[chain] = next;
    else {
      while (this.word(before, NEXT) !== row) before = this.word(before, NEXT);
      this.setWord(before, NEXT, next);
    }
    this.setWord(row, KIND, 0);
    this.setWord(row, NEXT, this.free);
    this.free = row;
    this.size--;
  }

  /** Calls `visit` for every row in use, in no order that means anything. */
  forEach(visit: (row: number) => void): void {
    for (let page = 0; page < this.pages.length; page++) {
      const words = this.pages[page] as Int32Array;
      const end = Math.min(words.length, this.next - (page << PAGE_SHIFT));
      for (let at = 0; at < end; at += WORDS)
        if (words[at + KIND] !== 0) visit((page << PAGE_SHIFT) | at);
    }
  }

  localAddress(row: number): Ipv4Address {
    return this.word(row, LOCAL_ADDRESS) as Ipv4Address;
  }

  remoteAddress(row: number): Ipv4Address {
    return this.word(row, REMOTE_ADDRESS) as Ipv4Address;
  }

  localPort(row: number): number {
    return this.word(row, PORTS) & 0xffff;
  }

  remotePort(row: number): number {
    return this.word(row, PORTS) >>> 16;
  }

  cookie(row: number): number {
    return this.word(row, COOKIE);
  }

  /** `timeWait`, or `finWait2` while the peer's FIN is still out. */
  state(row: number): TcpState {
    return (this.kind(row) & STATE_MASK) as TcpState;
  }
  setState(row: number, state: TcpState): void {
    this.setWord(row, KIND, (this.kind(row) & ~STATE_MASK) | state);
  }

  receiveScale(row: number): number {
    return (this.kind(row) >> SCALE_AT) & SCALE_MASK;
  }

  /** Whether both ends agreed on timestamps. */
  timestamps(row: number): boolean {
    return (this.kind(row) & TIMESTAMPS) !== 0;
  }

  sendNext(row: number): number {
    return this.word(row, SEND_NEXT);
  }

  receiveNext(row: number): number {
    return this.word(row, RECEIVE_NEXT);
  }
  setReceiveNext(row: number, next: number): void {
    this.setWord(row, RECEIVE_NEXT, next);
  }

  receiveWindow(row: number): number {
    return this.word(row, RECEIVE_WINDOW);
  }

  timestampRecent(row: number): number {
    return this.word(row, TIMESTAMP_RECENT);
  }
  setTimestampRecent(row: number, value: number): void {
    this.setWord(row, TIMESTAMP_RECENT, value);
  }

  /** When a segment out of the window was acknowledged last, in milliseconds; null for never. */
  answeredAt(row: number): number | null {
    return (this.kind(row) & ANSWERED) === 0 ? null : (this.answers?.get(row) ?? null);
  }
  setAnsweredAt(row: number, at: number): void {
    this.setWord(row, KIND, this.kind(row) | ANSWERED);
    this.answers ??= new Map();
    this.answers.set(row, at);
  }

  /** The wheel's. */
  timerSlot(row: number): number {
    return this.word(row, TIMER_SLOT);
  }
  setTimerSlot(row: number, slot: number): void {
    this.setWord(row, TIMER_SLOT, slot);
  }

  /** When it shall end, in milliseconds. */
  due(row: number): number {
    return this.word(row, DUE);
  }
  setDue(row: number, due: number): void {
    this.setWord(row, DUE, due);
  }

  private kind(row: number): number {
    return this.word(row, KIND);
  }

  private page(row: number): Int32Array {
    return this.pages[row >> PAGE_SHIFT] as Int32Array;
  }

  private word(row: number, which: number): number {
    return this.page(row)[(row & PLACE_MASK) + which] as number;
  }

  private setWord(row: number, which: number, value: number): void {
    this.page(row)[(row & PLACE_MASK) + which] = value;
  }

  private chainOf(row: number): number {
    const local = this.localAddress(row);
    const remote = this.remoteAddress(row);
    const hash = hashOf(local, remote, this.localPort(row), this.remotePort(row));
    return hash & (this.heads.length - 1);
  }

  private takeFree(): number {
    const row = this.free;
    this.free = this.word(row, NEXT);
    return row;
  }

  /** One row more. */
  private open(): number {
    if (this.next >= this.pageEnd) this.openPage();
    const row = this.next;
    this.next = row + WORDS;
    return row;
  }

  private openPage(): void {
    const page = this.pages.length;
    const length = page === 0 ? FIRST_PAGE_WORDS : PAGE_WORDS;
    this.pages.push(new Int32Array(length));
    if (page > 0) this.next = page << PAGE_SHIFT;
    this.pageEnd = (page << PAGE_SHIFT) + length;
  }

  /** Four times as many chains. */
  private growChains(): void {
    this.heads = new Int32Array(Math.max(FIRST_CHAINS, GROWTH * this.heads.length));
    this.forEach((row) => {
      const chain = this.chainOf(row);
      this.setWord(row, NEXT, this.heads[chain] as number);
      this.heads[chain] = row;
    });
  }
}
