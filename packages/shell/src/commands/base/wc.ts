/** wc (coreutils): newlines, words, characters, octets and the longest line. */
import { flag } from "../../options/getopt.ts";
import { utf8Length } from "../../text/utf8.ts";
import { slurp } from "./input.ts";
import { type Job, tool } from "./tool.ts";

/** In the order in which they are printed. */
const COLUMNS = ["l", "w", "m", "c", "L"];

export const wc = tool(
  "/usr/bin/wc",
  {
    options: [
      flag("c", "bytes", "c"),
      flag("m", "chars", "m"),
      flag("l", "lines", "l"),
      flag("L", "max-line-length", "L"),
      flag("w", "words", "w"),
    ],
  },
  function* (job) {
    const { context, given, operands } = job;
    const asked = COLUMNS.filter((column) => given.has(column));
    const columns = asked.length > 0 ? asked : ["l", "w", "c"];
    const width = numberWidth(job, columns.length);
    const total = columns.map(() => 0);
    const show = (values: readonly number[], name: string): string =>
      `${values.map((value) => String(value).padStart(width)).join(" ")}${name === "" ? "" : ` ${name}`}\n`;
    for (const name of operands.length === 0 ? [""] : operands) {
      const text = yield* slurp(context, name === "" ? "-" : name);
      if (typeof text === "number") {
        yield* job.complainOf(name, text);
        const isDirectory = text === 21;
        if (isDirectory)
          yield* context.out(
            show(
              columns.map(() => 0),
              name,
            ),
          );
        continue;
      }
      const values = columns.map((column) => count(text, column));
      values.forEach((value, i) => {
        const before = total[i] as number;
        total[i] = columns[i] === "L" ? Math.max(before, value) : before + value;
      });
      yield* context.out(show(values, name));
    }
    if (operands.length > 1) yield* context.out(show(total, "total"));
    return undefined;
  },
);

/** Wide enough for the sizes of all files together; 7 where a size is not known before reading. */
function numberWidth({ context, operands }: Job, columns: number): number {
  if (operands.length <= 1 && columns === 1) return 1;
  if (operands.length === 0) return 7;
  let octets = 0;
  let least = 1;
  for (const name of operands) {
    const node = context.machine.files.resolve(name, context.cwd, true, context.process);
    if (typeof node === "number") continue;
    if (node.kind === "file") octets += utf8Length(node.content);
    else least = 7;
  }
  return Math.max(least, String(octets).length);
}

function count(text: string, column: string): number {
  switch (column) {
    case "l":
      return text.split("\n").length - 1;
    case "w":
      return text.match(/\S+/g)?.length ?? 0;
    case "m":
      return Array.from(text).length;
    case "c":
      return utf8Length(text);
    default:
      return Math.max(...text.split("\n").map((line) => Array.from(line).length));
  }
}
