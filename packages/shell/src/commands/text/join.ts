/** join (coreutils): lines of two files sorted by a field that is the same. Left out: --header, -z and checks of the order. */
import { flag, valued } from "../../options/getopt.ts";
import { type Job, tool } from "../base/tool.ts";
import { twoFiles } from "./comm.ts";

interface Row {
  readonly key: string;
  readonly fields: readonly string[];
}

export const join = tool(
  "/usr/bin/join",
  {
    options: [
      valued("1", "", "1"),
      valued("2", "", "2"),
      valued("j", "", "j"),
      valued("a", "", "a"),
      valued("v", "", "v"),
      valued("e", "", "e"),
      valued("o", "", "o"),
      valued("t", "", "t"),
      flag("i", "ignore-case", "i"),
      flag("", "check-order", "check"),
      flag("", "nocheck-order", "nocheck"),
    ],
  },
  function* (job) {
    const { context, given } = job;
    const separator = given.value("t");
    const glue = separator ?? " ";
    const keys = ["1", "2"].map((file) =>
      fieldOf(job, given.value(file) ?? given.value("j") ?? "1"),
    );
    const [left, right] = (yield* twoFiles(job)).map((lines, i) =>
      lines.map((line) => row(job, line, separator, keys[i] as number)),
    ) as [Row[], Row[]];
    const shown = (a: Row | null, b: Row | null): string => lineOf(job, a, b, keys, glue);
    const alone = [...given.values("a"), ...given.values("v")];
    const paired = !given.has("v");
    for (let i = 0, j = 0; i < left.length || j < right.length; ) {
      const a = left[i];
      const b = right[j];
      const order =
        a === undefined ? 1 : b === undefined ? -1 : a.key < b.key ? -1 : a.key > b.key ? 1 : 0;
      if (order < 0) {
        if (alone.includes("1")) yield* context.out(shown(a as Row, null));
        i++;
      } else if (order > 0) {
        if (alone.includes("2")) yield* context.out(shown(null, b as Row));
        j++;
      } else {
        const same = (rows: readonly Row[], from: number): Row[] => {
          let end = from;
          while (rows[end]?.key === (a as Row).key) end++;
          return rows.slice(from, end);
        };
        const lefts = same(left, i);
        const rights = same(right, j);
        if (paired)
          for (const one of lefts)
            for (const other of rights) yield* context.out(shown(one, other));
        i += lefts.length;
        j += rights.length;
      }
    }
    return undefined;
  },
);

function fieldOf(job: Job, text: string): number {
  if (!/^[1-9]\d*$/.test(text)) throw job.fail(`invalid field number: ${job.quote.word(text)}`);
  return Number(text);
}

function row(job: Job, line: string, separator: string | undefined, key: number): Row {
  const fields = separator === undefined ? (line.match(/[^ \t]+/g) ?? []) : line.split(separator);
  const text = fields[key - 1] ?? "";
  return { key: job.given.has("i") ? text.toLowerCase() : text, fields };
}

function lineOf(
  job: Job,
  a: Row | null,
  b: Row | null,
  keys: readonly number[],
  glue: string,
): string {
  const empty = job.given.value("e") ?? "";
  const key =
    (a === null ? b?.fields[(keys[1] as number) - 1] : a.fields[(keys[0] as number) - 1]) ?? "";
  const order = job.given.value("o");
  if (order !== undefined && order !== "auto") {
    const cells = order.split(/[ ,]+/).map((word) => {
      if (word === "0") return key;
      const [file = "", field = ""] = word.split(".");
      return (file === "1" ? a : b)?.fields[Number(field) - 1] ?? empty;
    });
    return `${cells.join(glue)}\n`;
  }
  const rest = ({ fields }: Row, at: number): string[] => fields.filter((_, i) => i !== at - 1);
  const cells = [
    key,
    ...(a === null ? [] : rest(a, keys[0] as number)),
    ...(b === null ? [] : rest(b, keys[1] as number)),
  ];
  return `${cells.join(glue)}\n`;
}
