/** CPU time of this process, garbage collection and compilation on other threads included, in nanoseconds. */
export function cpuNow(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) * 1000;
}

/** What one run of a workload measured. */
export interface Measurement {
  /** How often the thing was done. */
  readonly n: number;
  /** CPU time of it all, in nanoseconds; for `octets` what it all takes. */
  readonly cpu: number;
  /** Whether a line gives nanoseconds a piece, pieces a second, or octets of memory a piece. */
  readonly unit: "ns" | "per_s" | "octets";
  /** Facts beside the speed, for the line. */
  readonly extra?: Readonly<Record<string, number>>;
}

/** CPU time of `times` calls of `once`, after a fifth as many calls that warm it up. */
export function timeCalls(times: number, once: (turn: number) => void): Measurement {
  for (let i = 0; i < times / 5; i++) once(i);
  const begin = cpuNow();
  for (let i = 0; i < times; i++) once(i);
  return { n: times, cpu: cpuNow() - begin, unit: "ns" };
}
