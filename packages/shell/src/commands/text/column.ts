/** column (util-linux 2.38): `-t` makes a table, without it lines fill columns of 80. Left out: JSON, trees, most of -t's options. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { inputsOf, linesOf, slurp } from "../base/input.ts";
import { tool } from "../base/tool.ts";

const SCREEN = 80;
const TAB = 8;

export const column = tool(
  "/usr/bin/column",
  {
    options: [
      flag("t", "table", "t"),
      valued("s", "separator", "s"),
      valued("o", "output-separator", "o"),
      valued("c", "output-width", "c"),
      valued("N", "table-columns", "N"),
      valued("R", "table-right", "R"),
      flag("x", "fillrows", "x"),
    ],
    version: "util-linux) 2.38.1",
  },
  function* (job) {
    const { given } = job;
    const lines: string[] = [];
    for (const name of inputsOf(job)) {
      const text = yield* slurp(job.context, name);
      if (typeof text === "number") yield* job.complain(`${name}: ${fileErrorText(text)}`);
      else lines.push(...linesOf(text));
    }
    const filled = lines.filter((line) => line.trim() !== "");
    if (!given.has("t")) {
      yield* job.context.out(inColumns(filled, Number(given.value("c") ?? SCREEN), given.has("x")));
      return undefined;
    }
    const separators = given.value("s");
    const rows = filled.map((line) => cellsOf(line, separators));
    const names = given.value("N");
    if (names !== undefined) rows.unshift(names.split(","));
    yield* job.context.out(
      table(rows, given.value("o") ?? "  ", rightColumns(given.value("R"), names)),
    );
    return undefined;
  },
);

const widthOf = (text: string): number => {
  let width = 0;
  for (const character of text)
    width +=
      /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]/.test(
        character,
      )
        ? 2
        : 1;
  return width;
};

/** Blanks in a row count as one; separators that are asked for do not. */
function cellsOf(line: string, separators: string | undefined): string[] {
  if (separators === undefined) return line.match(/[^ \t]+/g) ?? [];
  const cells: string[] = [""];
  for (const character of line)
    if (separators.includes(character)) cells.push("");
    else cells[cells.length - 1] += character;
  return cells;
}

/** Columns that -R names by number or title. */
const rightColumns = (text: string | undefined, names: string | undefined): ReadonlySet<number> =>
  new Set(
    text
      ?.split(",")
      .map((word) =>
        /^\d+$/.test(word) ? Number(word) - 1 : (names?.split(",").indexOf(word) ?? -1),
      ),
  );

function table(
  rows: readonly (readonly string[])[],
  glue: string,
  right: ReadonlySet<number>,
): string {
  const count = Math.max(0, ...rows.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(0, ...rows.map((row) => widthOf(row[i] ?? ""))),
  );
  return rows
    .map((row) => {
      let text = "";
      for (let i = 0; i < count; i++) {
        const cell = row[i] ?? "";
        const blanks = " ".repeat((widths[i] as number) - widthOf(cell));
        if (right.has(i)) text += blanks + cell;
        else text += cell + (i === count - 1 ? "" : blanks);
        if (i < count - 1) text += glue;
      }
      return `${text}\n`;
    })
    .join("");
}

/** Down the columns, or with -x along the rows; a column is a number of tabs wide. */
function inColumns(lines: readonly string[], screen: number, byRows: boolean): string {
  const longest = Math.max(0, ...lines.map(widthOf));
  const width = (Math.floor(longest / TAB) + 1) * TAB;
  const columns = Math.max(1, Math.floor(screen / width));
  const rows = Math.ceil(lines.length / columns);
  let text = "";
  for (let row = 0; row < rows; row++) {
    const cells = Array.from(
      { length: columns },
      (_, i) => lines[byRows ? row * columns + i : i * rows + row],
    ).filter((cell) => cell !== undefined);
    cells.forEach((cell, i) => {
      text += cell;
      if (i < cells.length - 1) text += "\t".repeat(Math.ceil((width - widthOf(cell)) / TAB));
    });
    text += "\n";
  }
  return text;
}
