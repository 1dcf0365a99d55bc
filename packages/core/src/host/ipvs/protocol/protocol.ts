/** What IPVS knows of a transport protocol (`struct ip_vs_protocol`). */
import type { Frame } from "../../../packet/frame.ts";
import type { IpvsSysctls } from "../../sysctl/ipvs-sysctls.ts";
import type { Connection } from "../connection.ts";

export const Direction = { input: 0, output: 1 } as const;
export type Direction = (typeof Direction)[keyof typeof Direction];

/** What a packet without an entry may do. */
export const Candidate = {
  /** It is no first packet: it goes on to this host's own stack. */
  none: 0,
  /** It may make one, if there is a service for it. */
  request: 1,
  /** Its header ends before its ports, flags or first chunk. */
  cutShort: 2,
} as const;
export type Candidate = (typeof Candidate)[keyof typeof Candidate];

/** Whether vs.drop_entry may end a connection in some state (`ip_vs_random_dropentry`). */
export const Expendable = { never: 0, byRate: 1, always: 2 } as const;
export type Expendable = (typeof Expendable)[keyof typeof Expendable];

export interface Protocol {
  /** IP protocol number. */
  readonly number: number;
  /** As in listings. */
  readonly name: string;
  /** The name of a connection's state. */
  stateName(state: number): string;
  /** Whether the packet looks like the first of a connection, so that an old entry may be given up for it. */
  isOpening(frame: Frame): boolean;
  /** Whether a packet without an entry may make one (`conn_schedule`). */
  candidate(frame: Frame, sysctls: IpvsSysctls): Candidate;
  /** Whether `connection` is over, so that a new one may take its place (vs.conn_reuse_mode, not 0). */
  isReusable(connection: Connection, reuseMode: number): boolean;
  expendable(state: number): Expendable;
  /** Moves `connection` on with a packet: state, timeout, and the server's counters. */
  advance(connection: Connection, direction: Direction, frame: Frame): void;
}
