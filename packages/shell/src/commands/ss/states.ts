/** States of sockets in `ss`'s words, and the sets that its filters name. Each state is the bit with its number. */
import { TcpState } from "@lvsim/core";

const bit = (...states: readonly number[]): number =>
  states.reduce((all, state) => all | (1 << state), 0);

export const ALL_STATES = 0xfff;
/** What is shown when nothing is asked for. */
export const CONNECTED_STATES =
  ALL_STATES & ~bit(TcpState.listen, TcpState.close, TcpState.timeWait, TcpState.synReceived, 0);
export const LISTENING_STATES: number = bit(TcpState.listen, TcpState.close);

const SYNCHRONIZED = ALL_STATES & ~bit(TcpState.listen, TcpState.close, TcpState.synSent, 0);
const NAMED: ReadonlyMap<string, number> = new Map([
  ["established", bit(TcpState.established)],
  ["syn-sent", bit(TcpState.synSent)],
  ["syn-recv", bit(TcpState.synReceived)],
  ["fin-wait-1", bit(TcpState.finWait1)],
  ["fin-wait-2", bit(TcpState.finWait2)],
  ["time-wait", bit(TcpState.timeWait)],
  ["unconnected", bit(TcpState.close)],
  ["closed", bit(TcpState.close)],
  ["close-wait", bit(TcpState.closeWait)],
  ["last-ack", bit(TcpState.lastAck)],
  ["listening", bit(TcpState.listen)],
  ["closing", bit(TcpState.closing)],
  ["all", ALL_STATES],
  ["connected", ALL_STATES & ~bit(TcpState.listen, TcpState.close, 0)],
  ["synchronized", SYNCHRONIZED],
  ["bucket", bit(TcpState.synReceived, TcpState.timeWait)],
  ["big", ALL_STATES & ~bit(TcpState.synReceived, TcpState.timeWait, 0)],
]);

/** The states that a word names; undefined for a wrong one. */
export const statesNamed = (word: string): number | undefined => NAMED.get(word);

const TEXTS: ReadonlyMap<number, string> = new Map([
  [TcpState.established, "ESTAB"],
  [TcpState.synSent, "SYN-SENT"],
  [TcpState.synReceived, "SYN-RECV"],
  [TcpState.newSynReceived, "SYN-RECV"],
  [TcpState.finWait1, "FIN-WAIT-1"],
  [TcpState.finWait2, "FIN-WAIT-2"],
  [TcpState.timeWait, "TIME-WAIT"],
  [TcpState.close, "UNCONN"],
  [TcpState.closeWait, "CLOSE-WAIT"],
  [TcpState.lastAck, "LAST-ACK"],
  [TcpState.listen, "LISTEN"],
  [TcpState.closing, "CLOSING"],
]);

export const stateText = (state: number): string => TEXTS.get(state) ?? "UNKNOWN";

/** Whether a set of states has this one; a request that is not a socket yet counts as SYN-RECV. */
export const hasState = (states: number, state: number): boolean =>
  (states & bit(state === TcpState.newSynReceived ? TcpState.synReceived : state)) !== 0;

/** Whether a set has one state only, so that its column says nothing. */
export const isOneState = (states: number): boolean => (states & (states - 1)) === 0;
