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
  /** Whether a line gives nanoseconds or seconds a piece, pieces a second, or octets of memory a piece. */
  readonly unit: "ns" | "s" | "per_s" | "octets";
  /** Facts beside the speed, for the line. */
  readonly extra?: Readonly<Record<string, number>>;
}

function call(times: number, once: (turn: number) => void): void {
  for (let i = 0; i < times; i++) once(i);
}

/** CPU time of `times` calls of `once`, after as many that warm it up, in two parts: the second begins compiled. */
export function timeCalls(times: number, once: (turn: number) => void): Measurement {
  for (let part = 0; part < 2; part++) call(times / 2, once);
  const begin = cpuNow();
  call(times, once);
  return { n: times, cpu: cpuNow() - begin, unit: "ns" };
}
