/**
 * How choices were shared among servers with weights: share against weight, greatest deviation, Jain's index, bursts, lag. Pure
 * functions of what was chosen, whoever chose. Shares are parts of one. A server that was chosen and has no weight is due
 * nothing, and Jain's index leaves it out.
 */

export interface ServerShare<Server> {
  readonly server: Server;
  readonly weight: number;
  readonly count: number;
  /** Parts of one. */
  readonly share: number;
  /** The share that its weight says. */
  readonly due: number;
  /** The longest row of choices of this server. */
  readonly burst: number;
  /** The most choices that it was ever behind what its weight said by then; 0 for one that never was. */
  readonly lag: number;
}

export interface ShareReport<Server> {
  /** Those with a weight in their order, then those that were chosen without one. */
  readonly servers: readonly ServerShare<Server>[];
  readonly count: number;
  /** The greatest |share − due|. */
  readonly deviation: number;
  /** (Σx)² / (n Σx²) of count per weight: 1 when all have what their weights say, 1/n when one has everything. */
  readonly jain: number;
  readonly burst: number;
  readonly lag: number;
}

/** Jain's index of fairness; 1 for nothing at all. */
export function jainIndex(shares: readonly number[]): number {
  const sum = shares.reduce((total, x) => total + x, 0);
  const squares = shares.reduce((total, x) => total + x * x, 0);
  return squares === 0 ? 1 : (sum * sum) / (shares.length * squares);
}

class Tally {
  readonly due: number;
  count = 0;
  burst = 0;
  lag = 0;

  constructor(due: number) {
    this.due = due;
  }

  /** To be called where a server is the furthest behind: before it is chosen, and at the end. */
  noteLag(choices: number): void {
    this.lag = Math.max(this.lag, choices * this.due - this.count);
  }
}

/** `choices` in the order in which they were made, `weights` of all servers that could be chosen. */
export function shareReport<Server>(
  choices: readonly Server[],
  weights: ReadonlyMap<Server, number>,
): ShareReport<Server> {
  const total = [...weights.values()].reduce((sum, weight) => sum + weight, 0);
  const tallies = new Map<Server, Tally>();
  for (const [server, weight] of weights)
    tallies.set(server, new Tally(total === 0 ? 0 : weight / total));
  let row = 0;
  choices.forEach((server, i) => {
    const tally = tallies.get(server) ?? new Tally(0);
    tallies.set(server, tally);
    row = i > 0 && choices[i - 1] === server ? row + 1 : 1;
    tally.noteLag(i);
    tally.count++;
    tally.burst = Math.max(tally.burst, row);
  });
  for (const tally of tallies.values()) tally.noteLag(choices.length);
  const servers = [...tallies].map(([server, { due, count, burst, lag }]) => {
    const share = choices.length === 0 ? 0 : count / choices.length;
    return { server, weight: weights.get(server) ?? 0, count, share, due, burst, lag };
  });
  return {
    servers,
    count: choices.length,
    deviation:
      choices.length === 0 ? 0 : greatest(servers.map(({ share, due }) => Math.abs(share - due))),
    jain: jainIndex(
      servers.filter(({ weight }) => weight > 0).map(({ count, weight }) => count / weight),
    ),
    burst: greatest(servers.map(({ burst }) => burst)),
    lag: greatest(servers.map(({ lag }) => lag)),
  };
}

const greatest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, value), 0);
