/**
 * IPVS's TCP states and transitions (`ip_vs_proto_tcp.c`), as data. A row is a direction and an event, a column the
 * present state, a cell the next one. Directions: IN from the client, OUT from the server, IO from the client when the
 * server's answers are not seen here. The second table is in force with vs.secure_tcp.
 */

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

/** A table, and what of it is asked for most. */
export interface TcpTable {
  /** Twelve rows of eleven states. */
  readonly cells: readonly number[];
  /** The states that an acknowledgement of the client leaves as they are, one bit each; and one of the server. */
  readonly leftByRequests: number;
  readonly leftByAnswers: number;
}

function tableOf(cells: readonly number[]): TcpTable {
  const leftBy = (row: number): number =>
    bitsOf((state) => cells[(row + TcpEvent.ack) * TCP_STATE_COUNT + state] === state);
  return { cells, leftByRequests: leftBy(TcpRow.input), leftByAnswers: leftBy(TcpRow.output) };
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

export const MAINLINE_TCP: TcpRules = {
  normal: tableOf(NORMAL_TCP_TABLE),
  secure: tableOf(SECURE_TCP_TABLE),
  timeouts: TCP_TIMEOUTS,
  active: activeIn("ESTABLISHED", "SYN_SENT", "SYN_RECV", "SYNACK"),
};

/** An ACK of the client is no beginning. */
const withoutLateStart = (table: readonly number[]): readonly number[] =>
  [TcpRow.input, TcpRow.inputOnly].reduce(
    (rows, row) => rows.with((row + TcpEvent.ack) * TCP_STATE_COUNT, TcpConnectionState.close),
    [...table],
  );

/** Alibaba's fork and DPVS. */
export const FULLNAT_TCP: TcpRules = {
  normal: tableOf(withoutLateStart(NORMAL_TCP_TABLE)),
  secure: tableOf(withoutLateStart(SECURE_TCP_TABLE)),
  timeouts: [2, 90, 3, 30, 7, 7, 3, 7, 7, 120, 30],
  active: activeIn("ESTABLISHED"),
};
