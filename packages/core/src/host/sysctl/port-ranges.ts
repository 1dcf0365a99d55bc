/** net.ipv4.ip_local_reserved_ports: a list like `8080,9000-9010` (`proc_do_large_bitmap`). */
const PORT_MAX = 65_535;

type PortRange = readonly [first: number, last: number];

/** The ranges in order, those that touch joined; undefined for what is no such list. */
function parseRanges(text: string): PortRange[] | undefined {
  const ranges: PortRange[] = [];
  for (const part of text.trim().split(",")) {
    if (part === "") continue;
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    if (match === null) return undefined;
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (first > last || last > PORT_MAX) return undefined;
    ranges.push([first, last]);
  }
  ranges.sort((a, b) => a[0] - b[0]);
  const joined: PortRange[] = [];
  for (const [first, last] of ranges) {
    const before = joined.at(-1);
    if (before === undefined || first > before[1] + 1) joined.push([first, last]);
    else joined[joined.length - 1] = [before[0], Math.max(before[1], last)];
  }
  return joined;
}

/** As the file shows what was written; undefined: the kernel takes no such thing. */
export const normalPortRanges = (text: string): string | undefined =>
  parseRanges(text)
    ?.map(([first, last]) => (first === last ? String(first) : `${first}-${last}`))
    .join(",");

export class ReservedPorts {
  private readonly ranges: readonly PortRange[];

  constructor(text: string) {
    this.ranges = parseRanges(text) ?? [];
  }

  has(port: number): boolean {
    for (const [first, last] of this.ranges) if (port >= first && port <= last) return true;
    return false;
  }
}
