/** What IPVS knows of a transport protocol (`struct ip_vs_protocol`). */
import type { Frame } from "../../../packet/frame.ts";
import type { Connection } from "../connection.ts";

export const Direction = { input: 0, output: 1 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

export interface Protocol {
  /** IP protocol number. */
  readonly number: number;
  /** As in listings. */
  readonly name: string;
  /** The name of a connection's state. */
  stateName(state: number): string;
  /** Whether the packet looks like the first of a connection, so that an old entry may be given up for it. */
  isOpening(frame: Frame): boolean;
  /** Whether a packet without an entry may make one; `sloppy` is vs.sloppy_tcp. */
  maySchedule(frame: Frame, sloppy: boolean): boolean;
  /** Whether `connection` is over, so that a new one may take its place (vs.conn_reuse_mode, not 0). */
  isReusable(connection: Connection, reuseMode: number): boolean;
  /** Moves `connection` on with a packet: state, timeout, and the server's counters. */
  advance(connection: Connection, direction: Direction, frame: Frame): void;
}
