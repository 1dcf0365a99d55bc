/** What connection tracking asks of each protocol (`struct nf_conntrack_l4proto`). */
import type { Frame } from "../../packet/frame.ts";
import type { ConntrackSysctls } from "../sysctl/conntrack-sysctls.ts";
import type { TrackedConnection } from "./tracked-connection.ts";
import type { PacketInfo } from "./way.ts";

/** HZ. */
export const JIFFIES_PER_SECOND = 250;

/** What becomes of a packet that belongs to a connection. */
export const TrackOutcome = {
  tracked: 0,
  /** It is no part of the connection: INVALID. */
  invalid: 1,
  /** The connection is over and gone: look again, this is the first packet of another. */
  again: 2,
} as const;
export type TrackOutcome = (typeof TrackOutcome)[keyof typeof TrackOutcome];

/** What protocols may do with a connection. */
export interface ConnectionKeeper {
  readonly sysctls: ConntrackSysctls;
  /** The kernel's clock. */
  readonly jiffies: number;
  /** Gives the connection a new timeout, in seconds, and counts the packet. */
  refresh(connection: TrackedConnection, info: PacketInfo, frame: Frame, seconds: number): void;
  /** Ends it at once. */
  kill(connection: TrackedConnection): void;
  /** Notes that listeners are to be told: `EventBit`s. */
  note(connection: TrackedConnection, event: number): void;
}

export interface ProtocolTracker {
  packet(
    keeper: ConnectionKeeper,
    connection: TrackedConnection,
    info: PacketInfo,
    frame: Frame,
  ): TrackOutcome;
}
