/**
 * What a sheet shows beside what was printed here. White space is folded, since documents lose indentation. A sheet may
 * show a part of the output: only lines of the sheet that are missing here count. Volatile numbers (clocks, counters of all
 * traffic since boot, MAC addresses) are no difference.
 */

export interface OutputLine {
  readonly text: string;
  /** In both, in both but for volatile numbers, only in the sheet, only here. */
  readonly where: "both" | "volatile" | "sheet" | "here";
}

const fold = (text: string): string => text.trim().replace(/\s+/g, " ");
const isEllipsis = (text: string): boolean => /^(?:\.{2,}|…+|。{3,}|略|\(?omitted\)?)$/.test(text);

/** Lines beyond this many are not compared one with all others. */
const LINES_MAX = 400;

export function compareOutput(
  command: string,
  expected: readonly string[],
  actual: string,
): OutputLine[] {
  const sheet = expected.map(fold).filter((line) => line !== "" && !isEllipsis(line));
  const here = actual.split("\n").map((line) => line.trimEnd());
  const shown = here.filter((line) => line.trim() !== "").slice(0, LINES_MAX);
  const mask = maskFor(command);
  const keys = shown.map((line) => mask(fold(line)));
  const wanted = sheet.slice(0, LINES_MAX).map(mask);
  const lines: OutputLine[] = [];
  let i = 0;
  for (const [s, h] of [...commonPairs(wanted, keys), [wanted.length, keys.length] as const]) {
    lines.push(...sheet.slice(i, s).map((text) => ({ text, where: "sheet" as const })));
    i = s + 1;
    const from = lines.filter(({ where }) => where !== "sheet").length;
    lines.push(...shown.slice(from, h).map((text) => ({ text, where: "here" as const })));
    const text = shown[h];
    if (s < wanted.length && text !== undefined)
      lines.push({ text, where: fold(text) === sheet[s] ? "both" : "volatile" });
  }
  return lines;
}

/** The longest common subsequence of two lists, as pairs of places. */
function commonPairs(a: readonly string[], b: readonly string[]): (readonly [number, number])[] {
  const width = b.length + 1;
  const length = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => length[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      length[i * width + j] =
        a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const pairs: (readonly [number, number])[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length; )
    if (a[i] === b[j]) pairs.push([i++, j++]);
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  return pairs;
}

type Replacement = readonly [RegExp, string];

/** What differs from run to run whoever types. */
const ALWAYS: readonly Replacement[] = [
  [/\b[0-9a-f]{2}(?::[0-9a-f]{2}){5}\b/gi, "MAC"],
  [/\b\d{1,2}:\d{2}(?::\d{2})?(?:\.\d+)?\b/g, "TIME"],
  [/\b\d{4}-\d{2}-\d{2}\b|\b\d{1,2}\/\w{3}\/\d{4}\b/g, "DATE"],
  [/\b(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\b,? ?/g, ""],
  [/\b(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +\d{1,2}\b(?: \d{4})?/g, "DATE"],
];

const BY_COMMAND: readonly (readonly [RegExp, readonly Replacement[]])[] = [
  [
    /iptables.*(?:-\w*v|--verbose)/,
    [
      [/(policy \w+) \d+\w? packets, \d+\w? bytes/, "$1"],
      [/^\d+[KMG]? \d+[KMG]? (?=\S+ \S+ (?:--|-f|!f)|[A-Z]\w+ \S+ \S+ \S)/, ""],
      [/ opt in out /, " opt in out "],
    ],
  ],
  [/ipvsadm.*(?:--stats|--rate)/, [[/(?: \d+[KMGT]?)+$/, " N"]]],
  [/ipvsadm.*(?:-\w*c\b|--connection)/, [[/:\d{4,5}\b(?= )/, ":PORT"]]],
  [
    /^(?:ip|ifconfig)\b/,
    [
      [/ qdisc \S+| group default| noprefixroute| dynamic| secondary| brd [\d.]+/g, ""],
      [/( scope \w+) [\w.@-]+$/, "$1"],
      [/\b(?:qlen|txqueuelen|valid_lft|preferred_lft|packets|bytes)[ :]\S+/g, ""],
      [/^\d+: /, ""],
    ],
  ],
  [/^ping\b/, [[/\b(?:time|ttl)[=<]\S+|time \d+ms|= [\d./]+ ms/g, ""]]],
  [/^(?:curl|wget)\b/, [[/^(?:ETag|Date|Last-Modified|Server): .*/i, ""]]],
  [/^(?:ps|ss|netstat|systemctl|service)\b/, [[/\b\d{2,7}\b/g, "N"]]],
];

function maskFor(command: string): (line: string) => string {
  const first = command.trim();
  const all = [...ALWAYS, ...BY_COMMAND.flatMap(([of, rules]) => (of.test(first) ? rules : []))];
  return (line) =>
    all
      .reduce((text, [pattern, by]) => text.replace(pattern, by), line)
      .replace(/\s+/g, " ")
      .trim();
}
