/** The table of `ss`: each column as wide as its widest cell, addresses to the right so that their colons meet. */

interface Column {
  readonly title: string;
  readonly right: boolean;
  /** What stands before it, unless it is the first. */
  readonly before: string;
}

const COLUMNS: readonly Column[] = [
  { title: "Netid", right: false, before: "" },
  { title: "State", right: false, before: " " },
  { title: "Recv-Q", right: false, before: " " },
  { title: "Send-Q", right: false, before: " " },
  { title: "Local Address:", right: true, before: " " },
  { title: "Port", right: false, before: "" },
  { title: "Peer Address:", right: true, before: " " },
  { title: "Port", right: false, before: "" },
  { title: "Process", right: false, before: "" },
];
/** The last line's own text is not counted for its column's width. */
const LAST = COLUMNS.length - 1;

/** The cells of one socket, one for each column. */
export type Row = readonly string[];

export interface TableStyle {
  readonly header: boolean;
  readonly netid: boolean;
  readonly state: boolean;
}

export function tableText(rows: readonly Row[], { header, netid, state }: TableStyle): string {
  const shown = COLUMNS.map((column, i) => ({ column, i })).filter(
    ({ i }) => (i !== 0 || netid) && (i !== 1 || state),
  );
  const lines: readonly Row[] = header ? [COLUMNS.map(({ title }) => title), ...rows] : rows;
  const widths = COLUMNS.map((_, i) =>
    lines
      .slice(0, i === LAST ? -1 : undefined)
      .reduce((width, line) => Math.max(width, (line[i] ?? "").length), 0),
  );
  return lines
    .map((line) => {
      const cells = shown.map(({ column, i }, place) => {
        const cell = line[i] ?? "";
        const width = widths[i] ?? 0;
        const padded = column.right ? cell.padStart(width) : cell.padEnd(width);
        return (place === 0 ? "" : column.before) + padded;
      });
      return `${cells.join("")}\n`;
    })
    .join("");
}
