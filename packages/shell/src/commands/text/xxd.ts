/** xxd (vim): -p, -r of both forms, -l, -s, -c, -g, -u, -b left out. */
import { flag, valued } from "../../options/getopt.ts";
import { fileErrorText } from "../../process/errno.ts";
import { decodeUtf8, encodeUtf8 } from "../../text/utf8.ts";
import { slurp } from "../base/input.ts";
import { tool } from "../base/tool.ts";

const hex = (octet: number): string => octet.toString(16).padStart(2, "0");

export const xxd = tool(
  "/usr/bin/xxd",
  {
    options: [
      flag("p", "", "p"),
      flag("r", "", "r"),
      flag("u", "", "u"),
      valued("c", "", "c"),
      valued("g", "", "g"),
      valued("l", "", "l"),
      valued("s", "", "s"),
    ],
    version: "2022-01-14 by Juergen Weigert et al.",
  },
  function* (job) {
    const { context, given, operands } = job;
    const name = operands[0] ?? "-";
    const text = yield* slurp(context, name);
    if (typeof text === "number") throw job.fail(`${name}: ${fileErrorText(text)}`, 2);
    if (given.has("r")) {
      yield* context.out(decodeUtf8(reversed(text, given.has("p"))));
      return undefined;
    }
    const start = Number(given.value("s") ?? 0);
    const all = encodeUtf8(text);
    const octets = all.subarray(
      start,
      given.has("l") ? start + Number(given.value("l")) : all.length,
    );
    const width = Number(given.value("c") ?? (given.has("p") ? 30 : 16)) || 16;
    const group = Number(given.value("g") ?? 2);
    let shown = "";
    for (let at = 0; at < octets.length; at += width) {
      const row = Array.from(octets.subarray(at, at + width));
      const digits = given.has("p") ? row.map(hex).join("") : dumped(start + at, row, width, group);
      shown += `${given.has("u") ? upper(digits) : digits}\n`;
    }
    yield* context.out(shown);
    return undefined;
  },
);

/** Only digits of the middle column. */
const upper = (line: string): string =>
  line.replace(
    /^([0-9a-f]+:)?([0-9a-f ]*?)(?= {2}|$)/,
    (whole, at = "") => at + whole.slice(at.length).toUpperCase(),
  );

function dumped(at: number, row: readonly number[], width: number, group: number): string {
  let digits = "";
  for (let i = 0; i < width; i++) {
    digits += i < row.length ? hex(row[i] as number) : "  ";
    if (group > 0 && i % group === group - 1) digits += " ";
  }
  const end = group > 0 && width % group === 0 ? " " : "  ";
  const text = row
    .map((octet) => (octet >= 32 && octet < 127 ? String.fromCharCode(octet) : "."))
    .join("");
  return `${at.toString(16).padStart(8, "0")}: ${digits}${end}${text}`;
}

function reversed(text: string, plain: boolean): Uint8Array {
  const digits = plain
    ? text.replace(/[^0-9a-fA-F]/g, "")
    : text
        .split("\n")
        .map((line) =>
          (/^[0-9a-fA-F]+: ?(.*?)(?: {2}|$)/.exec(line)?.[1] ?? "").replace(/[^0-9a-fA-F]/g, ""),
        )
        .join("");
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
}
