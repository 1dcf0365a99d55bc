import { fc, test } from "@fast-check/vitest";
import { expect } from "vitest";
import { csvText, type GradeRow } from "./csv.ts";

const failed = (submission: string, error: string): GradeRow => ({
  submission,
  variant: "",
  grade: null,
  error,
  maximum: 10,
});

test("a cell is quoted where it must be, and never a formula", () => {
  const rows = [
    failed("alice", 'no "x", sorry'),
    failed("=1+1", "@SUM(A1)"),
    failed("-2", "+3"),
    failed("王", "a\nb\u001b[2J"),
  ];
  expect(csvText(rows, 2, "en")).toBe(
    [
      "submission,variant,points,maximum,percent,step 1,step 2,failed,hint,error",
      'alice,,0,10,0,0,0,,,"no ""x"", sorry"',
      "'=1+1,,0,10,0,0,0,,,'@SUM(A1)",
      "'-2,,0,10,0,0,0,,,'+3",
      "王,,0,10,0,0,0,,,a?b?[2J",
      "",
    ].join("\r\n"),
  );
});

/** A second reading of RFC 4180. */
function parse(text: string): string[][] {
  const rows: string[][] = [];
  let cells: string[] = [];
  let at = 0;
  while (at < text.length) {
    let cell = "";
    if (text[at] === '"') {
      for (at++; text[at] !== '"' || text[at + 1] === '"'; at++) {
        if (text[at] === '"') at++;
        cell += text[at];
      }
      at++;
    } else while (text[at] !== "," && text[at] !== "\r") cell += text[at++];
    cells.push(cell);
    if (text[at] === "\r") {
      rows.push(cells);
      cells = [];
      at++;
    }
    at++;
  }
  return rows;
}

test.prop([fc.string({ unit: "grapheme-ascii" }), fc.string({ unit: "grapheme-ascii" })])(
  "whatever was handed in, a row has its cells, and none begins as a formula",
  (name, error) => {
    const [header, row, ...more] = parse(csvText([failed(name, error)], 1, "en"));
    expect(more).toEqual([]);
    expect(row?.length).toBe(header?.length);
    const plain = (cell = ""): string => cell.replace(/^'(?=[=+\-@])/, "");
    expect([plain(row?.[0]), plain(row?.at(-1))]).toEqual([name, error]);
    for (const cell of row ?? []) expect(cell).not.toMatch(/^[=+\-@]/);
  },
);
