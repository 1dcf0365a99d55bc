/** ab's report: the same rows in the same order. Times are whole milliseconds, rounded; samples are in nanoseconds. */

export interface Sample {
  readonly connect: number;
  /** From the connection to the first octet of the answer. */
  readonly wait: number;
  readonly total: number;
}

export interface BenchmarkFacts {
  readonly server: string;
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly documentLength: number;
  readonly concurrency: number;
  /** Nanoseconds. */
  readonly taken: number;
  readonly failed: number;
  readonly length: number;
  readonly receive: number;
  readonly not2xx: number;
  readonly kept: number;
  readonly octets: number;
  readonly html: number;
}

const row = (title: string, value: string): string => `${title.padEnd(24)}${value}\n`;

export function report(
  facts: BenchmarkFacts,
  samples: readonly Sample[],
  shows: { readonly percentiles: boolean; readonly keepAlive: boolean },
): string {
  const seconds = facts.taken / 1e9;
  const done = samples.length;
  const perSecond = seconds === 0 ? 0 : done / seconds;
  let text = "\n\n";
  text +=
    row("Server Software:", facts.server) +
    row("Server Hostname:", facts.host) +
    row("Server Port:", String(facts.port));
  text += `\n${row("Document Path:", facts.path)}${row("Document Length:", `${facts.documentLength} bytes`)}\n`;
  text += row("Concurrency Level:", String(facts.concurrency));
  text += row("Time taken for tests:", `${seconds.toFixed(3)} seconds`);
  text += row("Complete requests:", String(done)) + row("Failed requests:", String(facts.failed));
  if (facts.failed > 0)
    text += `   (Connect: 0, Receive: ${facts.receive}, Length: ${facts.length}, Exceptions: 0)\n`;
  if (facts.not2xx > 0) text += row("Non-2xx responses:", String(facts.not2xx));
  if (shows.keepAlive) text += row("Keep-Alive requests:", String(facts.kept));
  text +=
    row("Total transferred:", `${facts.octets} bytes`) +
    row("HTML transferred:", `${facts.html} bytes`);
  if (done === 0) return text;
  text += row("Requests per second:", `${perSecond.toFixed(2)} [#/sec] (mean)`);
  text += row(
    "Time per request:",
    `${((facts.concurrency * seconds * 1000) / done).toFixed(3)} [ms] (mean)`,
  );
  text += row(
    "Time per request:",
    `${((seconds * 1000) / done).toFixed(3)} [ms] (mean, across all concurrent requests)`,
  );
  text += row(
    "Transfer rate:",
    `${(seconds === 0 ? 0 : facts.octets / 1024 / seconds).toFixed(2)} [Kbytes/sec] received`,
  );
  text += connectionTimes(samples);
  return shows.percentiles && done > 1 ? text + percentiles(samples) : text;
}

const milliseconds = (nanoseconds: number): number => Math.round(nanoseconds / 1e6);

function connectionTimes(samples: readonly Sample[]): string {
  const line = (title: string, values: readonly number[]): string => {
    const sorted = values.slice().sort((a, b) => a - b);
    const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
    const square = sorted.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
    const deviation = sorted.length > 1 ? Math.sqrt(square / (sorted.length - 1)) / 1e6 : 0;
    const middle = sorted.length >> 1;
    const median =
      sorted.length % 2 === 0
        ? ((sorted[middle - 1] as number) + (sorted[middle] as number)) / 2
        : (sorted[middle] as number);
    const cells = [milliseconds(sorted[0] as number), milliseconds(mean)]
      .map((value) => String(value).padStart(5))
      .join("");
    return `${title.padEnd(11)}${cells} ${deviation.toFixed(1).padStart(5)} ${String(milliseconds(median)).padStart(6)} ${String(milliseconds(sorted[sorted.length - 1] as number)).padStart(7)}\n`;
  };
  return (
    "\nConnection Times (ms)\n              min  mean[+/-sd] median   max\n" +
    line(
      "Connect:",
      samples.map(({ connect }) => connect),
    ) +
    line(
      "Processing:",
      samples.map(({ connect, total }) => total - connect),
    ) +
    line(
      "Waiting:",
      samples.map(({ wait }) => wait),
    ) +
    line(
      "Total:",
      samples.map(({ total }) => total),
    )
  );
}

const SHARES = [50, 66, 75, 80, 90, 95, 98, 99, 100];

function percentiles(samples: readonly Sample[]): string {
  const totals = samples.map(({ total }) => total).sort((a, b) => a - b);
  const at = (share: number): number =>
    milliseconds(
      totals[
        share === 100 ? totals.length - 1 : Math.floor((totals.length * share) / 100)
      ] as number,
    );
  const lines = SHARES.map(
    (share) =>
      ` ${String(share).padStart(3)}% ${String(at(share)).padStart(6)}${share === 100 ? " (longest request)" : ""}\n`,
  );
  return `\nPercentage of the requests served within a certain time (ms)\n${lines.join("")}`;
}
