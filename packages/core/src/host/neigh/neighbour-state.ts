/**
 * Reachability of a neighbour: Linux's NUD_* states (after RFC 4861 §7.3.2) and the pure decisions between them
 * (`neigh_timer_handler`, `neigh_event_send`, `neigh_update` in net/core/neighbour.c). The numbers are the kernel's,
 * so that sets of states are bit masks.
 */

export const NeighbourState = {
  /** Made, and nothing done yet. */
  none: 0x00,
  /** A request is out; packets wait in the entry's queue. */
  incomplete: 0x01,
  /** Confirmed lately; packets go out at once. */
  reachable: 0x02,
  /** May be out of date; packets still go out, and the next one starts a check. */
  stale: 0x04,
  /** Packets go out; a confirmation from above is waited for. */
  delay: 0x08,
  /** Packets go out; the known address is asked by unicast. */
  probe: 0x10,
  /** Nobody answered. */
  failed: 0x20,
  /** Needs no resolution: multicast, broadcast, loopback, devices without ARP. */
  noArp: 0x40,
  /** Set by hand; ARP never changes it. */
  permanent: 0x80,
} as const;
export type NeighbourState = (typeof NeighbourState)[keyof typeof NeighbourState];

/** A set of states: their numbers or-ed together. */
export type NeighbourStates = number;

const S = NeighbourState;
/** Packets go out without a second thought. */
export const CONNECTED: NeighbourStates = S.permanent | S.noArp | S.reachable;
/** The link address may be used. */
export const VALID: NeighbourStates = CONNECTED | S.probe | S.stale | S.delay;
/** A packet leaves an entry in these states as it is. */
export const UNTOUCHED: NeighbourStates = CONNECTED | S.delay | S.probe;
/** A timer runs. */
export const IN_TIMER: NeighbourStates = S.incomplete | S.reachable | S.delay | S.probe;

/** As `ip neigh` prints them. */
export const NEIGHBOUR_STATE_NAMES: ReadonlyMap<NeighbourState, string> = new Map([
  [S.none, "NONE"],
  [S.incomplete, "INCOMPLETE"],
  [S.reachable, "REACHABLE"],
  [S.stale, "STALE"],
  [S.delay, "DELAY"],
  [S.probe, "PROBE"],
  [S.failed, "FAILED"],
  [S.noArp, "NOARP"],
  [S.permanent, "PERMANENT"],
]);

/** The state after a packet is to be sent; `probing` is whether any broadcast request may be sent at all. */
export function stateOnSend(state: NeighbourState, probing: boolean): NeighbourState {
  if (state === S.stale) return S.delay;
  if (state === S.none || state === S.failed) return probing ? S.incomplete : S.failed;
  return state;
}

/** What a timer looks at, in nanoseconds: instants, and how long they count. */
export interface TimerFacts {
  readonly now: number;
  /** When the address was last confirmed. */
  readonly confirmedAt: number;
  /** When a packet last passed the entry on the slow way. */
  readonly usedAt: number;
  readonly reachableTime: number;
  readonly delayProbeTime: number;
  /** Requests sent in this state's round, and how many there may be. */
  readonly probes: number;
  readonly probesMax: number;
}

/** The state after an entry's timer fired. */
export function stateOnTimer(state: NeighbourState, facts: TimerFacts): NeighbourState {
  switch (state) {
    case S.reachable:
      if (facts.now <= facts.confirmedAt + facts.reachableTime) return S.reachable;
      return facts.now <= facts.usedAt + facts.delayProbeTime ? S.delay : S.stale;
    case S.delay:
      return facts.now <= facts.confirmedAt + facts.delayProbeTime ? S.reachable : S.probe;
    case S.incomplete:
    case S.probe:
      return facts.probes >= facts.probesMax ? S.failed : state;
    default:
      return state;
  }
}

/** Who wants an update, and how strongly (NEIGH_UPDATE_F_*). */
export interface UpdateStrength {
  /** A known link address may be replaced by another. */
  readonly override: boolean;
  /** The administrator says so. */
  readonly admin: boolean;
}

/** What an update that names a valid state does: the new state, and whether the link address is taken. */
export interface UpdateDecision {
  readonly state: NeighbourState;
  readonly takesAddress: boolean;
}

/**
 * Decides on an update to the valid state `wanted`; null when it is ignored. `sameAddress`: the update names the
 * link address that the entry has.
 */
export function decideUpdate(
  old: NeighbourState,
  wanted: NeighbourState,
  sameAddress: boolean,
  strength: UpdateStrength,
): UpdateDecision | null {
  if (!strength.admin && (old & (S.noArp | S.permanent)) !== 0) return null;
  if ((old & VALID) === 0) return { state: wanted, takesAddress: true };
  if (sameAddress) {
    // an address that is only said to exist doesn't make a better known one worse
    const keeps = wanted === S.stale && !strength.admin;
    return { state: keeps ? old : wanted, takesAddress: false };
  }
  return strength.override ? { state: wanted, takesAddress: true } : null;
}
