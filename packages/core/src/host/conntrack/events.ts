/** Who hears of connections (`conntrack -E`), and what tracking has counted (`conntrack -S`). */
import type { TrackedConnection } from "./tracked-connection.ts";

export type ConnectionEvent = "new" | "update" | "destroy";

export interface ConnectionListener {
  /** `actor` is the process that did it by hand; 0 when packets or time did. */
  happened(event: ConnectionEvent, connection: TrackedConnection, actor: number): void;
}

/** struct ip_conntrack_stat, of the one processor; what never happens here is left out. */
export class TrackingStatistics {
  /** Tuples that were taken when NAT looked for a free one. */
  found = 0;
  /** Packets that belong to no connection. */
  invalid = 0;
  /** Connections that clashed with another when they were confirmed. */
  insertFailed = 0;
  /** Packets dropped because there was no room, or because of a clash. */
  drop = 0;
  /** Connections thrown out to make room. */
  earlyDrop = 0;
  /** ICMP errors about nothing that is known. */
  error = 0;
}
