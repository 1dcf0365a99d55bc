/** Lines of a table without what differs from run to run: timers, ephemeral ports, sizes of hashes, what a neighbour entry ages through. */

const EPHEMERAL =
  /\b(sport|dport)=(?:3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b/g;
/** States of an entry whose owner is known. */
const KNOWN = /\b(?:REACHABLE|STALE|DELAY|PROBE)$/;
const UNKNOWN = /\b(?:INCOMPLETE|FAILED)$/;

/** A kernel without the module prints none. */
const IPVSADM_HEADER = /^(?:IP Virtual Server|Prot LocalAddress| {2}-> RemoteAddress)/;

const MASKS: Readonly<Record<string, (line: string) => string>> = {
  ipvsadm: (line) => (IPVSADM_HEADER.test(line) ? "" : line),
  neigh: (line) =>
    line
      .replace(KNOWN, "(known)")
      .replace(UNKNOWN, "(unknown)")
      .replace(/ (?:ref|probes) \d+/g, ""),
  route: (line) => line,
  conntrack: (line) =>
    line
      .replace(/^(\S+\s+\d+ )\d+ /, "$1")
      .replace(/ id=\d+/g, " id=*")
      .replace(EPHEMERAL, "$1=*")
      .replace(/ use=\d+$/, ""),
};

/** In an order of their own: kernels list by hash. */
export function maskedLines(table: string, text: string): string[] {
  const mask = MASKS[table] ?? ((line: string) => line);
  return text
    .split("\n")
    .map((line) => mask(line.trimEnd()).trimEnd())
    .filter((line) => line !== "")
    .sort();
}

/** What of `lines` is not in `others`, each as often as it is missing there. */
export function missingIn(others: readonly string[], lines: readonly string[]): string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at >= 0) rest.splice(at, 1);
    return at < 0;
  });
}
