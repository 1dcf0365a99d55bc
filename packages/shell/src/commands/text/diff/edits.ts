/**
 * The shortest way from one list of lines to another (Myers 1986, "An O(ND) difference algorithm"), as runs that differ. Where
 * several are shortest, lines are taken away before others are put in, and a run is slid down as far as it goes, as GNU's.
 */

/** Lines `[from, to)` of the left that become lines `[start, end)` of the right. */
export interface Change {
  from: number;
  to: number;
  start: number;
  end: number;
}

/** Edits beyond which the middle counts as one change: a bound on time and memory. */
const EDITS_MAX = 2000;

export function changesBetween(left: readonly string[], right: readonly string[]): Change[] {
  let head = 0;
  while (head < left.length && head < right.length && left[head] === right[head]) head++;
  let tail = 0;
  while (
    tail < left.length - head &&
    tail < right.length - head &&
    left[left.length - 1 - tail] === right[right.length - 1 - tail]
  )
    tail++;
  const a = left.slice(head, left.length - tail);
  const b = right.slice(head, right.length - tail);
  const removed = left.map(() => false);
  const added = right.map(() => false);
  mark(a, b, head, removed, added);
  slide(left, removed, added);
  slide(right, added, removed);
  return runs(removed, added);
}

function mark(
  a: readonly string[],
  b: readonly string[],
  offset: number,
  removed: boolean[],
  added: boolean[],
): void {
  const trail = path(a, b);
  if (trail === null) {
    for (let i = 0; i < a.length; i++) removed[offset + i] = true;
    for (let j = 0; j < b.length; j++) added[offset + j] = true;
    return;
  }
  let x = a.length;
  let y = b.length;
  for (let d = trail.length - 1; d > 0; d--) {
    const reached = trail[d - 1] as Map<number, number>;
    const k = x - y;
    const down = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
    const before = down ? k + 1 : k - 1;
    const fromX = reached.get(before) ?? 0;
    const fromY = fromX - before;
    if (down) added[offset + fromY] = true;
    else removed[offset + fromX] = true;
    x = fromX;
    y = fromY;
  }
}

/** The furthest place on each diagonal after 0, 1, 2 … edits; null when it would take too many. */
function path(a: readonly string[], b: readonly string[]): Map<number, number>[] | null {
  const trail: Map<number, number>[] = [];
  let reached = new Map<number, number>([[1, 0]]);
  for (let d = 0; d <= Math.min(a.length + b.length, EDITS_MAX); d++) {
    const next = new Map<number, number>();
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && (reached.get(k - 1) ?? -1) < (reached.get(k + 1) ?? -1));
      let x = down ? (reached.get(k + 1) ?? 0) : (reached.get(k - 1) ?? 0) + 1;
      let y = x - k;
      while (x < a.length && y < b.length && a[x] === b[y]) {
        x++;
        y++;
      }
      next.set(k, x);
      if (x >= a.length && y >= b.length) {
        trail.push(next);
        return trail;
      }
    }
    trail.push(next);
    reached = next;
  }
  return null;
}

/** Moves each run of marks down while the line behind it is the one that it begins with; then it may join the next. */
function slide(lines: readonly string[], marks: boolean[], others: readonly boolean[]): void {
  let other = 0;
  for (let i = 0; i < marks.length; ) {
    while (i < marks.length && marks[i] !== true) {
      i++;
      while (others[other] === true) other++;
      other++;
    }
    if (i >= marks.length) return;
    let start = i;
    let end = i;
    while (marks[end] === true) end++;
    // a run that faces one of the other side stays where it is
    while (end < marks.length && lines[start] === lines[end] && others[other] !== true) {
      marks[start++] = false;
      marks[end++] = true;
      other++;
      while (marks[end] === true) end++;
    }
    i = end;
  }
}

function runs(removed: readonly boolean[], added: readonly boolean[]): Change[] {
  const found: Change[] = [];
  for (let i = 0, j = 0; i < removed.length || j < added.length; ) {
    const change = { from: i, to: i, start: j, end: j };
    while (removed[change.to] === true) change.to++;
    while (added[change.end] === true) change.end++;
    if (change.to > i || change.end > j) found.push(change);
    i = change.to + 1;
    j = change.end + 1;
  }
  return found;
}
