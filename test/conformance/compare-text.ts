/** Comparing what was printed: line by line, with masked parts and free orders. */
import type { Mask } from "./masks.ts";

interface MaskedLine {
  readonly text: string;
  /** What was masked, with the tolerance that it must keep; undefined for none. */
  readonly values: readonly { readonly value: number; readonly tolerance: number }[];
}

/** `12`, `1.5` or `14:59` as a number. */
function numberOf(text: string): number {
  const clock = /^(\d+):(\d\d)$/.exec(text);
  return clock === null ? Number(text) : Number(clock[1]) * 60 + Number(clock[2]);
}

function maskLine(line: string, mask: Mask): MaskedLine {
  let text = line;
  const values: { value: number; tolerance: number }[] = [];
  for (const { regex, tolerance } of mask.patterns) {
    const match = regex.exec(text);
    if (match === null) continue;
    // the first group that took part, or the whole match
    const [whole, ...groups] = match.indices as (readonly [number, number])[];
    const [from, to] = groups.find((group) => group !== undefined) ?? (whole as [number, number]);
    const found = text.slice(from, to);
    text = `${text.slice(0, from)}\u0000${text.slice(to)}`;
    if (tolerance !== undefined) values.push({ value: numberOf(found), tolerance });
  }
  return { text, values };
}

const order = (a: MaskedLine, b: MaskedLine): number => {
  if (a.text !== b.text) return a.text < b.text ? -1 : 1;
  return (a.values[0]?.value ?? 0) - (b.values[0]?.value ?? 0);
};

/** Lines in blocks: a service with the `->` lines under it; other lines are blocks of their own. */
function blocks(lines: readonly MaskedLine[]): MaskedLine[][] {
  const all: MaskedLine[][] = [];
  for (const line of lines) {
    const last = all.at(-1);
    if (/^\s*->/.test(line.text) && last !== undefined) last.push(line);
    else all.push([line]);
  }
  return all;
}

function arranged(lines: readonly MaskedLine[], sort: Mask["sort"]): readonly MaskedLine[] {
  if (sort === "lines") return [...lines].sort(order);
  if (sort === "blocks")
    return blocks(lines)
      .sort((a, b) => order(a[0] as MaskedLine, b[0] as MaskedLine))
      .flat();
  return lines;
}

const sameLine = (a: MaskedLine | undefined, b: MaskedLine | undefined): boolean =>
  a !== undefined &&
  b !== undefined &&
  a.text === b.text &&
  a.values.every(
    ({ value, tolerance }, i) => Math.abs(value - (b.values[i]?.value ?? Number.NaN)) <= tolerance,
  );

/** The first line at which two texts differ; undefined when they agree. */
export function lineDifference(
  expected: readonly string[],
  got: readonly string[],
  mask: Mask,
): { readonly line: number; readonly expected: string; readonly got: string } | undefined {
  const wanted = arranged(
    expected.map((line) => maskLine(line, mask)),
    mask.sort,
  );
  const seen = arranged(
    got.map((line) => maskLine(line, mask)),
    mask.sort,
  );
  for (let i = 0; i < Math.max(wanted.length, seen.length); i++) {
    if (sameLine(wanted[i], seen[i])) continue;
    const show = (line: MaskedLine | undefined): string =>
      line === undefined
        ? "(nothing)"
        : line.text.replaceAll("\u0000", "…") +
          line.values.map(({ value }) => ` [${value}]`).join("");
    return { line: i + 1, expected: show(wanted[i]), got: show(seen[i]) };
  }
  return undefined;
}
