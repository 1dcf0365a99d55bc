/**
 * The states of TCP as connection tracking sees them from the middle, and its transition table
 * (nf_conntrack_proto_tcp.c) as data: by direction, kind of segment, and state.
 */
import { TcpFlag } from "../../packet/protocol.ts";

/** enum tcp_conntrack. */
export const TrackedTcpState = {
  none: 0,
  synSent: 1,
  synReceived: 2,
  established: 3,
  finWait: 4,
  closeWait: 5,
  lastAck: 6,
  timeWait: 7,
  close: 8,
  /** Both ends opened at once. */
  synSent2: 9,
} as const;
export type TrackedTcpState = (typeof TrackedTcpState)[keyof typeof TrackedTcpState];

/** As `conntrack` prints them, by state. */
export const TRACKED_TCP_STATE_NAMES = [
  "NONE",
  "SYN_SENT",
  "SYN_RECV",
  "ESTABLISHED",
  "FIN_WAIT",
  "CLOSE_WAIT",
  "LAST_ACK",
  "TIME_WAIT",
  "CLOSE",
  "SYN_SENT2",
] as const;

/** Beside states: the segment belongs to no state, or says nothing about this connection. */
export const TcpOutcome = { invalid: 10, ignored: 11 } as const;

/** What counts of a segment's flags. */
export const SegmentKind = { syn: 0, synAck: 1, fin: 2, ack: 3, reset: 4, none: 5 } as const;
export type SegmentKind = (typeof SegmentKind)[keyof typeof SegmentKind];

export function segmentKind(flags: number): SegmentKind {
  if ((flags & TcpFlag.rst) !== 0) return SegmentKind.reset;
  const ack = (flags & TcpFlag.ack) !== 0;
  if ((flags & TcpFlag.syn) !== 0) return ack ? SegmentKind.synAck : SegmentKind.syn;
  if ((flags & TcpFlag.fin) !== 0) return SegmentKind.fin;
  return ack ? SegmentKind.ack : SegmentKind.none;
}

const WORDS: Readonly<Record<string, number>> = {
  SS: TrackedTcpState.synSent,
  SR: TrackedTcpState.synReceived,
  ES: TrackedTcpState.established,
  FW: TrackedTcpState.finWait,
  CW: TrackedTcpState.closeWait,
  LA: TrackedTcpState.lastAck,
  TW: TrackedTcpState.timeWait,
  CL: TrackedTcpState.close,
  S2: TrackedTcpState.synSent2,
  "--": TcpOutcome.invalid,
  "..": TcpOutcome.ignored,
};

const row = (words: string): readonly number[] =>
  words.split(" ").map((word) => WORDS[word] as number);

/** Columns are the states in their order; `--` invalid, `..` ignored. */
export const TCP_TRANSITIONS: readonly (readonly (readonly number[])[])[] = [
  [
    //   NO SS SR ES FW CW LA TW CL S2
    row("SS SS .. .. .. .. .. SS SS S2"), // SYN
    row("-- -- SR -- -- -- -- -- -- SR"), // SYN,ACK
    row("-- -- FW FW LA LA LA TW CL --"), // FIN
    row("ES -- ES ES CW CW TW TW CL --"), // ACK
    row("-- CL CL CL CL CL CL CL CL CL"), // RST
    row("-- -- -- -- -- -- -- -- -- --"), // none of them
  ],
  [
    row("-- S2 -- -- -- -- -- SS -- S2"),
    row("-- SR .. .. .. .. .. .. .. SR"),
    row("-- -- FW FW LA LA LA TW CL --"),
    row("-- .. SR ES CW CW TW TW CL .."),
    row("-- CL CL CL CL CL CL CL CL CL"),
    row("-- -- -- -- -- -- -- -- -- --"),
  ],
];

const { fin, syn, rst, ack, urg, psh, ece, cwr } = TcpFlag;
/** Combinations that stand for something; PSH, ECE and CWR are free. */
const VALID_FLAGS: ReadonlySet<number> = new Set([
  syn,
  syn | urg,
  syn | ack,
  rst,
  rst | ack,
  fin | ack,
  fin | ack | urg,
  ack,
  ack | urg,
]);

export const areValidFlags = (flags: number): boolean =>
  VALID_FLAGS.has(flags & ~(psh | ece | cwr));
