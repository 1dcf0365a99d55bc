/** What goes wrong while requests are sent, and is mended again. */
import fc from "fast-check";

export const FAULT_KINDS = [
  /** The server has weight 0 for a while. */
  "quiesced",
  /** It is taken out of the service. */
  "removed",
  /** nginx is not there: connections are refused. */
  "stopped",
  /** A firewall on the server drops what comes for port 80. */
  "filtered",
  /** Its cable is out. */
  "unplugged",
] as const;
export type FaultKind = (typeof FAULT_KINDS)[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Number of the real server, from 0. */
  readonly server: number;
  /** Counted from the first request. */
  readonly atMs: number;
  readonly lastsMs: number;
}

export interface FaultSchedulesOptions {
  /** How many real servers there are. */
  readonly servers: number;
  /** The kinds to choose from, the mildest first; all unless said. */
  readonly kinds?: readonly FaultKind[];
  /** How many at most; 3 unless said. */
  readonly countMax?: number;
  /** When the last one begins, at the latest; 5000 unless said. */
  readonly lastMs?: number;
}

/** Faults in the order in which they begin, each mended again; they shrink to none, and each to a short one of server 0 at once. */
export function faultSchedules(options: FaultSchedulesOptions): fc.Arbitrary<Fault[]> {
  const { servers, kinds = FAULT_KINDS, countMax = 3, lastMs = 5000 } = options;
  const fault = fc.record({
    kind: fc.constantFrom(...kinds),
    server: fc.nat({ max: servers - 1 }),
    atMs: fc.nat({ max: lastMs }),
    lastsMs: fc.integer({ min: 1, max: lastMs }),
  });
  return fc
    .array(fault, { maxLength: countMax })
    .map((all) => [...all].sort((a, b) => a.atMs - b.atMs))
    .filter((all) => !all.some((one, i) => all.slice(0, i).some((before) => overlap(before, one))));
}

/** Two faults of one server at a time would mend each other. */
const overlap = (before: Fault, one: Fault): boolean =>
  before.server === one.server && one.atMs <= before.atMs + before.lastsMs;
