/** Connections as a scheduler sees them: who comes when, and for how long. */
import fc from "fast-check";
import { type ArrivalsOptions, arrivals } from "./arrivals.ts";
import { serviceTimes } from "./service-times.ts";

export interface LoadedConnection {
  readonly atMs: number;
  readonly lastsMs: number;
  /** Number of the client, from 0. */
  readonly client: number;
}

export interface LoadsOptions extends ArrivalsOptions {
  /** The mean duration, in milliseconds; 1000 unless said. */
  readonly lastsMeanMs?: number;
  /** How many clients at most; 8 unless said. */
  readonly clientsMax?: number;
}

/** Connections in the order in which they arrive, shrinking to few short ones of client 0 at 0 ms. */
export function loads(options: LoadsOptions = {}): fc.Arbitrary<LoadedConnection[]> {
  const { lastsMeanMs = 1000, clientsMax = 8 } = options;
  return arrivals(options).chain((instants) =>
    fc
      .tuple(
        serviceTimes({ count: instants.length, meanMs: lastsMeanMs }),
        fc.array(fc.nat({ max: clientsMax - 1 }), {
          minLength: instants.length,
          maxLength: instants.length,
        }),
      )
      .map(([times, clients]) =>
        instants.map((atMs, i) => ({ atMs, lastsMs: times[i] ?? 1, client: clients[i] ?? 0 })),
      ),
  );
}
