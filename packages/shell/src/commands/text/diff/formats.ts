/** What diff prints of changes: its normal form, with context, unified, and side by side left out. */
import type { Change } from "./edits.ts";

/** A text in lines; the last may have no newline. */
export interface Side {
  readonly name: string;
  readonly lines: readonly string[];
  readonly endsInNewline: boolean;
  /** As the headers show it. */
  readonly stamp: string;
}

const NO_NEWLINE = "\\ No newline at end of file\n";

const shown = (mark: string, side: Side, from: number, to: number): string => {
  let text = "";
  for (let i = from; i < to; i++) {
    text += `${mark}${side.lines[i]}\n`;
    if (i === side.lines.length - 1 && !side.endsInNewline) text += NO_NEWLINE;
  }
  return text;
};

const range = (from: number, to: number): string =>
  to - from <= 1 ? String(to) : `${from + 1},${to}`;

export function normal(left: Side, right: Side, changes: readonly Change[]): string {
  let text = "";
  for (const { end, from, start, to } of changes) {
    const letter = from === to ? "a" : start === end ? "d" : "c";
    text += `${from === to ? from : range(from, to)}${letter}${start === end ? start : range(start, end)}\n`;
    text += shown("< ", left, from, to);
    if (letter === "c") text += "---\n";
    text += shown("> ", right, start, end);
  }
  return text;
}

/** Changes that are so near that their context touches belong together. */
function hunks(changes: readonly Change[], context: number): Change[][] {
  const found: Change[][] = [];
  for (const change of changes) {
    const last = found[found.length - 1];
    const before = last?.[last.length - 1];
    if (last !== undefined && before !== undefined && change.from - before.to <= 2 * context)
      last.push(change);
    else found.push([change]);
  }
  return found;
}

const bounds = (hunk: readonly Change[], context: number, left: Side, right: Side): Change => {
  const first = hunk[0] as Change;
  const last = hunk[hunk.length - 1] as Change;
  return {
    from: Math.max(0, first.from - context),
    start: Math.max(0, first.start - context),
    to: Math.min(left.lines.length, last.to + context),
    end: Math.min(right.lines.length, last.end + context),
  };
};

export function unified(
  left: Side,
  right: Side,
  changes: readonly Change[],
  context: number,
): string {
  const place = (from: number, to: number): string => {
    const count = to - from;
    return count === 1 ? String(to) : `${count === 0 ? from : from + 1},${count}`;
  };
  let text = `--- ${left.name}${left.stamp}\n+++ ${right.name}${right.stamp}\n`;
  for (const hunk of hunks(changes, context)) {
    const all = bounds(hunk, context, left, right);
    text += `@@ -${place(all.from, all.to)} +${place(all.start, all.end)} @@\n`;
    let at = all.from;
    for (const { end, from, start, to } of hunk) {
      text +=
        shown(" ", left, at, from) + shown("-", left, from, to) + shown("+", right, start, end);
      at = to;
    }
    text += shown(" ", left, at, all.to);
  }
  return text;
}

export function inContext(
  left: Side,
  right: Side,
  changes: readonly Change[],
  context: number,
): string {
  const place = (from: number, to: number): string =>
    to - from <= 1 ? String(to) : `${from + 1},${to}`;
  let text = `*** ${left.name}${left.stamp}\n--- ${right.name}${right.stamp}\n`;
  for (const hunk of hunks(changes, context)) {
    const all = bounds(hunk, context, left, right);
    text += `***************\n*** ${place(all.from, all.to)} ****\n`;
    if (hunk.some(({ from, to }) => to > from)) {
      let at = all.from;
      for (const { end, from, start, to } of hunk) {
        text += shown("  ", left, at, from) + shown(end > start ? "! " : "- ", left, from, to);
        at = to;
      }
      text += shown("  ", left, at, all.to);
    }
    text += `--- ${place(all.start, all.end)} ----\n`;
    if (hunk.some(({ end, start }) => end > start)) {
      let at = all.start;
      for (const { end, from, start, to } of hunk) {
        text += shown("  ", right, at, start) + shown(to > from ? "! " : "+ ", right, start, end);
        at = end;
      }
      text += shown("  ", right, at, all.end);
    }
  }
  return text;
}
