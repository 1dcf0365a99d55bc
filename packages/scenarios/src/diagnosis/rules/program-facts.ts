/** Which programs a machine was told to start, by what was typed on it. */
import type { Evidence, HostFacts } from "../evidence.ts";

const STARTS = /^(?:systemctl start \S+|service \S+ start|socat .*LISTEN:\d+|nc .*-l)/;

/** Their lines without numbers: the same program may listen on another port. */
export function programsOf({ typed }: Evidence, host: HostFacts | undefined): Set<string> {
  return new Set(
    typed
      .filter(({ machine }) => machine === host?.name)
      .flatMap(({ command }) => command.split("\n"))
      .flatMap((line) => STARTS.exec(line.trim())?.[0].replaceAll(/\d+/g, "") ?? []),
  );
}
