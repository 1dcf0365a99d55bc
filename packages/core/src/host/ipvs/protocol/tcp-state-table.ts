/**
 * IPVS's TCP states and transitions (`ip_vs_proto_tcp.c`), as data. A row is a direction and an event, a column the
 * present state, a cell the next one. Directions: IN from the client, OUT from the server, IO from the client when the
 * server's answers are not seen here. The second table is in force with vs.secure_tcp.
 */
import { TcpFlag } from "../../../packet/protocol.ts";

/** In the kernel's order; as /proc/net/ip_vs_conn prints them. */
export const TCP_STATE_NAMES = [
  "NONE",
  "ESTABLISHED",
  "SYN_SENT",
  "SYN_RECV",
  "FIN_WAIT",
  "TIME_WAIT",
  "CLOSE",
  "CLOSE_WAIT",
  "LAST_ACK",
  "LISTEN",
  "SYNACK",
] as const;

/** Indices into `TCP_STATE_NAMES`. */
export const TcpConnectionState = {
  none: 0,
  established: 1,
  synSent: 2,
  synReceived: 3,
  finWait: 4,
  timeWait: 5,
  close: 6,
  closeWait: 7,
  lastAck: 8,
  listen: 9,
  synAck: 10,
} as const;

/** Seconds, by state. */
const TCP_TIMEOUTS: readonly number[] = [2, 900, 120, 60, 120, 120, 10, 60, 30, 120, 120];

/** The states for which this holds, one bit each. */
const bitsOf = (holds: (state: number) => boolean): number =>
  TCP_STATE_NAMES.reduce((bits, _, state) => (holds(state) ? bits | (1 << state) : bits), 0);

/** Which states count as ActiveConn. */
const activeIn = (...names: readonly string[]): number =>
  bitsOf((state) => names.includes(TCP_STATE_NAMES[state] as string));

/** First row of a direction in a table. */
export const TcpRow = { input: 0, output: 4, inputOnly: 8 } as const;
/** Rows of a direction. */
export const TcpEvent = { syn: 0, fin: 1, ack: 2, rst: 3 } as const;

const COLUMNS = ["NO", "ES", "SS", "SR", "FW", "TW", "CL", "CW", "LA", "LI", "SA"];
export const TCP_STATE_COUNT = COLUMNS.length;

/** Twelve rows of eleven states, in one array. */
const parse = (text: string): readonly number[] =>
  text
    .trim()
    .split(/\s+/)
    .filter((word) => !/[a-z]/.test(word) && word !== "IN" && word !== "OUT" && word !== "IO")
    .map((word) => COLUMNS.indexOf(word));

const ACK = TcpFlag.ack;
/** The flags by which segments are judged. */
export const EVENT_FLAGS = TcpFlag.rst | TcpFlag.syn | TcpFlag.fin | TcpFlag.ack;

/** The event of a segment with these flags, by priority RST, SYN, FIN, ACK; −1 for a segment without any of them. */
export function eventOf(flags: number): number {
  if ((flags & TcpFlag.rst) !== 0) return TcpEvent.rst;
  if ((flags & TcpFlag.syn) !== 0) return TcpEvent.syn;
  if ((flags & TcpFlag.fin) !== 0) return TcpEvent.fin;
  return (flags & ACK) !== 0 ? TcpEvent.ack : -1;
}

/** A table, and the same as it is asked by packets whose connection is known. */
export interface TcpTable {
  /** Twelve rows of eleven states. */
  readonly cells: readonly number[];
  /** `TcpStep` bits at `stepAt` and the present state: of connections of which both directions are seen. */
  readonly steps: Uint8Array;
  /** By state: a step that leads there. */
  readonly lastSteps: Uint8Array;
}

/** What a segment makes of a connection. */
export const TcpStep = {
  /** The next state. */
  state: 0xf,
  /** It is not the present one. */
  changes: 0x10,
  /** It counts as ActiveConn. */
  active: 0x20,
  /** A mere acknowledgement of the client will leave it as it is; and one of the server. */
  leftByRequests: 0x40,
  leftByAnswers: 0x80,
} as const;

/** Where the steps of segments in a direction, 0 from the client and 1 from the server, with these `EVENT_FLAGS` begin. */
export const stepAt = (direction: number, flags: number): number => (direction << 9) | (flags << 4);

function tableOf(cells: readonly number[], active: number): TcpTable {
  const after = (row: number, flags: number, state: number): number => {
    const event = eventOf(flags);
    if (event < 0) return TcpConnectionState.close;
    return cells[(row + event) * TCP_STATE_COUNT + state] as number;
  };
  const lastSteps = Uint8Array.from(TCP_STATE_NAMES, (_, state) => {
    let step = state;
    if (((active >> state) & 1) !== 0) step |= TcpStep.active;
    if (after(TcpRow.input, ACK, state) === state) step |= TcpStep.leftByRequests;
    if (after(TcpRow.output, ACK, state) === state) step |= TcpStep.leftByAnswers;
    return step;
  });
  const steps = new Uint8Array(stepAt(2, 0));
  for (let direction = 0; direction < 2; direction++)
    for (let flags = 0; flags <= EVENT_FLAGS; flags++)
      for (let state = 0; state < TCP_STATE_COUNT; state++) {
        const next = after(direction === 0 ? TcpRow.input : TcpRow.output, flags, state);
        const step = lastSteps[next] as number;
        steps[stepAt(direction, flags) | state] = next === state ? step : step | TcpStep.changes;
      }
  return { cells, steps, lastSteps };
}

const NORMAL_TCP_TABLE = parse(`
  IN  syn SR ES ES SR SR SR SR SR SR SR SR
  IN  fin CL CW SS TW TW TW CL CW LA LI TW
  IN  ack ES ES SS ES FW TW CL CW CL LI ES
  IN  rst CL CL CL SR CL CL CL CL LA LI SR
  OUT syn SS ES SS SR SS SS SS SS SS LI SR
  OUT fin TW FW SS TW FW TW CL TW LA LI TW
  OUT ack ES ES SS ES FW TW CL CW LA ES ES
  OUT rst CL CL SS CL CL TW CL CL CL CL CL
  IO  syn SR ES ES SR SR SR SR SR SR SR SR
  IO  fin CL FW SS TW FW TW CL CW LA LI TW
  IO  ack ES ES SS ES FW TW CL CW CL LI ES
  IO  rst CL CL CL SR CL CL CL CL LA LI CL
`);

const SECURE_TCP_TABLE = parse(`
  IN  syn SR ES ES SR SR SR SR SR SR SR SA
  IN  fin CL CW SS TW TW TW CL CW LA LI SA
  IN  ack ES ES SS SR FW TW CL CW CL LI SA
  IN  rst CL CL CL SR CL CL CL CL LA LI CL
  OUT syn SS ES SS SA SS SS SS SS SS LI SA
  OUT fin TW FW SS TW FW TW CL TW LA LI TW
  OUT ack ES ES SS ES FW TW CL CW LA ES ES
  OUT rst CL CL SS CL CL TW CL CL CL CL CL
  IO  syn SA ES ES SR SA SA SA SA SA SA SA
  IO  fin CL FW SS TW FW TW CL CW LA LI TW
  IO  ack ES ES SS ES FW TW CL CW CL LI ES
  IO  rst CL CL CL SR CL CL CL CL LA LI CL
`);

/** How one kernel's IPVS judges TCP. */
export interface TcpRules {
  readonly normal: TcpTable;
  /** In force with vs.secure_tcp. */
  readonly secure: TcpTable;
  /** Seconds, by state. */
  readonly timeouts: readonly number[];
  /** The states that count as ActiveConn, one bit each. */
  readonly active: number;
}

const ACTIVE = activeIn("ESTABLISHED", "SYN_SENT", "SYN_RECV", "SYNACK");

export const MAINLINE_TCP: TcpRules = {
  normal: tableOf(NORMAL_TCP_TABLE, ACTIVE),
  secure: tableOf(SECURE_TCP_TABLE, ACTIVE),
  timeouts: TCP_TIMEOUTS,
  active: ACTIVE,
};

/** An ACK of the client is no beginning. */
const withoutLateStart = (table: readonly number[]): readonly number[] =>
  [TcpRow.input, TcpRow.inputOnly].reduce(
    (rows, row) => rows.with((row + TcpEvent.ack) * TCP_STATE_COUNT, TcpConnectionState.close),
    [...table],
  );

/** Alibaba's fork and DPVS. */
const ACTIVE_WITH_FULLNAT = activeIn("ESTABLISHED");

export const FULLNAT_TCP: TcpRules = {
  normal: tableOf(withoutLateStart(NORMAL_TCP_TABLE), ACTIVE_WITH_FULLNAT),
  secure: tableOf(withoutLateStart(SECURE_TCP_TABLE), ACTIVE_WITH_FULLNAT),
  timeouts: [2, 90, 3, 30, 7, 7, 3, 7, 7, 120, 30],
  active: ACTIVE_WITH_FULLNAT,
};
