/**
 * Upper bounds that end a runaway run instead of the machine. A name runs from the thing to its unit to `Max`.
 * They bound work and memory of the simulator, and are looked at every few hundred events: a run ends soon after one is
 * reached. Limits that Linux itself has stand beside the code that models them.
 */
export interface Limits {
  /** Events fired by one engine in its life. */
  readonly eventsMax: number;
  /** Events fired at one instant: a loop without delay, such as a ring of switches, ends here. */
  readonly eventsPerInstantMax: number;
  /** Events that wait in the queue: frames in flight above all. */
  readonly pendingEventsMax: number;
  /** Timer objects armed at once. Sockets and neighbour entries each own one, so this stands for memory. */
  readonly armedTimersMax: number;
  /** The same for timers that are no objects but numbers: those of IPVS connections, of 80 octets in all. */
  readonly numberedTimersMax: number;
  /** Simulated time in nanoseconds; at most `SIMULATED_TIME_NS_MAX`. */
  readonly simulatedTimeNsMax: number;
}
export type LimitName = keyof Limits;

/** 40 days: beyond that the wheel's jiffies would no longer be small integers. */
export const SIMULATED_TIME_NS_MAX = 40 * 86_400e9;

export const DEFAULT_LIMITS: Limits = {
  eventsMax: 100_000_000,
  eventsPerInstantMax: 1_000_000,
  pendingEventsMax: 2_000_000,
  armedTimersMax: 4_000_000,
  numberedTimersMax: 16_000_000,
  simulatedTimeNsMax: SIMULATED_TIME_NS_MAX,
};

/** Events that a recorder keeps unless it is told otherwise; older ones make room. */
export const RECORDED_EVENTS_MAX = 1 << 18;
